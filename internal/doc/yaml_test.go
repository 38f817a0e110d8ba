package doc

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// reread reads the text of each range on its own, at its indentation, and
// compares what it says with the node.
func reread(t *testing.T, d *Doc) (nodes int) {
	t.Helper()
	text := string(d.Source().Text())
	at := func(n Node) string { return text[n.Range().Start:n.Range().End] }
	column := func(n Node) int { return d.Source().Position(n.Range().Start).Column - 1 }
	var visit func(n Node, indent int, flow bool)
	visit = func(n Node, indent int, flow bool) {
		nodes++
		src := at(n)
		if n.Kind() >= List && !strings.HasPrefix(src, "!") {
			indent = column(n)
		}
		if src != "" && !(flow && strings.HasSuffix(src, ":")) { // the blank behind a colon counts
			var alone, tail string
			if int(n.Range().End) < len(text) {
				tail = "\n" // without a break at the end a block scalar says something else
			}
			switch {
			case n == d.Root() && n.Kind() < List:
				alone = src + tail
			case flow:
				alone = "[" + src + "]"
			case n.Kind() >= List && strings.IndexByte("{[!&", src[0]) < 0:
				alone = strings.Repeat(" ", column(n)) + src + tail
			default:
				alone = strings.Repeat(" ", indent) + "- " + src + tail
			}
			back, found := Parse("part.yaml", []byte(alone), nil)
			root := back.Root()
			if alone != src+tail && (flow || strings.HasPrefix(strings.TrimLeft(alone, " "), "- ") && !strings.HasPrefix(src, "- ")) {
				root = root.At(0)
			}
			if found.Err() != nil || outline(root) != outline(n) {
				t.Fatalf("%s: range %v is\n%s\nread alone: %s\nin place: %s\n%v", d.Source().Name(), n.Range(), src, outline(root), outline(n), found)
			}
			if n.Kind() < List && strings.TrimRight(src, " \t\r\n") != src && !strings.HasPrefix(src, "|") && !strings.HasPrefix(src, ">") {
				t.Fatalf("range %v of %s has blanks at its end: %q", n.Range(), n.Key(), src)
			}
		}
		flow = flow || src != "" && (src[0] == '[' || src[0] == '{')
		for c := range n.Items() {
			if k := c.KeyRange(); n.Kind() == Map && !strings.HasPrefix(src, "!") {
				back, _ := Parse("key.yaml", []byte("- "+text[k.Start:k.End]+": x"), nil)
				if got := back.Root().At(0).KeyAt(0); got != c.Key() {
					t.Fatalf("key range %v of %q says %q", k, c.Key(), got)
				}
			}
			if !c.Shared() && !strings.HasPrefix(src, "!GetAtt") {
				visit(c, indent, flow)
			}
		}
	}
	visit(d.Root(), 0, false)
	return nodes
}

func TestCorpusYAML(t *testing.T) {
	nodes := 0
	files := realFiles(t, ".yml", ".yaml")
	for name, text := range files {
		d, found := Parse(name, text, nil)
		if found.Err() != nil {
			t.Errorf("%v", found.Err())
			continue
		}
		checkRanges(t, d)
		nodes += reread(t, d)
		want, ok := refOutline(decodeNode(t, text).Content[0], func(*yaml.Node) bool { return false })
		if ok && outline(d.Root()) != want {
			t.Errorf("%s: values differ", name)
		}
	}
	t.Logf("%d files, %d nodes", len(files), nodes)
}

// TestCorpusTwins compares the YAML and JSON forms of the same templates.
func TestCorpusTwins(t *testing.T) {
	twins := 0
	for name, text := range realFiles(t, ".json") {
		d, found := ParseJSON(name, text, nil)
		if found.Err() != nil {
			t.Errorf("%v", found.Err())
			continue
		}
		checkRanges(t, d)
		dir, base := filepath.Split(name)
		path := filepath.Join(filepath.Dir(filepath.Clean(dir)), "YAML", strings.TrimSuffix(base, ".json")+".yml")
		if twin, err := os.ReadFile(path); err == nil {
			twins++
			y, _ := Parse(path, twin, nil)
			if a, b := sorted(d.Root()), sorted(y.Root()); a != b {
				t.Errorf("%s differs from its twin:\n%s\n%s", name, a, b)
			}
		}
	}
	t.Logf("%d twins", twins)
}

// sorted is the outline with keys in order and numbers by value.
func sorted(n Node) string {
	var parts []string
	for c := range n.Items() {
		parts = append(parts, quote(c.Key())+sorted(c))
	}
	if n.Kind() == Map {
		slices.Sort(parts)
	}
	if n.Kind() < List {
		return string(n.AppendJSON(nil))
	}
	return n.Kind().String() + "(" + strings.Join(parts, ",") + ")"
}

