package template_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// resources knows what a map of JSON texts holds under "Name" and "Name.Attr".
type resources map[string]string

func (r resources) get(key string) (value.Value, bool) {
	text, ok := r[key]
	if !ok {
		return value.Value{}, false
	}
	v, err := value.ParseJSON([]byte(text))
	if err != nil {
		panic(err)
	}
	return v, true
}

func (r resources) Ref(id string) (value.Value, bool)             { return r.get(id) }
func (r resources) Attribute(id, name string) (value.Value, bool) { return r.get(id + "." + name) }

// TestResolve goes from holes to values, directly and through the wire form,
// in one step and in two.
func TestResolve(t *testing.T) {
	state := resources{
		"A": `"vpc-1"`, "A.Id": `"vpc-1"`, "A.List": `["x","y"]`, "A.Map": `{"k":{"n":2}}`, "A.N": `4`, "a.b": `"dot"`, "a.b.Z": `"z"`,
		"C[0]": `"c0"`, "C[1]": `"c1"`, "C[2]": `"c2"`, "C[0].L": `["p"]`, "C[1].L": `["q"]`, "C[2].L": `[]`, "Stack.Outputs.V": `"out"`,
	}
	for _, test := range []struct{ expr, want, refs string }{
		{`{"Ref":"A"}`, `"vpc-1"`, "A"},
		{`{"Ref":"C"}`, `["c0","c1","c2"]`, "C[0],C[1],C[2]"},
		{`{"Ref":"C[1]"}`, `"c1"`, "C[1]"},
		{`{"Fn::GetAtt":["C","L"]}`, `[["p"],["q"],[]]`, "C[0],C[1],C[2]"},
		{`{"Fn::Add":{"Fn::GetAtt":["C","L"]}}`, `["p","q"]`, "C[0],C[1],C[2]"},
		{`{"Fn::GetAtt":[{"Fn::Join":["",["A"]]},"Id"]}`, `"vpc-1"`, "A"},
		{`{"Fn::GetAtt":["Stack","Outputs.V"]}`, `"out"`, "Stack"},
		{`{"Fn::Select":[{"Ref":"ALIYUN::Index"},{"Ref":"C"}]}`, `"c0"`, "C[0]"},
		{`{"Fn::Select":[{"Fn::Str":"1:"},{"Ref":"C"}]}`, `["c1","c2"]`, "C[1],C[2]"},
		{`{"Fn::Select":[1,{"Fn::GetAtt":["A","List"]}]}`, `"y"`, "A"},
		{`{"Fn::Select":[{"Ref":"ALIYUN::Index"},{"Fn::GetAtt":["A","List"]}]}`, `"x"`, "A"},
		{`{"Fn::Select":["z",{"Fn::GetAtt":["A","Map"]},{"Ref":"a.b"}]}`, `"dot"`, "A,a.b"},
		{`{"Fn::Sub":"${A}-${A.Id}-${a.b}-${a.b.Z}-${C[1]}-${Text}-${ALIYUN::Index}-${Stack.Outputs.V}"}`, `"vpc-1-vpc-1-dot-z-c1-abc-0-out"`, "A,a.b,C[1],Stack"},
		{`{"Fn::Sub":["${ALIYUN::Index}${x}",{"ALIYUN::Index":7,"x":{"Ref":"A"}}]}`, `"7vpc-1"`, "A"},
		{`{"Fn::Join":["/",[{"Ref":"Mac"},{"Ref":"Ev"},{"Ref":"A"}]]}`, `"m-abc/3/vpc-1"`, "A"},
		{`{"Fn::Join":[",",{"Fn::GetAtt":["A","List"]}]}`, `"x,y"`, "A"},
		{`{"Fn::If":["Yes",{"Ref":"A"},{"Ref":"a.b"}]}`, `"vpc-1"`, "A"},
		{`{"Fn::Length":{"Fn::GetAtt":["A","List"]}}`, `2`, "A"},
		{`{"Fn::Length":{"Ref":"C"}}`, `3`, ""},
		{`{"Fn::Jq":["First",".k.n",{"Fn::GetAtt":["A","Map"]}]}`, `2`, "A"},
		{`{"Fn::ListMerge":[{"Ref":"C"},{"Fn::GetAtt":["A","List"]}]}`, `["c0","c1","c2","x","y"]`, "C[0],C[1],C[2],A"},
		{`{"Fn::Calculate":["{0}*2",0,[{"Fn::GetAtt":["A","N"]}]]}`, `8`, "A"},
		{`{"k":[{"Ref":"A"},{"$x":{"Fn::GetAtt":["A","Map"]}}]}`, `{"k":["vpc-1",{"$x":{"k":{"n":2}}}]}`, "A,A"},
		{`{"Fn::Replace":[{"h":{"Ref":"A"}},"h!"]}`, `"vpc-1!"`, "A"},
	} {
		v, code, scope := property(t, test.expr, nil)
		if scope == nil {
			t.Errorf("%s: %s", test.expr, code)
			continue
		}
		var secrets vault
		loaded, err := template.LoadScope(scope.AppendWire(nil, secrets.wire()), secrets.open)
		if err != nil {
			t.Fatal(err)
		}
		back, err := value.ParseWire(v.AppendWire(nil, secrets.wire()), secrets.open)
		if err != nil {
			t.Fatal(err)
		}
		for name, try := range map[string]struct {
			scope *template.Scope
			v     value.Value
		}{"direct": {scope, v}, "loaded": {loaded, back}} {
			for _, steps := range [][]template.Lookup{{state}, {only(state, "A"), state}, {only(state, "C"), state}, {resources{}, state}} {
				v := try.v
				for _, lookup := range steps {
					if v, err = try.scope.Resolve(v, lookup); err != nil {
						break
					}
				}
				if err != nil {
					t.Errorf("%s %s: %v", name, test.expr, err)
				} else if got := string(v.AppendWire(nil, nil)); strings.ReplaceAll(got, "$$", "$") != test.want {
					t.Errorf("%s %s = %s, want %s", name, test.expr, got, test.want)
				}
			}
		}
		if refs := strings.Join(refsOf(v), ","); refs != test.refs {
			t.Errorf("%s waits for %s, want %s", test.expr, refs, test.refs)
		}
	}
}

