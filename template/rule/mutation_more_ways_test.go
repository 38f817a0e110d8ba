package rule_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// parameterWays break the definitions of parameters.
func parameterWays() []way {
	number := func(n template.Node) bool { return n.Get("Type").Text() == "Number" }
	return []way{
		{"parameter without Type", "parameter-type-missing", onParameters(func(s *subject, n template.Node) breakage {
			b := s.remove(n, "Type")
			if b == nil {
				return nil
			}
			return append(b, marked(n.KeyRange().Start))
		})},
		{"type that no parameter has", "unknown-parameter-type", onParameters(func(s *subject, n template.Node) breakage {
			return put(n.Get("Type"), "Text")
		})},
		{"attribute that no parameter has", "unknown-parameter-attribute", onParameters(func(s *subject, n template.Node) breakage {
			return s.add(n, "Hint", "none")
		})},
		{"default not among the allowed values", "parameter-not-allowed", onParameters(func(s *subject, n template.Node) breakage {
			if n.Get("AllowedValues").IsZero() || n.Get("Default").IsZero() {
				return nil
			}
			return put(n.Get("Default"), map[bool]any{true: 77777, false: "another"}[number(n)])
		})},
		{"default out of range", "parameter-too-small", onParameters(func(s *subject, n template.Node) breakage {
			if n.Get("MinValue").IsZero() || n.Get("Default").IsZero() {
				return nil
			}
			return put(n.Get("Default"), -5)
		})},
		{"default too short", "parameter-too-short parameter-pattern", onParameters(func(s *subject, n template.Node) breakage {
			if n.Get("MinLength").IsZero() || n.Get("Default").IsZero() {
				return nil
			}
			return put(n.Get("Default"), "")
		})},
		{"default against the pattern", "parameter-pattern", onParameters(func(s *subject, n template.Node) breakage {
			if n.Get("AllowedPattern").IsZero() || n.Get("Default").IsZero() {
				return nil
			}
			return put(n.Get("Default"), "?? ??")
		})},
		{"default of another type", "default-unfit", onParameters(func(s *subject, n template.Node) breakage {
			wrong := map[string]any{"Number": "some", "Boolean": "maybe", "String": []int{1}}[n.Get("Type").Text()]
			if wrong == nil || n.Get("Default").IsZero() {
				return nil
			}
			return put(n.Get("Default"), wrong)
		})},
		{"allowed values of another type", "constraint-unfit allowed-value-unfit", onParameters(func(s *subject, n template.Node) breakage {
			if n.Get("AllowedValues").IsZero() || !number(n) {
				return nil
			}
			return put(n.Get("AllowedValues").At(0), "few")
		})},
		{"bounds crossed", "bounds-crossed", onParameters(func(s *subject, n template.Node) breakage {
			for _, bound := range []string{"MaxValue", "MaxLength"} {
				if low := n.Get(strings.Replace(bound, "Max", "Min", 1)); !n.Get(bound).IsZero() && !low.IsZero() {
					return append(put(n.Get(bound), -1), marked(low.Range().Start))
				}
			}
			return nil
		})},
		{"pattern that is none", "pattern-invalid constraint-unfit", onParameters(func(s *subject, n template.Node) breakage {
			if n.Get("AllowedPattern").IsZero() {
				return nil
			}
			return put(n.Get("AllowedPattern"), "[a-")
		})},
		{"parameter that nothing uses", "unused-parameter", func(s *subject) []breakage {
			if m := s.Root().Get("Parameters"); m.Len() > 0 {
				return []breakage{s.add(m, "Spare1", map[string]any{"Type": "String"})}
			}
			return nil
		}},
		{"name taken by a parameter", "name-taken", onParameters(func(s *subject, n template.Node) breakage {
			b := s.add(s.Root().Get("Resources"), n.Key(), map[string]any{"Type": "ALIYUN::ROS::WaitConditionHandle"})
			return append(b, marked(n.KeyRange().Start))
		})},
	}
}

func onParameters(f func(*subject, template.Node) breakage) func(*subject) []breakage {
	return onSection("Parameters", f)
}

