package diag

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

func TestPosition(t *testing.T) {
	text := "\ufeffa中b\nx\r\ny\rz\u0085\u2028\u2029é"
	s := NewSource("t", []byte(text))
	for _, c := range []struct {
		before string
		want   Position
	}{
		{"", Position{1, 1}}, {"\ufeff", Position{1, 1}}, {"\ufeffa", Position{1, 2}}, {"\ufeffa中", Position{1, 3}}, {"\ufeffa中b", Position{1, 4}},
		{"\ufeffa中b\n", Position{2, 1}}, {"\ufeffa中b\nx\r", Position{2, 3}}, {"\ufeffa中b\nx\r\n", Position{3, 1}},
		{"\ufeffa中b\nx\r\ny\r", Position{4, 1}}, {"\ufeffa中b\nx\r\ny\rz\u0085", Position{5, 1}}, {"\ufeffa中b\nx\r\ny\rz\u0085\u2028", Position{6, 1}},
		{"\ufeffa中b\nx\r\ny\rz\u0085\u2028\u2029", Position{7, 1}}, {text, Position{7, 2}}, {text + "beyond", Position{7, 2}},
	} {
		if got := s.Position(uint32(len(c.before))); got != c.want {
			t.Errorf("after %q: %v, want %v", c.before, got, c.want)
		}
	}
	var lines []string
	for n := 1; n <= s.Lines(); n++ {
		r := s.Line(n)
		lines = append(lines, text[r.Start:r.End])
	}
	if want := []string{"a中b", "x", "y", "z", "", "", "é"}; !slices.Equal(lines, want) {
		t.Errorf("lines %q", lines)
	}
	if (s.Line(0) != Range{} || s.Line(9) != Range{} || Diagnostic{}.Position() != Position{}) {
		t.Error("a line that does not exist")
	}
}

// TestPositionNaive compares with counting from the start.
func TestPositionNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"a", "中", "é", "😀", "\n", "\r\n", "\u2028", " ", "0123456789"}
	for range 50 {
		var b strings.Builder
		for range rng.IntN(3000) {
			b.WriteString(alphabet[rng.IntN(len(alphabet))])
		}
		text := b.String()
		s := NewSource("t", []byte(text))
		line, start := 1, 0
		for i := range text {
			if i < start {
				continue // the second half of a break
			}
			if got, want := s.Position(uint32(i)), (Position{line, utf8.RuneCountInString(text[start:i]) + 1}); got != want {
				t.Fatalf("at %d: %v, want %v", i, got, want)
			}
			if n := BreakLen([]byte(text[i:])); n > 0 && !(text[i] == '\n' && i > 0 && text[i-1] == '\r') {
				line, start = line+1, i+n
			}
		}
	}
}

// TestPositionOneLine asks for many places in a text of one line; it would not
// end if each were counted from the start.
func TestPositionOneLine(t *testing.T) {
	s := NewSource("t", bytes.Repeat([]byte("0123456789"), 1<<20))
	for i := range 1 << 17 {
		if p := s.Position(uint32(i * 80)); p != (Position{1, i*80 + 1}) {
			t.Fatal(p)
		}
	}
}

func sample() List {
	src := NewSource("web.yaml", []byte("Resources:\n  网络:\n    Type:\tALIYUN::ECS::VPCC\n"))
	return List{
		{Severity: Warning, Code: "second", Message: "later\nin the file", Source: src, Range: Range{31, 31}},
		{Severity: Error, Code: "first", Message: "no such thing: 网络", Hint: "look again", Source: src, Range: Range{13, 19}, Path: "Resources.网络",
			Related: []Related{{Source: src, Range: Range{0, 9}, Message: "in here"}}},
		{Severity: Advice, Code: "nowhere", Args: []string{"x", "y"}},
	}
}

