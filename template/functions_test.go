package template_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// frame is a template with a parameter of each kind around the expressions
// under test.
const frame = `{
 "ROSTemplateFormatVersion": "2015-09-01",
 "Parameters": {
  "Text": {"Type": "String", "Default": "abc"},
  "Size": {"Type": "Number", "Default": 40},
  "Flag": {"Type": "Boolean", "Default": true},
  "List": {"Type": "CommaDelimitedList", "Default": "a,b,c"},
  "Tree": {"Type": "Json", "Default": {"k": [1, 2], "m": {"x": "y"}}},
  "Opt": {"Type": "String", "Default": null},
  "Secret": {"Type": "String", "NoEcho": true, "Default": "s3cret"}
 },
 "Mappings": {"M": {"cn": {"img": "a1", "n": 7}, "1": {"img": "a2"}}},
 "Conditions": {"Yes": {"Fn::Equals": [1, 1]}, "No": {"Fn::Not": "Yes"}, "X": %s},
 "Locals": {"Mac": {"Value": {"Fn::Join": ["-", ["m", {"Ref": "Text"}]]}}, "Ev": {"Type": "Eval", "Value": {"Fn::Length": {"Ref": "List"}}}},
 "Resources": {
  "A": {"Type": "ALIYUN::ECS::VPC"},
  "C": {"Type": "ALIYUN::ECS::VPC", "Count": 3},
  "Gone": {"Type": "ALIYUN::ECS::VPC", "Condition": "No"},
  "a.b": {"Type": "ALIYUN::ECS::VPC"},
  "Stack": {"Type": "ALIYUN::ROS::Stack"},
  "R": {"Type": "ALIYUN::ECS::VPC", "Count": %s, "Properties": {"P": %s, "Keep": 1}}
 },
 "Outputs": {"O": {"Value": %s}}
}`

var pseudo = &template.Pseudo{
	Region: "cn-test", StackName: "s1", StackID: "id-1", AccountID: "10", TenantID: "20",
	Zones: map[string][]string{"cn-test": {"cn-test-b", "cn-test-e"}},
	Now:   time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
}

// outcome is what came out of an expression: JSON, or the code of the fault.
func property(t *testing.T, expr string, params map[string]any) (value.Value, string, *template.Scope) {
	t.Helper()
	tmpl, err := template.Parse("t.json", fmt.Appendf(nil, frame, "true", "1", expr, "1"), nil)
	if err != nil {
		return value.Value{}, codeOf(t, err), nil
	}
	scope, err := tmpl.Bind(params, pseudo)
	if err != nil {
		return value.Value{}, codeOf(t, err), nil
	}
	desired, err := scope.Expand()
	if err != nil {
		return value.Value{}, codeOf(t, err), nil
	}
	v, ok := desired.Resources[len(desired.Resources)-1].Properties.Get("P")
	if !ok {
		return v, "removed", scope
	}
	return v, string(v.AppendJSON(nil)), scope
}

func codeOf(t *testing.T, err error) string {
	t.Helper()
	list, ok := errors.AsType[*diag.ListError](err)
	if !ok {
		t.Fatalf("%v is no list of findings", err)
	}
	for _, d := range list.List {
		if d.Severity == diag.Error {
			if strings.HasPrefix(d.Message, string(d.Code)) {
				t.Errorf("the code %s has no text", d.Code)
			}
			return string(d.Code)
		}
	}
	return ""
}

