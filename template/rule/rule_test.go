package rule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// plant is a set of types made for the checks: one of each coverage, and a full
// one with each kind of property and limit.
type plant map[string]*provider.Type

func (p plant) Type(name string) *provider.Type { return p[name] }

func newPlant() plant {
	text := func() *provider.Property { return &provider.Property{Type: provider.TypeString} }
	types := plant{}
	add := func(name string, coverage provider.Coverage, props map[string]*provider.Property) *provider.Type {
		t := &provider.Type{Name: name, Coverage: coverage, Properties: props, Attributes: map[string]provider.Attribute{"Id": {}}}
		types[name] = t
		return t
	}
	for name, coverage := range map[string]provider.Coverage{
		"ALIYUN::T::Top": provider.CoverageTop, "ALIYUN::T::Docs": provider.CoverageDocs, "ALIYUN::T::Names": provider.CoverageNames,
		"ALIYUN::T::Attributes": provider.CoverageAttributes, "Custom::T": provider.CoverageNone, "MODULE::My::T::M": provider.CoverageTop,
	} {
		add(name, coverage, map[string]*provider.Property{
			"Name": {Type: provider.TypeString, Required: true}, "Size": {Type: provider.TypeInteger, Max: new(9.0)}, "Map": {Type: provider.TypeMap},
		})
	}
	add("ALIYUN::T::Empty", provider.CoverageFull, nil)
	add("ALIYUN::ROS::Stack", provider.CoverageFull, map[string]*provider.Property{"TemplateBody": {Type: provider.TypeMap, FreeKeys: true}, "Parameters": {Type: provider.TypeMap, FreeKeys: true}}).
		DynamicAttributes = []string{"Outputs.*"}
	add("ALIYUN::T::Free", provider.CoverageFull, nil).DynamicAttributes = []string{"*"}
	add("ALIYUN::T::Full", provider.CoverageFull, map[string]*provider.Property{
		"Text":    text(),
		"Int":     {Type: provider.TypeInteger, Min: new(1.0), Max: new(65535.0)},
		"Num":     {Type: provider.TypeNumber, Min: new(-0.5)},
		"Flag":    {Type: provider.TypeBoolean},
		"Any":     {},
		"Free":    {Type: provider.TypeMap, FreeKeys: true},
		"Old":     {Type: provider.TypeString, Deprecated: true},
		"Kind":    {Type: provider.TypeString, Enum: []string{"cloud_ssd", "cloud_essd"}},
		"Months":  {Type: provider.TypeInteger, Enum: []string{"1", "12"}},
		"OnOff":   {Type: provider.TypeBoolean, Enum: []string{"true"}},
		"Short":   {Type: provider.TypeString, MinLength: new(2), MaxLength: new(4)},
		"Secret":  {Type: provider.TypeString, MinLength: new(8), Sensitive: true},
		"Cidr":    {Type: provider.TypeString, Pattern: `\d+\.\d+`},
		"NoHTTP":  {Type: provider.TypeString, Pattern: `^(?!http://).{1,20}$`},
		"Choice":  {Type: provider.TypeString, Pattern: `^a$|^b`},
		"Strange": {Type: provider.TypeString, Pattern: `(`},
		"Few":     {Type: provider.TypeList, MinLength: new(1), MaxLength: new(2), Items: text()},
		"Disks": {Type: provider.TypeList, Items: &provider.Property{Type: provider.TypeMap, Properties: map[string]*provider.Property{
			"Size": {Type: provider.TypeInteger, Required: true}, "Device": text(),
		}}},
		"Open": {Type: provider.TypeMap, FreeKeys: true, Properties: map[string]*provider.Property{"Known": {Type: provider.TypeInteger}}},
	})
	return types
}

const head = "ROSTemplateFormatVersion: '2015-09-01'\nParameters: {P: {Type: String}, L: {Type: Json}}\nConditions: {C: {Fn::Equals: [a, b]}}\n"

// findings writes each finding as "severity code path [text at its place] args".
func findings(src string, l diag.List) []string {
	out := []string{}
	for _, d := range l {
		out = append(out, fmt.Sprintf("%v %s %s [%s] %s", d.Severity, d.Code, d.Path, src[d.Range.Start:d.Range.End], strings.Join(d.Args, "|")))
	}
	return out
}

