package doc

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
)

// TestFaults reads one fault at a time.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ text, found, marked string }{
		{"a: b: c\n", "yaml-unexpected-colon 1 5", ":"},
		{"a: 1\n b: 2\n", "yaml-unexpected-colon 2 3", ":"},
		{"a: - b\n", "yaml-unexpected-dash 1 4", "-"},
		{"a:\n\tb: 1\n", "yaml-tab 2 1", "\t"},
		{"a:\n  b: 1\n\tc: 1\n", "yaml-tab 3 1", "\t"},
		{"a:\n  b:\n    c: one\n \td: 1\n", "yaml-tab 4 2", "\t"},
		{"a: @x\n", "yaml-reserved-character 1 4", "@"},
		{"a: `x`\n", "yaml-reserved-character 1 4", "`"},
		{"a: %x\n", "yaml-reserved-character 1 4", "%"},
		{"a: 1\nb\nc: 2\n", "yaml-missing-colon 2 1", "b"},
		{"a:\n   b: 1\n  c: 2\n", "yaml-expected-key 3 3", "c:"},
		{"a: \"b\" c\n", "yaml-expected-key 1 8", "c"},
		{"a:\n  x: 1\n  - y\n", "yaml-expected-key 3 3", "-"},
		{"- a\nb: 1\n", "yaml-expected-dash 2 1", "b:"},
		{"a: [1, 2\nb: 3\n", "yaml-unclosed-bracket 1 4", "["},
		{"a:\n  b: {text: Go on?}\n", "yaml-syntax 2 3", "b: {text: Go on?}"},
		{"a: {x: 1, y: [2], z: '}'\nb: 3\n", "yaml-unclosed-bracket 1 4", "{"},
		{"a: \"x\nb: 1\n", "yaml-unclosed-quote 1 4", "\"x"},
		{"a: 'it''s\nb: 1\n", "yaml-unclosed-quote 1 4", "'it''s"},
		{"x: 'a' # 'b'\na: 'c\n", "yaml-unclosed-quote 2 4", "'c"},
		{"a: \"b\\q\"\n", "yaml-bad-escape 1 6", "\\q"},
		{"a: \"\\xZZ\"\n", "yaml-bad-escape 1 5", "\\x"},
		{"a: *\n", "yaml-bad-anchor 1 4", "*"},
		{"a: ]\n", "yaml-missing-value 1 4", "]"},
		{"a: |x\n  b\n", "yaml-block-header 1 1", "a: |x"},
		{"a: 1\n...\n]\n", "yaml-trailing-text 3 1", "]"},
		{"  a: 1\n b: 2\n", "yaml-trailing-text 2 2", "b:"},
		{"a: {{ x }} y\n", "unquoted-braces 1 4", "{{ x }} y"},
		{"- {{ x }}-y\n", "unquoted-braces 1 3", "{{ x }}-y"},
		{"a: !x!y z\n", "yaml-syntax 1 4", "!x!y"},
	} {
		d, found := Parse("t.yaml", []byte(c.text), nil)
		got := codes(found)
		if len(got) != 1 || got[0] != c.found {
			t.Errorf("%q: got %q, want %q", c.text, got, c.found)
			continue
		}
		if r := found[0].Range; c.text[r.Start:r.End] != c.marked {
			t.Errorf("%q: marks %q, want %q", c.text, c.text[r.Start:r.End], c.marked)
		}
		checkRanges(t, d)
	}
}

