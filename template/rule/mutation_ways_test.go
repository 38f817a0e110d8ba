package rule_test

import (
	"regexp"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
)

// mutations lists the ways to break a template, by what they touch.
func mutations() []way {
	return slices.Concat(nameWays(), callWays(), propertyWays(), parameterWays(), structureWays(), networkWays())
}

// nameWays misspell what has a name.
func nameWays() []way {
	return []way{
		{"misspelt section", "unknown-section", func(s *subject) []breakage {
			return eachMember(s.Root(), func(n template.Node) breakage {
				if n.Key() == "ROSTemplateFormatVersion" {
					return nil
				}
				return rename(n, misspelt(n.Key()))
			})
		}},
		{"misspelt type", "unknown-type", onResources(func(s *subject, r template.Node) breakage {
			return put(r.Get("Type"), misspelt(r.Get("Type").Text()))
		})},
		{"misspelt property", "unknown-property", onProperties(func(s *subject, n template.Node, p *provider.Property) breakage {
			return rename(n, misspelt(n.Key()))
		})},
		{"misspelt member of a property", "unknown-property", onProperties(func(s *subject, n template.Node, p *provider.Property) breakage {
			if p.Type == provider.TypeList && p.Items != nil {
				n, p = n.At(0), p.Items
			}
			if n.Kind() != template.NodeMap || p.Properties == nil {
				return nil
			}
			if _, _, call := template.Call(n); call {
				return nil
			}
			return rename(n.At(0), misspelt(n.KeyAt(0)))
		})},
		{"misspelt attribute of a resource", "unknown-resource-attribute", onResources(func(s *subject, r template.Node) breakage {
			if n := r.At(r.Len() - 1); n.Key() != "Type" {
				return rename(n, misspelt(n.Key()))
			}
			return nil
		})},
		{"misspelt attribute of a parameter", "unknown-parameter-attribute", onSection("Parameters", func(s *subject, n template.Node) breakage {
			if last := n.At(n.Len() - 1); last.Key() != "Type" {
				return rename(last, misspelt(last.Key()))
			}
			return nil
		})},
		{"misspelt field of an output", "unknown-output-field", onSection("Outputs", func(s *subject, n template.Node) breakage {
			if n.KeyAt(0) == "Value" {
				return nil
			}
			return rename(n.At(0), misspelt(n.KeyAt(0)))
		})},
		{"misspelt name in Ref", "unknown-reference", onCalls("Ref", func(s *subject, _, arg template.Node, _ string) breakage {
			if strings.HasPrefix(arg.Text(), "ALIYUN::") {
				return nil
			}
			return put(arg, misspelt(arg.Text()))
		})},
		{"misspelt pseudo parameter", "unknown-reference", onCalls("Ref", func(s *subject, _, arg template.Node, _ string) breakage {
			if !strings.HasPrefix(arg.Text(), "ALIYUN::") {
				return nil
			}
			return put(arg, arg.Text()+"s")
		})},
		{"misspelt resource in Fn::GetAtt", "unknown-resource", onCalls("Fn::GetAtt", func(s *subject, _, arg template.Node, section string) breakage {
			return put(arg.At(0), misspelt(arg.At(0).Text()))
		})},
		{"misspelt attribute in Fn::GetAtt", "unknown-attribute nested-attribute nested-output", onCalls("Fn::GetAtt", func(s *subject, _, arg template.Node, _ string) breakage {
			return put(arg.At(1), misspelt(arg.At(1).Text()))
		})},
		{"misspelt name in Fn::Sub", "unknown-reference unknown-resource", onCalls("Fn::Sub", func(s *subject, _, arg template.Node, _ string) breakage {
			if arg.Kind() == template.NodeList {
				arg = arg.At(0)
			}
			r := arg.Range()
			at := subName.FindIndex(s.src[r.Start:r.End])
			if at == nil {
				return nil
			}
			r.Start += uint32(at[0]) + 2
			r.End = r.Start
			return breakage{{Range: r, Text: mark + "Wrong"}}
		})},
		{"misspelt mapping", "unknown-mapping-key", onCalls("Fn::FindInMap", func(s *subject, _, arg template.Node, _ string) breakage {
			return put(arg.At(0), misspelt(arg.At(0).Text()))
		})},
		{"misspelt key of a mapping", "unknown-mapping-key", onCalls("Fn::FindInMap", func(s *subject, _, arg template.Node, _ string) breakage {
			return put(arg.At(2), misspelt(arg.At(2).Text()))
		})},
		{"misspelt condition of a resource or output", "unknown-condition", func(s *subject) []breakage {
			var all []breakage
			for _, section := range []string{"Resources", "Outputs"} {
				all = append(all, eachMember(s.Root().Get(section), func(n template.Node) breakage {
					if n.Get("Condition").IsZero() {
						return nil
					}
					return put(n.Get("Condition"), misspelt(n.Get("Condition").Text()))
				})...)
			}
			return all
		}},
		{"misspelt condition in Fn::If", "unknown-condition", onCalls("Fn::If", func(s *subject, _, arg template.Node, _ string) breakage {
			return put(arg.At(0), misspelt(arg.At(0).Text()))
		})},
		{"misspelt condition in Fn::Not", "unknown-condition", onCalls("Fn::Not", func(s *subject, _, arg template.Node, _ string) breakage {
			if arg.Kind() != template.NodeString {
				return nil
			}
			return put(arg, misspelt(arg.Text()))
		})},
		{"misspelt function", "unknown-function", onCalls("", func(s *subject, call, _ template.Node, section string) breakage {
			if call.KeyAt(0) == "Ref" {
				return nil
			}
			return rename(call.At(0), "Fn::"+misspelt(strings.TrimPrefix(call.KeyAt(0), "Fn::")))
		})},
		{"function in lower case", "unknown-function function-misspelt", onCalls("", func(s *subject, call, _ template.Node, section string) breakage {
			if call.KeyAt(0) == "Ref" {
				return nil
			}
			return rename(call.At(0), strings.ToLower(call.KeyAt(0)))
		})},
		{"misspelt DependsOn", "unknown-dependency", onResources(func(s *subject, r template.Node) breakage {
			n := r.Get("DependsOn")
			if n.Kind() == template.NodeList {
				n = n.At(n.Len() - 1)
			}
			if n.IsZero() {
				return nil
			}
			return put(n, misspelt(n.Text()))
		})},
	}
}

