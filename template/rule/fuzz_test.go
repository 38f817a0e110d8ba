package rule_test

import (
	"slices"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// FuzzCheck: whatever the text is, findings lie in it, those of Parse are among
// them, their fixes can be made, and to check again gives the same.
func FuzzCheck(f *testing.F) {
	f.Add(mendable)
	f.Add(mendable + "# bianpai:ignore\n#bianpai:ignore x y\nMetadata: {bianpai: {Ignore: [a, {b: c}]}, ALIYUN::ROS::Interface: {ParameterGroups: {a: b}, Hidden: [[a]], Outputs: a}}\n")
	f.Add("{\"Resources\": {\"S\": {\"Type\": \"ALIYUN::ROS::Stack\", \"Properties\": {\"Parameters\": 1, \"TemplateBody\": {\"Outputs\": 2}}}}, \"Outputs\": {\"O\": {\"Value\": {\"Fn::GetAtt\": [\"S\", \"Outputs.\"]}}}}")
	f.Add(version + "Parameters: {P: {Type: Json, AllowedValues: {a: b}, AssociationPropertyMetadata: {Visible: {Condition: {Fn::Not: {}}}, CharacterClasses: [1], Parameters: [P]}}}\n")
	f.Add(version + "Resources: {G: {Type: 'ALIYUN::ECS::SecurityGroup', DependsOn: [[a, a]], Count: 1e9, Properties: &a {Tags: [{Key: {Ref: G}}, {Key: {Ref: G}}], Any: *a}}}\n")
	f.Add(version + "Resources: {G: {Type: 'ALIYUN::ECS::VPC', Properties: {Description: {Fn::If: [[], {Fn::Select: [x, {Fn::Split: []}]}, {Fn::Sub: ['${G.a.b} ${', 1]}]}}}}\n")
	types := schema.Default()
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 1<<14 {
			return
		}
		tmpl, _ := template.Parse("t.yaml", []byte(src), nil)
		found := rule.Check(tmpl, &rule.Options{Types: types, NoWaivers: true})
		if len(found) < len(tmpl.Diagnostics()) {
			t.Fatal("findings of Parse are lost")
		}
		var fixes []diag.Fix
		for _, d := range found {
			if d.Source != nil && (d.Range.Start > d.Range.End || int(d.Range.End) > len(d.Source.Text())) {
				t.Fatalf("%s lies outside of the text: %v", d.Code, d.Range)
			}
			fixes = append(fixes, d.Fixes...)
		}
		diag.Apply(tmpl.Source().Text(), fixes)
		again := rule.Check(tmpl, &rule.Options{Types: types, NoWaivers: true})
		same := func(a, b diag.Diagnostic) bool {
			return a.Code == b.Code && a.Range == b.Range && slices.Equal(a.Args, b.Args)
		}
		if !slices.EqualFunc(found, again, same) {
			t.Fatal("checked again, other things are found")
		}
		rule.Check(tmpl, nil)
	})
}