// only is the part of a state that concerns resources of a name.
func only(state resources, prefix string) resources {
	out := resources{}
	for key, text := range state {
		if strings.HasPrefix(key, prefix) {
			out[key] = text
		}
	}
	return out
}

func refsOf(v value.Value) []string {
	if v.IsUnknown() {
		return v.Hole().Refs
	}
	var refs []string
	for _, member := range v.Items() {
		refs = append(refs, refsOf(member)...)
	}
	return refs
}

// TestSensitive checks that a secret goes nowhere without its mark.
func TestSensitive(t *testing.T) {
	for _, expr := range []string{
		`{"Ref":"Secret"}`,
		`{"Fn::Join":["",["a",{"Ref":"Secret"}]]}`,
		`{"Fn::Sub":"x${Secret}"}`,
		`{"Fn::Sub":["${s}",{"s":{"Ref":"Secret"}}]}`,
		`{"Fn::Select":[0,[{"Ref":"Secret"}]]}`,
		`{"Fn::Select":["k",{"k":{"Ref":"Secret"}}]}`,
		`{"Fn::Split":["3",{"Ref":"Secret"}]}`,
		`{"Fn::Select":[0,{"Fn::Split":["3",{"Ref":"Secret"}]}]}`,
		`{"Fn::Base64Encode":{"Ref":"Secret"}}`,
		`{"Fn::Str":{"a":{"Ref":"Secret"}}}`,
		`{"Fn::ListMerge":[["a"],[{"Ref":"Secret"}]]}`,
		`{"Fn::Add":[[{"Ref":"Secret"}],[1]]}`,
		`{"Fn::MergeMap":[{"a":{"Ref":"Secret"}},{"b":1}]}`,
		`{"Fn::Jq":["First",".a",{"a":{"Ref":"Secret"}}]}`,
		`{"Fn::GetJsonValue":["a",{"a":{"Ref":"Secret"}}]}`,
		`{"Fn::SelectMapList":["k",[{"k":{"Ref":"Secret"}}]]}`,
		`{"Fn::Replace":[{"x":{"Ref":"Secret"}},"x"]}`,
		`{"Fn::If":["Yes",{"Ref":"Secret"},1]}`,
		`{"Fn::Indent":[{"Ref":"Secret"},1]}`,
		`{"Fn::Join":["",[{"Ref":"A"},{"Ref":"Secret"}]]}`,
		`{"Fn::Sub":"${A}${Secret}"}`,
	} {
		v, code, scope := property(t, expr, nil)
		if !v.HasSensitive() {
			t.Errorf("%s = %s is not sensitive", expr, code)
		}
		if strings.Contains(v.String()+fmt.Sprintf("%v%+v%#v", v, v, v), "s3cret") {
			t.Errorf("%s shows the secret", expr)
		}
		var secrets vault
		if wire := string(v.AppendWire(nil, secrets.wire())); strings.Contains(wire, "3cret") || strings.Contains(wire, "s3") {
			t.Errorf("%s writes the secret: %s", expr, wire)
		}
		out, err := scope.Resolve(v, resources{"A": `"vpc"`})
		if err != nil || !out.HasSensitive() {
			t.Errorf("%s resolves to %v, %v", expr, out, err)
		}
	}
	for _, expr := range []string{
		`{"Fn::Calculate":["{0}",0,[{"Ref":"Secret"}]]}`,
		`{"Fn::GetJsonValue":["a",{"Ref":"Secret"}]}`,
		`{"Fn::Cidr":[{"Ref":"Secret"},1,1]}`,
		`{"Fn::Select":[{"Ref":"Secret"},[1]]}`,
		`{"Fn::FindInMap":["M",{"Ref":"Secret"},"img"]}`,
		`{"Ref":{"Ref":"Secret"}}`,
		`{"Fn::Join":[",",[[{"Ref":"Secret"}]]]}`,
		`{"Fn::Jq":["First","error(.)",[{"Ref":"Secret"}]]}`,
		`{"Fn::FormatTime":["%H",{"Ref":"Secret"}]}`,
	} {
		tmpl, err := template.Parse("t.json", fmt.Appendf(nil, frame, "true", "1", expr, "1"), nil)
		if err != nil {
			t.Fatal(expr, err)
		}
		scope, err := tmpl.Bind(nil, pseudo)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = scope.Expand(); err == nil {
			t.Errorf("%s has no fault", expr)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s shows the secret: %v", expr, err)
		}
	}
}

func TestOutputs(t *testing.T) {
	for _, test := range [][2]string{
		{`{"Ref":"A"}`, `"vpc"`},
		{`{"Fn::Sub":"${A.Id}"}`, `null`}, // not known yet: a hole
		{`{"Ref":"Gone"}`, `null`},
		{`{"Fn::GetAtt":["Gone","x"]}`, `null`},
		{`["x",{"Ref":"C"}]`, `["x",[null,null,null]]`},
		{`{"Ref":"ALIYUN::NoValue"}`, `null`},
	} {
		tmpl, err := template.Parse("t.json", fmt.Appendf(nil, frame, "true", "1", "1", test[0]), nil)
		if err != nil {
			t.Fatal(err)
		}
		scope, err := tmpl.Bind(nil, pseudo)
		if err != nil {
			t.Fatal(err)
		}
		out, found := scope.Outputs(resources{"A": `"vpc"`})
		if len(out) != 1 || out[0].Name != "O" || len(found) > 0 {
			t.Fatalf("%s: %v, %v", test[0], out, found)
		}
		if got := string(out[0].Value.AppendJSON(nil)); got != test[1] || !json.Valid([]byte(got)) {
			t.Errorf("%s = %s, want %s", test[0], got, test[1])
		}
	}
}