// TestVectors goes through the reference's minimal vectors (15.4).
func TestVectors(t *testing.T) {
	for _, test := range [][2]string{
		{`{"Fn::Join":[",",["a","b","c"]]}`, `"a,b,c"`},
		{`{"Fn::Join":["",null]}`, `""`},
		{`{"Fn::Split":[";","x; y"]}`, `["x"," y"]`},
		{`{"Fn::Select":["1",["p","q"]]}`, `"q"`},
		{`{"Fn::Select":["5:0:-2",[1,2,3,4,5]]}`, `[5,3]`},
		{`{"Fn::Select":["zz",{"a":1}]}`, `""`},
		{`{"Fn::Select":["a",null,"dflt"]}`, `"dflt"`},
		{`{"Fn::Length":[1,2,3]}`, `3`},
		{`{"Fn::ListMerge":[["a"],["b","a"]]}`, `["a","b","a"]`},
		{`{"Fn::GetJsonValue":["k","{\"k\":[1,2]}"]}`, `"[1, 2]"`},
		{`{"Fn::Calculate":["({0}+{1})%3",0,[5,6]]}`, `2`},
		{`{"Fn::Calculate":["7/2",1]}`, `3`},
		{`{"Fn::Calculate":["7.0/2",1]}`, `3.5`},
		{`{"Fn::Avg":[1,[1,2,6.0]]}`, `3.0`},
		{`{"Fn::Max":[1.1,2,3]}`, `3`},
		{`{"Fn::Max":[1,null]}`, `null`},
		{`{"Fn::Add":[1,null]}`, `null`},
		{`{"Fn::Index":["x",["a"]]}`, `null`},
		{`{"Fn::Contains":[["a"],"a"]}`, `true`},
		{`{"Fn::EachMemberIn":[[],["a"]]}`, `true`},
		{`{"Fn::MatchPattern":["a|ab","ab"]}`, `false`},
		{`{"Fn::Cidr":["10.0.0.0/30",2,1]}`, `["10.0.0.0/31","10.0.0.2/31"]`},
		{`{"Fn::Str":true}`, `"True"`},
		{`{"Fn::Base64Decode":"cm9z"}`, `"ros"`},
		{`{"Fn::Replace":[{"b":""},"abba"]}`, `"aa"`},
		{`{"Fn::SelectMapList":["k",[{"a":1},{"k":2}]]}`, `[2]`},
		{`{"Fn::MergeMapToList":[{"a":[]},{"b":null}]}`, `[{"b":""}]`},
		{`{"Fn::Jq":["First",".[5]","[1]"]}`, `null`},
	} {
		if _, got, _ := property(t, test[0], nil); got != test[1] {
			t.Errorf("%s = %s, want %s", test[0], got, test[1])
		}
	}
}

