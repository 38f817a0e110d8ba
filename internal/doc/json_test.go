package doc

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
)

// codes lists the codes found, with line and column.
func codes(l diag.List) []string {
	var out []string
	for _, d := range l {
		p := d.Position()
		out = append(out, strings.Join([]string{string(d.Code), strconv.Itoa(p.Line), strconv.Itoa(p.Column)}, " "))
	}
	return out
}

func TestJSON(t *testing.T) {
	for _, c := range []struct {
		text, want string
		found      []string
	}{
		{text: `{}`, want: `{}`},
		{text: "\ufeff [1, -2.50e+3, 1E5, -0] \r\n", want: `[1,-2.50e+3,1E5,0]`},
		{text: `"\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\"`, want: `"é😀/\u0008\u000c\n\r\t\"\\"`},
		{text: `[123456789012345678901234567890]`, want: `[123456789012345678901234567890]`},
		{text: `{"a": 1, "b": 2, "a": 3}`, want: `{"a":3,"b":2}`, found: []string{"duplicate-key 1 18"}},
		{text: `{"a\u0062": {"c": [true, false, null]}}`, want: `{"ab":{"c":[true,false,null]}}`},
		{text: ``, want: `null`, found: []string{"document-empty 1 1"}},
		{text: "{\"a\": 1, // x\n/* y */ \"b\": 2 # z\n}", want: `{"a":1,"b":2}`,
			found: []string{"json-comment 1 10", "json-comment 2 1", "json-comment 2 16"}},
		{text: `{"a": [1,], }`, want: `{"a":[1]}`, found: []string{"json-trailing-comma 1 9", "json-trailing-comma 1 11"}},
		{text: `{"a" 1 "b": 2}`, want: `{"a":1,"b":2}`, found: []string{"json-missing-colon 1 2", "json-missing-comma 1 7"}},
		{text: `{'a': 'b', c: True}`, want: `{"a":"b","c":"True"}`,
			found: []string{"json-single-quote 1 2", "json-single-quote 1 7", "json-unquoted-key 1 12", "json-unknown-word 1 15"}},
		{text: "{\"a\": \"x\n, \"b\": 1}", want: `{"a":"x","b":1}`, found: []string{"json-unclosed-string 1 7"}},
		{text: `["a`, want: `["a"]`, found: []string{"json-unclosed 1 1", "json-unclosed-string 1 2"}},
		{text: `[[1, {"a": 2]]`, want: `[[1,{"a":2}]]`, found: []string{"json-unclosed 1 6"}},
		{text: `[1}, 2]`, want: `[1,2]`, found: []string{"json-stray-bracket 1 3"}},
		{text: `[,1,,2]`, want: `[1,2]`, found: []string{"json-extra-comma 1 2", "json-extra-comma 1 5"}},
		{text: `{"a":, "b"}`, want: `{"a":null,"b":null}`, found: []string{"json-missing-value 1 6", "json-missing-colon 1 8", "json-missing-value 1 11"}},
		{text: `[NaN, -Infinity, Infinity]`, want: `[null,null,null]`,
			found: []string{"json-not-finite 1 2", "json-not-finite 1 7", "json-not-finite 1 18"}},
		{text: `[01, +1, .5, 1., 0x1]`, want: `["01","+1",".5","1.","0x1"]`,
			found: []string{"json-bad-number 1 2", "json-bad-number 1 6", "json-bad-number 1 10", "json-bad-number 1 14", "json-bad-number 1 18"}},
		{text: `["\q\u12", "\ud800x"]`, want: `["\\q\\u12","�x"]`,
			found: []string{"json-bad-escape 1 3", "json-bad-escape 1 5", "json-lone-surrogate 1 13"}},
		{text: "[\"a\tb\"]", want: `["a\tb"]`, found: []string{"json-control-character 1 4"}},
		{text: `{} {}`, want: `{}`, found: []string{"json-trailing-text 1 4"}},
		{text: "[\"a\xff\xfeb\"]", want: `["a??b"]`, found: []string{"invalid-encoding 1 4"}},
		{text: `{1: 2, : 3}`, want: `{"1":2,"":3}`, found: []string{"json-unquoted-key 1 2", "json-missing-key 1 8"}},
	} {
		d, found := ParseJSON("t.json", []byte(c.text), nil)
		if got := string(d.Root().AppendJSON(nil)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
		if got := codes(found); !slices.Equal(got, c.found) {
			t.Errorf("%s\n got %q\nwant %q", c.text, got, c.found)
		}
		checkRanges(t, d)
	}
}

func TestJSONPlaces(t *testing.T) {
	text := `{"Resources": {"Web": {"Count": 2, "Te\u0078t": "a\nb"}}}`
	d, _ := Parse("t.json", []byte(text), nil)
	web := d.Root().Get("Resources").Get("Web")
	for _, c := range []struct {
		r    diag.Range
		want string
	}{
		{web.KeyRange(), `"Web"`},
		{web.Range(), `{"Count": 2, "Te\u0078t": "a\nb"}`},
		{web.Get("Count").Range(), `2`},
		{web.Get("Text").KeyRange(), `"Te\u0078t"`},
		{web.Get("Text").Range(), `"a\nb"`},
	} {
		if got := text[c.r.Start:c.r.End]; got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	if web.Get("Text").Text() != "a\nb" || web.Key() != "Web" || !web.Get("None").IsZero() {
		t.Error("wrong texts")
	}
	_, l := Parse("t.json", []byte(`{"Resources": {"Web": [{"a": 1, "a": 2}]}}`), nil)
	if len(l) != 1 || l[0].Path != "Resources.Web[0].a" || len(l[0].Related) != 1 {
		t.Errorf("got %+v", l)
	}
}

// checkRanges asserts that all ranges lie in the file and that those of members
// lie, in order, within those of their list or map.
func checkRanges(t *testing.T, d *Doc) {
	t.Helper()
	size := uint32(len(d.Source().Text()))
	var visit func(n Node)
	visit = func(n Node) {
		r, k := n.Range(), n.KeyRange()
		if r.Start > r.End || r.End > size || k.Start > k.End || k.End > size {
			t.Fatalf("ranges %v and %v of %q leave the text %q", r, k, n.Key(), d.Source().Text())
		}
		for c := range n.Items() {
			cr, ck := c.Range(), c.KeyRange()
			if !n.Shared() && !c.Shared() && (cr.Start < r.Start || cr.End > r.End ||
				c.Key() != "" && (ck.Start < r.Start || ck.End > r.End)) {
				t.Fatalf("%v of %q lies outside of %v in %q", cr, c.Key(), r, d.Source().Text())
			}
			if n.Kind() == Map && n.Get(c.Key()) != c {
				t.Fatalf("key %q is not found", c.Key())
			}
			if !c.Shared() {
				visit(c)
			}
		}
	}
	visit(d.Root())
}

// plain gives the value as encoding/json would.
func plain(n Node) any {
	switch n.Kind() {
	case Bool:
		return n.Bool()
	case Int, Float:
		return n.Float()
	case String:
		return n.Text()
	case List:
		out := []any{}
		for c := range n.Items() {
			out = append(out, plain(c))
		}
		return out
	case Map:
		out := map[string]any{}
		for c := range n.Items() {
			out[c.Key()] = plain(c)
		}
		return out
	}
	return nil
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a": [1, 2.5, "x\u00e9"], "b": null}`, `[1,]`, `{"a" 'b'}`, "\"\\ud800\"", `[[[`, "{\"a\":1,\"a\":2} //"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, found := ParseJSON("f.json", text, nil)
		checkRanges(t, d)
		// encoding/json gives an error for a number beyond float64.
		var want any
		err := json.Unmarshal(bytes.TrimPrefix(text, []byte(byteOrderMark)), &want)
		if err != nil || !bytes.Equal(d.Source().Text(), text) {
			return
		}
		if found.Err() != nil {
			for _, x := range found {
				if x.Code == "document-too-deep" {
					return
				}
			}
			t.Fatalf("%q: %v", text, found.Err())
		}
		if got := plain(d.Root()); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is %v, want %v", text, got, want)
		}
		var again any
		if err := json.Unmarshal(d.Root().AppendJSON(nil), &again); err != nil || !reflect.DeepEqual(again, want) {
			t.Fatalf("%q is written as %s: %v", text, d.Root().AppendJSON(nil), err)
		}
	})
}