// structureWays break sections, resources and the text itself.
func structureWays() []way {
	return slices.Concat(sectionWays(), resourceWays(), textWays())
}

func sectionWays() []way {
	return []way{
		{"version that does not exist", "unknown-version", func(s *subject) []breakage {
			return []breakage{put(s.Root().Get("ROSTemplateFormatVersion"), "2016-09-01")}
		}},
		{"no version", "version-missing", func(s *subject) []breakage {
			return []breakage{append(s.remove(s.Root(), "ROSTemplateFormatVersion"), marked(0), marked(s.Root().At(1).KeyRange().Start))}
		}},
		{"unknown section", "unknown-section", func(s *subject) []breakage {
			return []breakage{s.add(s.Root(), "Settings", map[string]any{"a": 1})}
		}},
		{"section that is no map", "section-not-map", func(s *subject) []breakage {
			return eachMember(s.Root(), func(n template.Node) breakage {
				if n.Kind() != template.NodeMap || n.Key() == "Metadata" || n.Key() == "Description" || n.Key() == "Parameters" || n.Key() == "Resources" {
					return nil // without the last two much else is wrong
				}
				return put(n, []int{1})
			})
		}},
		{"output without Value", "output-without-value", onSection("Outputs", func(s *subject, n template.Node) breakage {
			return append(breakage{marked(n.KeyRange().Start)}, diag.Edit{Range: n.Get("Value").KeyRange(), Text: mark + `"Description"`})
		})},
		{"condition that nothing uses", "unused-condition", func(s *subject) []breakage {
			if m := s.Root().Get("Conditions"); m.Len() > 0 {
				return []breakage{s.add(m, "Never1", map[string]any{"Fn::Equals": []any{map[string]any{"Ref": "ALIYUN::Region"}, "cn-hangzhou"}})}
			}
			return nil
		}},
		{"mapping that nothing uses", "unused-mapping", func(s *subject) []breakage {
			if m := s.Root().Get("Mappings"); m.Len() > 0 {
				return []breakage{s.add(m, "Never1", map[string]any{"a": map[string]any{"b": 1}})}
			}
			return nil
		}},
		{"assertion without Assert", "rule-without-assert", onSection("Rules", func(s *subject, n template.Node) breakage {
			item := n.Get("Assertions").At(0)
			return append(breakage{{Range: item.Get("Assert").KeyRange(), Text: mark + `"Assertion"`}}, marked(item.Range().Start))
		})},
	}
}

func resourceWays() []way {
	return []way{
		{"resource without Type", "resource-without-type", onResources(func(s *subject, r template.Node) breakage {
			b := s.remove(r, "Type")
			if b == nil {
				return nil
			}
			return append(b, marked(r.KeyRange().Start))
		})},
		{"unknown attribute of a resource", "unknown-resource-attribute", onResources(func(s *subject, r template.Node) breakage {
			return s.add(r, "Comment", "none")
		})},
		{"deletion policy that does not exist", "deletion-policy", onResources(func(s *subject, r template.Node) breakage {
			if n := r.Get("DeletionPolicy"); !n.IsZero() {
				return put(n, "Snapshot")
			}
			return s.add(r, "DeletionPolicy", "Keep")
		})},
		{"count that is no number", "count-invalid", onResources(func(s *subject, r template.Node) breakage {
			if n := r.Get("Count"); !n.IsZero() {
				return put(n, "two")
			}
			return s.add(r, "Count", -1)
		})},
		{"DependsOn of another kind", "depends-on-shape", onResources(func(s *subject, r template.Node) breakage {
			if n := r.Get("DependsOn"); !n.IsZero() {
				return put(n, map[string]any{"a": 1})
			}
			return s.add(r, "DependsOn", 5)
		})},
		{"DependsOn of itself", "resource-cycle", onResources(func(s *subject, r template.Node) breakage {
			if !r.Get("DependsOn").IsZero() {
				return nil
			}
			return append(s.add(r, "DependsOn", r.Key()), marked(r.KeyRange().Start))
		})},
		{"cycle by DependsOn", "resource-cycle", func(s *subject) []breakage {
			return s.edges(func(from, to template.Node) breakage {
				if !to.Get("DependsOn").IsZero() {
					return nil
				}
				return append(s.add(to, "DependsOn", from.Key()), marked(to.KeyRange().Start), marked(from.KeyRange().Start))
			})
		}},
		{"cycle by Ref", "resource-cycle", func(s *subject) []breakage {
			return s.edges(func(from, to template.Node) breakage {
				for n := range to.Get("Properties").Items() {
					if n.Kind() == template.NodeString {
						return append(put(n, map[string]any{"Ref": from.Key()}), marked(to.KeyRange().Start), marked(from.KeyRange().Start))
					}
				}
				return nil
			})
		}},
		{"read of what a condition may drop", "reference-absent reference-conditional", func(s *subject) []breakage {
			return s.edges(func(from, to template.Node) breakage {
				if len(s.Conditions) == 0 || !to.Get("Condition").IsZero() || !from.Get("Condition").IsZero() {
					return nil
				}
				b := s.add(to, "Condition", s.Conditions[0].Name)
				b[0].Text = strings.ReplaceAll(b[0].Text, mark, "")
				s.calls("Ref Fn::GetAtt", func(call, arg template.Node, _ string) {
					if arg.Text() == to.Key() || arg.At(0).Text() == to.Key() {
						b = append(b, marked(arg.Range().Start))
					}
				})
				return b
			})
		}},
	}
}

