package template_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// functionRow is one row of the reference's table of functions (15.2): where
// the function may stand (N, C, R for a condition's root, K), and a call of it
// whose argument @ is given in each of the ways in which a value can come.
type functionRow struct {
	name, in, call, arg, want string
}

var functionRows = []functionRow{
	{"Ref", "NCRK", `{"Ref":@}`, `"Text"`, `"abc"`},
	{"Fn::GetAtt", "N", `{"Fn::GetAtt":["A",@]}`, `"Name"`, `"named"`},
	{"Fn::FindInMap", "NCRK", `{"Fn::FindInMap":["M","cn",@]}`, `"img"`, `"a1"`},
	{"Fn::GetAZs", "NCK", `{"Fn::GetAZs":@}`, `"cn-x"`, `["cn-x-z"]`},
	{"Fn::GetStackOutput", "N", `{"Fn::GetStackOutput":["net",@]}`, `"VpcId"`, `"vpc-9"`},
	{"Fn::ResourceFacade", "N", `{"Fn::ResourceFacade":@}`, ``, ``},
	{"Fn::MarketplaceImage", "N", `{"Fn::MarketplaceImage":@}`, ``, ``},
	{"Fn::Join", "NCK", `{"Fn::Join":["-",@]}`, `["a",1,null]`, `"a-1-"`},
	{"Fn::Split", "NCK", `{"Fn::Split":[",",@]}`, `"a,b"`, `["a","b"]`},
	{"Fn::Replace", "NCK", `{"Fn::Replace":[{"a":"b"},@]}`, `"aa"`, `"bb"`},
	{"Fn::Base64", "N", `{"Fn::Base64":@}`, `"x"`, `"x"`},
	{"Fn::Base64Encode", "NCK", `{"Fn::Base64Encode":@}`, `"ros"`, `"cm9z"`},
	{"Fn::Base64Decode", "NCK", `{"Fn::Base64Decode":@}`, `"cm9z"`, `"ros"`},
	{"Fn::Str", "NCK", `{"Fn::Str":@}`, `[1,true]`, `"[1, true]"`},
	{"Fn::Sub", "N", `{"Fn::Sub":["<${v}>",{"v":@}]}`, `"x"`, `"<x>"`},
	{"Fn::Indent", "NCK", `{"Fn::Indent":[@,1]}`, `"a"`, `"  a"`},
	{"Fn::FormatTime", "NCK", `{"Fn::FormatTime":@}`, `"%Y"`, `"2024"`},
	{"Fn::MatchPattern", "NCK", `{"Fn::MatchPattern":["[a-z]+",@]}`, `"ab"`, `true`},
	{"Fn::Select", "NCK", `{"Fn::Select":[0,@]}`, `["p","q"]`, `"p"`},
	{"Fn::MemberListToMap", "NCK", `{"Fn::MemberListToMap":["N","V",@]}`, `[".member.0.N=k",".member.0.V=v"]`, `{"k":"v"}`},
	{"Fn::ListMerge", "NCK", `{"Fn::ListMerge":[[1],@]}`, `[2]`, `[1,2]`},
	{"Fn::GetJsonValue", "NCK", `{"Fn::GetJsonValue":["a",@]}`, `{"a":1}`, `"1"`},
	{"Fn::MergeMapToList", "NCK", `{"Fn::MergeMapToList":[{"P":@}]}`, `[80,81]`, `[{"P":80},{"P":81}]`},
	{"Fn::MergeMap", "NCK", `{"Fn::MergeMap":[{"a":1},@]}`, `{"b":2}`, `{"a":1,"b":2}`},
	{"Fn::SelectMapList", "NCK", `{"Fn::SelectMapList":["k",@]}`, `[{"k":1},{}]`, `[1]`},
	{"Fn::Jq", "NCK", `{"Fn::Jq":["First",".a",@]}`, `{"a":[1]}`, `[1]`},
	{"Fn::Length", "NCK", `{"Fn::Length":@}`, `"abc"`, `3`},
	{"Fn::Index", "NCK", `{"Fn::Index":["b",@]}`, `["a","b"]`, `1`},
	{"Fn::Any", "NCK", `{"Fn::Any":@}`, `[0,1]`, `true`},
	{"Fn::Contains", "NCK", `{"Fn::Contains":[@,1]}`, `[1]`, `true`},
	{"Fn::EachMemberIn", "NCK", `{"Fn::EachMemberIn":[[1],@]}`, `[1,2]`, `true`},
	{"Fn::Add", "NCK", `{"Fn::Add":[1,@]}`, `2`, `3`},
	{"Fn::Avg", "NCK", `{"Fn::Avg":[1,@]}`, `[1,2]`, `1.5`},
	{"Fn::Calculate", "NCK", `{"Fn::Calculate":["{0}+1",0,[@]]}`, `2`, `3`},
	{"Fn::Max", "NCK", `{"Fn::Max":[1,@]}`, `2`, `2`},
	{"Fn::Min", "NCK", `{"Fn::Min":[1,@]}`, `2`, `1`},
	{"Fn::Cidr", "NCK", `{"Fn::Cidr":[@,1,8]}`, `"10.0.0.0/16"`, `["10.0.0.0/24"]`},
	{"Fn::Equals", "CR", `{"Fn::Equals":[@,1]}`, `1`, `true`},
	{"Fn::Not", "CR", `{"Fn::Not":{"Fn::Equals":[@,1]}}`, `1`, `false`},
	{"Fn::And", "CR", `{"Fn::And":[true,{"Fn::Equals":[@,1]}]}`, `1`, `true`},
	{"Fn::Or", "CR", `{"Fn::Or":[false,{"Fn::Equals":[@,1]}]}`, `1`, `true`},
	{"Fn::If", "NCK", `{"Fn::If":[{"Fn::Any":@},"y","n"]}`, `[1]`, `"y"`},
	{"Fn::TransformNamespace", "NCK", `{"Fn::TransformNamespace":["Condition","Y",{"Fn::Select":[0,@]}]}`, `["es"]`, `"Yes"`},
}

