package template_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// FuzzTemplate takes any bytes as a template: nothing panics, and two runs
// give the same.
func FuzzTemplate(f *testing.F) {
	f.Add(layered(2))
	f.Add([]byte("ROSTemplateFormatVersion: '2015-09-01'\nResources:\n  A: {Type: T, Count: 2}\n  B: {Type: T, Properties: {P: {Fn::Select: [0, {Ref: A}]}}}\n"))
	for _, test := range functionTests[:40] {
		f.Add(fmt.Appendf(nil, frame, "true", "2", test.expr, test.expr))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		one, two := whole(t, src), whole(t, src)
		if one != two {
			t.Errorf("two runs differ:\n%s\n%s", one, two)
		}
	})
}

// whole takes a text through every step and prints what comes out.
func whole(t *testing.T, src []byte) string {
	var b strings.Builder
	template.Detect(src)
	tmpl, err := template.Parse("fuzz", src, &template.ParseOptions{Limits: template.Limits{Nodes: 20000}})
	fmt.Fprintln(&b, err)
	if err := diag.FprintJSON(&b, tmpl.Diagnostics()); err != nil {
		t.Error(err)
	}
	for _, r := range tmpl.Resources {
		if !r.Count.IsZero() && len(tmpl.Resources) > 50 {
			return b.String() // many lists of many instances are slow, not wrong
		}
	}
	params := madeUp(tmpl)
	for name, v := range params {
		if v == 1 {
			params[name] = 2
		}
	}
	scope, err := tmpl.Bind(params, pseudo)
	fmt.Fprintln(&b, err)
	if err != nil {
		return b.String()
	}
	desired, err := scope.Expand()
	fmt.Fprintln(&b, err)
	if err == nil {
		loaded, err := template.LoadScope(scope.AppendWire(nil, nil), nil)
		if err != nil {
			t.Errorf("the scope does not load: %v", err)
			return b.String()
		}
		for _, r := range desired.Resources {
			out, err := scope.Resolve(r.Properties, everything{})
			fmt.Fprintln(&b, r.LogicalID, r.Properties, r.Uses, out, err)
			back, err := value.ParseWire(r.Properties.AppendWire(nil, nil), nil)
			if err != nil {
				t.Errorf("%s does not come back: %v", r.Properties, err)
			}
			loaded.Resolve(back, everything{})
		}
	}
	out, found := scope.Outputs(everything{})
	fmt.Fprintln(&b, out, found.Count(diag.Warning))
	return b.String()
}

// expression makes up an expression over the frame's names. Each reference to
// a resource gives a list of texts, so that all functions have work.
func expression(r *rand.Rand, depth int) string {
	sub := func() string { return expression(r, depth-1) }
	if depth == 0 {
		return []string{
			`{"Fn::GetAtt":["A","L"]}`, `{"Fn::GetAtt":["a.b","L"]}`, `{"Fn::GetAtt":["C[1]","L"]}`,
			`{"Ref":"List"}`, `["x","y"]`, `{"Fn::Split":["-",{"Ref":"Secret"}]}`, `{"Ref":"C"}`,
		}[r.IntN(7)]
	}
	switch r.IntN(17) {
	case 0:
		return `{"Fn::ListMerge":[` + sub() + `,` + sub() + `]}`
	case 1:
		return `{"Fn::If":["` + []string{"Yes", "No"}[r.IntN(2)] + `",` + sub() + `,` + sub() + `]}`
	case 2:
		return `{"Fn::Split":["a",{"Fn::Join":["+",` + sub() + `]}]}`
	case 3:
		return `[{"Fn::Select":[` + fmt.Sprint(r.IntN(4)-1) + `,` + sub() + `,"none"]},{"Fn::Select":["1:",` + sub() + `,{"Fn::Length":` + sub() + `}]}]`
	case 4:
		return `[{"Fn::Sub":["${v}-${A.Id}-${!x}-${ALIYUN::Index}",{"v":` + sub() + `}]}]`
	case 5:
		return `{"Fn::Add":[` + sub() + `,` + sub() + `]}`
	case 6:
		return `{"Fn::Jq":["First","[.[] | tostring | length]",` + sub() + `]}`
	case 8:
		return `{"Fn::Split":["b",{"Fn::Base64Decode":{"Fn::Base64Encode":{"Fn::Str":` + sub() + `}}}]}`
	case 9:
		return `[{"Fn::Replace":[{"a":{"Fn::Str":` + sub() + `},"x":"a"},{"Fn::Join":["a",["x",{"Fn::Str":` + sub() + `}]]}]}]`
	case 10:
		return `{"Fn::MergeMapToList":[{"p":` + sub() + `},{"q":` + sub() + `}]}`
	case 11:
		return `[{"Fn::MergeMap":[{"m":{"a":` + sub() + `}},{"m":{"b":` + sub() + `}}]}]`
	case 12:
		return `[{"Fn::GetJsonValue":["k",{"Fn::Str":{"k":` + sub() + `}}]},{"Fn::Indent":[{"Fn::Str":` + sub() + `},1]}]`
	case 13:
		return `[{"Fn::Calculate":["{0}*2-{1}",0,[{"Fn::Length":` + sub() + `},{"Fn::Max":[1,{"Fn::Length":` + sub() + `}]}]]}]`
	case 14:
		return `[{"Fn::MatchPattern":["(?=.*a).+",{"Fn::Str":` + sub() + `}]},{"Fn::Any":` + sub() + `}]`
	case 15:
		return `[{"Fn::If":[{"Fn::MatchPattern":[".*3.*",{"Fn::Str":` + sub() + `}]},` + sub() + `,{"Ref":"ALIYUN::NoValue"}]},{"Ref":"Tree"}]`
	case 7:
		return `{"Fn::SelectMapList":["k",[{"k":` + sub() + `},{"j":1}]]}`
	}
	return `[{"Fn::Str":` + sub() + `},{"Fn::Index":["x",` + sub() + `]},{"k":` + sub() + `}]`
}