// edges gives the resources that read another by Ref or Fn::GetAtt.
func (s *subject) edges(f func(from, to template.Node) breakage) (all []breakage) {
	resources := s.Root().Get("Resources")
	for from := range resources.Items() {
		walk(from.Get("Properties"), func(n template.Node, path []string) {
			name, arg, ok := template.Call(n)
			if name == "Fn::GetAtt" {
				arg = arg.At(0)
			}
			if to := resources.Get(arg.Text()); ok && (name == "Ref" || name == "Fn::GetAtt") && !to.IsZero() && s.src[n.Range().Start] != '!' {
				all = keep(all, f(from, to))
			}
		})
	}
	return all
}

func textWays() []way {
	anyMap := func(f func(s *subject, m template.Node) breakage) func(*subject) []breakage {
		return func(s *subject) (all []breakage) {
			walk(s.Root(), func(n template.Node, path []string) {
				if n.Kind() == template.NodeMap && n.Len() > 1 && len(path) > 0 {
					all = keep(all, f(s, n))
				}
			})
			return all
		}
	}
	return []way{
		{"key twice", "duplicate-key", anyMap(func(s *subject, m template.Node) breakage {
			return append(s.add(m, m.KeyAt(0), "twice"), marked(m.At(0).KeyRange().Start))
		})},
		{"indented too far", "", anyMap(func(s *subject, m template.Node) breakage {
			key, before := m.At(1).KeyRange().Start, m.At(0)
			if s.src[m.Range().Start] == '{' || s.src[before.Range().Start] == '|' || !s.aloneBefore(key) {
				return nil
			}
			return breakage{{Range: rangeOf(key, key), Text: " " + mark}}
		})},
		{"comma or colon left out", "", anyMap(func(s *subject, m template.Node) breakage {
			end := m.At(0).KeyRange().End
			if s.src[m.Range().Start] == '{' {
				if end = m.At(0).Range().End; s.src[end] != ',' {
					return nil
				}
				return breakage{{Range: rangeOf(end, end+1), Text: mark}, marked(m.At(1).KeyRange().Start)}
			}
			return breakage{{Range: rangeOf(end, end+1), Text: mark}, s.nextLine(end + 1)}
		})},
		{"bracket not closed", "", func(s *subject) (all []breakage) {
			walk(s.Root(), func(n template.Node, _ []string) {
				if r := n.Range(); n.Kind() == template.NodeList && s.src[r.Start] == '[' && s.src[r.End-1] == ']' {
					all = append(all, breakage{marked(r.Start), {Range: rangeOf(r.End-1, r.End), Text: mark}, s.nextLine(r.End)})
				}
			})
			return all
		}},
		{"quote not closed", "", func(s *subject) (all []breakage) {
			for r := range s.Root().Get("Resources").Items() {
				at := r.Get("Type").Range()
				all = append(all, breakage{{Range: at, Text: mark + `"` + strings.Trim(string(s.src[at.Start:at.End]), `"`)}})
			}
			return all
		}},
		{"tab for indentation", "", anyMap(func(s *subject, m template.Node) breakage {
			key := m.At(1).KeyRange().Start
			if s.src[m.Range().Start] == '{' || s.src[m.At(0).Range().Start] == '|' || !s.aloneBefore(key) {
				return nil
			}
			return breakage{{Range: rangeOf(uint32(s.lineStart(key)), key), Text: "\t" + mark}}
		})},
	}
}

