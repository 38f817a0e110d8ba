package rule_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// way is one kind of mistake: where it can be made in a template, and what the
// finding is called.
type way struct {
	name string
	// codes of which one must be found; none: any error.
	codes string
	sites func(*subject) []breakage
}

// breakage is one mistake: edits of a sound text. The marks in their texts are
// taken out; the finding must be on the line of one of them.
type breakage []diag.Edit

const mark = "\x00"

// perTemplate is the most sites of a way that are tried in one template.
const perTemplate = 3

// recall is the least share of mistakes that must be found at the right line.
const recall = 0.98

// subject is a sound template with what the ways ask of it.
type subject struct {
	*template.Template
	name string
	src  []byte
}

func soundTemplates(t testing.TB) []*subject {
	t.Helper()
	names, err := filepath.Glob("testdata/sound/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 50 {
		t.Fatalf("%d sound templates, want at least 50", len(names))
	}
	var all []*subject
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tmpl, err := template.Parse(name, src, nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &subject{tmpl, filepath.Base(name), src})
	}
	return all
}

func TestSoundTemplates(t *testing.T) {
	for _, s := range soundTemplates(t) {
		for _, d := range rule.Check(s.Template, &rule.Options{Types: schema.Default(), Strict: true}) {
			if d.Severity <= diag.Warning {
				t.Errorf("%s:%d: %s %s: %s", s.name, d.Position().Line, d.Severity, d.Code, d.Message)
			}
		}
	}
}

// TestMutations breaks each sound template in each way that fits it, and holds
// what is found against what was broken.
func TestMutations(t *testing.T) {
	subjects := soundTemplates(t)
	var table strings.Builder
	var applied, found, right int
	for _, w := range mutations() {
		var of, hit, placed int
		for _, s := range subjects {
			for _, b := range sample(w.sites(s), w.name+s.name) {
				text, lines := s.broken(b)
				seen, at := foundAt(s.name, text, w.codes, lines)
				of++
				if seen {
					hit++
				}
				if at {
					placed++
					continue
				}
				t.Logf("%s, %s: wanted %s at line %v\n%s", w.name, s.name, w.codes, lines, firstFindings(s.name, text))
			}
		}
		fmt.Fprintf(&table, "%-40s %5d applied %5d found %5d at the line\n", w.name, of, hit, placed)
		if of == 0 {
			t.Errorf("%s: fits no template", w.name)
		}
		applied, found, right = applied+of, found+hit, right+placed
	}
	t.Logf("%s%-40s %5d applied %5d found %5d at the line (%.2f %%)", table.String(), "all", applied, found, right, 100*float64(right)/float64(applied))
	if float64(right) < recall*float64(applied) {
		t.Errorf("%d of %d mistakes are found at the right line, want %.0f %%", right, applied, 100*recall)
	}
}

// sample takes some sites, always the same ones.
func sample(sites []breakage, seed string) []breakage {
	h := fnv.New64a()
	h.Write([]byte(seed))
	r := rand.New(rand.NewPCG(h.Sum64(), 1))
	r.Shuffle(len(sites), func(i, j int) { sites[i], sites[j] = sites[j], sites[i] })
	return sites[:min(len(sites), perTemplate)]
}

// broken makes the edits and tells the lines of the marks.
func (s *subject) broken(b breakage) (text []byte, lines []int) {
	slices.SortStableFunc(b, func(x, y diag.Edit) int {
		return cmp.Or(cmp.Compare(x.Range.Start, y.Range.Start), cmp.Compare(x.Range.End, y.Range.End))
	})
	var last uint32
	for _, e := range b {
		text = append(append(text, s.src[last:e.Range.Start]...), e.Text...)
		last = e.Range.End
	}
	text = append(text, s.src[last:]...)
	for i, c := range text {
		if c == mark[0] {
			lines = append(lines, 1+bytes.Count(text[:i], []byte("\n")))
		}
	}
	return bytes.ReplaceAll(text, []byte(mark), nil), lines
}

// foundAt tells whether one of the codes is found, and at one of the lines.
func foundAt(name string, text []byte, codes string, lines []int) (seen, at bool) {
	for _, d := range check(name, text) {
		if codes == "" && d.Severity == diag.Error || slices.Contains(strings.Fields(codes), string(d.Code)) {
			seen = true
			at = at || slices.Contains(lines, d.Position().Line)
		}
	}
	return seen, at
}

