package rule_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

const version = "ROSTemplateFormatVersion: '2015-09-01'\n"

// net is a resource that uses what is put into it.
func net(value string) string {
	return "Resources:\n  Net: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlock: 10.0.0.0/8, Description: " + value + "}}\n"
}

// TestRules has, for each code, texts in which it is found and where, and texts
// that come close and in which nothing is.
func TestRules(t *testing.T) {
	const group = "Resources:\n  G: {Type: 'ALIYUN::ECS::SecurityGroup', Properties: "
	const form = "Parameters:\n  P: {Type: String, AssociationPropertyMetadata: "
	for _, c := range []struct {
		code diag.Code
		src  string
		want []string // "severity path [text at its place]"
	}{
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n" + net("x"), []string{"warning Parameters.P [P]"}},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n" + net("{Ref: P}"), nil},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n" + net("{Fn::Sub: 'a ${P}'}"), nil},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n" + net("{Fn::Sub: ['a ${P}', {P: x}]}"), []string{"warning Parameters.P [P]"}},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n  Q: {Type: String, AssociationPropertyMetadata: {ZoneId: '${P}'}}\n" + net("{Ref: Q}"), nil},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n  Q: {Type: String, AssociationPropertyMetadata: {ZoneId: P}}\n" + net("{Ref: Q}"), nil},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n  Q: {Type: Json, AssociationPropertyMetadata: {Visible: {Condition: {Fn::Equals: ['${P.a.0}', x]}}}}\n" + net("{Ref: Q}"), nil},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n" + net("x") + "Rules: {R: {Assertions: [{Assert: {Fn::Not: {Fn::Equals: [{Ref: P}, a]}}}]}}\n", nil},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n" + net("x") + "Metadata: {ALIYUN::ROS::Interface: {ParameterGroups: [{Parameters: [P]}]}}\n", []string{"warning Parameters.P [P]"}},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n" + net("x") + "Metadata: {ALIYUN::ROS::Interface: {ResourcesForParameterConstraints: {A: {Type: X, Properties: {Z: {Ref: P}}}}}}\n", nil},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n" + net("{Ref: {Fn::Join: ['', [P]]}}"), nil},
		{"unused-parameter", "Parameters:\n  P: {Type: String}\n", nil}, // a part of a template
		{"unused-parameter", "Parameters:\n  P: {Type: String}\nResources:\n  N: {Type: 'ALIYUN::ECS::VPC', DeletionPolicy: {Ref: P}}\n", nil},
		{"unused-mapping", "Mappings: {M: {a: {b: c}}}\n" + net("x"), []string{"warning Mappings.M [M]"}},
		{"unused-mapping", "Mappings: {M: {a: {b: c}}}\n" + net("{Fn::FindInMap: [M, a, b]}"), nil},
		{"unused-mapping", "Parameters: {P: {Type: String, Default: M}}\nMappings: {M: {a: {b: c}}}\n" + net("{Fn::FindInMap: [{Ref: P}, a, b]}"), nil},
		{"unused-mapping", "Parameters: {P: {Type: String, AssociationPropertyMetadata: {MappingMetadata: {MappingName: M}}}}\nMappings: {M: {a: {b: c}}}\n" + net("{Ref: P}"), nil},
		{"unused-condition", "Conditions: {C: {Fn::Equals: [a, b]}}\n" + net("x"), []string{"warning Conditions.C [C]"}},
		{"unused-condition", "Conditions: {C: {Fn::Equals: [a, b]}}\n" + net("{Fn::If: [C, a, b]}"), nil},
		{"unused-condition", "Conditions: {C: {Fn::Equals: [a, b]}, D: {Fn::Not: C}, E: {Fn::And: [C, {Condition: D}]}}\n" + net("{Fn::If: [{Condition: E}, a, b]}"), nil},
		{"unused-condition", "Conditions: {C: {Fn::Equals: [a, b]}}\n" + net("x") + "Outputs: {O: {Value: 1, Condition: C}}\n", nil},
		{"unused-condition", "Conditions: {C: {Fn::Equals: [a, b]}}\n" + net("x") + "Rules: {R: {RuleCondition: C, Assertions: [{Assert: true}]}}\n", nil},
		{"unused-local", "Locals: {L: {Value: a}}\n" + net("x"), []string{"warning Locals.L [L]"}},
		{"unused-local", "Locals: {L: {Value: a}, M: {Value: {Ref: L}}}\n" + net("{Ref: M}"), nil},
		{"unused-local", "Locals: {L: {Type: 'DATASOURCE::ECS::Zones'}, M: {Type: Eval, Value: {Fn::GetAtt: [L, ZoneIds]}}}\n" + net("{Ref: M}"), nil},

		{"reference-type", "Parameters: {P: {Type: CommaDelimitedList}}\n" + net("{Ref: P}"), []string{"error Resources.Net.Properties.Description [{Ref: P}]"}},
		{"reference-type", "Parameters: {P: {Type: CommaDelimitedList}}\n" + net("{Fn::If: [C, {Fn::Select: [0, {Ref: P}]}, {Ref: P}]}") + "Conditions: {C: {Fn::Equals: [a, b]}}\n", []string{"error Resources.Net.Properties.Description [{Ref: P}]"}},
		{"reference-type", "Parameters: {P: {Type: Json}, Q: {Type: Number}, B: {Type: Boolean}}\n" + net("{Ref: P}") + "  M: {Type: 'ALIYUN::ECS::VPC', Properties: {VpcName: {Ref: Q}, Description: {Ref: B}}}\n", nil},
		{"reference-type", net("{Fn::Split: [',', a]}"), []string{"error Resources.Net.Properties.Description [{Fn::Split: [',', a]}]"}},
		{"reference-type", net("x") + "  M: {Type: 'ALIYUN::ECS::VPC', Count: 2}\n  N: {Type: 'ALIYUN::ECS::VPC', Properties: {Description: {Ref: M}}}\n", []string{"error Resources.N.Properties.Description [{Ref: M}]"}},
		{"reference-type", net("x") + "  M: {Type: 'ALIYUN::ECS::VPC', Count: 2}\n  N: {Type: 'ALIYUN::ECS::VPC', Properties: {Description: {Ref: 'M[0]'}, VpcName: {Fn::Select: [0, {Ref: M}]}}}\n", nil},
		{"reference-type", "Parameters: {P: {Type: Number}, S: {Type: String}}\n" + group + "{Tags: {Ref: P}}}\n  H: {Type: 'ALIYUN::ECS::SecurityGroup', Properties: {Tags: {Ref: S}}}\n", []string{"error Resources.G.Properties.Tags [{Ref: P}]"}},

		{"parameter-value-unfit", "Parameters: {P: {Type: Number, Default: 200}}\n" + group + "{}}\n  S: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {IpProtocol: tcp, PortRange: 1/2, Priority: {Ref: P}}}\n", []string{"warning Parameters.P.Default [200]"}},
		{"parameter-value-unfit", "Parameters: {P: {Type: Number, Default: 1, AllowedValues: [1, 0, 101], MaxValue: 200}}\n" + group + "{}}\n  S: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {IpProtocol: tcp, PortRange: 1/2, Priority: {Ref: P}}}\n",
			[]string{"warning Parameters.P.AllowedValues[1] [0]", "warning Parameters.P.AllowedValues[2] [101]", "warning Parameters.P.MaxValue [200]"}},
		{"parameter-value-unfit", "Parameters: {P: {Type: Number, Default: null, MaxValue: 100}}\n" + group + "{}}\n  S: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {IpProtocol: tcp, PortRange: 1/2, Priority: {Ref: P}}}\n", nil},
		{"parameter-value-unfit", "Parameters: {P: {Type: Number, Default: 200}}\nConditions: {C: {Fn::Equals: [{Ref: P}, 1]}}\n" + group + "{}}\n  S: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {IpProtocol: tcp, PortRange: 1/2, Priority: {Fn::If: [C, {Ref: P}, 1]}}}\n", nil},

		{"duplicate-item", net("x") + "  S: {Type: 'ALIYUN::ROS::WaitConditionHandle', DependsOn: [Net, Net]}\n", []string{"warning Resources.S.DependsOn [Net]"}},
		{"duplicate-item", net("x") + "  S: {Type: 'ALIYUN::ROS::WaitConditionHandle', DependsOn: [Net]}\n", nil},
		{"duplicate-item", "Parameters: {P: {Type: String, AllowedValues: [a, b, a]}}\n" + net("{Ref: P}"), []string{"warning Parameters.P.AllowedValues [a]"}},
		{"duplicate-item", group + "{Tags: [{Key: a, Value: b}, {Key: a, Value: c}]}}\n", []string{"warning Resources.G.Properties.Tags [{Key: a, Value: c}]"}},
		{"duplicate-item", group + "{Tags: [{Key: a, Value: b}, {Key: b, Value: b}]}}\n", nil},
		{"duplicate-item", group + "{SecurityGroupIngress: [{IpProtocol: tcp, PortRange: 1/2}, {IpProtocol: tcp, PortRange: 1/2}]}}\n", []string{"warning Resources.G.Properties.SecurityGroupIngress [{IpProtocol: tcp, PortRange: 1/2}]"}},
		{"duplicate-item", group + "{SecurityGroupIngress: [{IpProtocol: tcp, PortRange: 1/2}, {IpProtocol: tcp, PortRange: 1/3}]}}\n", nil},
		{"duplicate-rule", group + "{}}\n  A: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {PortRange: 1/2}}\n  B: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {PortRange: 1/2}}\n", []string{"warning Resources.B [B]"}},
		{"duplicate-rule", group + "{}}\n  A: {Type: 'ALIYUN::ECS::SecurityGroupIngress', Properties: {PortRange: 1/2}}\n  B: {Type: 'ALIYUN::ECS::SecurityGroupEgress', Properties: {PortRange: 1/2}}\n", nil},

		{"read-only-property", "Resources:\n  N: {Type: 'ALIYUN::ECS::VPC', Properties: {VRouterId: a}}\n", []string{"warning Resources.N.Properties.VRouterId [VRouterId]"}},
		{"unknown-property", "Resources:\n  N: {Type: 'ALIYUN::ECS::VPC', Properties: {VRouterId: a}}\n", nil},

		{"unknown-association", "Parameters: {P: {Type: String, AssociationProperty: ZoneIds}}\n" + net("{Ref: P}"), []string{"warning Parameters.P.AssociationProperty [ZoneIds]"}},
		{"unknown-association", "Parameters: {P: {Type: String, AssociationProperty: 'ALIYUN::ECS::Instance:ZoneId'}}\n" + net("{Ref: P}"), nil},
		{"unknown-association-key", "Parameters: {P: {Type: String, AssociationProperty: ZoneId, AssociationPropertyMetadata: {RegionId: a, Shape: b, Visible: {Condition: {Fn::Equals: [a, a]}}}}}\n" + net("{Ref: P}"),
			[]string{"advice Parameters.P.AssociationPropertyMetadata.Shape [Shape]"}},
		{"association-not-map", form + "[a]}\n" + net("{Ref: P}"), []string{"warning Parameters.P.AssociationPropertyMetadata [[a]]"}},
		{"association-not-map", form + "{CharacterClasses: [{Class: digit, min: 1}, {Class: number}]}}\n" + net("{Ref: P}"), []string{"warning Parameters.P.AssociationPropertyMetadata.CharacterClasses[0].Class [digit]"}},
		{"association-not-map", form + "null}\n" + net("{Ref: P}"), nil},
		{"unknown-form-reference", form + "{RegionId: '${Q}'}}\n" + net("{Ref: P}"), []string{"warning Parameters.P.AssociationPropertyMetadata.RegionId [${Q}]"}},
		{"unknown-form-reference", form + "{RegionId: '${P.a}', X: '${!Q}', Y: '${.Sibling}', Z: Q}}\n" + net("{Ref: P}"), nil},
		{"unknown-form-reference", form + "{Parameters: {In: {Type: String, AssociationPropertyMetadata: {RegionId: '${In}'}}}}}\n" + net("{Ref: P}"), nil},
		{"form-condition", form + "{Visible: {Condition: {Fn::Not: [{Fn::Equals: ['${P}', a]}]}}}}\n" + net("{Ref: P}"), []string{"warning Parameters.P.AssociationPropertyMetadata.Visible.Condition.Fn::Not [[{Fn::Equals: ['${P}', a]}]]"}},
		{"form-condition", form + "{Visible: {Condition: {Fn::Or: [{Fn::Equals: ['${P}', a]}, {Fn::Contains: [[a], '${P}']}]}}}}\n" + net("{Ref: P}"), nil},
		{"form-condition", form + "{Value: [{Condition: {Fn::Length: a}, Value: 1}]}}\n" + net("{Ref: P}"), []string{"warning Parameters.P.AssociationPropertyMetadata.Value.Condition.Fn::Length [Fn::Length]"}},
		{"form-condition", form + "{Visible: {Condition: {Fn::Equals: [{Ref: P}, a]}}}}\n" + net("{Ref: P}"), []string{"warning Parameters.P.AssociationPropertyMetadata.Visible.Condition.Fn::Equals [{Ref: P}]"}},
		{"unknown-form-name", net("x") + "Metadata: {ALIYUN::ROS::Interface: {ParameterGroups: [{Parameters: [A]}], Hidden: [B], Outputs: [C]}}\n",
			[]string{"warning Metadata.ALIYUN::ROS::Interface.ParameterGroups[0].Parameters[0] [A]", "warning Metadata.ALIYUN::ROS::Interface.Hidden[0] [B]", "warning Metadata.ALIYUN::ROS::Interface.Outputs[0] [C]"}},

		{"index-invalid", net("{Fn::Select: [abc, [a, b]]}"), []string{"error Resources.Net.Properties.Description [{Fn::Select: [abc, [a, b]]}]"}},
		{"index-invalid", net("{Fn::Select: ['1', [a, b]]}"), nil},
		{"index-invalid", "Parameters: {L: {Type: CommaDelimitedList}}\n" + net("{Fn::Select: [x, {Ref: L}]}"), []string{"error Resources.Net.Properties.Description [{Fn::Select: [x, {Ref: L}]}]"}},
		{"index-invalid", "Parameters: {L: {Type: CommaDelimitedList}, J: {Type: Json}}\n" + net("{Fn::Join: [',', [{Fn::Select: ['-1', {Ref: L}]}, {Fn::Select: ['1:', {Ref: L}]}, {Fn::Select: [x, {Ref: J}]}]]}"), nil},
		{"function-argument-type", "Parameters: {P: {Type: String}}\n" + net("{Fn::Join: [[a, {Ref: P}], ',']}"), []string{"error Resources.Net.Properties.Description [{Fn::Join: [[a, {Ref: P}], ',']}]"}},
		{"function-argument-type", net("{Fn::Join: [[a], ',']}"), []string{"error Resources.Net.Properties.Description [{Fn::Join: [[a], ',']}]"}},
		{"function-argument-type", "Parameters: {P: {Type: String}}\n" + net("{Fn::Replace: [{a: {Ref: P}}, {Ref: P}]}"), nil},
		{"cidr-invalid", net("{Fn::Select: [0, {Fn::Cidr: [10.0.0.0, 3, 8]}]}"), []string{"error Resources.Net.Properties.Description [{Fn::Cidr: [10.0.0.0, 3, 8]}]"}},
		{"cidr-invalid", "Parameters: {P: {Type: String}}\n" + net("{Fn::Select: [0, {Fn::Cidr: [{Ref: P}, 3, 8]}]}"), nil},
		{"cidr-too-many", net("{Fn::Select: [0, {Fn::Cidr: [10.0.0.0/24, 3, 8]}]}"), []string{"error Resources.Net.Properties.Description [{Fn::Cidr: [10.0.0.0/24, 3, 8]}]"}},
		{"division-by-zero", net("x") + "Outputs: {O: {Value: {Fn::Calculate: [1/0, 0]}}}\n", []string{"warning Outputs.O.Value [{Fn::Calculate: [1/0, 0]}]"}},
		{"base64-invalid", "Conditions: {C: {Fn::Equals: [a, b]}}\n" + net("{Fn::If: [C, {Fn::Base64Decode: '*'}, b]}"), []string{"warning Resources.Net.Properties.Description [{Fn::Base64Decode: '*'}]"}},
		{"function-argument-type", net("{Fn::Join: ['', [[a]]]}"), []string{"error Resources.Net.Properties.Description [{Fn::Join: ['', [[a]]]}]"}},
		{"function-argument-type", "Parameters: {P: {Type: Json}}\n" + net("{Fn::Join: ['', [{Ref: P}, null, 1]]}"), nil},

		{"allowed-value-unfit", "Parameters: {P: {Type: Number, MinValue: 2, AllowedValues: [1, '2', x, null]}}\n" + net("{Ref: P}"), []string{"warning Parameters.P.AllowedValues[0] [1]", "warning Parameters.P.AllowedValues[2] [x]"}},
		{"allowed-value-unfit", "Parameters: {P: {Type: Boolean, AllowedValues: ['true', false]}, Q: {Type: String, AllowedPattern: '[a-z]+', AllowedValues: [a, A]}}\n" + net("{Fn::Sub: '${P}${Q}'}"), []string{"warning Parameters.Q.AllowedValues[1] [A]"}},
		{"nested-output", net("{Fn::GetAtt: [S, Outputs.B]}") + "  S: {Type: 'ALIYUN::ROS::Stack', Properties: {TemplateBody: {Outputs: {A: {Value: 1}}}}}\n", []string{"warning Resources.Net.Properties.Description [Outputs.B]"}},
		{"nested-output", net("{Fn::GetAtt: [S, Outputs.A]}") + "  S: {Type: 'ALIYUN::ROS::Stack', Properties: {TemplateBody: {Outputs: {A: {Value: 1}}}}}\n", nil},
		{"nested-output", net("{Fn::GetAtt: [S, Outputs.A]}") + "  S: {Type: 'ALIYUN::ROS::Stack', Properties: {TemplateURL: 'oss://a/b'}}\n", nil},
		{"nested-parameter", net("x") + "  S: {Type: 'ALIYUN::ROS::Stack', Properties: {Parameters: {A: 1, B: 2}, TemplateBody: {Parameters: {A: {}, C: {}, D: {Default: null}}}}}\n",
			[]string{"warning Resources.S.Properties.Parameters.B [B]", "warning Resources.S.Properties.TemplateBody.Parameters.C [C]"}},
		{"module-version", "Resources: {M: {Type: 'MODULE::My::T::M', Version: v2}, N: {Type: 'MODULE::My::T::M', Version: '2'}}\n", []string{"warning Resources.N.Version ['2']"}},
		{"sub-missing", "Parameters: {P: {Type: String}}\n" + net("'a ${P} ${Q}'"), []string{"warning Resources.Net.Properties.Description [${P}]"}},
		{"sub-missing", "Parameters: {P: {Type: String}}\n" + net("{Fn::Sub: 'a ${P}'}") + "  M: {Type: 'ALIYUN::ECS::VPC', Properties: {Description: '${Q} ${Net} ${!P}'}}\n", nil},

		{"resource-cycle", "Conditions: {C: {Fn::Equals: [a, b]}}\nResources:\n  A: {Type: 'ALIYUN::ECS::VPC', Condition: C, DependsOn: B}\n  B: {Type: 'ALIYUN::ECS::VPC', Properties: {Description: {Ref: A}}}\n", []string{"warning Resources.A [A]"}},
		{"resource-cycle", "Conditions: {C: {Fn::Equals: [a, b]}}\nResources:\n  A: {Type: 'ALIYUN::ECS::VPC', Condition: C, DependsOn: A}\n", []string{"warning Resources.A [A]"}},
		{"resource-cycle", "Conditions: {C: {Fn::Equals: [a, b]}, D: {Fn::Not: C}}\nResources:\n  A: {Type: 'ALIYUN::ECS::VPC', Condition: C, DependsOn: B}\n  B: {Type: 'ALIYUN::ECS::VPC', Condition: D, DependsOn: A}\n", nil},
		{"resource-cycle", "Conditions: {C: {Fn::Equals: [a, b]}}\nResources:\n  A: {Type: 'ALIYUN::ECS::VPC', Condition: C, DependsOn: B}\n  B: {Type: 'ALIYUN::ECS::VPC', Properties: {Description: {Fn::If: [C, x, {Ref: A}]}}}\n", nil},
		{"name-odd", "Locals: {a-b: {Value: a}, c_d: {Value: b}}\n" + net("{Fn::Join: ['', [{Ref: a-b}, {Ref: c_d}]]}"), []string{"warning Locals.a-b [a-b]"}},
		{"too-many-instances", "Resources:\n  A: {Type: 'ALIYUN::ECS::VPC', Count: 300}\n  B: {Type: 'ALIYUN::ECS::VPC'}\n", []string{"warning Resources.A.Count [300]"}},
		{"too-many-instances", "Resources:\n  A: {Type: 'ALIYUN::ECS::VPC', Count: 300}\n", nil},
		{"nested-locals", "Locals: {L: {Value: a}}\n" + net("{Ref: L}") + "  S: {Type: 'ALIYUN::ROS::Stack', Properties: {TemplateBody: {Locals: {M: {Value: a}}}}}\n", []string{"error Resources.S.Properties.TemplateBody.Locals [Locals]"}},
		{"nested-locals", net("x") + "  S: {Type: 'ALIYUN::ROS::Stack', Properties: {TemplateBody: {Locals: {M: {Value: a}}}}}\n", nil},
		{"nested-template-kind", net("x") + "  S: {Type: 'ALIYUN::ROS::Stack', Properties: {TemplateBody: {Resources: {}}}}\n", []string{"warning Resources.S.Properties.TemplateBody [TemplateBody]"}},
		{"nested-template-kind", net("x") + "  S: {Type: 'ALIYUN::ROS::Stack', Properties: {TemplateBody: {ROSTemplateFormatVersion: '2015-09-01'}}}\n", nil},
	} {
		src := version + c.src
		tmpl, _ := template.Parse("t.yaml", []byte(src), nil)
		var got []string
		for _, d := range rule.Check(tmpl, &rule.Options{Types: schema.Default(), Rules: only([]diag.Code{c.code})}) {
			if d.Code == c.code {
				got = append(got, d.Severity.String()+" "+d.Path+" ["+src[d.Range.Start:d.Range.End]+"]")
			} else if d.Severity == diag.Error {
				t.Errorf("%s is tried on a template with a fault: %s\n%s", c.code, d.Message, src)
			}
		}
		slices.Sort(got)
		want := slices.Sorted(slices.Values(c.want))
		if !slices.Equal(got, want) {
			t.Errorf("%s (-want +got):\n%s\n%s", c.code, cmp.Diff(want, got), src)
		}
	}
}