var subName = regexp.MustCompile(`\$\{[A-Z]`)

// callWays break the calls of functions.
func callWays() []way {
	return []way{
		{"an argument too few", "function-shape members-too-few", onCalls(fixedArguments, func(s *subject, call, arg template.Node, _ string) breakage {
			if arg.Len() < 2 {
				return nil
			}
			return breakage{marked(call.Range().Start), {Range: rangeOf(arg.At(arg.Len()-2).Range().End, arg.At(arg.Len()-1).Range().End)}}
		})},
		{"an argument too many", "function-shape", onCalls(fixedArguments, func(s *subject, call, arg template.Node, _ string) breakage {
			if s.src[arg.Range().Start] != '[' {
				return nil
			}
			at := arg.Range().Start + 1
			return breakage{marked(call.Range().Start), {Range: rangeOf(at, at), Text: mark + `"a", "b", "c", `}}
		})},
		{"text for a list of arguments", "function-shape", onCalls(fixedArguments+" Fn::Join", func(s *subject, call, arg template.Node, _ string) breakage {
			return append(put(arg, "one two"), marked(call.Range().Start))
		})},
		{"text for the list of Fn::Join", "function-argument-type", onCalls("Fn::Join", func(s *subject, call, arg template.Node, _ string) breakage {
			return append(put(arg.At(1), "a text"), marked(call.Range().Start))
		})},
		{"Fn::Sub with one argument", "function-shape", onCalls("Fn::Sub", func(s *subject, call, arg template.Node, _ string) breakage {
			return append(put(arg, []any{map[string]any{"a": "b"}}), marked(call.Range().Start))
		})},
		{"index of Fn::Select", "index-invalid slice-invalid function-argument-type", onCalls("Fn::Select", func(s *subject, call, arg template.Node, _ string) breakage {
			if !s.isList(arg.At(1)) {
				return nil
			}
			return append(put(arg.At(0), "first"), marked(call.Range().Start))
		})},
		{"condition function in a property", "function-misplaced", onProperties(func(s *subject, n template.Node, p *provider.Property) breakage {
			return put(n, map[string]any{"Fn::Equals": []any{1, 2}})
		})},
		{"Fn::GetAtt in a condition or count", "function-misplaced", onCalls("Ref", func(s *subject, call, arg template.Node, section string) breakage {
			if section != "Conditions" {
				return nil
			}
			return put(call, map[string]any{"Fn::GetAtt": []any{s.Resources[0].Name, "Id"}})
		})},
		{"resource in a condition or rule", "resource-misplaced unknown-reference", onCalls("Ref", func(s *subject, _, arg template.Node, section string) breakage {
			if section != "Conditions" && section != "Rules" || s.Local(arg.Text()) != nil {
				return nil
			}
			return put(arg, s.Resources[0].Name)
		})},
		{"function in a mapping", "function-in-mapping", onSection("Mappings", func(s *subject, n template.Node) breakage {
			return put(n.At(0).At(0), map[string]any{"Ref": "ALIYUN::Region"})
		})},
		{"function in a default", "function-in-parameter default-unfit", onSection("Parameters", func(s *subject, n template.Node) breakage {
			if n.Get("Default").IsZero() {
				return nil
			}
			return put(n.Get("Default"), map[string]any{"Ref": "ALIYUN::Region"})
		})},
		{"condition of itself", "condition-cycle", onSection("Conditions", func(s *subject, n template.Node) breakage {
			return append(put(n, map[string]any{"Fn::Not": n.Key()}), marked(n.KeyRange().Start))
		})},
		{"condition that is no function", "condition-root condition-not-boolean", onSection("Conditions", func(s *subject, n template.Node) breakage {
			return put(n, "sometimes")
		})},
	}
}

