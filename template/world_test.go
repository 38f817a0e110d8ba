package template_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// outside is a world with one of everything.
func outside(asked *[]string) *template.World {
	note := func(format string, args ...any) { *asked = append(*asked, fmt.Sprintf(format, args...)) }
	return &template.World{
		Parameter: func(name string, secret bool) (any, error) {
			note("parameter %s %v", name, secret)
			switch name {
			case "plain":
				return "kept", nil
			case "list":
				return []string{"x", "y"}, nil
			case "odd":
				return 7, nil
			}
			return nil, errors.New("no parameter " + name)
		},
		Query: func(q *template.Query) (*template.QueryResult, error) {
			note("query %s %s %s", q.Name, q.Type, q.Properties)
			if strings.Contains(string(q.Properties), "lost") {
				return nil, errors.New("no such address")
			}
			return &template.QueryResult{Ref: []any{"eip-1"}, Attributes: json.RawMessage(`{"Ip":"1.2.3.4","Tags":[{"k":"v"}]}`)}, nil
		},
		StackOutput: func(q *template.StackOutputQuery) (any, error) {
			note("output %s %s %s", q.Stack, q.Output, q.Region)
			switch q.Stack {
			case "net":
				return "vpc-9", nil
			case "secret":
				return value.String("hush").WithSensitive(), nil
			}
			return nil, nil
		},
		Image: func(code, region string) (string, error) {
			note("image %s %s", code, region)
			return map[string]string{"cmjj1": "m-1"}[code], nil
		},
		Zones: func(region string) ([]string, error) {
			note("zones %s", region)
			return []string{region + "-z"}, nil
		},
	}
}