// functionTests are named after the sections of the reference.
var functionTests = []struct{ section, expr, want string }{
	{"Ref", `{"Ref":"Size"}`, `40`},
	{"Ref", `{"Ref":"Opt"}`, `null`},
	{"Ref", `{"Ref":"ALIYUN::Region"}`, `"cn-test"`},
	{"Ref", `{"Ref":"ALIYUN::StackName"}`, `"s1"`},
	{"Ref", `{"Ref":"ALIYUN::Index"}`, `0`},
	{"Ref", `{"Ref":null}`, `null`},
	{"Ref", `{"Ref":{"Fn::Join":["",["Te","xt"]]}}`, `"abc"`},
	{"Ref", `{"Ref":{"Fn::Join":["",["A"]]}}`, `unknown-reference`},
	{"Ref", `{"Ref":["A"]}`, `function-shape`},
	{"Ref", `{"Ref":1}`, `function-shape`},
	{"Ref", `{"Ref":"Nope"}`, `unknown-reference`},
	{"Ref", `{"Ref":"ALIYUN::Nope"}`, `unknown-reference`},
	{"Ref", `{"Ref":"Mac"}`, `"m-abc"`},
	{"Ref", `{"Ref":"Ev"}`, `3`},
	{"Ref", `{"Ref":"C[3]"}`, `unknown-reference`},
	{"Ref", `{"Ref":"A[0]"}`, `unknown-reference`},
	{"Ref", `{"Ref":"Gone"}`, `reference-absent`},
	{"GetAtt", `{"Fn::GetAtt":["Nope","x"]}`, `unknown-resource`},
	{"GetAtt", `{"Fn::GetAtt":["A"]}`, `function-shape`},
	{"GetAtt", `{"Fn::GetAtt":"A.b"}`, `function-shape`},
	{"GetAtt", `{"Fn::GetAtt":["Stack","x"]}`, `nested-attribute`},
	{"GetAtt", `{"Fn::GetAtt":["Gone","x"]}`, `reference-absent`},
	{"FindInMap", `{"Fn::FindInMap":["M","cn","img"]}`, `"a1"`},
	{"FindInMap", `{"Fn::FindInMap":["M",1,"img"]}`, `"a2"`},
	{"FindInMap", `{"Fn::FindInMap":["M",{"Fn::Select":[0,["cn"]]},"n"]}`, `7`},
	{"FindInMap", `{"Fn::FindInMap":["M","cn","nope"]}`, `unknown-mapping-key`},
	{"FindInMap", `{"Fn::FindInMap":["M","cn",{"Ref":"Text"}]}`, `unknown-mapping-key`},
	{"FindInMap", `{"Fn::FindInMap":["M","cn"]}`, `function-shape`},
	{"GetAZs", `{"Fn::GetAZs":{"Ref":"ALIYUN::Region"}}`, `["cn-test-b","cn-test-e"]`},
	{"GetAZs", `{"Fn::GetAZs":""}`, `["cn-test-b","cn-test-e"]`},
	{"GetAZs", `{"Fn::GetAZs":"cn-x"}`, `["cn-x-a","cn-x-b","cn-x-c"]`},
	{"GetStackOutput", `{"Fn::GetStackOutput":[null,"x"]}`, `null`},
	{"GetStackOutput", `{"Fn::GetStackOutput":["s","x"]}`, `world-missing`},
	{"ResourceFacade", `{"Fn::ResourceFacade":"Metadata"}`, `function-facade`},
	{"MarketplaceImage", `{"Fn::MarketplaceImage":"cmjj1"}`, `world-missing`},
	{"Join", `{"Fn::Join":["-",["a",1,null,"b",true]]}`, `"a-1--b-True"`},
	{"Join", `{"Fn::Join":[",",{"Ref":"List"}]}`, `"a,b,c"`},
	{"Join", `{"Fn::Join":[",",["a",{"Ref":"ALIYUN::NoValue"},"b"]]}`, `"a,b"`},
	{"Join", `{"Fn::Join":[",",[1.5]]}`, `function-argument-type`},
	{"Join", `{"Fn::Join":[",",[["a"]]]}`, `function-argument-type`},
	{"Join", `{"Fn::Join":[1,["a"]]}`, `function-argument-type`},
	{"Join", `{"Fn::Join":","}`, `function-shape`},
	{"Split", `{"Fn::Split":[",","a, b,,c"]}`, `["a"," b","","c"]`},
	{"Split", `{"Fn::Split":[",",""]}`, `[""]`},
	{"Split", `{"Fn::Split":[",",{"Ref":"Opt"}]}`, `[]`},
	{"Split", `{"Fn::Split":["","a"]}`, `function-argument-type`},
	{"Split", `{"Fn::Split":[{"Ref":"Text"},"a"]}`, `argument-not-literal`},
	{"Replace", `{"Fn::Replace":[{"a":"b","b":"c"},"ab"]}`, `"cc"`},
	{"Replace", `{"Fn::Replace":[{"abc":{"Ref":"Size"}},{"Ref":"Text"}]}`, `"40"`},
	{"Replace", `{"Fn::Replace":[{"a":null},null]}`, `null`},
	{"Replace", `{"Fn::Replace":[{"a":[1]},"a"]}`, `function-argument-type`},
	{"Sub", `{"Fn::Sub":["${a}/${ALIYUN::StackName} ${!HOME} $x ${ Text }",{"a":5}]}`, `"5/s1 ${HOME} $x abc"`},
	{"Sub", `{"Fn::Sub":"${Flag} ${Opt}${Tree}"}`, `"True {\"k\": [1, 2], \"m\": {\"x\": \"y\"}}"`},
	{"Sub", `{"Fn::Sub":"${open"}`, `"${open"`},
	{"Sub", `{"Fn::Sub":"${ALIYUN::Index}"}`, `"0"`},
	{"Sub", `{"Fn::Sub":"${x:-1}"}`, `unknown-reference`},
	{"Sub", `{"Fn::Sub":"${1}"}`, `sub-token-invalid`},
	{"Sub", `{"Fn::Sub":"${Mac}"}`, `sub-local`},
	{"Sub", `{"Fn::Sub":["${l}",{"l":{"Ref":"Mac"}}]}`, `"m-abc"`},
	{"Sub", `{"Fn::Sub":"${C}"}`, `counted-reference`},
	{"Sub", `{"Fn::Sub":"${C.x}"}`, `counted-reference`},
	{"Sub", `{"Fn::Sub":"${Nope.x}"}`, `unknown-resource`},
	{"Sub", `{"Fn::Sub":"${Stack.x.y}"}`, `unknown-resource`},
	{"Sub", `{"Fn::Sub":["${x.y}",{"x.y":1}]}`, `unknown-resource`},
	{"Sub", `{"Fn::Sub":7}`, `function-shape`},
	{"Base64", `{"Fn::Base64":"x"}`, `"x"`},
	{"Base64Encode", `{"Fn::Base64Encode":"ros"}`, `"cm9z"`},
	{"Base64Encode", `{"Fn::Base64Encode":{"Ref":"Opt"}}`, `null`},
	{"Base64Encode", `{"Fn::Base64Encode":5}`, `function-argument-type`},
	{"Base64Decode", `{"Fn::Base64Decode":"***"}`, `base64-invalid`},
	{"Str", `{"Fn::Str":{"a":[1,true,null,1.0,"é"]}}`, `"{\"a\": [1, true, null, 1.0, \"\\u00e9\"]}"`},
	{"Str", `{"Fn::Str":null}`, `"None"`},
	{"Str", `{"Fn::Str":1e16}`, `"1e+16"`},
	{"Indent", `{"Fn::Indent":["a:\nb",1]}`, `"  a:\n  b"`},
	{"Indent", `{"Fn::Indent":["a:\nb",2,2,false]}`, `"a:\n    b"`},
	{"Indent", `{"Fn::Indent":["a",21]}`, `function-argument-range`},
	{"FormatTime", `{"Fn::FormatTime":["%Y-%m-%d %H:%M:%S","Asia/Shanghai"]}`, `"2024-01-02 11:04:05"`},
	{"FormatTime", `{"Fn::FormatTime":"%j %U %%"}`, `"002 00 %"`},
	{"FormatTime", `{"Fn::FormatTime":["%H","GMT+8"]}`, `"11"`},
	{"FormatTime", `{"Fn::FormatTime":["%H","Nowhere"]}`, `time-zone-unknown`},
	{"MatchPattern", `{"Fn::MatchPattern":["[a-z]+[0-9]*","ecs01"]}`, `true`},
	{"MatchPattern", `{"Fn::MatchPattern":["(","x"]}`, `pattern-invalid`},
	{"Select", `{"Fn::Select":["1:3",[1,2,3,4,5]]}`, `[2,3]`},
	{"Select", `{"Fn::Select":["::2",[1,2,3,4,5]]}`, `[1,3,5]`},
	{"Select", `{"Fn::Select":["-1",["a","b"]]}`, `"b"`},
	{"Select", `{"Fn::Select":["9",["a"]]}`, `""`},
	{"Select", `{"Fn::Select":[9,["a"],"d"]}`, `"d"`},
	{"Select", `{"Fn::Select":["k",{"k":1}]}`, `1`},
	{"Select", `{"Fn::Select":["0","[7,8]"]}`, `7`},
	{"Select", `{"Fn::Select":[1.9,["a","b"]]}`, `"b"`},
	{"Select", `{"Fn::Select":["z",{},null,"no z"]}`, `select-nothing`},
	{"Select", `{"Fn::Select":["z",{},"d",null]}`, `"d"`},
	{"Select", `{"Fn::Select":["x",[1]]}`, `index-invalid`},
	{"Select", `{"Fn::Select":["::0",[1]]}`, `slice-invalid`},
	{"Select", `{"Fn::Select":[0,"a,b"]}`, `function-argument-type`},
	{"Select", `{"Fn::Select":[{"Ref":"Opt"},[1]]}`, `""`},
	{"Select", `{"Fn::Select":[0,{"Ref":"List"}]}`, `"a"`},
	{"Select", `{"Fn::Select":[0,["a"],{"Fn::FindInMap":["M","cn",{"Ref":"Text"}]}]}`, `"a"`},
	{"Select", `{"Fn::Select":[{"Ref":"Size"},{"Ref":"C"}]}`, `instance-out-of-range`},
	{"MemberListToMap", `{"Fn::MemberListToMap":["N","V",[".member.0.N=k",".member.0.V=v=w"]]}`, `{"k":"v=w"}`},
	{"MemberListToMap", `{"Fn::MemberListToMap":["N","V",["x"]]}`, `member-invalid`},
	{"ListMerge", `{"Fn::ListMerge":[[1,2],null,[2],{"Ref":"List"}]}`, `[1,2,2,"a","b","c"]`},
	{"ListMerge", `{"Fn::ListMerge":[[1],2]}`, `function-argument-type`},
	{"ListMerge", `{"Fn::ListMerge":"x"}`, `function-shape`},
	{"GetJsonValue", `{"Fn::GetJsonValue":["a","{\"a\":{\"b\":1}}"]}`, `"{\"b\": 1}"`},
	{"GetJsonValue", `{"Fn::GetJsonValue":["n","{\"n\":5}"]}`, `"5"`},
	{"GetJsonValue", `{"Fn::GetJsonValue":["z",{}]}`, `null`},
	{"GetJsonValue", `{"Fn::GetJsonValue":["z",{"Ref":"Opt"}]}`, `null`},
	{"GetJsonValue", `{"Fn::GetJsonValue":["z","{"]}`, `json-invalid`},
	{"MergeMapToList", `{"Fn::MergeMapToList":[{"P":[80,81]},{"I":["i","j","k"]}]}`, `[{"P":80,"I":"i"},{"P":81,"I":"j"},{"P":81,"I":"k"}]`},
	{"MergeMapToList", `{"Fn::MergeMapToList":[{"P":[80],"Q":[1]}]}`, `lists-in-one-map`},
	{"MergeMapToList", `{"Fn::MergeMapToList":[]}`, `null`},
	{"MergeMap", `{"Fn::MergeMap":[{"a":{"x":1,"y":[1]}},{"a":{"y":[2]},"b":0}]}`, `{"a":{"x":1,"y":[2]},"b":0}`},
	{"SelectMapList", `{"Fn::SelectMapList":["k",[{"a":1},{"k":2},null,{"k":null}]]}`, `[2,null]`},
	{"Jq", `{"Fn::Jq":["First",".m.x",{"Ref":"Tree"}]}`, `"y"`},
	{"Jq", `{"Fn::Jq":["All",".k[]",{"Ref":"Tree"}]}`, `[1,2]`},
	{"Jq", `{"Fn::Jq":["First",".a",{"Ref":"Opt"}]}`, `null`},
	{"Jq", `{"Fn::Jq":["Some",".a",{}]}`, `jq-method`},
	{"Jq", `{"Fn::Jq":["First",".[",{}]}`, `jq-failed`},
	{"Length", `{"Fn::Length":"héllo"}`, `5`},
	{"Length", `{"Fn::Length":{"a":1,"b":2}}`, `2`},
	{"Length", `{"Fn::Length":null}`, `0`},
	{"Length", `{"Fn::Length":5}`, `function-argument-type`},
	{"Index", `{"Fn::Index":["b",{"Ref":"List"}]}`, `1`},
	{"Index", `{"Fn::Index":[true,[0,1]]}`, `1`},
	{"Any", `{"Fn::Any":[0,"x"]}`, `true`},
	{"Any", `{"Fn::Any":[]}`, `false`},
	{"Any", `{"Fn::Any":"true, false"}`, `function-shape`},
	{"Contains", `{"Fn::Contains":[[null,""],""]}`, `true`},
	{"Contains", `{"Fn::Contains":[[1,2,3],4]}`, `false`},
	{"Contains", `{"Fn::Contains":[[[1]],4]}`, `function-argument-type`},
	{"EachMemberIn", `{"Fn::EachMemberIn":[[1,2,true],[1.0,2,4]]}`, `true`},
	{"EachMemberIn", `{"Fn::EachMemberIn":[[1,2,3],[1,2,4]]}`, `false`},
	{"Add", `{"Fn::Add":[1,2.5]}`, `3.5`},
	{"Add", `{"Fn::Add":[[1],[2]]}`, `[1,2]`},
	{"Add", `{"Fn::Add":[{"a":1},{"a":2}]}`, `{"a":2}`},
	{"Add", `{"Fn::Add":[1,"2"]}`, `operands-mixed`},
	{"Add", `{"Fn::Add":[1,{"Ref":"ALIYUN::Index"}]}`, `1`},
	{"Avg", `{"Fn::Avg":[0,[1,2]]}`, `2`},
	{"Avg", `{"Fn::Avg":[1,["1","2",null]]}`, `1.0`},
	{"Avg", `{"Fn::Avg":[1,[]]}`, `members-too-few`},
	{"Calculate", `{"Fn::Calculate":["(2+3)/2*3-1",1]}`, `5`},
	{"Calculate", `{"Fn::Calculate":["(2.0+3)/2*3-1",1]}`, `6.5`},
	{"Calculate", `{"Fn::Calculate":["({1}+3)/2*3-1",1,[3,5,6]]}`, `11`},
	{"Calculate", `{"Fn::Calculate":["{0}-1",0,["3"]]}`, `2`},
	{"Calculate", `{"Fn::Calculate":["-7%3 + -7//2",0]}`, `-2`},
	{"Calculate", `{"Fn::Calculate":["1/0",0]}`, `division-by-zero`},
	{"Calculate", `{"Fn::Calculate":["2**3",0]}`, `expression-invalid`},
	{"Calculate", `{"Fn::Calculate":["x",0]}`, `expression-invalid`},
	{"Calculate", `{"Fn::Calculate":["{2}",0,[1]]}`, `function-argument-range`},
	{"Min", `{"Fn::Min":[1.1,2,3]}`, `1.1`},
	{"Min", `{"Fn::Min":[]}`, `null`},
	{"Max", `{"Fn::Max":["a"]}`, `function-argument-type`},
	{"Cidr", `{"Fn::Cidr":["10.0.0.0/16",3,8]}`, `["10.0.0.0/24","10.0.1.0/24","10.0.2.0/24"]`},
	{"Cidr", `{"Fn::Cidr":["192.168.0.9/24",2,5]}`, `["192.168.0.0/27","192.168.0.32/27"]`},
	{"Cidr", `{"Fn::Cidr":["10.0.0.0/24",3,8]}`, `cidr-too-many`},
	{"Cidr", `{"Fn::Cidr":["10.0.0.0",3,8]}`, `cidr-invalid`},
	{"Cidr", `{"Fn::Cidr":["10.0.0.0/8",257,8]}`, `function-argument-range`},
	{"If", `{"Fn::If":["Yes",["x"],{"Ref":"ALIYUN::NoValue"}]}`, `["x"]`},
	{"If", `{"Fn::If":["No",["x"],{"Ref":"ALIYUN::NoValue"}]}`, `removed`},
	{"If", `{"Fn::If":["No",{"Ref":"Gone"},1]}`, `1`},
	{"If", `{"Fn::If":[true,1,2]}`, `1`},
	{"If", `{"Fn::If":[{"Condition":"No"},1,2]}`, `2`},
	{"If", `{"Fn::If":[["No"],1,2]}`, `2`},
	{"If", `{"Fn::If":["Nope",1,2]}`, `unknown-condition`},
	{"If", `{"Fn::If":["Yes",1]}`, `function-shape`},
	{"If", `{"Fn::If":[null,1,2]}`, `condition-not-boolean`},
	{"NoValue", `{"a":{"Ref":"ALIYUN::NoValue"},"b":[1,{"Ref":"ALIYUN::NoValue"}]}`, `{"b":[1]}`},
	{"data", `{"Ref":"Text","Fn::Join":1}`, `{"Ref":"Text","Fn::Join":1}`},
	{"data", `{"Condition":"Yes"}`, `{"Condition":"Yes"}`},
	{"contexts", `{"Fn::Equals":[1,1]}`, `function-misplaced`},
	{"contexts", `{"Fn::Not":"Yes"}`, `function-misplaced`},
	{"contexts", `{"Fn::Test":1}`, `unknown-function`},
	{"contexts", `{"Fn::ImportValue":"x"}`, `unknown-function`},
}