func TestFprint(t *testing.T) {
	l := sample()
	l.Sort()
	var plain, shown, colored bytes.Buffer
	for w, opts := range map[*bytes.Buffer]*PrintOptions{&plain: nil, &shown: {Snippet: true}, &colored: {Snippet: true, Color: true}} {
		if err := Fprint(w, l, opts); err != nil {
			t.Fatal(err)
		}
	}
	if want := `advice nowhere: nowhere: x, y
web.yaml:2:3: error first: no such thing: 网络
    look again
    web.yaml:1:1: in here
web.yaml:3:11: warning second: later in the file
`; plain.String() != want {
		t.Errorf("got\n%s", &plain)
	}
	if want := `advice nowhere: nowhere: x, y
web.yaml:2:3: error first: no such thing: 网络
    2 |   网络:
      |   ^^^^
    look again
    web.yaml:1:1: in here
web.yaml:3:11: warning second: later in the file
    3 |     Type:    ALIYUN::ECS::VPCC
      |              ^
`; shown.String() != want {
		t.Errorf("got\n%s", &shown)
	}
	if !strings.Contains(colored.String(), "\x1b[1;31m^^^^\x1b[0m") {
		t.Errorf("got\n%s", &colored)
	}
}

func TestSnippetOfLongLine(t *testing.T) {
	text := strings.Repeat("a", 5000) + "中文" + strings.Repeat("b", 5000) + "\x1b[31m\n"
	src := NewSource("min.json", []byte(text))
	for _, r := range []Range{{5000, 5006}, {0, 10_000}, {10_000, 20_000}, {9, 3}, {99_999, 99_999}} {
		var b bytes.Buffer
		if err := Fprint(&b, List{{Severity: Error, Code: "x", Source: src, Range: r}}, &PrintOptions{Snippet: true}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if width(line) > 120 || strings.Contains(line, "\x1b") {
				t.Errorf("%v: %q", r, line)
			}
		}
	}
}

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{"abc": 3, "中文": 4, "ｆ": 2, "é": 1, "e\u0301": 1, "한글": 4, "😀": 2, "，。": 4, "ｶ": 1, "✅": 2, "⌚": 2, "🟢": 2, "❤": 1, "한": 2, "\u200b": 0} {
		if got := width(s); got != want {
			t.Errorf("%q takes %d, want %d", s, got, want)
		}
	}
}