// TestLaterIsTheSame checks over made-up expressions that an unknown filled in
// later gives what knowing it from the start gives, in any order, directly and
// through the wire form, and keeps its marks.
func TestLaterIsTheSame(t *testing.T) {
	for seed := range uint64(2500) {
		laterIsTheSame(t, seed)
	}
}

func laterIsTheSame(t *testing.T, seed uint64) {
	state := resources{"A": `"va"`, "A.Id": `"ia"`, "A.L": `["a1","a2"]`, "a.b.L": `["ba"]`, "C[0]": `"c0"`, "C[1]": `"c1"`, "C[2]": `"c2"`, "C[1].L": `[]`}
	r := rand.New(rand.NewPCG(seed, 1))
	expr := expression(r, 1+r.IntN(3))
	tmpl, err := template.Parse("t.json", fmt.Appendf(nil, frame, "true", "1", expr, strings.ReplaceAll(expr, "${ALIYUN::Index}", "0")), nil)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	scope, err := tmpl.Bind(nil, pseudo)
	if err != nil {
		t.Fatal(err)
	}
	// Outputs know the state from the start.
	out, found := scope.Outputs(state)
	desired, expandErr := scope.Expand()
	if expandErr != nil {
		if found.Count(diag.Warning) == 0 {
			t.Errorf("%s: expanding says %v, the output is %v", expr, expandErr, out[0].Value)
		}
		return
	}
	held, _ := desired.Resources[len(desired.Resources)-1].Properties.Get("P")
	var secrets vault
	loaded, err := template.LoadScope(scope.AppendWire(nil, secrets.wire()), secrets.open)
	if err != nil {
		t.Fatal(err)
	}
	steps := []resources{only(state, "A"), only(state, "C"), only(state, "a")}
	r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	known := resources{}
	for _, step := range steps {
		for key, text := range step {
			known[key] = text
		}
		s := []*template.Scope{scope, loaded}[r.IntN(2)]
		if held, err = value.ParseWire(held.AppendWire(nil, secrets.wire()), secrets.open); err != nil {
			t.Fatalf("%s: %v", expr, err)
		}
		if held, err = s.Resolve(held, known); err != nil {
			break
		}
	}
	if err != nil {
		if found.Count(diag.Warning) == 0 {
			t.Errorf("%s: later %v, from the start %v", expr, err, out[0].Value)
		}
		return
	}
	want := string(out[0].Value.AppendJSON(nil))
	if got := string(held.AppendJSON(nil)); got != want {
		t.Errorf("%s\nlater %s\nstart %s (%v)", expr, got, want, found)
	}
	// A hole is marked if anything that may fill it is; so there may be more
	// marks than needed, never fewer.
	if out[0].Value.HasSensitive() && !held.HasSensitive() {
		t.Errorf("%s: the mark is lost", expr)
	}
}
