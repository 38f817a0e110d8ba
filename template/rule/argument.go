package rule

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// argumentKinds are the kinds of arguments of functions that take a fixed
// number of them, each a letter: s a scalar, l a list, m a map, c a list or map,
// . anything. A text may be the JSON of a list or map, so that only other
// scalars are no l, m or c.
var argumentKinds = map[string]string{
	"Fn::Join": "sl", "Fn::Split": "ss", "Fn::Select": "sc", "Fn::Replace": "ms", "Fn::FindInMap": "sss",
	"Fn::Index": ".l", "Fn::Contains": "l.", "Fn::EachMemberIn": "ll", "Fn::MatchPattern": "ss",
	"Fn::SelectMapList": "sl", "Fn::MergeMap": "mm", "Fn::GetJsonValue": "s.", "Fn::GetStackOutput": "ss",
	"Fn::Cidr": "sss", "Fn::Avg": "sl",
}

// takes reports whether an argument that is written out is of a kind.
func takes(kind byte, n template.Node) bool {
	if _, _, call := template.Call(n); call || n.Kind() == template.NodeNull {
		return true
	}
	switch text := n.Kind() == template.NodeString; kind {
	case 's':
		return n.Kind() < template.NodeList
	case 'l':
		return n.Kind() == template.NodeList || text
	case 'm':
		return n.Kind() == template.NodeMap || text
	case 'c':
		return n.Kind() >= template.NodeList || text
	}
	return true
}

// runArgumentType looks at what attempts cannot: at arguments that hold what is
// known later, but whose kind shows.
func runArgumentType(p *Pass) {
	runCallFault(p)
	kindNames := map[byte]string{'s': "string", 'l': "list", 'm': "map", 'c': "list or map"}
	p.OnCall(func(c *Call) {
		kinds := argumentKinds[c.Name]
		if c.Arg.Kind() != template.NodeList || c.Arg.Len() < len(kinds) || p.walk.attemptFails(c.Node) {
			return
		}
		for i := range len(kinds) {
			n := c.Arg.At(i)
			if takes(kinds[i], n) {
				continue
			}
			d := p.Report(c.Node.Range(), "", c.Name+"["+strconv.Itoa(i)+"]", kindNames[kinds[i]], n.Kind().String())
			p.soften(d)
			return
		}
	})
}

// runIndexInvalid looks at the index of a list that is known later.
func runIndexInvalid(p *Pass) {
	runCallFault(p)
	p.OnCall(func(c *Call) {
		index := c.Arg.At(0)
		if c.Name != "Fn::Select" || index.Kind() != template.NodeString || strings.Contains(index.Text(), ":") || p.walk.attemptFails(c.Node) {
			return
		}
		name, arg, call := template.Call(c.Arg.At(1))
		if _, err := strconv.Atoi(strings.TrimSpace(index.Text())); err == nil || !call || index.Text() == "" {
			return
		}
		if p.gives(&Call{Node: c.Arg.At(1), Name: name, Arg: arg}) == provider.TypeList {
			p.soften(p.Report(c.Node.Range(), "", strconv.Quote(index.Text())))
		}
	})
}
