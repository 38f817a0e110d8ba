package doc_test

import (
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

func TestDraftBuildsWhatItCopied(t *testing.T) {
	for _, src := range []string{
		"a: 1\nb: [x, 'y', ~, yes, 1.5, {c: {d: []}}]\n? 7\n: seven\n\"q\\u0041\": !Ref x\n",
		`{"a":[1,2.50,true,false,null,"é\n"],"b":{}}`,
		"just text",
	} {
		d, found := doc.Parse("t", []byte(src), nil)
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
		built, found := doc.Build(d.Source(), doc.Copy(d.Root(), nil), nil)
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
		if a, b := string(d.Root().AppendJSON(nil)), string(built.Root().AppendJSON(nil)); a != b {
			t.Errorf("%s became %s", a, b)
		}
		samePlaces(t, d.Root(), built.Root())
	}
}

func samePlaces(t *testing.T, a, b doc.Node) {
	t.Helper()
	if a.Range() != b.Range() || a.KeyRange() != b.KeyRange() || a.Kind() != b.Kind() || a.Bool() != b.Bool() {
		t.Errorf("%s at %v, key %v, became %s at %v, key %v", a.AppendJSON(nil), a.Range(), a.KeyRange(), b.AppendJSON(nil), b.Range(), b.KeyRange())
	}
	for i := range a.Len() {
		samePlaces(t, a.At(i), b.At(i))
	}
}

func TestDraftChanges(t *testing.T) {
	d, _ := doc.Parse("t", []byte("a: {x: 1, y: 2}\nb: [1]\n"), nil)
	root := doc.Copy(d.Root(), nil)
	at := diag.Range{Start: 3, End: 4}
	kept := root.Clone()
	root.Get("a").Set("x", doc.DraftText("new", at)).Remove("y")
	root.Set("c", doc.DraftList(at, doc.DraftMap(at).Set("k", doc.DraftText("v", at))))
	root.Remove("b")
	built, _ := doc.Build(d.Source(), root, nil)
	if got := string(built.Root().AppendJSON(nil)); got != `{"a":{"x":"new"},"c":[{"k":"v"}]}` {
		t.Errorf("%s", got)
	}
	if r := built.Root().Get("c").Range(); r != at {
		t.Errorf("new value at %v", r)
	}
	built, _ = doc.Build(d.Source(), kept, nil)
	if got := string(built.Root().AppendJSON(nil)); got != `{"a":{"x":1,"y":2},"b":[1]}` {
		t.Errorf("the clone changed: %s", got)
	}
	if (*doc.Draft)(nil).Get("x") != nil {
		t.Error("nothing has a member")
	}
	_, found := doc.Build(d.Source(), kept, &doc.Limits{Nodes: 2})
	if found.Err() == nil {
		t.Error("a draft beyond the limits is built")
	}
	deep := doc.DraftText("x", at)
	for range 200 {
		deep = doc.DraftList(at, deep)
	}
	if _, found = doc.Build(d.Source(), deep, &doc.Limits{Depth: 50}); found.Err() == nil {
		t.Error("a draft that is too deep is built")
	}
}