// TestRulesAreDescribed checks what a program that lists the rules shows.
func TestRulesAreDescribed(t *testing.T) {
	seen := map[diag.Code]bool{}
	for _, r := range rule.Default() {
		if !slices.Contains(diag.Codes(), r.Code) || seen[r.Code] {
			t.Errorf("%s is not in the catalogue, or stands twice", r.Code)
		}
		seen[r.Code] = true
		if !strings.HasSuffix(r.Doc, ".") || r.Run == nil || r.Severity < diag.Error || r.Severity > diag.Advice || r.Words != nil {
			t.Errorf("%s is not described in full", r.Code)
		}
		if !slices.Equal(r.Established, rule.Established(r.Code)) {
			t.Errorf("%s is known elsewhere as %v", r.Code, r.Established)
		}
	}
	for _, r := range rule.Certain() {
		if r.Severity != diag.Error {
			t.Errorf("%s finds no errors", r.Code)
		}
	}
	if n := len(rule.Established("resource-cycle")); n == 0 {
		t.Error("a cycle has no other name")
	}
}

func TestStrict(t *testing.T) {
	src := version + "Parameters: {a-b: {Type: String}}\n" + net("{Ref: a-b}") + "  M: {Type: 'ALIYUN::ECS::VPC', Count: 300}\n"
	tmpl, _ := template.Parse("t.yaml", []byte(src), nil)
	for _, strict := range []bool{false, true} {
		found := rule.Check(tmpl, &rule.Options{Strict: strict})
		if got := found.Count(diag.Error); got != map[bool]int{false: 0, true: 2}[strict] {
			t.Errorf("strict %v: %d errors in %v", strict, got, findings(src, found))
		}
	}
}
