package rule

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// formRules check what the console makes its forms of. The service does not
// look at it, so nothing here is an error.
func formRules() []*Rule {
	return []*Rule{
		{Code: "unknown-association", Severity: diag.Warning, Run: runUnknownAssociation,
			Doc: "An AssociationProperty that the console is not known to have; it shows a plain field then. The list is from August 2026."},
		{Code: "unknown-association-key", Severity: diag.Advice, Run: runUnknownAssociationKey,
			Doc: "A key of AssociationPropertyMetadata that is known neither for the AssociationProperty nor for all."},
		{Code: "association-not-map", Severity: diag.Warning, Run: runAssociationNotMap,
			Doc: "An AssociationPropertyMetadata, or what it says of the characters of a generated value, of another form than the console reads."},
		{Code: "unknown-form-reference", Severity: diag.Warning, Run: runUnknownFormReference,
			Doc: "A ${name} in AssociationPropertyMetadata that is no parameter."},
		{Code: "form-condition", Severity: diag.Warning, Run: runFormCondition,
			Doc: "A condition of a form, as of Visible, that the console cannot evaluate: it has functions of its own, of which Fn::Not takes a single condition."},
		{Code: "unknown-form-name", Severity: diag.Warning, Run: runUnknownFormName,
			Doc: "A parameter or an output, named in Metadata for the layout of the form, that does not exist."},
	}
}

func runUnknownAssociation(p *Pass) {
	p.OnParameter(func(parameter *template.Parameter) {
		name := parameter.AssociationProperty
		if name == "" || associations()[name] != nil {
			return
		}
		n := parameter.Node.Get("AssociationProperty")
		near, sure := p.meant(name, sortedKeys(associations()))
		d := p.Report(n.Range(), "AssociationProperty", diag.Clip(name), orDash(near))
		if sure && !n.Shared() {
			p.offer(d, n.Range(), name, near)
		}
	})
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func runUnknownAssociationKey(p *Pass) {
	common := associations()["*"]
	p.OnParameter(func(parameter *template.Parameter) {
		own := associations()[parameter.AssociationProperty]
		if own == nil || parameter.AssociationMetadata.Kind() != template.NodeMap {
			return
		}
		for n := range parameter.AssociationMetadata.Items() {
			key := n.Key()
			if slices.Contains(own, key) || slices.Contains(common, key) {
				continue
			}
			known := slices.Concat(own, common)
			fitting := diag.Nearest(key, slices.Values(known))
			if fitting == "" {
				fitting = fewOf(slices.Values(own))
			}
			p.Report(n.KeyRange(), "AssociationPropertyMetadata."+key, key, parameter.AssociationProperty, orDash(fitting))
		}
	})
}

// characterClasses are those that a generated value can be made of.
var characterClasses = []string{"lowercase", "uppercase", "number", "specialCharacter"}

func runAssociationNotMap(p *Pass) {
	p.OnParameter(func(parameter *template.Parameter) {
		n := parameter.AssociationMetadata
		const path = "AssociationPropertyMetadata"
		if k := n.Kind(); k != template.NodeMap && k != template.NodeNull {
			p.Report(n.Range(), path, path, "map", k.String())
			return
		}
		classes := n.Get("CharacterClasses")
		if k := classes.Kind(); k != template.NodeList && k != template.NodeNull {
			p.Report(classes.Range(), path+".CharacterClasses", "CharacterClasses", "list", k.String())
			return
		}
		i := 0
		for class := range classes.Items() {
			name := class.Get("Class")
			if class.Kind() == template.NodeMap && !slices.Contains(characterClasses, name.Text()) {
				p.Report(name.Range(), path+".CharacterClasses["+strconv.Itoa(i)+"].Class", "Class", strings.Join(characterClasses, ", "), name.Literal())
			}
			i++
		}
	})
}

func runUnknownFormReference(p *Pass) {
	nested := map[string]bool{} // parameters of groups within the current parameter
	p.OnParameter(func(parameter *template.Parameter) {
		clear(nested)
		nestedNames(parameter.AssociationMetadata, nested)
	})
	p.OnReference(func(r *Reference) {
		if r.Kind != ToForm || p.Template.Parameter(r.Name) != nil || nested[r.Name] || r.Name == "" ||
			strings.HasPrefix(r.Name, "ALIYUN::") || p.Template.Kind() != template.Stack {
			return
		}
		among := p.parameterNames()
		near, sure := p.meant(r.Name, among)
		if near == "" {
			near = fewOf(among)
		}
		d := p.Report(r.Range, "", r.Name, orDash(near))
		if r.Node.Shared() || !sure {
			return
		}
		inner := diag.Range{Start: r.Range.Start + uint32(len("${")), End: r.Range.Start + uint32(len("${")+len(r.Name))}
		p.offer(d, inner, r.Name, near)
	})
}

func (p *Pass) parameterNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, parameter := range p.Template.Parameters {
			if !yield(parameter.Name) {
				return
			}
		}
	}
}

// nestedNames collects the names of the parameters that a group has.
func nestedNames(n template.Node, names map[string]bool) {
	for member := range n.Items() {
		if key := member.Key(); key == "Parameters" || key == "Parameter" {
			for parameter := range member.Items() {
				names[parameter.Key()] = true
			}
		}
		nestedNames(member, names)
	}
}

func runUnknownFormName(p *Pass) {
	layout := p.Template.Metadata.Get(interfaceKey)
	if p.Template.Kind() != template.Stack || layout.Kind() != template.NodeMap {
		return
	}
	parameter := func(name string) bool { return p.Template.Parameter(name) != nil }
	path := "Metadata." + interfaceKey
	i := 0
	for group := range layout.Get("ParameterGroups").Items() {
		p.layoutNames(group.Get("Parameters"), path+".ParameterGroups["+strconv.Itoa(i)+"].Parameters", "Parameters", parameter, p.parameterNames())
		i++
	}
	p.layoutNames(layout.Get("Hidden"), path+".Hidden", "Parameters", parameter, p.parameterNames())
	outputs := make(map[string]bool, len(p.Template.Outputs))
	for _, o := range p.Template.Outputs {
		outputs[o.Name] = true
	}
	p.layoutNames(layout.Get("Outputs"), path+".Outputs", "Outputs", func(name string) bool { return outputs[name] }, sortedKeys(outputs))
}

// layoutNames reports the names in a list that do not exist.
func (p *Pass) layoutNames(list template.Node, path, section string, exists func(string) bool, among iter.Seq[string]) {
	if list.Kind() != template.NodeList {
		return
	}
	i := -1
	for n := range list.Items() {
		i++
		name := n.Text()
		if n.Kind() != template.NodeString || exists(name) {
			continue
		}
		near, sure := p.meant(name, among)
		d := p.Report(n.Range(), path+"["+strconv.Itoa(i)+"]", name, section, orDash(near))
		if sure && !n.Shared() {
			p.offer(d, n.Range(), name, near)
		}
	}
}
