package doc

import (
	"encoding/json"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// The rules of PyYAML's resolver, written down a second time as patterns.
var (
	refBool  = regexp.MustCompile(`^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$`)
	refNull  = regexp.MustCompile(`^(?:~|null|Null|NULL|)$`)
	refInt   = regexp.MustCompile(`^(?:[-+]?0b_*[01][01_]*|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x_*[0-9a-fA-F][0-9a-fA-F_]*|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$`)
	refFloat = regexp.MustCompile(`^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
)

func refKind(text string) Kind {
	switch {
	case refNull.MatchString(text):
		return Null
	case refBool.MatchString(text):
		return Bool
	case refInt.MatchString(text):
		return Int
	case refFloat.MatchString(text):
		return Float
	}
	return String
}

// outline writes kinds and texts of a tree, integers and other numbers alike.
func outline(n Node) string {
	var b strings.Builder
	var visit func(n Node)
	visit = func(n Node) {
		switch n.Kind() {
		case List, Map:
			b.WriteString(n.Kind().String() + "(")
			for c := range n.Items() {
				if n.Kind() == Map {
					b.WriteString(quote(c.Key()) + ": ")
				}
				visit(c)
				b.WriteString(", ")
			}
			b.WriteString(")")
		case Null:
			b.WriteString("null")
		case Int, Float:
			b.WriteString("number " + n.Text())
		default:
			b.WriteString(n.Kind().String() + " " + quote(n.Text()))
		}
	}
	visit(n)
	return b.String()
}

func quote(s string) string {
	out, _ := json.Marshal(s)
	return string(out)
}

// refOutline is the same from yaml.v3's nodes; not ok where our rules go
// beyond its own: tags, merge keys, equal keys, odd keys.
func refOutline(root *yaml.Node, lone func(n *yaml.Node) bool) (text string, ok bool) {
	var b strings.Builder
	ok = true
	open := map[*yaml.Node]bool{}
	budget := 10_000
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		if budget--; budget < 0 || open[n] || n.Style&yaml.TaggedStyle != 0 || lone(n) {
			ok = false
			return
		}
		open[n] = true
		defer delete(open, n)
		switch n.Kind {
		case yaml.AliasNode:
			visit(n.Alias)
		case yaml.SequenceNode:
			b.WriteString("list(")
			for _, c := range n.Content {
				visit(c)
				b.WriteString(", ")
			}
			b.WriteString(")")
		case yaml.MappingNode:
			seen := map[string]bool{}
			b.WriteString("map(")
			for i := 0; i < len(n.Content); i += 2 {
				k := n.Content[i]
				if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" || k.Style&yaml.TaggedStyle != 0 || seen[k.Value] || lone(k) {
					ok = false
					return
				}
				seen[k.Value] = true
				b.WriteString(quote(k.Value) + ": ")
				visit(n.Content[i+1])
				b.WriteString(", ")
			}
			b.WriteString(")")
		default:
			kind := String
			if n.Style == 0 {
				kind = refKind(n.Value)
			}
			switch kind {
			case Null:
				b.WriteString("null")
			case Int, Float:
				b.WriteString("number " + n.Value)
			default:
				b.WriteString(kind.String() + " " + quote(n.Value))
			}
		}
	}
	visit(root)
	return b.String(), ok
}
