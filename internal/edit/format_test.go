package edit

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/internal/doc"
)

// realDocuments calls f for every real document that can be read without errors.
func realDocuments(tb testing.TB, f func(name string, src []byte, d *doc.Doc)) {
	n := 0
	corpus.Walk(tb, "", func(name string, src []byte) {
		d, found := doc.Parse(name, src, nil)
		if found.Count(diag.Error) > 0 {
			tb.Logf("%s has errors", name)
			return
		}
		n++
		f(name, src, d)
	})
	tb.Logf("%d documents", n)
}

// TestScanCoversTree compares the scanner with the tree: every scalar and key of
// the tree is a token, with the same end.
func TestScanCoversTree(t *testing.T) {
	realDocuments(t, func(name string, src []byte, d *doc.Doc) {
		l := scan(string(d.Source().Text()))
		starts := map[int]int{}
		for _, tok := range l.tokens {
			starts[tok.start] = tok.end
		}
		var visit func(n doc.Node)
		visit = func(n doc.Node) {
			r := n.Range()
			if n.Key() == "Fn::GetAtt" && n.Kind() == doc.List && n.Range().Start > n.KeyRange().Start && l.text[n.KeyRange().Start] == '!' {
				return // the halves of one scalar
			}
			if n.Kind() < doc.List && r.Start < r.End && !n.Shared() {
				if end, ok := starts[int(r.Start)]; !ok || end != int(r.End) && d.Source().Text()[r.Start] != '!' && l.text[end] != ' ' {
					t.Errorf("%s: %q at %v is a token till %d", name, n.Text(), n.Range(), end)
				}
			}
			for c := range n.Items() {
				visit(c)
			}
		}
		visit(d.Root())
	})
}

func TestFormatCorpus(t *testing.T) {
	changed, failed := 0, 0
	realDocuments(t, func(name string, src []byte, d *doc.Doc) {
		out := checkFormat(t, name, d)
		if string(out) != string(src) {
			changed++
		}
		if d.Syntax() == doc.JSON {
			return
		}
		// No step may have been given up.
		text := string(d.Source().Text())
		tidy := apply(text, scan(text).tidy())
		all := apply(tidy, scan(tidy).indent(2))
		if all != string(out) {
			failed++
			t.Logf("%s: a step was given up", name)
		}
	})
	t.Logf("%d changed, %d given up in part", changed, failed)
}

// checkFormat formats a document twice and compares values and comments.
func checkFormat(t *testing.T, name string, d *doc.Doc) []byte {
	out := Format(d, nil)
	again, found := doc.Parse(name, out, nil)
	if found.Count(diag.Error) > 0 {
		t.Errorf("%s: the result does not parse: %v", name, found)
		return out
	}
	if !Equal(d.Root(), again.Root()) {
		t.Errorf("%s: values differ", name)
	}
	if d.Syntax() == doc.YAML && !sameComments(Comments(string(d.Source().Text())), Comments(string(out))) {
		t.Errorf("%s: comments differ", name)
	}
	if twice := Format(again, nil); string(twice) != string(out) {
		t.Errorf("%s: not idempotent: %s", name, firstDifference(string(out), string(twice)))
	}
	return out
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] + "\n" + y[i]
		}
	}
	return "length"
}

// FuzzFormat formats any text that reads without errors.
func FuzzFormat(f *testing.F) {
	for _, text := range formatSamples {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, found := doc.Parse("fuzz", []byte(text), &doc.Limits{Nodes: 100_000})
		l := scan(text)
		at := 0
		for _, tok := range l.tokens {
			if tok.start < at || tok.end < tok.start || tok.end > len(text) {
				t.Fatalf("token %+v behind %d of %d", tok, at, len(text))
			}
			at = tok.end
		}
		if found.Count(diag.Error) == 0 {
			checkFormat(t, "fuzz", d)
		}
	})
}

var formatSamples = []string{
	"a: 1\r\nb:\r\n- x\r\n-   y: 1\r\n    z: 2\r\n\r\n\r\n# end\r\n",
	"# head\n\n\nkey:   &a\n      b: |2-  # note\n          text\n         more\n\n      c: >+\n         folded\n\n\n      # deep\n  # odd\nlist:\n- - a\n  - b\n-\n   k: v\n",
	"a: !Sub |\n   x ${Y}\n   \n   z\nb: {a: 1,\n     # in\n  b: [1,\n2]}\nc: \"x\n   y\"\nd: plain\n    goes on\n",
	"a: |\n  x", "a: |+\n  x\n\n", "? a\n: b\n? c\n", "--- # x\na: 1\n...\n", "{\"a\": [1, {\"Ref\": \"x\"}], \"b\": {}}", "[]", "'a'", "|\n x", "<<: {a: 1}\nb: *x",
	"base: &b {x: 1}\nuse:\n  <<: *b\n  y: 2\n",
}

// TestConvertCorpus takes every document to the other syntax and back.
func TestConvertCorpus(t *testing.T) {
	realDocuments(t, func(name string, src []byte, d *doc.Doc) { checkConvert(t, name, d) })
}

func checkConvert(t *testing.T, name string, d *doc.Doc) {
	to := doc.JSON - d.Syntax()
	if d.Root().Kind() < doc.List {
		return
	}
	out, err := Convert(d, to, nil)
	if err != nil {
		t.Errorf("%s: %v\n%q", name, err, Print(d.Root(), to, 2))
		return
	}
	there, found := doc.Parse(name, out, nil)
	if found.Count(diag.Error) > 0 || there.Syntax() != to && d.Root().Len() > 0 {
		t.Errorf("%s: read as %v: %v", name, there.Syntax(), found)
		return
	}
	if formatted := Format(there, nil); string(formatted) != string(out) {
		t.Errorf("%s: the result is not formatted: %s", name, firstDifference(string(out), string(formatted)))
	}
	back, err := Convert(there, d.Syntax(), nil)
	if err != nil {
		t.Errorf("%s: back: %v", name, err)
		return
	}
	again, _ := doc.Parse(name, back, nil)
	if !Equal(d.Root(), again.Root()) {
		t.Errorf("%s: values differ", name)
	}
}

// FuzzConvert converts any text that reads without errors.
func FuzzConvert(f *testing.F) {
	for _, text := range formatSamples {
		f.Add(text)
	}
	f.Add(`{"a\u0085b": "x\ny", "\u2028": 1e5, "n": -0, "big": 123456789012345678901, "i": [Infinity, NaN], "t": " \n\ta\n", "d": "2015-09-01"}`)
	f.Add("{\"k\": \"" + strings.Repeat("x", 2000) + "\", \"" + strings.Repeat("y", 2000) + "\": [[1, [2]], {}, [], \"a\\nb\\n\\n\", \" a\\nb\"]}")
	f.Fuzz(func(t *testing.T, text string) {
		if d, found := doc.Parse("fuzz", []byte(text), &doc.Limits{Nodes: 100_000, Depth: 90}); found.Count(diag.Error) == 0 {
			checkConvert(t, "fuzz", d)
		}
	})
}