// only gives the built-in rules of some codes.
func only(codes []diag.Code) []*rule.Rule {
	return slices.DeleteFunc(rule.Default(), func(r *rule.Rule) bool { return !slices.Contains(codes, r.Code) })
}

func validate(t *testing.T, src string, types template.Types) diag.List {
	t.Helper()
	tmpl, err := template.Parse("t.yaml", []byte(src), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return rule.Check(tmpl, &rule.Options{Types: types, Rules: only(checkedCodes)})
}

func TestValidateProperties(t *testing.T) {
	for _, c := range []struct {
		typ, properties string
		want            []string // below Resources.R.Properties
	}{
		{"ALIYUN::T::Full", `{Text: a, Int: 1, Num: 0.5, Flag: true, Any: [x], Free: {z: 1}, Kind: cloud_ssd}`, nil},

		// Names.
		{"ALIYUN::T::Full", `{Texts: a}`, []string{`warning unknown-property Texts [Texts] Texts|ALIYUN::T::Full|Text`}},
		{"ALIYUN::T::Full", `{"Zzzzzzzz": a}`, []string{`warning unknown-property Zzzzzzzz ["Zzzzzzzz"] Zzzzzzzz|ALIYUN::T::Full|Any, Choice, Cidr, Disks, Few, Flag, Free, Int, …`}},
		{"ALIYUN::T::Full", `{Text: a, Texts: b}`, []string{`warning unknown-property Texts [Texts] Texts|ALIYUN::T::Full|Any, Choice, Cidr, Disks, Few, Flag, Free, Int, …`}},
		{"ALIYUN::T::Full", `{Old: a}`, []string{`warning deprecated-property Old [Old] Old|ALIYUN::T::Full`}},
		{"ALIYUN::T::Full", `{Old: null}`, nil},
		{"ALIYUN::T::Empty", `{X: a}`, []string{`warning unknown-property X [X] X|ALIYUN::T::Empty|`}},

		// By coverage.
		{"ALIYUN::T::Top", `{Nme: a, Size: x}`, []string{
			`error unknown-property Nme [Nme] Nme|ALIYUN::T::Top|Name`, `error wrong-type Size [x] Size|integer|"x"`}},
		{"ALIYUN::T::Top", `{Size: 10}`, []string{
			`error missing-property Name [Properties] Name|ALIYUN::T::Top`, `error value-out-of-range Size [10] Size|10|..9`}},
		{"ALIYUN::T::Top", `{Name: a, Map: {Anything: 1}}`, nil},
		{"ALIYUN::T::Docs", `{Other: a}`, []string{
			`warning missing-property Name [Properties] Name|ALIYUN::T::Docs`, `warning unknown-property Other [Other] Other|ALIYUN::T::Docs|Map, Name, Size`}},
		{"MODULE::My::T::M", `{Other: a}`, []string{
			`warning missing-property Name [Properties] Name|MODULE::My::T::M`, `warning unknown-property Other [Other] Other|MODULE::My::T::M|Map, Name, Size`}},
		{"ALIYUN::T::Names", `{Other: a, Size: x}`, nil},
		{"ALIYUN::T::Attributes", `{Other: a}`, nil},
		{"Custom::T", `{Other: a}`, nil},

		// Required.
		{"ALIYUN::T::Top", `{}`, []string{`error missing-property Name [Properties] Name|ALIYUN::T::Top`}},
		{"ALIYUN::T::Top", `{Name: null}`, []string{`error missing-property Name [Name] Name|ALIYUN::T::Top`}},
		{"ALIYUN::T::Top", `{Name: {Ref: P}}`, nil},
		{"ALIYUN::T::Full", `{Disks: [{Size: 1}, {Device: a}]}`, []string{`error missing-property Disks[1].Size [Device] Size|ALIYUN::T::Full`}},
		{"ALIYUN::T::Full", `{Disks: [{}]}`, []string{`error missing-property Disks[0].Size [{}] Size|ALIYUN::T::Full`}},
		{"ALIYUN::T::Full", `{Disks: [{size: 1}]}`, []string{`error unknown-property Disks[0].size [size] size|ALIYUN::T::Full|Size`}},

		// Kinds, with the conversions of the service.
		{"ALIYUN::T::Full", `{Text: 22, Int: "300", Num: "0.5", Flag: "True"}`, nil},
		{"ALIYUN::T::Full", `{Text: true, Int: 3.0, Num: 3}`, nil},
		{"ALIYUN::T::Full", `{Text: [a]}`, []string{`error wrong-type Text [[a]] Text|string|list`}},
		{"ALIYUN::T::Full", `{Text: {a: b}}`, []string{`error wrong-type Text [{a: b}] Text|string|map`}},
		{"ALIYUN::T::Full", `{Int: many}`, []string{`error wrong-type Int [many] Int|integer|"many"`}},
		{"ALIYUN::T::Full", `{Int: 1.5}`, []string{`error wrong-type Int [1.5] Int|integer|1.5`}},
		{"ALIYUN::T::Full", `{Int: true}`, []string{`warning wrong-type Int [true] Int|integer|true`}},
		{"ALIYUN::T::Full", `{Num: [1]}`, []string{`error wrong-type Num [[1]] Num|number|list`}},
		{"ALIYUN::T::Full", `{Flag: "yes"}`, []string{`warning wrong-type Flag ["yes"] Flag|boolean|"yes"`}},
		{"ALIYUN::T::Full", `{Flag: 1}`, []string{`warning wrong-type Flag [1] Flag|boolean|1`}},
		{"ALIYUN::T::Full", `{Flag: maybe}`, []string{`error wrong-type Flag [maybe] Flag|boolean|"maybe"`}},
		{"ALIYUN::T::Full", `{Disks: {Size: 1}}`, []string{`error wrong-type Disks [{Size: 1}] Disks|list|map`}},
		{"ALIYUN::T::Full", `{Few: a}`, []string{`error wrong-type Few [a] Few|list|"a"`}},
		{"ALIYUN::T::Full", `{Few: '["a"]', Free: ' {"a": 1}'}`, nil},
		{"ALIYUN::T::Full", `{Free: '{"a"'}`, []string{`error wrong-type Free ['{"a"'] Free|map|"{\"a\""`}},
		{"ALIYUN::T::Full", `{Free: [a]}`, []string{`error wrong-type Free [[a]] Free|map|list`}},

		// Enumerations are never errors.
		{"ALIYUN::T::Full", `{Kind: cloud_sdd}`, []string{`warning value-not-listed Kind [cloud_sdd] Kind|"cloud_sdd"|cloud_ssd`}},
		{"ALIYUN::T::Full", `{Kind: other}`, []string{`warning value-not-listed Kind [other] Kind|"other"|cloud_ssd, cloud_essd`}},
		{"ALIYUN::T::Full", `{Months: "12", OnOff: True}`, nil},
		{"ALIYUN::T::Full", `{Months: 012}`, []string{`warning value-not-listed Months [012] Months|012|12`}}, // octal
		{"ALIYUN::T::Full", `{Months: 3, OnOff: false}`, []string{
			`warning value-not-listed Months [3] Months|3|1, 12`, `warning value-not-listed OnOff [false] OnOff|false|true`}},

		// Ranges, lengths, patterns.
		{"ALIYUN::T::Full", `{Int: 0}`, []string{`error value-out-of-range Int [0] Int|0|1..65535`}},
		{"ALIYUN::T::Full", `{Int: "65536"}`, []string{`error value-out-of-range Int ["65536"] Int|"65536"|1..65535`}},
		{"ALIYUN::T::Full", `{Num: -1}`, []string{`error value-out-of-range Num [-1] Num|-1|-0.5..`}},
		{"ALIYUN::T::Full", `{Short: 数据}`, nil},
		{"ALIYUN::T::Full", `{Short: a}`, []string{`error length-out-of-range Short [a] Short|1|2..4`}},
		{"ALIYUN::T::Full", `{Short: abcde}`, []string{`error length-out-of-range Short [abcde] Short|5|2..4`}},
		{"ALIYUN::T::Full", `{Few: []}`, []string{`warning length-out-of-range Few [[]] Few|0|1..2`}},
		{"ALIYUN::T::Full", `{Few: [a, b, c]}`, []string{`error length-out-of-range Few [[a, b, c]] Few|3|1..2`}},
		{"ALIYUN::T::Full", `{Few: [a, b, {Ref: ALIYUN::NoValue}]}`, nil},
		{"ALIYUN::T::Full", `{Few: [a, b, {Fn::If: [C, c, {Ref: ALIYUN::NoValue}]}]}`, nil},
		{"ALIYUN::T::Full", `{Few: {Fn::Split: [",", "a,b,c"]}}`, nil},
		{"ALIYUN::T::Full", `{Secret: hunter}`, []string{`error length-out-of-range Secret [hunter] Secret|6|8..`}},
		{"ALIYUN::T::Full", `{Secret: [hunter]}`, []string{`error wrong-type Secret [[hunter]] Secret|string|list`}},
		{"ALIYUN::T::Full", `{Cidr: 10.1, NoHTTP: https://x, Choice: bcd, Strange: ")"}`, nil},
		{"ALIYUN::T::Full", `{Cidr: 10.1.x}`, nil}, // it is enough to begin like the pattern
		{"ALIYUN::T::Full", `{Cidr: x10.1}`, []string{`warning pattern-mismatch Cidr [x10.1] Cidr|"x10.1"|\d+\.\d+`}},
		{"ALIYUN::T::Full", `{NoHTTP: http://x}`, []string{`warning pattern-mismatch NoHTTP [http://x] NoHTTP|"http://x"|^(?!http://).{1,20}$`}},
		{"ALIYUN::T::Full", `{Choice: ab}`, []string{`warning pattern-mismatch Choice [ab] Choice|"ab"|^a$|^b`}},

		// Functions are not looked into, but for the branches of Fn::If.
		{"ALIYUN::T::Full", `{Int: {Ref: P}, Few: {Ref: L}, Flag: {Fn::Select: [0, [x]]}}`, nil},
		{"ALIYUN::T::Full", `{Int: {Fn::If: [C, many, 0]}}`, []string{
			`error wrong-type Int [many] Int|integer|"many"`, `error value-out-of-range Int [0] Int|0|1..65535`}},
		{"ALIYUN::T::Full", `{Disks: {Fn::If: [C, [{Device: a}], {Ref: ALIYUN::NoValue}]}}`, []string{
			`error missing-property Disks[0].Size [Device] Size|ALIYUN::T::Full`}},
		{"ALIYUN::T::Full", `{Fn::If: [C, {Texts: a}, {Int: x}]}`, []string{}},

		// Free keys.
		{"ALIYUN::T::Full", `{Open: {Other: 1, Known: x}}`, []string{`error wrong-type Open.Known [x] Known|integer|"x"`}},
	} {
		src := head + "Resources:\n  R:\n    Type: " + c.typ + "\n    Properties: " + c.properties + "\n"
		want := []string{}
		for _, w := range c.want {
			f := strings.SplitN(w, " ", 3)
			want = append(want, f[0]+" "+f[1]+" Resources.R.Properties."+f[2])
		}
		tmpl, _ := template.Parse("t.yaml", []byte(src), nil)
		own := slices.DeleteFunc(rule.Check(tmpl, &rule.Options{Types: newPlant(), Rules: only(checkedCodes)}), func(d diag.Diagnostic) bool {
			return slices.ContainsFunc(tmpl.Diagnostics(), func(p diag.Diagnostic) bool { return p.Code == d.Code })
		})
		if diff := cmp.Diff(want, findings(src, own)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", c.typ, c.properties, diff)
		}
	}
}

func TestValidateSecretsAreNotShown(t *testing.T) {
	types := plant{"ALIYUN::T::S": {Name: "ALIYUN::T::S", Coverage: provider.CoverageFull, Properties: map[string]*provider.Property{
		"A": {Type: provider.TypeInteger, Sensitive: true}, "B": {Type: provider.TypeString, Sensitive: true, Pattern: "^x", Enum: []string{"y"}},
		"C": {Type: provider.TypeNumber, Sensitive: true, Max: new(1.0)},
	}}}
	src := head + "Resources: {R: {Type: 'ALIYUN::T::S', Properties: {A: hunter2, B: hunter3, C: 4444}}}\n"
	found := validate(t, src, types)
	if len(found) != 4 {
		t.Errorf("%d findings, want 4: %v", len(found), findings(src, found))
	}
	for _, d := range found {
		if text := d.Message + d.Hint + strings.Join(d.Args, ""); strings.Contains(text, "hunter") || strings.Contains(text, "4444") {
			t.Errorf("a secret is shown: %s %s", d.Message, d.Hint)
		}
	}
}

func TestValidateWithoutProperties(t *testing.T) {
	for _, tail := range []string{"", ", Properties: null", ", Properties: {}"} {
		src := head + "Resources: {Name: {Type: 'ALIYUN::T::Top'" + tail + "}}\n"
		got := validate(t, src, newPlant())
		if len(got) != 1 || got[0].Code != "missing-property" || got[0].Path != "Resources.Name.Properties.Name" {
			t.Errorf("%q: %v", tail, findings(src, got))
		}
	}
	src := head + "Resources: {R: {Type: 'ALIYUN::T::Empty'}}\n"
	if got := validate(t, src, newPlant()); len(got) != 0 {
		t.Errorf("nothing is required: %v", findings(src, got))
	}
}

func TestValidateTypes(t *testing.T) {
	maybeNew := map[string]bool{
		"ALIYUN::FC9::CustomDomainRoutingTable": true, "ALIYUN::OTS::Quintessence": true, "ALIYUN::DataHub::ScalingGroupEnable": true,
	}
	for _, c := range []struct {
		typ, fitting string
		fixed        bool
	}{
		{"ALIYUN::ECS::VPC", "", false},
		{"Custom::Whatever", "", false},
		{"MODULE::My::Net::Base", "", false},
		{"ALIYUN::EMR::LivyCompute", "", false},
		{"ALIYUN::VPC::VPC", "ALIYUN::ECS::VPC", true},
		{"ALIYUN::VPC::VSwitch", "ALIYUN::ECS::VSwitch", true},
		{"ALIYUN::ECS::Vpc", "ALIYUN::ECS::VPC", true},
		{"ALIYUN::ECS::Instnce", "ALIYUN::ECS::Instance", true},
		{"ALIYUN::FC9::CustomDomainRoutingTable", "ALIYUN::<product>::<resource>, DATASOURCE::<product>::<query>, Custom::<name>", false},
		{"ALIYUN::OTS::Quintessence", "ALIYUN::OTS::Instance, ALIYUN::OTS::InstanceV2, ALIYUN::OTS::SearchIndex, ALIYUN::OTS::Table, ALIYUN::OTS::VCUInstance, ALIYUN::OTS::VpcBinder", false},
		{"ALIYUN::ESC::Instance", "ALIYUN::ECS::Instance", false},
		{"Aliyun::ecs::vswitch", "ALIYUN::ECS::VSwitch", true},
		{"Nonsense", "ALIYUN::<product>::<resource>, DATASOURCE::<product>::<query>, Custom::<name>", false},
		{"ALIYUN::DataHub::ScalingGroupEnable", "ALIYUN::ESS::ScalingGroupEnable", false},
	} {
		src := head + "Resources: {R: {Type: '" + c.typ + "'}}\n"
		found := slices.DeleteFunc(validate(t, src, schema.Default()), func(d diag.Diagnostic) bool { return d.Code == "missing-property" })
		if c.fitting == "" {
			if len(found) > 0 {
				t.Errorf("%s: %v", c.typ, findings(src, found))
			}
			continue
		}
		severity := "error "
		if maybeNew[c.typ] {
			severity = "warning "
		}
		want := []string{severity + "unknown-type Resources.R.Type ['" + c.typ + "'] " + c.typ + "|" + c.fitting}
		if diff := cmp.Diff(want, findings(src, found)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.typ, diff)
		} else if (len(found[0].Fixes) == 1) != c.fixed {
			t.Errorf("%s: fixes %v", c.typ, found[0].Fixes)
		}
	}
	if got := validate(t, head+"Resources: {R: {Type: 'ALIYUN::T::Tpo'}}\n", newPlant()); len(got) != 1 || got[0].Code != "unknown-type" {
		t.Errorf("types that cannot be listed: %v", got)
	}
}