func TestFunctions(t *testing.T) {
	for _, test := range slices.Concat(functionTests, edgeTests) {
		if _, got, _ := property(t, test.expr, nil); got != test.want {
			t.Errorf("%s: %s = %s, want %s", test.section, test.expr, got, test.want)
		}
	}
}

func TestFunctionNesting(t *testing.T) {
	nest := func(n int) string {
		return strings.Repeat(`{"Fn::Str":`, n) + `"x"` + strings.Repeat("}", n)
	}
	if _, got, _ := property(t, nest(20), nil); got != `"x"` {
		t.Errorf("20 levels give %s", got)
	}
	if _, got, _ := property(t, nest(21), nil); got != "function-too-deep" {
		t.Errorf("21 levels give %s", got)
	}
}

// conditionTests are conditions, named after the sections of the reference.
var conditionTests = []struct{ section, expr, want string }{
	{"Equals", `{"Fn::Equals":["prod",{"Ref":"Text"}]}`, "false"},
	{"Equals", `{"Fn::Equals":[null,{"Ref":"Opt"}]}`, "true"},
	{"Equals", `{"Fn::Equals":[true,{"Ref":"Flag"}]}`, "true"},
	{"Equals", `{"Fn::Equals":["true",{"Ref":"Flag"}]}`, "false"},
	{"Equals", `{"Fn::Equals":[40.0,{"Ref":"Size"}]}`, "true"},
	{"And", `{"Fn::And":["Yes","No"]}`, "false"},
	{"And", `{"Fn::And":[true,{"Condition":"Yes"}]}`, "true"},
	{"Or", `{"Fn::Or":["Yes",{"Fn::Equals":[1,2]}]}`, "true"},
	{"Not", `{"Fn::Not":["Yes"]}`, "false"},
	{"Not", `{"Fn::Not":{"Fn::Equals":[1,2]}}`, "true"},
	{"Ref", `{"Ref":"Flag"}`, "true"},
	{"Equals", `{"Fn::Equals":[{"Fn::If":["Yes","a","b"]},"a"]}`, "true"},
	{"Not", `{"Fn::Not":{"Fn::TransformNamespace":["Condition","Y","es"]}}`, "false"},
	{"root", `false`, "false"},
	{"Not", `{"Fn::Not":"Nope"}`, "unknown-condition"},
	{"Not", `{"Fn::Not":"X"}`, "condition-cycle"},
	{"Equals", `{"Fn::Equals":[{"Ref":"A"},1]}`, "resource-misplaced"},
	{"Equals", `{"Fn::Equals":[{"Fn::GetAtt":["A","x"]},1]}`, "function-misplaced"},
	{"Equals", `{"Fn::Equals":[{"Fn::Sub":"x"},1]}`, "function-misplaced"},
	{"If", `{"Fn::If":["Yes",true,false]}`, "function-misplaced"},
	{"And", `{"Fn::And":["Yes"]}`, "function-shape"},
	{"Ref", `{"Ref":"Text"}`, "condition-not-boolean"},
	{"root", `"Yes"`, "condition-root"},
	{"Any", `{"Fn::Any":[true]}`, "function-misplaced"},
	{"And", `{"Fn::And":["Yes",1]}`, "condition-not-boolean"},
	{"Equals", `{"Fn::Equals":[null,null]}`, "true"},
	{"Equals", `{"Fn::Equals":[1,true]}`, "true"},
	{"Equals", `{"Fn::Equals":["1",1]}`, "false"},
	{"Equals", `{"Fn::Equals":[[1,{"a":2}],[1.0,{"a":2.0}]]}`, "true"},
	{"Equals", `{"Fn::Equals":["",null]}`, "false"},
	{"Equals", `{"Fn::Equals":[1]}`, "function-shape"},
	{"Equals", `{"Fn::Equals":[1,2,3]}`, "function-shape"},
	{"Equals", `{"Fn::Equals":"x"}`, "function-shape"},
	{"Equals", `{"Fn::Equals":[]}`, "function-shape"},
	{"Equals", `{"Fn::Equals":[{"Ref":"Secret"},"s3cret"]}`, "true"},
	{"Equals", `{"Fn::Equals":[{"Ref":"Mac"},"m-abc"]}`, "true"},
	{"Equals", `{"Fn::Equals":[{"Ref":"Nope"},1]}`, "unknown-reference"},
	{"Not", `{"Fn::Not":[true]}`, "false"},
	{"Not", `{"Fn::Not":false}`, "true"},
	{"Not", `{"Fn::Not":{"Condition":"No"}}`, "true"},
	{"Not", `{"Fn::Not":null}`, "condition-not-boolean"},
	{"Not", `{"Fn::Not":[]}`, "function-shape"},
	{"Not", `{"Fn::Not":["Yes","No"]}`, "function-shape"},
	{"Not", `{"Fn::Not":1}`, "condition-not-boolean"},
	{"Not", `{"Fn::Not":{"Fn::Length":"x"}}`, "condition-not-boolean"},
	{"Not", `{"Fn::Not":{"Ref":"Flag"}}`, "false"},
	{"Not", `{"Fn::Not":{"Fn::MatchPattern":["s.*",{"Ref":"Secret"}]}}`, "false"},
	{"Not", `{"Fn::Not":{"Ref":"Opt"}}`, "condition-not-boolean"},
	{"And", `{"Fn::And":["Yes","Yes","Yes"]}`, "true"},
	{"And", `{"Fn::And":["Yes",{"Fn::Equals":[1,1]},true]}`, "true"},
	{"And", `{"Fn::And":[]}`, "function-shape"},
	{"And", `{"Fn::And":null}`, "function-shape"},
	{"And", `{"Fn::And":"Yes"}`, "function-shape"},
	{"And", `{"Fn::And":["Yes",null]}`, "condition-not-boolean"},
	{"And", `{"Fn::And":["Yes","Nope"]}`, "unknown-condition"},
	{"And", `{"Fn::And":[{"Fn::Not":"No"},{"Ref":"Flag"}]}`, "true"},
	{"And", `{"Fn::And":["Yes",{"Fn::Equals":[{"Ref":"Secret"},"x"]}]}`, "false"},
	{"And", `{"Fn::And":[["Yes"],"Yes"]}`, "true"},
	{"Or", `{"Fn::Or":["No","No"]}`, "false"},
	{"Or", `{"Fn::Or":[false,{"Condition":"Yes"}]}`, "true"},
	{"Or", `{"Fn::Or":[]}`, "function-shape"},
	{"Or", `{"Fn::Or":null}`, "function-shape"},
	{"Or", `{"Fn::Or":["Yes"]}`, "function-shape"},
	{"Or", `{"Fn::Or":["Yes",null]}`, "condition-not-boolean"},
	{"Or", `{"Fn::Or":["Yes","Nope"]}`, "unknown-condition"},
	{"Or", `{"Fn::Or":["No",{"Ref":"Flag"}]}`, "true"},
	{"Or", `{"Fn::Or":["No",{"Fn::Equals":[{"Ref":"Secret"},"s3cret"]}]}`, "true"},
	{"Or", `{"Fn::Or":["No",7]}`, "condition-not-boolean"},
	{"TransformNamespace", `{"Fn::Not":{"Fn::TransformNamespace":["Condition","Y",{"Condition":"es"}]}}`, "false"},
	{"TransformNamespace", `{"Fn::Not":{"Fn::TransformNamespace":["Condition","Y",["es"]]}}`, "false"},
	{"TransformNamespace", `{"Fn::Not":{"Fn::TransformNamespace":["Condition","Y","nope"]}}`, "unknown-condition"},
	{"TransformNamespace", `{"Fn::Not":{"Fn::TransformNamespace":["Condition","Y",{"Fn::Contains":[[1],1]}]}}`, "false"},
	{"TransformNamespace", `{"Fn::Not":{"Fn::TransformNamespace":["Condition","Y",{"Ref":"Opt"}]}}`, "condition-not-boolean"},
	{"TransformNamespace", `{"Fn::Not":{"Fn::TransformNamespace":[]}}`, "function-shape"},
	{"TransformNamespace", `{"Fn::Not":{"Fn::TransformNamespace":["Other","Y","es"]}}`, "function-shape"},
	{"FindInMap", `{"Fn::FindInMap":["M","cn","img"]}`, "condition-not-boolean"},
}

