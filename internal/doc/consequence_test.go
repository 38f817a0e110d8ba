package doc

import (
	"slices"
	"testing"

	"github.com/bianpai/bianpai/diag"
)

// TestUnforced keeps what is true whatever stands in the text that could not be
// read, and the faults of the text.
func TestUnforced(t *testing.T) {
	const broken = "a: 1\nb: \"x\nc: 2\nd: 3\n"
	d, found := Parse("t.yaml", []byte(broken), nil)
	if found.Err() == nil {
		t.Fatal("the text has a fault")
	}
	at := func(line int, code diag.Code) diag.Diagnostic {
		return diag.New(diag.Error, code, d.Source(), diag.Range{Start: uint32(5 * (line - 1)), End: uint32(5*(line-1) + 1)}, "")
	}
	given := append(slices.Clone(found),
		at(1, "unknown-property"), at(1, "wrong-type"), at(1, "unknown-reference"), at(1, "missing-property"), at(1, "function-shape"),
		at(2, "wrong-type"), at(4, "wrong-type"), at(4, "unknown-property"), at(4, "unused-parameter"))
	var got []diag.Code
	for _, f := range d.Unforced(given) {
		got = append(got, f.Code)
	}
	want := []diag.Code{found[0].Code, "unknown-property", "wrong-type", "wrong-type"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	whole, _ := Parse("t.yaml", []byte("a: 1\n"), nil)
	if all := whole.Unforced(given); len(all) != len(given) {
		t.Errorf("a document without faults loses findings: %v", all)
	}
}

// TestLenientJSONIsWhole: what is wrong with a text as JSON, but can be read all
// the same, hides nothing.
func TestLenientJSONIsWhole(t *testing.T) {
	d, found := Parse("t.json", []byte(`{"a": 1, "b": [1, 2,],}`), nil)
	if len(found) == 0 {
		t.Fatal("a comma too many is not reported")
	}
	extra := diag.New(diag.Error, "unknown-reference", d.Source(), diag.Range{}, "")
	if got := d.Unforced(append(found, extra)); len(got) != len(found)+1 {
		t.Errorf("%v", got)
	}
}