func check(name string, text []byte) diag.List {
	tmpl, _ := template.Parse(name, text, nil) // its findings come with those of the rules
	return rule.Check(tmpl, &rule.Options{Types: schema.Default()})
}

// firstFindings gives the first findings, for a person who looks into a miss.
func firstFindings(name string, text []byte) string {
	var b strings.Builder
	for _, d := range check(name, text) {
		if d.Severity <= diag.Warning && strings.Count(b.String(), "\n") < 3 {
			fmt.Fprintf(&b, "    %d: %s %s: %s\n", d.Position().Line, d.Severity, d.Code, d.Message)
		}
	}
	return b.String()
}

// The edits of the ways.

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // no value of a test fails
	}
	return string(text)
}

// misspelt puts a letter into a name.
func misspelt(name string) string {
	i := (len(name) + 1) / 2
	return name[:i] + "z" + name[i:]
}

// put writes a value where another stands.
func put(n template.Node, v any) breakage {
	return breakage{{Range: n.Range(), Text: mark + asJSON(v)}}
}

// rename gives a member another key.
func rename(n template.Node, key string) breakage {
	return breakage{{Range: n.KeyRange(), Text: mark + asJSON(key)}}
}

// marked is where a finding is expected though the text stays.
func marked(at uint32) diag.Edit { return diag.Edit{Range: diag.Range{Start: at, End: at}, Text: mark} }

// add puts a member in front of those that a map has.
func (s *subject) add(m template.Node, key string, v any) breakage {
	start := m.Range().Start
	if s.src[start] == '{' {
		text := mark + asJSON(key) + ": " + asJSON(v)
		if m.Len() > 0 {
			text += ", "
		}
		return breakage{{Range: diag.Range{Start: start + 1, End: start + 1}, Text: text}}
	}
	first := m.At(0).KeyRange().Start
	indent := strings.Repeat(" ", int(first)-s.lineStart(first))
	return breakage{{Range: diag.Range{Start: first, End: first}, Text: mark + asJSON(key) + ": " + asJSON(v) + "\n" + indent}}
}

func (s *subject) lineStart(at uint32) int { return 1 + bytes.LastIndexByte(s.src[:at], '\n') }

// remove takes a member out of a map; nil where it is the only one.
func (s *subject) remove(m template.Node, key string) breakage {
	i := slices.IndexFunc(slices.Collect(m.Items()), func(n template.Node) bool { return n.Key() == key })
	if i < 0 || m.Len() < 2 {
		return nil
	}
	n := m.At(i)
	switch r := (diag.Range{Start: n.KeyRange().Start, End: n.Range().End}); {
	case i+1 < m.Len():
		r.End = m.At(i + 1).KeyRange().Start
		return breakage{{Range: r}}
	case s.src[m.Range().Start] == '{':
		r.Start = m.At(i - 1).Range().End
		return breakage{{Range: r}}
	default:
		r.Start = uint32(s.lineStart(r.Start))
		if next := bytes.IndexByte(s.src[r.End:], '\n'); next >= 0 && s.src[r.End-1] != '\n' {
			r.End += uint32(next) + 1
		}
		return breakage{{Range: r}}
	}
}

// walk visits a value and what is in it, without templates within the template.
func walk(n template.Node, visit func(n template.Node, path []string)) {
	var each func(n template.Node, path []string)
	each = func(n template.Node, path []string) {
		visit(n, path)
		for item := range n.Items() {
			if item.Key() != "TemplateBody" {
				each(item, append(path[:len(path):len(path)], item.Key()))
			}
		}
	}
	each(n, nil)
}

// calls visits the calls of the functions named, all where none is, outside of
// the form's language, with the section that they stand in.
func (s *subject) calls(names string, visit func(call, arg template.Node, section string)) {
	walk(s.Root(), func(n template.Node, path []string) {
		name, arg, ok := template.Call(n)
		if !ok || len(path) == 0 || path[0] == "Parameters" || path[0] == "Metadata" || s.src[arg.Range().Start] == '!' || s.src[n.Range().Start] == '!' {
			return
		}
		if names == "" || slices.Contains(strings.Fields(names), name) {
			visit(n, arg, path[0])
		}
	})
}