func TestValidateTransform(t *testing.T) {
	resources := "Resources: {F: {Type: 'Aliyun::Serverless::MNSTopic'}}\n"
	if got := validate(t, head+resources, schema.Default()); len(got) != 1 || got[0].Code != "type-needs-transform" {
		t.Errorf("without the transform: %v", got)
	}
	if got := validate(t, head+"Transform: Aliyun::Serverless-2018-04-03\n"+resources, schema.Default()); len(got) != 0 {
		t.Errorf("with the transform: %v", got)
	}
}

func TestValidateFixes(t *testing.T) {
	for _, c := range []struct{ before, after string }{
		{`{name: a}`, `{Name: a}`}, {`{"NAME": a}`, `{"Name": a}`}, {`{'na_me': a}`, `{'Name': a}`},
	} {
		src := head + "Resources: {R: {Type: 'ALIYUN::T::Top', Properties: " + c.before + "}}\n"
		found := validate(t, src, newPlant())
		if len(found) != 1 || len(found[0].Fixes) != 1 || len(found[0].Fixes[0].Edits) != 1 {
			t.Errorf("%s: %v", c.before, findings(src, found))
			continue
		}
		edit := found[0].Fixes[0].Edits[0]
		if got := src[:edit.Range.Start] + edit.Text + src[edit.Range.End:]; !strings.Contains(got, c.after) {
			t.Errorf("%s is mended to\n%s", c.before, got)
		}
	}
	src := head + "Resources: {R: {Type: 'ALIYUN::T::Top', Properties: {Nane: a}}}\n"
	if found := validate(t, src, newPlant()); len(found) != 1 || found[0].Fixes != nil {
		t.Errorf("a guess is offered as a fix: %v", found)
	}
}

