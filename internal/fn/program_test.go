package fn

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/bianpai/bianpai/internal/value"
)

func parsed(t testing.TB, text string) value.Value {
	t.Helper()
	v, err := value.ParseJSON([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func asJSON(v value.Value) string { return string(v.AppendJSON(nil)) }

func TestProgramResults(t *testing.T) {
	for _, c := range []struct{ program, source, all string }{
		{".", `{"b":1,"a":[2]}`, `[{"b":1,"a":[2]}]`},
		{".A.B[].Id", `{"A":{"B":[{"Id":"x"},{"Id":"y"},{}]}}`, `["x","y",null]`},
		{".A.[0]", `{"A":[7]}`, `[7]`},
		{".A[-1]", `{"A":[7,8]}`, `[8]`},
		{".A[5]", `{"A":[7,8]}`, `[null]`},
		{".[]", `{"b":1,"a":2}`, `[1,2]`},
		{".missing.deep", `{}`, `[null]`},
		{".E[].Id", `{"E":[]}`, `[]`},
		{`.[] | select(.n > 1)`, `[{"z":1,"n":2},{"n":1}]`, `[{"z":1,"n":2}]`},
		{`.[] | select(test("^(?!acs).*"))`, `["acs:a","b"]`, `["b"]`},
		{`match("(?<y>[0-9]+)-(b)?"; "g") | [.offset, .string, (.captures | map(.name))]`, `"é12-3-b"`, `[[1,"12-",["y",null]],[4,"3-b",["y",null]]]`},
		{`[scan("[a-z]+")] , [scan("([a-z])([0-9])")]`, `"a1 bc2"`, `[["a","bc"],[["a","1"],["c","2"]]]`},
		{`gsub("(?<x>[ab])"; "<\(.x)>")`, `"cab"`, `["c<a><b>"]`},
		{`sub("b"; "x")`, `"abb"`, `["axb"]`},
		{`gsub(""; "-")`, `"ab"`, `["-a-b-"]`},
		{`split(", *"; null)`, `"a,  b,c"`, `[["a","b","c"]]`},
		{`split(",")`, `"a,b"`, `[["a","b"]]`},
		{`capture("(?<k>[a-z]+)=(?<v>.*)")`, `"n=1"`, `[{"k":"n","v":"1"}]`},
		{`test("A"; "i")`, `"a"`, `[true]`},
		{`def test(x): "mine"; test(1)`, `null`, `["mine"]`},
		{`(. | index("k")) >= 0`, `["a"]`, `[false]`},
		{`12345678901234567`, `null`, `[12345678901234567]`},
	} {
		p, err := NewProgram(c.program)
		if err != nil {
			t.Errorf("%s: %v", c.program, err)
			continue
		}
		all, err := p.All(parsed(t, c.source))
		if err != nil || asJSON(all) != c.all {
			t.Errorf("%s on %s: %s, %v; want %s", c.program, c.source, asJSON(all), err, c.all)
		}
		first, err := p.First(parsed(t, c.source))
		want := value.Null()
		if all.Len() > 0 {
			want = all.At(0)
		}
		if err != nil || !value.Equal(first, want) {
			t.Errorf("%s: first %s, %v", c.program, asJSON(first), err)
		}
	}
}

func TestProgramFaults(t *testing.T) {
	for _, program := range []string{".a[", "env", "input", "now", "nosuch(1)", "import \"a\" as a; .", ". as $x | $y"} {
		if _, err := NewProgram(program); err == nil {
			t.Errorf("%s compiles", program)
		}
	}
	for _, c := range []struct{ program, source string }{
		{".[]", "null"}, {".a[]", "{}"}, {".a", "[]"}, {".[0]", "{}"}, {".[] | .x", "5"},
		{"[range(1e9)]", "null"},
		{`test("(a+)+(?!b)$")`, `"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"`},
		{`test("(")`, `"x"`},
	} {
		p, err := NewProgram(c.program)
		if err != nil {
			t.Errorf("%s: %v", c.program, err)
			continue
		}
		if _, err := p.All(parsed(t, c.source)); err == nil {
			t.Errorf("%s on %s gives no error", c.program, c.source)
		}
	}
}

// TestPlainPathsAgree runs random paths on random values both without the
// interpreter and with it.
func TestPlainPathsAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	steps := []string{".a", ".b", "[]", "[0]", "[-1]", "[2]"}
	for range 3000 {
		path := "."
		for i := range random.IntN(4) {
			step := steps[random.IntN(len(steps))]
			if i == 0 {
				step = strings.TrimPrefix(step, ".")
			}
			path += step
		}
		source := randomValue(random, 4)
		plain, err := NewProgram(path)
		if err != nil || !plain.plain {
			t.Fatalf("%s: %v", path, err)
		}
		full, err := NewProgram("(" + path + ")")
		if err != nil || full.plain {
			t.Fatalf("%s: %v", path, err)
		}
		a, errA := plain.All(source)
		b, errB := full.All(source)
		if (errA == nil) != (errB == nil) || asJSON(a) != asJSON(b) {
			t.Fatalf("%s on %s: %s, %v; interpreter: %s, %v", path, source, asJSON(a), errA, asJSON(b), errB)
		}
	}
}

func randomValue(random *rand.Rand, depth int) value.Value {
	switch k := random.IntN(6); {
	case k == 0:
		return value.Null()
	case k == 1 || depth == 0:
		return value.Int(int64(random.IntN(3)))
	case k < 4:
		items := make([]value.Value, random.IntN(4))
		for i := range items {
			items[i] = randomValue(random, depth-1)
		}
		return value.List(items)
	}
	return value.Map([]value.Entry{{Key: "a", Value: randomValue(random, depth-1)}, {Key: "b", Value: randomValue(random, depth-1)}})
}

func TestProgramMarks(t *testing.T) {
	source := value.Map([]value.Entry{{Key: "Password", Value: value.String("x").WithSensitive()}, {Key: "Name", Value: value.String("n")}})
	for program, sensitive := range map[string]bool{".Password": true, ".Name": false, `.Password + "y"`: true, ".Name | length": true} {
		p, err := NewProgram(program)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := p.First(source); err != nil || v.Sensitive() != sensitive {
			t.Errorf("%s: sensitive %v, %v", program, v.Sensitive(), err)
		}
	}
}

func TestProgramConcurrently(t *testing.T) {
	p, err := NewProgram(`map(select(test("a")) | length) | add`)
	if err != nil {
		t.Fatal(err)
	}
	source := parsed(t, `["a","ab","c"]`)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if v, err := p.First(source); err != nil || v.Int() != 3 {
					t.Errorf("%v, %v", v, err)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkProgramPath(b *testing.B) {
	p, _ := NewProgram(".Instances.Instance[].Status")
	source := parsed(b, `{"Instances":{"Instance":[{"InstanceId":"i-1","Status":"Running"}]}}`)
	for b.Loop() {
		if _, err := p.First(source); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkProgram(b *testing.B) {
	p, _ := NewProgram(`.Instances.Instance[] | select(.Status == "Running") | .InstanceId`)
	source := parsed(b, `{"Instances":{"Instance":[{"InstanceId":"i-1","Status":"Running"}]}}`)
	for b.Loop() {
		if _, err := p.First(source); err != nil {
			b.Fatal(err)
		}
	}
}
