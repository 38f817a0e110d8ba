package value_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/value"
)

func parse(t testing.TB, s string) value.Value {
	t.Helper()
	v, err := value.ParseJSON([]byte(s))
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

func TestParseJSON(t *testing.T) {
	for in, want := range map[string]string{
		` { "b" : [ 1 , 1.0, -0, 1e2 ] , "a" : null } `: `{"b":[1,1.0,0,100.0],"a":null}`,
		`"\u00e9\ud83d\ude00\n\/"`:                      `"é😀\n/"`,
		`"\ud800x"`:                                     `"` + "\ufffd" + `x"`,
		`{"a":1,"b":2,"a":3}`:                           `{"a":3,"b":2}`,
		`9223372036854775808`:                           `9.223372036854776e+18`,
		`9223372036854775807`:                           `9223372036854775807`,
		`1e999`:                                         `null`,
		`[]`:                                            `[]`, `{}`: `{}`, `true`: `true`, `""`: `""`,
	} {
		if got := string(parse(t, in).AppendJSON(nil)); got != want {
			t.Errorf("%s is %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{"", "{", "[1", "[1,]", `{"a"}`, `{"a":1,}`, `{a:1}`, "01", "1.", "-", "1e", "nul", `"a`, `"\x"`, `"\u12"`, "\"\n\"", "1 2", "NaN", strings.Repeat("[", 600)} {
		if v, err := value.ParseJSON([]byte(in)); err == nil {
			t.Errorf("%q parses to %v", in, v)
		}
	}
}

func TestEqual(t *testing.T) {
	values := []string{`null`, `""`, `"1"`, `1`, `1.0`, `true`, `0`, `false`, `[1]`, `[true]`, `[1.5]`, `{"a":1,"b":2}`, `{"b":2.0,"a":true}`, `[]`, `{}`, `9007199254740993`, `9007199254740992.0`}
	equal := map[string]bool{"1=1.0": true, "1=true": true, "1.0=true": true, "0=false": true, "[1]=[true]": true, `{"a":1,"b":2}={"b":2.0,"a":true}`: true}
	for i, a := range values {
		for j, b := range values {
			want := i == j || equal[a+"="+b] || equal[b+"="+a]
			if got := value.Equal(parse(t, a), parse(t, b)); got != want {
				t.Errorf("%s equals %s: %v", a, b, got)
			}
		}
	}
}

func TestTruthy(t *testing.T) {
	for in, want := range map[string]bool{`null`: false, `0`: false, `0.0`: false, `""`: false, `[]`: false, `{}`: false, `false`: false, `1`: true, `"0"`: true, `[0]`: true, `{"a":null}`: true} {
		if value.Truthy(parse(t, in)) != want {
			t.Errorf("%s is not %v", in, want)
		}
	}
	if value.Truthy(value.Value{}) {
		t.Error("the removal marker is true")
	}
}

func TestFloatText(t *testing.T) {
	for f, want := range map[float64]string{1: "1.0", 0.1: "0.1", 1e16: "1e+16", 1e15: "1000000000000000.0", 0.0001: "0.0001", 0.00001: "1e-05", -2.5: "-2.5", math.Inf(1): "inf", 123456789.125: "123456789.125"} {
		if got := string(value.AppendFloat(nil, f)); got != want {
			t.Errorf("%v is written %s, want %s", f, got, want)
		}
	}
}

func TestMarks(t *testing.T) {
	secret := value.String("s3cret").WithSensitive()
	hole := value.Unknown(&value.Hole{Expr: value.RawExpr(`{"Ref":"A"}`), Refs: []string{"A"}})
	list := value.List([]value.Value{value.Int(1), secret, hole})
	if list.Sensitive() || !list.HasSensitive() || !list.HasUnknown() {
		t.Error("a list takes the marks of its members, but is not marked itself")
	}
	marked := parse(t, `{"a":{"b":["c"]}}`).WithSensitive()
	inner, _ := marked.Get("a")
	if !inner.At(0).At(0).Sensitive() {
		t.Error("parts of a sensitive value are not")
	}
	if got := list.String() + fmt.Sprintf("%#v", list); strings.Contains(got, "s3cret") {
		t.Errorf("%s shows the secret", got)
	}
	if h := hole.WithSensitive().Hole(); !h.Sensitive || hole.Hole().Sensitive {
		t.Error("marking a hole must mark a copy")
	}
	if v := (value.Value{}).WithSensitive(); v.Kind() != value.Absent || v.HasSensitive() {
		t.Error("the removal marker has no marks")
	}
}

func TestLargeMap(t *testing.T) {
	var entries []value.Entry
	for i := range 1000 {
		entries = append(entries, value.Entry{Key: strconv.Itoa(i), Value: value.Int(int64(i))})
	}
	m := value.Map(entries)
	for i := range 1000 {
		if v, ok := m.Get(strconv.Itoa(i)); !ok || v.Int() != int64(i) {
			t.Fatalf("key %d is %v", i, v)
		}
	}
	if _, ok := m.Get("x"); ok {
		t.Error("a missing key is found")
	}
}

func TestFromGo(t *testing.T) {
	in := map[string]any{"b": []any{1, int64(2), uint8(3), 4.5, 6.0, json.Number("7"), "x", nil, true}, "a": map[string]string{"k": "v"}, "c": json.RawMessage(`{"z":1}`)}
	v, err := value.FromGo(in)
	if got, want := string(v.AppendJSON(nil)), `{"a":{"k":"v"},"b":[1,2,3,4.5,6,7,"x",null,true],"c":{"z":1}}`; err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if _, err := value.FromGo([]any{make(chan int)}); err == nil {
		t.Error("a channel is a value")
	}
}

// wireTrip writes and reads a value, with a vault in between.
func wireTrip(t testing.TB, v value.Value) value.Value {
	var secrets []value.Value
	wire := v.AppendWire(nil, &value.Wire{Secret: func(s value.Value) string {
		secrets = append(secrets, s)
		return strconv.Itoa(len(secrets) - 1)
	}})
	if !json.Valid(wire) {
		t.Fatalf("%s is no JSON", wire)
	}
	back, err := value.ParseWire(wire, func(ref string) (value.Value, bool) {
		i, err := strconv.Atoi(ref)
		if err != nil || i >= len(secrets) {
			return value.Value{}, false
		}
		return secrets[i], true
	})
	if err != nil {
		t.Fatalf("%s: %v", wire, err)
	}
	return back
}

func TestWire(t *testing.T) {
	hole := value.Unknown(&value.Hole{Expr: value.RawExpr(`{"Ref":{"$expr":1}}`), Refs: []string{"A", "B"}, Sensitive: true})
	v := value.Map([]value.Entry{
		{Key: "$secret", Value: value.String("no secret")},
		{Key: "$$x", Value: value.List([]value.Value{hole, {}, value.Null()})},
		{Key: "s", Value: parse(t, `{"$expr":[1,2]}`).WithSensitive()},
	})
	back := wireTrip(t, v)
	again := wireTrip(t, back)
	if a, b := string(v.AppendWire(nil, nil)), string(again.AppendWire(nil, nil)); a != b {
		t.Errorf("%s becomes %s", a, b)
	}
	if got, _ := back.Get("$secret"); got.Text() != "no secret" {
		t.Errorf("a key of data is taken for a mark: %v", got)
	}
	list, _ := back.Get("$$x")
	if h := list.At(0).Hole(); h == nil || !h.Sensitive || fmt.Sprint(h.Refs) != "[A B]" || list.At(1).Kind() != value.Absent {
		t.Errorf("the list is %v", list)
	}
	if s, _ := back.Get("s"); !s.Sensitive() || !value.Equal(s, parse(t, `{"$expr":[1,2]}`)) {
		t.Error("the secret is lost")
	}
	closed, err := value.ParseWire([]byte(`[{"$secret":"9"}]`), nil)
	if err != nil || !closed.At(0).IsUnknown() || !closed.At(0).Sensitive() || closed.At(0).Hole().Expr != nil {
		t.Errorf("a closed secret is %v, %v", closed, err)
	}
	// A sensitive list that has a hole hands its mark to its members.
	mixed := wireTrip(t, value.List([]value.Value{hole, value.Int(1)}).WithSensitive())
	if !mixed.At(0).Sensitive() || !mixed.At(1).Sensitive() {
		t.Errorf("the mark is lost: %v", mixed)
	}
	for _, bad := range []string{`{"$other":1}`, `{"$expr":1,"x":2}`, `{"$refs":1}`, `{"$secret":1}`, `{"$expr"`} {
		if v, err := value.ParseWire([]byte(bad), nil); err == nil {
			t.Errorf("%s is read as %v", bad, v)
		}
	}
}

// FuzzParseJSON checks that a text is taken if and only if encoding/json takes
// it, and that values come back from both forms.
func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x\u00e9"],"$b":null}`, `[]`, `"\ud83d\ude00"`, `1e5`, `{"$expr":1}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value.ParseWire(data, nil)
		v, err := value.ParseJSON(data)
		if err != nil {
			if json.Valid(data) && strings.Count(string(data), "[")+strings.Count(string(data), "{") < 500 {
				t.Errorf("%q is refused: %v", data, err)
			}
			return
		}
		if !json.Valid(data) {
			t.Errorf("%q is taken", data)
		}
		again, err := value.ParseJSON(v.AppendJSON(nil))
		if err != nil || !strings.Contains(v.String(), "null") && !value.Equal(v, again) {
			t.Errorf("%q comes back as %v, %v", data, again, err)
		}
		if back := wireTrip(t, v); !strings.Contains(v.String(), "null") && !value.Equal(v, back) {
			t.Errorf("%q comes back from the wire as %v", data, back)
		}
	})
}