func TestValidateAttributes(t *testing.T) {
	const resources = `
  Top: {Type: ALIYUN::T::Top, Properties: {Name: a}}
  Many: {Type: ALIYUN::T::Top, Count: 2, Properties: {Name: a}}
  Docs: {Type: ALIYUN::T::Docs, Properties: {Name: a}}
  Only: {Type: ALIYUN::T::Attributes}
  Own: {Type: Custom::T}
  Module: {Type: MODULE::My::T::M, Properties: {Name: a}}
  Nested:
    Type: ALIYUN::ROS::Stack
    Properties:
      Parameters: {X: {Fn::GetAtt: [Top, Nope]}}
      TemplateBody: {Outputs: {X: {Value: {Fn::GetAtt: [Top, InnerName]}}}}
  Free: {Type: ALIYUN::T::Free}
`
	for _, c := range []struct {
		value string
		want  []string // after "Outputs.O.Value", without what the resources have
	}{
		{`{Fn::GetAtt: [Top, Id]}`, nil},
		{`!GetAtt Top.Id`, nil},
		{`{Fn::GetAtt: [Top, ID]}`, []string{`error unknown-attribute  [ID] ID|Top|ALIYUN::T::Top|Id`}},
		{`!GetAtt Top.Zone`, []string{`error unknown-attribute  [Zone] Zone|Top|ALIYUN::T::Top|Id`}},
		{`{Fn::Join: ["", [{Fn::GetAtt: [Only, X]}]]}`, []string{`error unknown-attribute .Fn::Join[1][0] [X] X|Only|ALIYUN::T::Attributes|Id`}},
		{`{Fn::GetAtt: ["Many[1]", X]}`, []string{`error unknown-attribute  [X] X|Many[1]|ALIYUN::T::Top|Id`}},
		{`{Fn::GetAtt: [Docs, X]}`, []string{`warning unknown-attribute  [X] X|Docs|ALIYUN::T::Docs|Id`}},
		{`{Fn::GetAtt: [Module, X]}`, []string{`warning unknown-attribute  [X] X|Module|MODULE::My::T::M|Id`}},
		{`{Fn::GetAtt: [Own, X]}`, nil},
		{`{Fn::GetAtt: [Free, X.Y]}`, nil},
		{`{Fn::GetAtt: [Nested, Outputs.X]}`, nil},
		{`{Fn::GetAtt: [Top, {Ref: P}]}`, nil},
		{`{Fn::Sub: "${Top.Id} ${Free.X} ${!Top.X} ${P}"}`, nil},
		{`{Fn::Sub: "${Top.Id} ${Top.X} ${Top.X}"}`, []string{
			`error unknown-attribute  [${Top.X}] X|Top|ALIYUN::T::Top|Id`, `error unknown-attribute  [${Top.X}] X|Top|ALIYUN::T::Top|Id`}},
		{`{Fn::Sub: ["${V} ${ Top.X }", {V: {Fn::GetAtt: [Top, Y]}}]}`, []string{
			`error unknown-attribute  ["${V} ${ Top.X }"] X|Top|ALIYUN::T::Top|Id`, `error unknown-attribute .Fn::Sub[1].V [Y] Y|Top|ALIYUN::T::Top|Id`}},
	} {
		src := head + "Resources:" + resources + "Outputs: {O: {Value: " + c.value + "}}\n"
		want := []string{"error unknown-attribute Resources.Nested.Properties.Parameters.X [Nope] Nope|Top|ALIYUN::T::Top|Id"}
		for _, w := range c.want {
			f := strings.SplitN(w, " ", 3)
			want = append(want, f[0]+" "+f[1]+" Outputs.O.Value"+f[2])
		}
		if diff := cmp.Diff(want, findings(src, validate(t, src, newPlant()))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.value, diff)
		}
	}
}