const fixedArguments = "Fn::If Fn::FindInMap Fn::GetAtt Fn::Equals Fn::Jq Fn::Contains Fn::MatchPattern Fn::Index Fn::Split Fn::SelectMapList"

// propertyWays break properties against what the catalogue knows.
func propertyWays() []way {
	return []way{
		{"removed required property", "missing-property", onProperties(func(s *subject, n template.Node, p *provider.Property) breakage {
			if !p.Required {
				return nil
			}
			for _, r := range s.Resources {
				if m := r.Node.Get("Properties"); m.Get(n.Key()) == n {
					if b := s.remove(m, n.Key()); b != nil {
						return append(b, marked(m.KeyRange().Start))
					}
				}
			}
			return nil
		})},
		{"wrong kind of literal", "wrong-type", onProperties(func(s *subject, n template.Node, p *provider.Property) breakage {
			wrong := map[provider.ValueType]any{
				provider.TypeInteger: "many", provider.TypeNumber: "many", provider.TypeBoolean: "perhaps",
				provider.TypeString: []any{1, 2}, provider.TypeList: 7, provider.TypeMap: "some",
			}[p.Type]
			if wrong == nil {
				return nil
			}
			return put(n, wrong)
		})},
		{"number out of range", "value-out-of-range", onAbsent(func(p *provider.Property) any {
			switch {
			case p.Type != provider.TypeInteger && p.Type != provider.TypeNumber:
				return nil
			case p.Max != nil:
				return *p.Max + 1
			case p.Min != nil:
				return *p.Min - 1
			}
			return nil
		})},
		{"value not listed", "value-not-listed", onAbsent(func(p *provider.Property) any {
			if len(p.Enum) == 0 || p.Type != provider.TypeString {
				return nil
			}
			return "none-of-these"
		})},
		{"text too long", "length-out-of-range", onAbsent(func(p *provider.Property) any {
			if p.MaxLength == nil || p.Type != provider.TypeString || *p.MaxLength > 1000 {
				return nil
			}
			return strings.Repeat("a", *p.MaxLength+1)
		})},
		{"list too long", "length-out-of-range", onAbsent(func(p *provider.Property) any {
			if p.MaxLength == nil || p.Type != provider.TypeList || p.Items == nil || p.Items.Type != provider.TypeString || *p.MaxLength > 100 {
				return nil
			}
			return make([]string, *p.MaxLength+1)
		})},
		{"text against the pattern", "pattern-mismatch", onAbsent(func(p *provider.Property) any {
			if p.Pattern == "" || p.Type != provider.TypeString {
				return nil
			}
			if pattern, err := regexp.Compile("^(?:" + p.Pattern + ")"); err != nil || pattern.MatchString(strange) {
				return nil
			}
			return strange
		})},
		{"property that does not exist", "unknown-property", onResources(func(s *subject, r template.Node) breakage {
			if m := r.Get("Properties"); m.Len() > 0 {
				return s.add(m, "Colour", "green")
			}
			return nil
		})},
		{"attribute as property", "read-only-property", onResources(func(s *subject, r template.Node) breakage {
			typ := schema.Default().Type(r.Get("Type").Text())
			for _, name := range sortedKeys(typ.Attributes) {
				if typ.Properties[name] == nil && r.Get("Properties").Len() > 0 {
					return s.add(r.Get("Properties"), name, "x")
				}
			}
			return nil
		})},
	}
}