func TestConditions(t *testing.T) {
	for _, test := range conditionTests {
		src := fmt.Appendf(nil, frame, test.expr, "1", `{"Fn::If":["X",true,false]}`, "1")
		tmpl, err := template.Parse("t.json", src, nil)
		var scope *template.Scope
		var desired *template.Desired
		if err == nil {
			scope, err = tmpl.Bind(nil, pseudo)
		}
		if err == nil {
			desired, err = scope.Expand()
		}
		got := ""
		if err != nil {
			got = codeOf(t, err)
		} else {
			v, _ := desired.Resources[len(desired.Resources)-1].Properties.Get("P")
			got = v.String()
		}
		if got != test.want {
			t.Errorf("%s: %s = %s, want %s", test.section, test.expr, got, test.want)
		}
	}
}

func TestCount(t *testing.T) {
	for _, test := range [][2]string{
		{`2`, "2"}, {`"2"`, "2"}, {`0`, "0"},
		{`{"Fn::Length":{"Ref":"List"}}`, "3"},
		{`{"Ref":"Ev"}`, "3"},
		{`{"Fn::If":["Yes",1,2]}`, "1"},
		{`{"Ref":"Text"}`, "count-invalid"},
		{`true`, "count-invalid"}, {`1.5`, "count-invalid"}, {`-1`, "count-invalid"}, {`[1]`, "count-invalid"},
		{`{"Ref":"A"}`, "resource-misplaced"},
		{`{"Fn::Sub":"1"}`, "function-misplaced"},
		{`{"Ref":"ALIYUN::Index"}`, "index-misplaced"},
		{`9999999`, "count-too-large"},
	} {
		tmpl, err := template.Parse("t.json", fmt.Appendf(nil, frame, "true", test[0], `{"Ref":"ALIYUN::Index"}`, "1"), nil)
		var scope *template.Scope
		if err == nil {
			scope, err = tmpl.Bind(nil, pseudo)
		}
		got := ""
		if err != nil {
			got = codeOf(t, err)
		} else {
			desired, err := scope.Expand()
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, r := range desired.Resources {
				if r.Template.Name == "R" {
					if v, _ := r.Properties.Get("P"); r.LogicalID != fmt.Sprintf("R[%d]", n) || v.Int() != int64(n) {
						t.Errorf("instance %d is %s with %v", n, r.LogicalID, v)
					}
					n++
				}
			}
			got = fmt.Sprint(n)
		}
		if got != test[1] {
			t.Errorf("Count %s gives %s, want %s", test[0], got, test[1])
		}
	}
}