func TestValidateLocals(t *testing.T) {
	src := head + `Locals:
  Zones: {Type: DATASOURCE::ECS::Zones, Properties: {Nope: 1}}
  Own: {Type: Eval, Value: {Fn::GetAtt: [Zones, Nope]}}
Resources:
  V: {Type: ALIYUN::ECS::VPC, Properties: {Description: {Ref: Own}}}
`
	var got []string
	for _, d := range validate(t, src, schema.Default()) {
		got = append(got, string(d.Code)+" "+d.Path)
	}
	want := []string{"unknown-property Locals.Zones.Properties.Nope", "unknown-attribute Locals.Own.Value"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestValidateLeavesTheTemplateAlone(t *testing.T) {
	src := head + "Resources: {R: {Type: 'ALIYUN::T::Top'}}\n"
	tmpl, err := template.Parse("t.yaml", []byte(src), nil)
	if err != nil {
		t.Fatal(err)
	}
	before := len(tmpl.Diagnostics())
	first, second := rule.Check(tmpl, &rule.Options{Types: newPlant(), Rules: only(checkedCodes)}), rule.Check(tmpl, &rule.Options{Types: newPlant(), Rules: only(checkedCodes)})
	if len(first) != before+1 || len(second) != len(first) || len(tmpl.Diagnostics()) != before {
		t.Errorf("%d findings of Parse, then %d and %d; Parse's are now %d", before, len(first), len(second), len(tmpl.Diagnostics()))
	}
	if got := rule.Check(tmpl, &rule.Options{Types: nil, Rules: only(checkedCodes)}); len(got) != before {
		t.Errorf("without types: %v", got)
	}
}

// TestValidatePieces checks what is left of a template cut anywhere: editors
// ask for findings while a text is being written.
func TestValidatePieces(t *testing.T) {
	whole := head + `Resources:
  Net: {Type: ALIYUN::ECS::VPC, Properties: {CidrBlock: 10.0.0.0/8, Tags: [{Key: a, Value: {Fn::Sub: "${P}.${Net.VpcId}"}}]}}
  Sub: {Type: ALIYUN::ROS::Stack, Count: 2, Properties: {TemplateBody: {Resources: {}}, Parameters: {A: !GetAtt Net.VpcId}}}
  Web: {Type: ALIYUN::ECS::InstanceGroup, Properties: {DiskMappings: {Fn::If: [C, [{Size: 1}], !Ref ALIYUN::NoValue]}}}
Outputs: {O: {Value: {Fn::GetAtt: ["Sub[0]", Outputs.A]}}}
`
	for i := range whole {
		for _, src := range []string{whole[:i], whole[i:], whole[:i] + whole[min(i+1, len(whole)):]} {
			tmpl, _ := template.Parse("t.yaml", []byte(src), nil)
			if found := rule.Check(tmpl, &rule.Options{Types: schema.Default(), Rules: only(checkedCodes)}); len(found) < len(tmpl.Diagnostics()) {
				t.Fatalf("findings of Parse are lost in\n%s", src)
			}
		}
	}
}

// BenchmarkValidateFaults shows that the cost of a fault does not grow with
// their number.
func BenchmarkValidateFaults(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		var src strings.Builder
		src.WriteString(head + "Resources:\n")
		for i := range n {
			fmt.Fprintf(&src, "  R%d: {Type: 'ALIYUN::ECS::Instnce', Properties: {A: 1}}\n  S%d: {Type: 'ALIYUN::ECS::VPC', Properties: {CidrBlok: 1}}\n", i, i)
		}
		tmpl, _ := template.Parse("t.yaml", []byte(src.String()), nil)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				rule.Check(tmpl, &rule.Options{Types: schema.Default(), Rules: only(checkedCodes)})
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n*2), "µs/fault")
		})
	}
}