// nextLine marks the line after a place, where a reader first notices what is
// left out before.
func (s *subject) nextLine(at uint32) diag.Edit {
	return marked(at + uint32(bytes.IndexByte(append(s.src[at:len(s.src):len(s.src)], '\n'), '\n')+1))
}

// aloneBefore says that nothing but blanks, and some, stand before a place of a
// line.
func (s *subject) aloneBefore(at uint32) bool {
	before := s.src[s.lineStart(at):at]
	return len(before) > 0 && len(bytes.TrimSpace(before)) == 0
}

// networkWays break what networks need and what secrets do.
func networkWays() []way {
	literal := func(r template.Node, typ, property string) template.Node {
		if n := r.Get("Properties").Get(property); r.Get("Type").Text() == typ && n.Kind() == template.NodeString {
			return n
		}
		return template.Node{}
	}
	return []way{
		{"block outside of the network", "cidr-outside", onResources(func(s *subject, r template.Node) breakage {
			n := literal(r, "ALIYUN::ECS::VSwitch", "CidrBlock")
			_, net, ok := template.Call(r.Get("Properties").Get("VpcId"))
			if n.IsZero() || !ok || literal(s.Root().Get("Resources").Get(net.Text()), "ALIYUN::ECS::VPC", "CidrBlock").IsZero() {
				return nil
			}
			return put(n, "172.19.240.0/24")
		})},
		{"blocks that overlap", "cidr-overlap", func(s *subject) (all []breakage) {
			var first template.Node
			for r := range s.Root().Get("Resources").Items() {
				n := literal(r, "ALIYUN::ECS::VSwitch", "CidrBlock")
				if !first.IsZero() && !n.IsZero() {
					all = append(all, append(put(n, first.Text()), marked(first.Range().Start)))
				}
				if !n.IsZero() {
					first = n
				}
			}
			return all
		}},
		{"block that is none", "cidr-malformed", onResources(func(s *subject, r template.Node) breakage {
			if n := literal(r, "ALIYUN::ECS::VPC", "CidrBlock"); !n.IsZero() {
				return put(n, "10.0.0.300/16")
			}
			return nil
		})},
		{"port range that is none", "port-range", onResources(func(s *subject, r template.Node) breakage {
			n := literal(r, "ALIYUN::ECS::SecurityGroupIngress", "PortRange")
			if rules := r.Get("Properties").Get("SecurityGroupIngress"); n.IsZero() && rules.Len() > 0 {
				n = rules.At(0).Get("PortRange")
			}
			if n.IsZero() {
				return nil
			}
			return put(n, "99999/80")
		})},
		{"secret with a default", "secret-default", onParameters(func(s *subject, n template.Node) breakage {
			if n.Get("NoEcho").IsZero() {
				return nil
			}
			return s.add(n, "Default", "Passw0rd!1")
		})},
		{"secret in clear", "secret-in-clear", onProperties(func(s *subject, n template.Node, p *provider.Property) breakage {
			if !p.Sensitive {
				return nil
			}
			return put(n, "Passw0rd!1")
		})},
		{"secret without NoEcho", "secret-echoed", onParameters(func(s *subject, n template.Node) breakage {
			b := s.remove(n, "NoEcho")
			if b == nil {
				return nil
			}
			return append(b, marked(n.KeyRange().Start))
		})},
	}
}

func rangeOf(start, end uint32) diag.Range { return diag.Range{Start: start, End: end} }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
