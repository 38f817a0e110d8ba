package edit

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

func parse(tb testing.TB, text string) *doc.Doc {
	tb.Helper()
	d, found := doc.Parse("test", []byte(text), nil)
	if found.Count(diag.Error) > 0 {
		tb.Fatalf("%q: %v", text, found)
	}
	return d
}

func literal(json string) doc.Node {
	d, _ := doc.ParseJSON("", []byte(json), nil)
	return d.Root()
}

func text(d *doc.Doc) string { return string(d.Source().Text()) }

func TestChange(t *testing.T) {
	set := func(path, json string) func(*doc.Doc) (*doc.Doc, error) {
		return func(d *doc.Doc) (*doc.Doc, error) { return Set(d, path, literal(json)) }
	}
	insert := func(path string, i int, json string) func(*doc.Doc) (*doc.Doc, error) {
		return func(d *doc.Doc) (*doc.Doc, error) { return Insert(d, path, i, literal(json)) }
	}
	remove := func(path string) func(*doc.Doc) (*doc.Doc, error) {
		return func(d *doc.Doc) (*doc.Doc, error) { return Remove(d, path) }
	}
	for i, c := range []struct {
		before string
		op     func(*doc.Doc) (*doc.Doc, error)
		after  string
	}{
		{"a: 1 # one\n", set("a", "2"), "a: 2 # one\n"},
		{"a: 1 # one\nb: x\n", set("a", `{"c":[1,{"d":2}]}`), "a: # one\n  c:\n    - 1\n    - d: 2\nb: x\n"},
		{"a: # one\n  x: 1\n  # gone\n  y: 2\nb: x\n", set("a", `"no"`), "a: 'no' # one\nb: x\n"},
		{"a: |  # note\n  text\nb: 1\n", set("a", `"x\ny\n"`), "a: | # note\n  x\n  y\nb: 1\n"},
		{"a:\nb:\n", set("a", "true"), "a: true\nb:\n"},
		{"a:\n  - 1 # x\n  - 2\n", set("a[0]", `{"k":1,"l":2}`), "a:\n  - k: 1 # x\n    l: 2\n  - 2\n"},
		{"a: {x: 1, y: [2]}\n", set("a.y[0]", `"p, q"`), "a: {x: 1, y: ['p, q']}\n"},
		{"a: {x: 1}\n", set("a.z.w", `null`), "a: {x: 1, z: {w: null}}\n"},
		{"a:\n  x: 1 # one\n\n# b\nb: 2\n", set("a.z", `"two"`), "a:\n  x: 1 # one\n  z: two\n\n# b\nb: 2\n"},
		{"a:\n    x: |\n      t\n", set("a.z", "1"), "a:\n    x: |\n      t\n    z: 1\n"},
		{"a: |\n  x", set("b", "1"), "a: |-\n  x\nb: 1\n"},
		{"a: {}\n", set("a.b", "1"), "a:\n  b: 1\n"},
		{"a:\n", set("a.b.c", "1"), "a:\n  b:\n    c: 1\n"},
		{"a: !Ref x # r\n", set("a.Ref", `"z"`), "a: !Ref z # r\n"},
		{"a: !GetAtt X.Y\n", set(`a["Fn::GetAtt"][1]`, `"Z"`), "a: !GetAtt X.Z\n"},
		{"a: !Sub\n  - x\n  - k: 1\n", set("a.Fn::Sub[1].k", `2`), "a: !Sub\n  - x\n  - k: 2\n"},
		{"{\"a\": 1}", set("b", `{"c": [1]}`), "{\"a\": 1, \"b\": {\n  \"c\": [1]\n}}"},
		{"{\n  \"a\": 1\n}\n", set("b", `"x"`), "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n"},
		{"a.b: 1\nc: {d.e: 2}\n", set("c.d.e", "3"), "a.b: 1\nc: {d.e: 3}\n"},

		{"a:\n- 1\n- 2 # two\nb: 3\n", insert("a", 1, `"x"`), "a:\n- 1\n- x\n- 2 # two\nb: 3\n"},
		{"a:\n- 1\n- 2 # two\nb: 3\n", insert("a", 2, `{"x":1,"z":[]}`), "a:\n- 1\n- 2 # two\n- x: 1\n  z: []\nb: 3\n"},
		{"a:\n# first\n- 1\n", insert("a", 0, `0`), "a:\n# first\n- 0\n- 1\n"},
		{"- - a\n", insert("[0]", 0, `"b"`), "- - b\n  - a\n"},
		{"a: [1, 2]\n", insert("a", 0, `0`), "a: [0, 1, 2]\n"},
		{"a: [1, 2]\n", insert("a", 2, `3`), "a: [1, 2, 3]\n"},
		{"a: []\n", insert("a", 0, `3`), "a:\n  - 3\n"},
		{"[\n  1\n]", insert("", 0, `3`), "[\n  3,\n  1\n]"},

		{"a: 1\n# about b\nb:\n  c: 2\n# about d\nd: 3\n", remove("b"), "a: 1\n# about d\nd: 3\n"},
		{"a:\n  b: 1 # x\nc: 2\n", remove("a.b"), "a: {} # x\nc: 2\n"},
		{"- a: 1\n  b: 2\n", remove("[0].a"), "- b: 2\n"},
		{"- a: 1\n  # about b\n  b: 2\n", remove("[0].a"), "- # about b\n  b: 2\n"},
		{"- 1\n- 2\n", remove("[1]"), "- 1\n"},
		{"a: {x: 1, y: 2, z: 3}\n", remove("a.y"), "a: {x: 1, z: 3}\n"},
		{"a: {x: 1, y: 2, z: 3}\n", remove("a.z"), "a: {x: 1, y: 2}\n"},
		{"{\n  \"a\": 1,\n  \"b\": 2\n}\n", remove("b"), "{\n  \"a\": 1\n}\n"},
		{"{\n  \"a\": 1,\n  \"b\": 2\n}\n", remove("a"), "{\n  \"b\": 2\n}\n"},
	} {
		out, err := c.op(parse(t, c.before))
		if err != nil {
			t.Errorf("%d: %q: %v", i, c.before, err)
			continue
		}
		if text(out) != c.after {
			t.Errorf("%d: %q became\n%q, want\n%q", i, c.before, text(out), c.after)
		}
	}
}

