package rule

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// textRules look at texts that are written out.
func textRules() []*Rule {
	return []*Rule{
		{Code: "sub-missing", Severity: diag.Warning, Run: runSubMissing,
			Doc: "A text, outside of Fn::Sub, that has ${name} with the name of a parameter, a resource with an attribute, or a pseudo parameter: nothing is put in there. Texts of several lines, which may be scripts, are left out."},
	}
}

func runSubMissing(p *Pass) {
	if p.Template.NeedsTransform() || len(p.Template.Transforms) > 0 {
		return // the transform puts names in
	}
	p.OnValue(func(v *Value) {
		text := v.Node.Text()
		if v.Node.Kind() != template.NodeString || !strings.Contains(text, "${") || strings.Contains(text, "\n") {
			return
		}
		for name := range template.SubNames(text) {
			if !p.known(name) {
				continue
			}
			at, _ := p.walk.find("${"+name+"}", v.Node.Range())
			p.Report(at, "", "${"+name+"}")
			return
		}
	})
}

// known reports whether a name in ${} is one of the template, so that there is
// no doubt that it was meant to be replaced.
func (p *Pass) known(name string) bool {
	if strings.HasPrefix(name, "ALIYUN::") || p.Template.Parameter(name) != nil {
		return true
	}
	_, attribute, ok := p.Template.SplitName(name)
	return ok && attribute != ""
}