const strange = "\u00a7 \u00a7"

// isList says that a value is a list whatever the parameters are.
func (s *subject) isList(n template.Node) bool {
	switch name, arg, _ := template.Call(n); name {
	case "Fn::Cidr", "Fn::Split", "Fn::GetAZs":
		return true
	case "Ref":
		p := s.Parameter(arg.Text())
		return p != nil && p.Type == "CommaDelimitedList"
	}
	return n.Kind() == template.NodeList
}

// onProperties gives the properties at the top of resources with all that is
// known of them.
func onProperties(f func(*subject, template.Node, *provider.Property) breakage) func(*subject) []breakage {
	return func(s *subject) (all []breakage) {
		for _, r := range s.Resources {
			typ := schema.Default().Type(r.Node.Get("Type").Text())
			for n := range r.Node.Get("Properties").Items() {
				if p := typ.Properties[n.Key()]; p != nil && s.src[n.Range().Start] != '!' && s.src[n.Range().Start] != '|' && template.NestedTemplate(typ.Name) == "" {
					all = keep(all, f(s, n, p))
				}
			}
		}
		return all
	}
}

// onAbsent adds a property that a resource does not have, with a wrong value.
func onAbsent(wrong func(*provider.Property) any) func(*subject) []breakage {
	return onResources(func(s *subject, r template.Node) breakage {
		typ, m := schema.Default().Type(r.Get("Type").Text()), r.Get("Properties")
		for _, name := range sortedKeys(typ.Properties) {
			if p := typ.Properties[name]; m.Len() > 0 && m.Get(name).IsZero() && !p.Deprecated {
				if v := wrong(p); v != nil {
					return s.add(m, name, v)
				}
			}
		}
		return nil
	})
}

func onResources(f func(*subject, template.Node) breakage) func(*subject) []breakage {
	return onSection("Resources", f)
}

func onSection(section string, f func(*subject, template.Node) breakage) func(*subject) []breakage {
	return func(s *subject) []breakage {
		return eachMember(s.Root().Get(section), func(n template.Node) breakage { return f(s, n) })
	}
}

func onCalls(names string, f func(s *subject, call, arg template.Node, section string) breakage) func(*subject) []breakage {
	return func(s *subject) (all []breakage) {
		s.calls(names, func(call, arg template.Node, section string) { all = keep(all, f(s, call, arg, section)) })
		return all
	}
}

func eachMember(m template.Node, f func(template.Node) breakage) (all []breakage) {
	for n := range m.Items() {
		all = keep(all, f(n))
	}
	return all
}

func keep(all []breakage, b breakage) []breakage {
	if len(b) == 0 {
		return all
	}
	return append(all, b)
}
