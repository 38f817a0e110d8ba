package template

import (
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
)

// renamer gives other names to what the expressions of a draft refer to.
type renamer struct {
	// rename gives the new name of a resource, the name itself to keep it.
	rename func(name string) string
	// replace gives what stands in the place of a Ref, or of an attribute of a
	// resource; nil to keep it. It may be nil.
	replace func(name, attribute string) *doc.Draft
	// condition and mapping give the new names of conditions and mappings; they
	// may be nil.
	condition, mapping func(name string) string
}

// callOfDraft takes a function call apart.
func callOfDraft(d *doc.Draft) (name string, arg *doc.Draft, ok bool) {
	if d == nil || d.Kind != doc.Map || len(d.Items) != 1 {
		return "", nil, false
	}
	arg = d.Items[0]
	return arg.Key, arg, arg.Key == "Ref" || strings.HasPrefix(arg.Key, "Fn::")
}

// resource renames in a resource, but not in a template that is in it.
func (r *renamer) resource(d *doc.Draft) {
	raw := rawProperty(typeOf(d))
	for _, item := range d.Items {
		switch item.Key {
		case "Type", "Version", "Description", "DeletionPolicy":
		case "DependsOn":
			r.dependsOn(item)
		case "Condition":
			r.conditionName(item)
		case "Properties":
			if item.Kind != doc.Map || raw == "" {
				r.walk(item)
				continue
			}
			for _, property := range item.Items {
				if property.Key != raw {
					r.walk(property)
				}
			}
		default:
			r.walk(item)
		}
	}
}

func (r *renamer) dependsOn(d *doc.Draft) {
	if d.Kind == doc.String {
		d.Text = r.rename(d.Text)
	}
	for _, item := range d.Items {
		if item.Kind == doc.String {
			item.Text = r.rename(item.Text)
		}
	}
}

func (r *renamer) conditionName(d *doc.Draft) {
	if r.condition != nil && d.Kind == doc.String {
		d.Text = r.condition(d.Text)
	}
}

// walk renames in a value and all that it holds.
func (r *renamer) walk(d *doc.Draft) {
	if d == nil {
		return
	}
	name, arg, ok := callOfDraft(d)
	if !ok {
		for _, item := range d.Items {
			r.walk(item)
		}
		return
	}
	switch {
	case name == "Ref" && arg.Kind == doc.String:
		r.reference(d, arg, "")
		return
	case name == "Fn::GetAtt" && len(arg.Items) == 2 && arg.Items[0].Kind == doc.String && arg.Items[1].Kind == doc.String:
		r.reference(d, arg.Items[0], arg.Items[1].Text)
		return
	case name == "Fn::Sub":
		r.sub(arg)
		return
	case name == "Fn::FindInMap" && r.mapping != nil && len(arg.Items) == 3 && arg.Items[0].Kind == doc.String:
		arg.Items[0].Text = r.mapping(arg.Items[0].Text)
	case name == "Fn::If" && len(arg.Items) == 3:
		r.truth(arg.Items[0])
	case name == "Fn::Not" || name == "Fn::And" || name == "Fn::Or":
		r.truth(arg)
		for _, item := range arg.Items {
			r.truth(item)
		}
	}
	r.walk(arg)
}

// truth renames what names a condition.
func (r *renamer) truth(d *doc.Draft) {
	if inner := d.Get("Condition"); inner != nil && len(d.Items) == 1 {
		d = inner
	}
	r.conditionName(d)
}

// reference renames in d, a Ref or Fn::GetAtt, or puts another value in its
// place.
func (r *renamer) reference(d, name *doc.Draft, attribute string) {
	if r.replace != nil {
		if v := r.replace(name.Text, attribute); v != nil {
			key, keyAt := d.Key, d.KeyAt
			*d = *v.Clone()
			d.Key, d.KeyAt = key, keyAt
			return
		}
	}
	name.Text = r.rename(name.Text)
}

// sub renames in the template of Fn::Sub. What is replaced becomes a variable.
func (r *renamer) sub(arg *doc.Draft) {
	text, variables := arg, (*doc.Draft)(nil)
	if arg.Kind == doc.List && len(arg.Items) > 0 {
		text = arg.Items[0]
		if len(arg.Items) > 1 {
			variables = arg.Items[1]
			r.walk(variables)
		}
	}
	if text.Kind != doc.String {
		r.walk(text)
		return
	}
	var b strings.Builder
	added := doc.DraftMap(text.At)
	for rest := text.Text; rest != ""; {
		token, tail := nextToken(rest)
		written := rest[:len(rest)-len(tail)]
		rest = tail
		if !token.name || variables.Get(token.text) != nil && !strings.Contains(token.text, ".") {
			b.WriteString(written)
			continue
		}
		name, attribute := r.split(token.text)
		if r.replace != nil {
			if v := r.replace(name, attribute); v != nil {
				variable := variableName(token.text)
				added.Set(variable, v.Clone())
				b.WriteString("${" + variable + "}")
				continue
			}
		}
		b.WriteString("${" + r.rename(name))
		if attribute != "" {
			b.WriteString("." + attribute)
		}
		b.WriteString("}")
	}
	text.Text = b.String()
	if len(added.Items) == 0 {
		return
	}
	if variables != nil && variables.Kind == doc.Map {
		for _, v := range added.Items {
			variables.Set(v.Key, v)
		}
		return
	}
	inner := doc.DraftText(text.Text, text.At)
	arg.Kind, arg.Text, arg.Items = doc.List, "", []*doc.Draft{inner, added}
}

// split takes a token apart at the dot behind the longest name that gets
// another one, or a value.
func (r *renamer) split(token string) (name, attribute string) {
	if r.rename(token) != token {
		return token, ""
	}
	for i := len(token) - 1; i > 0; i-- {
		if token[i] != '.' {
			continue
		}
		name, attribute = token[:i], token[i+1:]
		if r.rename(name) != name || r.replace != nil && r.replace(name, attribute) != nil {
			return name, attribute
		}
	}
	return token, ""
}

// variableName makes a name for a variable of Fn::Sub, which has no dots.
func variableName(token string) string {
	return strings.NewReplacer(".", "_", "[", "_", "]", "_", ":", "_").Replace(token)
}

// section renames in each entry of a section.
func (r *renamer) section(d *doc.Draft) {
	if d == nil {
		return
	}
	for _, entry := range d.Items {
		r.resource(entry)
	}
}