func TestFprintJSON(t *testing.T) {
	var b bytes.Buffer
	if err := FprintJSON(&b, nil); err != nil || b.String() != "[]\n" {
		t.Errorf("%q, %v", &b, err)
	}
	b.Reset()
	if err := FprintJSON(&b, sample()); err != nil {
		t.Fatal(err)
	}
	var back []map[string]any
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	want := `map[code:first column:3 endColumn:5 endLine:2 file:web.yaml hint:look again line:2 message:no such thing: 网络 path:Resources.网络 severity:error]`
	if got := fmt.Sprint(back[1]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(back[2]) != 10 || back[2]["line"] != 0.0 {
		t.Errorf("got %v", back[2])
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestWriteError(t *testing.T) {
	if Fprint(brokenWriter{}, sample(), nil) == nil || FprintJSON(brokenWriter{}, sample()) == nil {
		t.Error("a write error was lost")
	}
}

func TestListError(t *testing.T) {
	if (List{{Severity: Warning}}).Err() != nil || List(nil).Err() != nil {
		t.Error("a warning is no error")
	}
	var l List
	for i := range 13 {
		l = append(l, Diagnostic{Severity: Error, Code: "c", Message: fmt.Sprint("m", i)})
	}
	l = append(List{{Severity: Warning, Code: "w"}}, l...)
	err := fmt.Errorf("wrapped: %w", l.Err())
	found, ok := errors.AsType[*ListError](err)
	if !ok || len(found.List) != 14 {
		t.Fatal(err)
	}
	text := found.Error()
	if strings.Count(text, "\n") != 10 || !strings.HasSuffix(text, "\nand 4 more") || !strings.HasPrefix(text, "error c: m0\n") {
		t.Errorf("got %s", text)
	}
	if l.Count(Error) != 13 || Severity(0).String() != "invalid severity" {
		t.Error("miscounted")
	}
}

func TestNearest(t *testing.T) {
	names := []string{"Resources", "Parameters", "VpcId", "VSwitchId", "vpcid", "Outputs", "Conditions", "网络"}
	for name, want := range map[string]string{
		"Resource": "Resources", "resources": "Resources", "Paramters": "Parameters", "VpcID": "VpcId", "VPCID": "VpcId", "VpcIdd": "VpcId", "VcpId": "VpcId",
		"Output": "Outputs", "Nothing": "", "": "", "x": "", "网终": "网络", strings.Repeat("x", 100): "", "Conditoins": "Conditions",
		"vpc_Id": "VpcId", "VswitchIdxyz": "", "Input": "",
	} {
		if got := Nearest(name, slices.Values(names)); got != want {
			t.Errorf("%q is near %q, want %q", name, got, want)
		}
	}
}

func TestCatalogue(t *testing.T) {
	all, _, err := loadCatalogue(messages)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no messages")
	}
	for code, e := range all {
		if strings.Trim(string(code), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("%s is not made of lower-case words", code)
		}
		if e.EN.Message == "" || e.ZH.Message == "" || (e.EN.Hint == "") != (e.ZH.Hint == "") {
			t.Errorf("%s lacks words in a language", code)
		}
		if a, b := holes(e.EN.Message+e.EN.Hint), holes(e.ZH.Message+e.ZH.Hint); !slices.Equal(a, b) {
			t.Errorf("%s has placeholders %v in English, %v in Chinese", code, a, b)
		}
		for _, w := range []Words{e.EN, e.ZH} {
			if strings.ContainsAny(w.Message+w.Hint, "\n\t") || strings.TrimSpace(w.Message) != w.Message {
				t.Errorf("%s has blanks", code)
			}
		}
	}
}

// holes lists the different placeholders of a text.
func holes(text string) []int {
	var out []int
	for i := range text {
		if n := placeholder(text[i:]); n >= 0 && text[i] == '{' && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

func TestLoadCatalogue(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for _, fsys := range []fstest.MapFS{
		{"messages/a.json": file(`{"x": {}}`), "messages/b.json": file(`{"x": {}}`)},
		{"messages/a.json": file(`{`)},
	} {
		if _, _, err := loadCatalogue(fsys); err == nil {
			t.Error("no error")
		}
	}
}

func TestText(t *testing.T) {
	d := New(Warning, "duplicate-key", nil, Range{}, "", "{0} {1}")
	if d.Message != "the key {0} {1} is given twice in this map; the last one counts" {
		t.Error(d.Message)
	}
	if m, h := d.Text(Chinese); !strings.Contains(m, "{0} {1}") || !strings.Contains(h, "重命名") {
		t.Error(m, h)
	}
	if d := New(Error, "not-in-the-catalogue", nil, Range{}, "", "a", "b"); d.Message != "not-in-the-catalogue: a, b" {
		t.Error(d.Message)
	}
	if d := New(Error, "misspelt-tag", nil, Range{}, "", "only"); !strings.Contains(d.Message, "{1}") {
		t.Error(d.Message)
	}
	for tag, want := range map[string]Lang{"zh_CN.UTF-8": Chinese, "zh": Chinese, "ZH-Hans;q=1": Chinese, "en_US": English, "": English, "zhuang": English} {
		if LangOf(tag) != want {
			t.Errorf("%q is %v", tag, LangOf(tag))
		}
	}
}

// TestWords: a code outside the catalogue brings its own words.
func TestWords(t *testing.T) {
	d := New(Warning, "of-a-host", nil, Range{}, "", "Net")
	if d.Message != "of-a-host: Net" {
		t.Errorf("without words: %q", d.Message)
	}
	d.Words = map[Lang]Words{English: {Message: "{0} is bare", Hint: "dress {0}"}}
	for _, lang := range []Lang{English, Chinese} {
		if m, h := d.Text(lang); m != "Net is bare" || h != "dress Net" {
			t.Errorf("%v: %q, %q", lang, m, h)
		}
	}
	d.Words[Chinese] = Words{Message: "{0} 缺少标签"}
	if m, h := d.Text(Chinese); m != "Net 缺少标签" || h != "" {
		t.Errorf("%q, %q", m, h)
	}
	d.Code = "duplicate-key"
	if m, _ := d.Text(English); strings.Contains(m, "bare") {
		t.Errorf("the words of the catalogue are replaced: %q", m)
	}
}

func TestClip(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "short": "short",
		strings.Repeat("a", 80): strings.Repeat("a", 80), strings.Repeat("a", 81): strings.Repeat("a", 80) + "…",
		strings.Repeat("网", 30): strings.Repeat("网", 26) + "…",
	} {
		if got := Clip(in); got != want {
			t.Errorf("Clip(%q) = %q", in, got)
		}
	}
}