func TestYAML(t *testing.T) {
	for _, c := range []struct {
		text, want string
		found      []string
	}{
		{text: "a: 1\nb: [x, 'y', \"z\\n\"]\n", want: `{"a":1,"b":["x","y","z\n"]}`},
		{text: "\ufeffa: &x {b: 1}\nc: *x\n", want: `{"a":{"b":1},"c":{"b":1}}`},
		{text: "a: 1\r\nb:\r\n  - c: |\r\n      x\r\n      y\r\n", want: `{"a":1,"b":[{"c":"x\ny\n"}]}`},
		{text: "a: x\u2028  y\u0085b: 2\u2029c: 3", want: `{"a":"x` + "\u2028" + `y","b":2,"c":3}`},
		{text: "a: !Ref b\nc: !GetAtt A.B\nd: !GetAtt A.B.C\ne: !GetAtt A.Outputs.B\nf: !GetAtt A\n", want: `{"a":{"Ref":"b"},"c":{"Fn::GetAtt":["A","B"]},"d":{"Fn::GetAtt":["A.B","C"]},"e":{"Fn::GetAtt":["A","Outputs.B"]},"f":{"Fn::GetAtt":"A"}}`},
		{text: "a: !Join ['', [!Ref x, !Sub '${y}']]\nb: !Base64Decode\n  Ref: x\nc: !GetAZs\nd: !Ref 12\n", want: `{"a":{"Fn::Join":["",[{"Ref":"x"},{"Fn::Sub":"${y}"}]]},"b":{"Fn::Base64Decode":{"Ref":"x"}},"c":{"Fn::GetAZs":""},"d":{"Ref":"12"}}`},
		{text: "a: !!str 12\nb: !!int '12'\nc: !!float 1\nd: ! 12\ne: !!bool on\nf: !!null ~\ng: !!timestamp 2001-01-01", want: `{"a":"12","b":12,"c":1,"d":"12","e":true,"f":null,"g":"2001-01-01"}`},
		{text: "a: 2015-09-01\nb: 095\nc: 1e3\nd: 0o17\ne: 1:30\nf: yes\n1: x\ntrue: y\n", want: `{"a":"2015-09-01","b":"095","c":"1e3","d":"0o17","e":90,"f":true,"1":"x","true":"y"}`},
		{text: "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  d: 3\n  <<: [*x, *y]\n  b: 4\n", want: `{"x":{"a":1,"b":1},"y":{"b":2,"c":2},"z":{"b":4,"c":2,"a":1,"d":3}}`},
		{text: "a: {'<<': 1}\nb:\n  <<: {c: 1}\n", want: `{"a":{"<<":1},"b":{"c":1}}`},
		{text: "a:\n  <<: 3\n", want: `{"a":{}}`, found: []string{"merge-not-map 2 7"}},
		{text: "a: 1\nb: 2\na: 3\n", want: `{"a":3,"b":2}`, found: []string{"duplicate-key 3 1"}},
		{text: "a: &a [*a]\nb: *a\n", want: `{"a":[null],"b":[null]}`, found: []string{"recursive-alias 1 8"}},
		{text: "a: *b\n", want: `{"a":null}`, found: []string{"unknown-anchor 1 4"}},
		{text: "a: !Reff b\nc: !x d\n", want: `{"a":"b","c":"d"}`, found: []string{"misspelt-tag 1 4", "unknown-tag 2 4"}},
		{text: "a: !!int x\nb: !!map [1]\n", want: `{"a":"x","b":[1]}`, found: []string{"tag-value-mismatch 1 4", "tag-value-mismatch 2 4"}},
		{text: "? [a]\n: 1\nb: 2\n", want: `{"b":2}`, found: []string{"key-not-scalar 1 3"}},
		{text: "a: {{ x }}\nb: 1\n", want: `{"a":{},"b":1}`, found: []string{"unquoted-braces 1 5"}},
		{text: "a: 1\n---\nb: 1\n", want: `{"a":1}`, found: []string{"several-documents 2 1"}},
		{text: "", want: `null`, found: []string{"document-empty 1 1"}},
		{text: "# nothing\n", want: `null`, found: []string{"document-empty 2 1"}},
		{text: "a: \"x\x01\u0080y\"\n", want: `{"a":"x???y"}`, found: []string{"control-character 1 6", "control-character 1 7"}},
		{text: "{a: 1, b: [x, y: z, ], }", want: `{"a":1,"b":["x",{"y":"z"}]}`},
		{text: "{\"a\": [1, 2,], # x\n \"b\": 1}", want: `{"a":[1,2],"b":1}`, found: []string{"json-read-as-yaml 1 12"}},
		{text: "{\"a\": 1 // x\n}", want: `{"a":1}`, found: []string{"json-comment 1 9"}},
	} {
		d, found := Parse("t.yaml", []byte(c.text), nil)
		if got := string(d.Root().AppendJSON(nil)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
		if got := codes(found); !slices.Equal(got, c.found) {
			t.Errorf("%s\n got %q\nwant %q", c.text, got, c.found)
		}
		checkRanges(t, d)
	}
}

// TestYAMLRanges marks the expected range of the value under k with brackets.
func TestYAMLRanges(t *testing.T) {
	for _, marked := range []string{
		"k: «x»", "k: «x y» # c\n", "- k: «x\n    y\n\n    z»\n- b\n", "k: «'x''y'» # c", "k: «\"a\\\"b\\\n  c\"»\n",
		"k: «|\n  x\n   y»\n\n# c\nb: 1\n", "k: «|+\n  x\n\n»\nb: 1\n", "k: «|-»\nb: 1\n", "k: «>- # c\n\n  x\n  y»\n\n", "k: «|2\n    x\n  y»\nb: 2\n", "a:\n  k: «|1\n     x»\n  b: 2\n",
		"k: «|\n  x»", "k: «|+\n\n»\nb: 1", "k: «|\n  x\n  # not a comment»\n # one\n",
		"k: «[a, b]» # c", "k: «[ a, # x ]\n  b,\n]»\n", "k: «{}»", "k: «[[[]], {a: }]»", "k: «{a, b: {c: d} }»\n", "[k: «b», c]", "{a: b, k: «c d»}", "{a: b, k: «»}",
		"k:«»\n", "a: 1\nk:«»\nb: 1\n", "k: #c\n  «- a\n  - b:\n      c»\n\nd: 1\n", "k:\n«- a\n-»\nb: 1", "k:\n  «a: 1\n  b: [\n  ]»\n\nz: 1\n",
		"k: «!!str 12»\n", "k: «&a x»\n", "k: «&a !!map\n  x: 1»\n", "k: «!Ref x» # c", "k: «!Join\n  - ''\n  - [a]»\nb: 1", "k: «!GetAtt A.B»\n", "k: «!Sub |\n  x»\nb: 1", "k: «!GetAZs»\nb: 1\n",
		"a: &a 1\nk: «*a»\n", "\"中文\": 1\n\"键\": 2\n文: {k: «[文, '字']»}\n", "k: «中 文»\r\nb: 1\r\n", "? k\n: «v»\n",
	} {
		start := strings.Index(marked, "«")
		end := strings.Index(marked, "»") - len("«")
		text := strings.NewReplacer("«", "", "»", "").Replace(marked)
		d, found := Parse("t.yaml", []byte(text), nil)
		if found.Err() != nil {
			t.Errorf("%q: %v", text, found.Err())
			continue
		}
		var find func(n Node) Node
		find = func(n Node) Node {
			if k := n.Get("k"); !k.IsZero() {
				return k
			}
			for c := range n.Items() {
				if k := find(c); !k.IsZero() {
					return k
				}
			}
			return Node{}
		}
		r := find(d.Root()).Range()
		if int(r.Start) != start || int(r.End) != end {
			t.Errorf("%s: got %q", marked, text[r.Start:r.End])
		}
		checkRanges(t, d)
	}
}

// rereadable tells texts whose parts mean the same on their own.
func rereadable(text string) bool {
	return len(text) < 1000 && !strings.ContainsAny(text, "?%&*\t\ufeff\r\u0085\u2028\u2029") && !strings.Contains(text, "---") && !strings.Contains(text, "...")
}

func FuzzYAML(f *testing.F) {
	for _, s := range []string{
		"a: 1\nb: [x, {y: z}]\n", "a: &x !!str |\n  t\nb: *x\n", "? a\n: b\n", "k: >+2\n\n    x\n\n", "a: 'x\n\n  y'\r\n", "- - a\n  - b: !Ref c\n", "<<: {a: 1}\n",
		"a: \"\\u00e9\u2028\"\n", "[a: b, ? c : d, ]", "%YAML 1.1\n---\na: 1\n...\n", "a: b: c\nd: [1\n", "\ufeff# c\nx: -\n", " \t:", "!Ref\n ! 0:", "&a\n &b c: &d !e\n  f: g\n", "[0: ]", ">1\n   ", "::",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, found := Parse("f.yaml", text, nil)
		checkRanges(t, d)
		src := d.Source().Text()
		for _, x := range found {
			if x.Range.Start > x.Range.End || int(x.Range.End) > len(src) {
				t.Fatalf("%s at %v in %q", x.Code, x.Range, src)
			}
		}
		root, _, message := decodeYAML(string(text))
		if message != "" || root == nil || found.Err() != nil || string(src) != string(text) {
			return
		}
		lone := strings.Contains(string(text), "!") // a lone ! is not told by yaml.v3
		want, ok := refOutline(root, func(*yaml.Node) bool { return lone })
		if ok && outline(d.Root()) != want {
			t.Fatalf("%q\n is %s\nwant %s", text, outline(d.Root()), want)
		}
		if ok && rereadable(string(text)) {
			reread(t, d)
		}
	})
}