// TestWorld asks for everything, in each place where it may be asked, and
// evaluates again after loading the scope, when nothing is asked.
func TestWorld(t *testing.T) {
	for _, test := range []struct{ name, expr, want string }{
		{"output", `{"Fn::GetStackOutput":["net","VpcId"]}`, `"vpc-9"`},
		{"output of a region", `{"Fn::GetStackOutput":["net","VpcId","cn-x"]}`, `"vpc-9"`},
		{"output, computed", `{"Fn::GetStackOutput":[{"Fn::Join":["",["n","et"]]},{"Ref":"Text"}]}`, `"vpc-9"`},
		{"output there is not", `{"Fn::GetStackOutput":["none","VpcId"]}`, `null`},
		{"output, null", `{"Fn::GetStackOutput":["net",{"Ref":"Opt"}]}`, `null`},
		{"output of itself", `{"Fn::GetStackOutput":["s1","VpcId"]}`, `output-of-itself`},
		{"output of itself by id", `{"Fn::GetStackOutput":["id-1","VpcId"]}`, `output-of-itself`},
		{"output, wrong type", `{"Fn::GetStackOutput":["net",7]}`, `function-argument-type`},
		{"output of what is made here", `{"Fn::GetStackOutput":[{"Ref":"A"},"x"]}`, `answer-too-late`},
		{"output in a hole", `{"Fn::Join":["/",[{"Ref":"A"},{"Fn::GetStackOutput":["net","VpcId"]}]]}`, `"id-of-A/vpc-9"`},
		{"output, secret", `{"Fn::GetStackOutput":["secret","P"]}`, `"hush"`},
		{"output, asked with a secret", `{"Fn::GetStackOutput":["net",{"Ref":"Secret"}]}`, `"vpc-9"`},
		{"not chosen", `{"Fn::If":["No",{"Fn::GetStackOutput":["net","VpcId"]},1]}`, `1`},
		{"image", `{"Fn::MarketplaceImage":"cmjj1"}`, `"m-1"`},
		{"image there is not", `{"Fn::MarketplaceImage":"cmjj2"}`, `null`},
		{"image by a macro", `{"Fn::MarketplaceImage":{"Ref":"Code"}}`, `"cmjj1"`},
		{"image, empty", `{"Fn::MarketplaceImage":""}`, `function-shape`},
		{"image, not literal", `{"Fn::MarketplaceImage":{"Ref":"Text"}}`, `function-shape`},
		{"zones", `{"Fn::GetAZs":"cn-x"}`, `["cn-x-z"]`},
		{"zones that are given", `{"Fn::GetAZs":""}`, `["cn-test-b","cn-test-e"]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var asked []string
			ps := *pseudo
			ps.World = outside(&asked)
			src := strings.Replace(fmt.Sprintf(frame, "true", "1", test.expr, test.expr), `"Locals": {`, `"Locals": {"Code":{"Value":"cmjj1"},`, 1)
			if strings.Contains(test.name, "macro") {
				test.want = `"m-1"`
			}
			got, again := bothWays(t, src, nil, &ps)
			if got != test.want || again != test.want {
				t.Errorf("%s, after loading %s, want %s", got, again, test.want)
			}
			seen := map[string]bool{}
			for _, q := range asked {
				if seen[q] {
					t.Errorf("asked twice: %s", q)
				}
				seen[q] = true
			}
			if test.name == "not chosen" && len(asked) > 0 {
				t.Errorf("asked %q", asked)
			}
		})
	}
}

// bothWays gives the property P of R, its holes filled, from the scope and from
// the scope once written and loaded; or the code of the fault.
func bothWays(t *testing.T, src string, params map[string]any, ps *template.Pseudo) (direct, loaded string) {
	t.Helper()
	tmpl, err := template.Parse("t.json", []byte(src), nil)
	var scope *template.Scope
	if err == nil {
		scope, err = tmpl.Bind(params, ps)
	}
	var desired *template.Desired
	if err == nil {
		desired, err = scope.Expand()
	}
	if err != nil {
		code := codeOf(t, err)
		return code, code
	}
	var secrets vault
	wire := scope.AppendWire(nil, secrets.wire())
	for _, secret := range []string{"s3cret", "hush"} {
		if strings.Contains(string(wire), secret) {
			t.Errorf("the scope shows %s: %s", secret, wire)
		}
	}
	later, err := template.LoadScope(wire, secrets.open)
	if err != nil {
		t.Fatal(err)
	}
	props := desired.Resources[len(desired.Resources)-1].Properties
	one, err1 := scope.Resolve(props, everything{})
	back, err := value.ParseWire(props.AppendWire(nil, secrets.wire()), secrets.open)
	if err != nil {
		t.Fatal(err)
	}
	two, err2 := later.Resolve(back, everything{})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	a, _ := scope.Outputs(everything{})
	b, _ := later.Outputs(everything{})
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("outputs %v, after loading %v", a, b)
	}
	p, _ := one.Get("P")
	q, _ := two.Get("P")
	if p.HasSensitive() != q.HasSensitive() {
		t.Errorf("marks %v, after loading %v", p.HasSensitive(), q.HasSensitive())
	}
	return string(p.AppendJSON(nil)), string(q.AppendJSON(nil))
}

// dataFrame is a template with data sources among its locals.
const dataFrame = `{
 "ROSTemplateFormatVersion": "2015-09-01",
 "Parameters": {"Id": {"Type": "String", "Default": "eip-1"}, "Key": {"Type": "String", "NoEcho": true, "Default": "s3cret"}},
 "Locals": {
  "Eip": {"Type": "DATASOURCE::VPC::Eips", "Properties": {"Ids": [{"Ref": "Id"}]}},
  "Hidden": {"Type": "DATASOURCE::X::Y", "Properties": {"Key": {"Ref": "Key"}}},
  "Bare": {"Type": "DATASOURCE::X::Z"},
  "Has": {"Type": "Eval", "Value": {"Fn::Not": {"Fn::Equals": [{"Fn::Length": {"Ref": "Eip"}}, 0]}}},
  "HasIp": {"Type": "Eval", "Value": {"Fn::Equals": [{"Fn::GetAtt": ["Eip", "Ip"]}, "1.2.3.4"]}},
  "Ip": {"Type": "Eval", "Value": {"Fn::GetAtt": ["Eip", "Ip"]}},
  "Mac": {"Value": {"Fn::Join": [",", [{"Fn::GetAtt": ["Eip", "Ip"]}, {"Fn::Select": [0, {"Ref": "Bare"}]}]]}},
  "Much": {"Type": "Eval", "Value": {"Fn::Length": {"Ref": "Eip"}}},
  "Nothing": {"Type": "Eval", "Value": {"Fn::GetAtt": ["Eip", "Nope"]}},
  "Shy": {"Type": "Eval", "Value": {"Fn::GetAtt": ["Hidden", "Ip"]}},
  "X": {"Type": "Eval", "Value": %s}
 },
 "Conditions": {"C": {"Ref": "Has"}, "D": {"Ref": "HasIp"}},
 "Resources": {
  "A": {"Type": "T"},
  "R": {"Type": "T", "Condition": "C", "Count": {"Ref": "Much"}, "Properties": {"P": %s}}
 },
 "Outputs": {"O": {"Value": {"Ref": "Mac"}}}
}`

// TestDataSourcesInLocals goes through locals that are queries (section 10).
func TestDataSourcesInLocals(t *testing.T) {
	for _, test := range [][2]string{
		{`{"Ref":"Ip"}`, `"1.2.3.4"`},
		{`{"Ref":"Mac"}`, `"1.2.3.4,eip-1"`},
		{`{"Ref":"Nothing"}`, `null`},
		{`{"Ref":"Shy"}`, `"1.2.3.4"`},
		{`{"Ref":"Much"}`, `1`},
		{`{"Fn::Join":["-",[{"Ref":"A"},{"Ref":"Mac"}]]}`, `"id-of-A-1.2.3.4,eip-1"`},
		{`{"Fn::Sub":["${m}",{"m":{"Ref":"Mac"}}]}`, `"1.2.3.4,eip-1"`},
		{`{"Fn::If":["C","has","none"]}`, `"has"`},
		{`{"Fn::If":["D","has","none"]}`, `"has"`},
		{`{"Ref":"Eip"}`, `local-data-misplaced`},
		{`{"Fn::GetAtt":["Eip","Ip"]}`, `local-data-misplaced`},
	} {
		var asked []string
		ps := *pseudo
		ps.World = outside(&asked)
		got, again := bothWays(t, fmt.Sprintf(dataFrame, "1", test[0]), nil, &ps)
		if got != test[1] || again != test[1] {
			t.Errorf("%s = %s, after loading %s, want %s", test[0], got, again, test[1])
		}
		if len(asked) > 3 {
			t.Errorf("asked %q", asked)
		}
	}
	var asked []string
	ps := *pseudo
	ps.World = outside(&asked)
	if got, _ := bothWays(t, fmt.Sprintf(dataFrame, "1", "1"), map[string]any{"Id": "lost"}, &ps); got != "world-failed" {
		t.Errorf("a query that fails gives %s", got)
	}
	if got, _ := bothWays(t, fmt.Sprintf(dataFrame, "1", "1"), nil, pseudo); got != "world-missing" {
		t.Errorf("a query that nobody answers gives %s", got)
	}
	if want := `query Eip DATASOURCE::VPC::Eips {"Ids":["lost"]}`; asked[0] != want {
		t.Errorf("asked %q", asked)
	}
}

// TestParameterStore goes through the types whose values are kept elsewhere
// (section 4.2).
func TestParameterStore(t *testing.T) {
	const src = `{"ROSTemplateFormatVersion":"2015-09-01","Parameters":{
 "Plain":{"Type":"ALIYUN::OOS::Parameter::Value","Default":"plain"},
 "Secret":{"Type":"ALIYUN::OOS::SecretParameter::Value","Default":null}},
 "Resources":{"R":{"Type":"T","Properties":{"P":[{"Ref":"Plain"},{"Ref":"Secret"}]}}}}`
	for _, test := range []struct {
		plain, secret any
		want          string
	}{
		{nil, nil, `["kept",null]`},
		{"list", "plain", `[["x","y"],"kept"]`},
		{"odd", nil, "parameter-not-stored"},
		{"nope", nil, "parameter-not-stored"},
		{"", nil, "parameter-type"},
		{[]any{"plain"}, nil, "parameter-type"},
	} {
		var asked []string
		ps := *pseudo
		ps.World = outside(&asked)
		got, again := bothWays(t, src, map[string]any{"Plain": test.plain, "Secret": test.secret}, &ps)
		if got != test.want || again != test.want {
			t.Errorf("%v, %v: %s, after loading %s, want %s", test.plain, test.secret, got, again, test.want)
		}
	}
	if got, _ := bothWays(t, src, nil, pseudo); got != "parameter-store-missing" {
		t.Errorf("without a store: %s", got)
	}
	tmpl, err := template.Parse("t.json", []byte(src), nil)
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	scope, err := tmpl.Bind(map[string]any{"Secret": "plain"}, &template.Pseudo{World: outside(&asked)})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := scope.Parameter("Secret"); !v.Sensitive() || v.Text() != "kept" {
		t.Errorf("the secret is %v", v)
	}
	if v, _ := scope.Given("Secret"); v.Text() != "plain" {
		t.Errorf("the secret was given as %v", v)
	}
}

// TestLookupBeforeFailing fills holes that refer to what the scope's template
// does not have: a rollback makes again what only an earlier template had.
func TestLookupBeforeFailing(t *testing.T) {
	old := `{"ROSTemplateFormatVersion":"2015-09-01","Resources":{"Old":{"Type":"T"},"o.d":{"Type":"T"},
 "R":{"Type":"T","Properties":{"P":[{"Fn::Join":["-",[{"Ref":"Old"},{"Fn::GetAtt":["Old","Id"]}]]},{"Fn::Sub":"${Old}/${Old.Id}/${o.d}/${o.d.Id}"}]}}}}`
	tmpl, err := template.Parse("old.json", []byte(old), nil)
	if err != nil {
		t.Fatal(err)
	}
	scope, err := tmpl.Bind(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	desired, err := scope.Expand()
	if err != nil {
		t.Fatal(err)
	}
	wire := desired.Resources[2].Properties.AppendWire(nil, nil)
	for _, resources := range []string{`{"R":{"Type":"T"}}`, `{"Old":{"Type":"T","Condition":"No"},"R":{"Type":"T"}}`} {
		src := `{"ROSTemplateFormatVersion":"2015-09-01","Conditions":{"No":{"Fn::Equals":[1,2]}},"Resources":` + resources + `}`
		tmpl, err := template.Parse("new.json", []byte(src), nil)
		if err != nil {
			t.Fatal(err)
		}
		scope, err := tmpl.Bind(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := template.LoadScope(scope.AppendWire(nil, nil), nil)
		if err != nil {
			t.Fatal(err)
		}
		held, err := value.ParseWire(wire, nil)
		if err != nil {
			t.Fatal(err)
		}
		state := only(resourcesOf("Old", "o.d"), "")
		for _, s := range []*template.Scope{scope, loaded} {
			got, err := s.Resolve(held, state)
			if err != nil {
				t.Fatal(err)
			}
			if want := `{"P":["Old!-Old.Id!","Old!/Old.Id!/o.d!/o.d.Id!"]}`; string(got.AppendJSON(nil)) != want {
				t.Errorf("%s", got)
			}
		}
	}
}

func resourcesOf(ids ...string) resources {
	out := resources{}
	for _, id := range ids {
		out[id], out[id+".Id"] = `"`+id+`!"`, `"`+id+`.Id!"`
	}
	return out
}