// TestManyFaults finds ten independent faults in one run and keeps the rest.
func TestManyFaults(t *testing.T) {
	text := `ROSTemplateFormatVersion: '2015-09-01'
Description: one: two
Parameters:
  A: {Type: String
  B:
    Type: @String
  C:
    Type: String
Resources:
  Vpc:
    Type: ALIYUN::ECS::VPC
    Properties:
      VpcName: "vpc
      CidrBlock: 10.0.0.0/8
  Web:
    Type: ALIYUN::ECS::Instance
    DependsOn: [Vpc
    Properties:
      Name: {{ name }} x
      UserData: |
        key: [ "not a fault
      Tags:
        - Key: a
          Value: b: c
        - Key: d
          Value: e
      ZoneId: *zone
Outputs:
  Id:
    Value: "\q"
  Other:
    Value: 1
   Third:
    Value: 2
  Last:
    Value: !Gettatt Web.Id
`
	d, found := Parse("t.yaml", []byte(text), nil)
	want := []string{
		"yaml-unexpected-colon 2 17", "yaml-unclosed-bracket 4 6", "yaml-reserved-character 6 11",
		"yaml-unclosed-quote 13 16", "yaml-unclosed-bracket 17 16", "unquoted-braces 19 13",
		"yaml-unexpected-colon 24 19", "unknown-anchor 27 15", "yaml-bad-escape 30 13",
		"yaml-expected-key 33 4", "misspelt-tag 36 12",
	}
	if got := codes(found); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	root := d.Root()
	if root.Get("Parameters").Get("C").Get("Type").Text() != "String" ||
		root.Get("Resources").Get("Web").Get("Properties").Get("Tags").At(1).Get("Value").Text() != "e" ||
		!strings.HasPrefix(root.Get("Resources").Get("Web").Get("Properties").Get("UserData").Text(), "key:") {
		t.Errorf("the tree lacks what is sound: %s", root.AppendJSON(nil))
	}
	if found[3].Path != "Resources.Vpc.Properties.VpcName" {
		t.Errorf("path %q", found[3].Path)
	}
	checkRanges(t, d)
}

// TestAnchorsAcrossPieces: an alias whose anchor stands in another piece of a
// faulty document is no fault of its own.
func TestAnchorsAcrossPieces(t *testing.T) {
	_, found := Parse("t.yaml", []byte("a: &x 1\nb: *x\nc: 'd\n"), nil)
	if got := codes(found); len(got) != 1 || got[0] != "yaml-unclosed-quote 3 4" {
		t.Errorf("got %q", got)
	}
}

// TestBrokenCorpus breaks each real template at one place and expects the fault
// to be found and most of the tree to be kept.
func TestBrokenCorpus(t *testing.T) {
	files, placed := 0, 0
	for name, text := range realFiles(t, ".yml") {
		lines := strings.SplitAfter(string(text), "\n")
		at := len(lines) / 2
		for at < len(lines) && (keyLen(strings.TrimRight(lines[at], "\n")) < 0 || !strings.Contains(lines[at], "Type: ")) {
			at++
		}
		if at == len(lines) {
			continue
		}
		lines[at] = strings.Replace(lines[at], ": ", ": @", 1)
		broken := strings.Join(lines, "")
		if probeYAML(broken) == "" {
			continue // the line is part of a text
		}
		files++
		_, found := Parse(name, []byte(broken), nil)
		if found.Err() == nil {
			t.Errorf("%s:%d: no fault found", name, at+1)
		} else if slices.ContainsFunc(found, func(x diag.Diagnostic) bool { return x.Position().Line == at+1 }) {
			placed++
		}
		if n := found.Count(diag.Error); n > 3 {
			t.Errorf("%s: one fault makes %d", name, n)
		}
	}
	t.Logf("%d of %d faults in their place", placed, files)
	if placed < files*95/100 {
		t.Error("too few")
	}
}

// TestCatalogue: each code that this package raises has its words.
func TestCatalogue(t *testing.T) {
	sources, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range sources {
		if strings.HasSuffix(f.Name(), "_test.go") || !strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range strings.Split(string(text), `"`) {
			if !isCode(q) {
				continue
			}
			n++
			if d := diag.New(diag.Error, diag.Code(q), nil, diag.Range{}, ""); d.Message == q {
				t.Errorf("%s: %s has no words", f.Name(), q)
			}
		}
	}
	if n < 50 {
		t.Error("found only", fmt.Sprint(n))
	}
}

func isCode(s string) bool {
	if strings.Count(s, "-") == 0 {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == "" && s[0] != '-' && s[len(s)-1] != '-'
}
