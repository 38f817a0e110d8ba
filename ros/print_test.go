package ros

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
)

var updateGolden = flag.Bool("update-golden", false, "write testdata/plans anew")

// TestPrintGolden makes a plan from each file of testdata/plans. A file has
// sections that begin with "-- name --": before and after are resources in the
// form of planner_kit_test.go ("delete" alone deletes the stack), print is
// what is printed, options are words for PrintOptions.
func TestPrintGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/plans/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := sections(string(data))
			s := newStackUnderTest(t)
			s.types = goldenTypes
			if parts["before"] != "" {
				s.become(parts["before"])
			}
			in := s.input(strings.ReplaceAll(parts["after"], "delete\n", ""))
			if strings.HasPrefix(parts["after"], "delete") {
				in.operation, in.desired, in.scope = DeleteOperation, nil, nil
			}
			p := s.plan(in)
			opts := &PrintOptions{Rollback: strings.Contains(parts["options"], "rollback"), Color: strings.Contains(parts["options"], "color")}
			if strings.Contains(parts["options"], "zh") {
				opts.Lang = diag.Chinese
			}
			var b bytes.Buffer
			if err := p.Print(&b, opts); err != nil {
				t.Fatal(err)
			}
			got := b.String() + p.String() + "\n"
			if *updateGolden {
				head, _, _ := strings.Cut(string(data), "-- print --\n")
				if err := os.WriteFile(file, []byte(head+"-- print --\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != parts["print"] {
				t.Errorf("got:\n%s\nwant:\n%s", got, parts["print"])
			}
			if strings.Contains(got, "hunter") {
				t.Error("a secret is shown")
			}
		})
	}
}

func goldenTypes(name string) (*provider.Type, error) {
	typ, err := planTypes(name)
	if name == "T::RouteEntry" {
		typ.ReplaceOrder = provider.DeleteFirst
	}
	return typ, err
}

func sections(text string) map[string]string {
	parts := map[string]string{}
	name := ""
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "-- ") && strings.HasSuffix(trimmed, " --") {
			name = strings.Trim(trimmed, "- ")
			continue
		}
		parts[name] += line
	}
	return parts
}

// TestPrintIsSafe: what a template says reaches a terminal without its control
// characters.
func TestPrintIsSafe(t *testing.T) {
	s := newStackUnderTest(t)
	s.become(`A T::X {"Name":"a"}`)
	p := s.plan(s.input(`A T::X {"Name":"\u001b[31mred\u202e"}`))
	p.Stack.Name = "web"
	var b bytes.Buffer
	if err := p.Print(&b, nil); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\u202e") {
		t.Errorf("printed %q", b.String())
	}
}

func TestPrintCutsValues(t *testing.T) {
	s := newStackUnderTest(t)
	s.become(`A T::X {"Name":"a"}`)
	p := s.plan(s.input(`A T::X {"Name":"` + strings.Repeat("长", 200) + `"}`))
	for _, tt := range []struct{ width, most int }{{0, 100}, {60, 60}, {-1, 500}} {
		var b bytes.Buffer
		if err := p.Print(&b, &PrintOptions{Width: tt.width}); err != nil {
			t.Fatal(err)
		}
		widest := 0
		for line := range strings.Lines(b.String()) {
			if strings.Contains(line, " -> ") {
				widest = max(widest, textWidth(strings.TrimSuffix(line, "\n")))
			}
		}
		if widest > tt.most || tt.width < 0 && widest < 400 {
			t.Errorf("width %d: a line of %d columns", tt.width, widest)
		}
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestPrintReportsWriter(t *testing.T) {
	s := newStackUnderTest(t)
	if err := s.plan(s.input(`A T::X {}`)).Print(brokenWriter{}, nil); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

// TestWords: both languages say all.
func TestWords(t *testing.T) {
	for name, w := range map[string]*planWords{"English": &wordsEnglish, "Chinese": &wordsChinese} {
		for _, code := range []ReasonCode{Added, Removed, PropertyChanged, TypeChanged, DependencyReplaced, FailedBefore, Replaced, PolicyChanged, StackDeleted, Undo, Retained, Refreshed} {
			if w.reasons[code] == "" {
				t.Errorf("%s lacks the reason %s", name, code)
			}
		}
		for code, text := range noteTexts {
			if strings.Count(w.notes[code], "%s") != strings.Count(text, "%s") {
				t.Errorf("%s lacks the note %s", name, code)
			}
		}
		for verb := range wordsEnglish.verbs {
			if w.verbs[verb] == "" {
				t.Errorf("%s lacks the verb %s", name, verb)
			}
		}
		for i, text := range w.counts {
			if !strings.Contains(text, "%d") {
				t.Errorf("%s lacks the count %d", name, i)
			}
		}
	}
}