// placed puts an expression where a letter says, and gives the code of what is
// wrong then, "" if nothing is.
func placed(t *testing.T, place byte, expr string) string {
	t.Helper()
	condition, count, value := "true", "1", "1"
	switch place {
	case 'N':
		value = expr
	case 'C':
		condition = `{"Fn::Equals":[1,` + expr + `]}`
		if strings.Contains(expr, "Fn::Equals") {
			condition = `{"Fn::Not":` + expr + `}`
		}
	case 'R':
		condition = expr
	case 'K':
		count = expr
	}
	tmpl, err := template.Parse("t.json", fmt.Appendf(nil, frame, condition, count, value, "1"), nil)
	var scope *template.Scope
	if err == nil {
		scope, err = tmpl.Bind(nil, worldly())
	}
	if err == nil {
		_, err = scope.Expand()
	}
	if err == nil {
		return ""
	}
	return codeOf(t, err)
}

func worldly() *template.Pseudo {
	var asked []string
	ps := *pseudo
	ps.World = outside(&asked)
	return &ps
}

// checkPlaces checks where the function may stand: 4 cases.
func (f functionRow) checkPlaces(t *testing.T) int {
	arg := f.arg
	switch f.name {
	case "Fn::MarketplaceImage":
		arg = `"cmjj1"`
	case "Fn::ResourceFacade":
		arg = `"Metadata"`
	}
	expr := strings.ReplaceAll(f.call, "@", arg)
	for _, place := range []byte("NCRK") {
		code := placed(t, place, expr)
		may := strings.IndexByte(f.in, place) >= 0
		if (code == "function-misplaced") == may {
			t.Errorf("%s at %c: %q", expr, place, code)
		}
	}
	return 4
}

// ways give the argument of a call: expression, and what holds then. The
// parameter Arg has the type Json and the value of the argument, ArgSecret with
// NoEcho too; the attribute Arg of A has it once A is known.
var ways = []struct {
	name, expr         string
	unknown, sensitive bool
}{
	{"literal", "", false, false},
	{"parameter", `{"Ref":"Arg"}`, false, false},
	{"macro", `{"Ref":"Macro"}`, false, false},
	{"eval", `{"Ref":"Eval"}`, false, false},
	{"chosen", `{"Fn::If":["Yes",{"Ref":"Arg"},{"Ref":"Gone"}]}`, false, false},
	{"sensitive", `{"Ref":"ArgSecret"}`, false, true},
	{"unknown", `{"Fn::GetAtt":["A","Arg"]}`, true, false},
	{"unknown and sensitive", `{"Fn::Select":[{"Fn::Index":["x",{"Ref":"ArgList"}]},[{"Fn::GetAtt":["A","Arg"]}]]}`, true, true},
}