func TestBigMap(t *testing.T) {
	var b strings.Builder
	b.WriteString("{")
	for i := range 5000 {
		b.WriteString(`"key` + strconv.Itoa(i%4000) + `": ` + strconv.Itoa(i) + ",\n")
	}
	b.WriteString(`"end": 0}`)
	d, found := Parse("big.json", []byte(b.String()), nil)
	root := d.Root()
	if root.Len() != 4001 || found.Count(diag.Warning) != maxFound {
		t.Fatalf("%d keys, %d warnings", root.Len(), len(found))
	}
	for i := range 4000 {
		want := i
		if i < 1000 {
			want += 4000
		}
		if v, _ := root.Get("key" + strconv.Itoa(i)).Int(); v != int64(want) || root.KeyAt(i) != "key"+strconv.Itoa(i) {
			t.Fatalf("key%d is %d under %s", i, v, root.KeyAt(i))
		}
	}
	if !root.Get("key4000").IsZero() {
		t.Error("found a key that is not there")
	}
}

// TestJSONEncoding: a bad byte is told, whichever reader takes the text.
func TestJSONEncoding(t *testing.T) {
	for text, want := range map[string]string{
		"{\"\x80\": 1}":             "invalid-encoding 1 3",
		"{\"\x80\": [1,], \"a\":1}": "invalid-encoding 1 3 json-read-as-yaml 1 9",
	} {
		_, found := Parse("t", []byte(text), nil)
		if got := strings.Join(codes(found), " "); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