func TestChangeRefused(t *testing.T) {
	shared := "a: &x {k: 1}\nb: *x\nc:\n  <<: *x\n"
	for i, op := range []func() (*doc.Doc, error){
		func() (*doc.Doc, error) { return Set(parse(t, shared), "b.k", literal("2")) },
		func() (*doc.Doc, error) { return Set(parse(t, shared), "c.k", literal("2")) },
		func() (*doc.Doc, error) { return Set(parse(t, shared), "a", literal("2")) },
		func() (*doc.Doc, error) { return Remove(parse(t, shared), "z") },
		func() (*doc.Doc, error) { return Remove(parse(t, shared), "") },
		func() (*doc.Doc, error) { return Insert(parse(t, shared), "a", 0, literal("2")) },
		func() (*doc.Doc, error) { return Insert(parse(t, "[1]"), "", 2, literal("2")) },
		func() (*doc.Doc, error) { return Set(parse(t, "[1]"), "[1]", literal("2")) },
		func() (*doc.Doc, error) { return Set(parse(t, "a: 1"), "a.b", literal("2")) },
		func() (*doc.Doc, error) { return Set(parse(t, "a: 1"), "a..b", literal("2")) },
		func() (*doc.Doc, error) { return Set(parse(t, "a: 1"), "b[x]", literal("2")) },
		func() (*doc.Doc, error) { return Set(parse(t, "a: 1"), `b["x`, literal("2")) },
		func() (*doc.Doc, error) { return Set(parse(t, "a: 1"), "b[0]c", literal("2")) },
		func() (*doc.Doc, error) { return Set(parse(t, "a: 1"), "b.", literal("2")) },
	} {
		out, err := op()
		if e, ok := errors.AsType[*Error](err); !ok || e.Error() == "" {
			t.Errorf("%d: %v, %v", i, out, err)
		}
	}
}

// places lists the paths of a document that an edit could go to.
func places(n doc.Node, path string, out []string) []string {
	for i := range n.Len() {
		c := n.At(i)
		p := fmt.Sprintf("%s[%d]", path, i)
		if n.Kind() == doc.Map {
			p = fmt.Sprintf("%s[%q]", path, c.Key())
		}
		out = places(c, p, append(out, p))
	}
	return out
}

var newValues = []string{`"x"`, `1`, `{"k": "v", "l": [1, {"m": "a\nb\n"}]}`, `[]`, `"two\n  lines"`, `["a", ["b"]]`, `null`, `"it's # : {{ x }}"`, `{}`, `-1.5e3`}

// randomEdits makes n edits at random places, each checked by itself, and
// returns how many were refused.
func randomEdits(t *testing.T, name string, d *doc.Doc, seed uint64, n int) (refused int) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for range n {
		all := places(d.Root(), "", nil)
		if len(all) == 0 || len(all) > 20_000 {
			return refused
		}
		path := all[rng.IntN(len(all))]
		v := literal(newValues[rng.IntN(len(newValues))])
		target, _, _ := Find(d.Root(), path)
		var out *doc.Doc
		var err error
		var what string
		switch rng.IntN(4) {
		case 0:
			what = "set"
			out, err = Set(d, path, v)
		case 1:
			what = "remove"
			out, err = Remove(d, path)
		case 2:
			what = "add"
			if target.Kind() == doc.Map {
				path += ".new"
			}
			out, err = Set(d, path, v)
		case 3:
			what = "insert"
			if target.Kind() != doc.List {
				continue
			}
			out, err = Insert(d, path, rng.IntN(target.Len()+1), v)
		}
		if err != nil {
			refused++
			if name != "fuzz" && !strings.Contains(err.Error(), "argument of a function") {
				t.Logf("%s: %s %s %s: %v", name, what, path, v.AppendJSON(nil), err)
			}
			continue
		}
		d = out
	}
	return refused
}

func TestRandomEditsCorpus(t *testing.T) {
	edits, refused := 0, 0
	realDocuments(t, func(name string, src []byte, d *doc.Doc) {
		if testing.Short() && len(src) > 8000 {
			return
		}
		edits += 10
		refused += randomEdits(t, name, d, uint64(len(src)), 10)
	})
	t.Logf("%d edits, %d refused", edits, refused)
	if refused*200 > edits {
		t.Errorf("too many refused")
	}
}

func FuzzEdit(f *testing.F) {
	for i, text := range formatSamples {
		f.Add(text, uint64(i))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if d, found := doc.Parse("fuzz", []byte(text), &doc.Limits{Nodes: 1000}); found.Count(diag.Error) == 0 {
			randomEdits(t, "fuzz", d, seed, 5)
		}
	})
}