// checkWays calls the function with its argument given in each way, in a
// property and in an output, and with what was unknown filled in later.
func (f functionRow) checkWays(t *testing.T) int {
	if f.arg == "" || !strings.Contains(f.in, "N") {
		return 0
	}
	state := resources{"A.Arg": f.arg, "A.Name": `"named"`}
	for _, way := range ways {
		arg := way.expr
		if arg == "" {
			arg = f.arg
		}
		ps := worldly()
		if (f.name == "Fn::GetStackOutput" || f.name == "Fn::GetAZs") && way.unknown {
			if code := placedWith(t, f, arg, ps, state); code != "answer-too-late" {
				t.Errorf("%s of what is unknown: %s", f.name, code)
			}
			continue
		}
		ev, err := f.evaluate(t, arg, ps, nil)
		if err != nil {
			t.Errorf("%s, %s: %v", f.name, way.name, err)
			continue
		}
		p, _ := ev.Resource("R").Properties.Get("P")
		reads := f.name == "Fn::GetAtt"
		if p.HasUnknown() != (way.unknown || reads) || p.HasSensitive() != way.sensitive && !(reads && way.sensitive) {
			t.Errorf("%s, %s: unknown %v, sensitive %v", f.name, way.name, p.HasUnknown(), p.HasSensitive())
		}
		full, err := ev.Scope.Resolve(p, state)
		if err != nil {
			t.Errorf("%s, %s: later: %v", f.name, way.name, err)
			continue
		}
		if got := string(full.AppendJSON(nil)); got != f.want || full.HasSensitive() != way.sensitive {
			t.Errorf("%s, %s: %s sensitive %v, want %s", f.name, way.name, got, full.HasSensitive(), f.want)
		}
		outputs, found := ev.Scope.Outputs(state)
		if got := string(outputs[0].Value.AppendJSON(nil)); got != f.want || outputs[0].Value.HasSensitive() != way.sensitive {
			t.Errorf("%s, %s: output %s sensitive %v, want %s %v", f.name, way.name, got, outputs[0].Value.HasSensitive(), f.want, found)
		}
	}
	return len(ways)
}

func placedWith(t *testing.T, f functionRow, arg string, ps *template.Pseudo, known template.Lookup) string {
	_, err := f.evaluate(t, arg, ps, known)
	if err == nil {
		return ""
	}
	return codeOf(t, err)
}

func (f functionRow) evaluate(t *testing.T, arg string, ps *template.Pseudo, known template.Lookup) (*template.Evaluation, error) {
	t.Helper()
	call := strings.ReplaceAll(f.call, "@", arg)
	src := fmt.Sprintf(frame, "true", "1", call, call)
	src = strings.Replace(src, `"Count": 1`, `"Description": ""`, 1)
	src = strings.Replace(src, `"Parameters": {`, `"Parameters": {"Arg":{"Type":"Json"},"ArgSecret":{"Type":"Json","NoEcho":true},"ArgList":{"Type":"Json","NoEcho":true,"Default":["x"]},`, 1)
	src = strings.Replace(src, `"Locals": {`, `"Locals": {"Macro":{"Value":{"Ref":"Arg"}},"Eval":{"Type":"Eval","Value":{"Ref":"Arg"}},`, 1)
	tmpl, err := template.Parse("t.json", []byte(src), nil)
	if err != nil {
		return nil, err
	}
	v, err := value.ParseJSON([]byte(f.arg))
	if err != nil {
		t.Fatal(err)
	}
	quoted := string(v.AppendJSON(nil))
	return tmpl.Evaluate(map[string]any{"Arg": quoted, "ArgSecret": quoted}, &template.EvaluateOptions{Pseudo: ps, Known: known})
}

// TestFunctionTable goes through every function in every place and with every
// kind of argument, and holds that no function has fewer than 12 cases.
func TestFunctionTable(t *testing.T) {
	written := map[string]int{}
	for _, test := range functionTests {
		written[test.section]++
	}
	for _, test := range edgeTests {
		written[test.section]++
	}
	for _, test := range conditionTests {
		written[test.section]++
	}
	if len(functionRows) != 43 {
		t.Errorf("%d functions, there are 43", len(functionRows))
	}
	for _, f := range functionRows {
		t.Run(f.name, func(t *testing.T) {
			n := f.checkPlaces(t) + f.checkWays(t) + written[strings.TrimPrefix(f.name, "Fn::")]
			if n < 12 {
				t.Errorf("%s has %d cases", f.name, n)
			}
			if got := written[strings.TrimPrefix(f.name, "Fn::")]; got < 4 {
				t.Errorf("%s has %d written cases: null, a wrong type and nothing must be among them", f.name, got)
			}
		})
	}
}
