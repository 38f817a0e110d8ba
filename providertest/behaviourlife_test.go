package providertest_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

// TestBehaviours plays the files in testdata/stories, each in a cloud of its own.
// A line is one call:
//
//	SERVICE API Parameter=value ... [> path=value ... name:=path ...] [! Code]
//
// What stands behind > must be in the answer (an empty value: nothing there);
// name:=path keeps a value for $name in later lines; ! is the code of the
// refusal.
func TestBehaviours(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &story{t: t, c: providertest.New(t, nil), kept: make(map[string]string)}
			for line := range strings.Lines(string(text)) {
				s.line++
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
					s.play(line)
				}
			}
		})
	}
}

type story struct {
	t    *testing.T
	c    *providertest.Cloud
	kept map[string]string
	line int
}

func (s *story) play(line string) {
	line, code, _ := strings.Cut(line, " ! ")
	asked, wanted, _ := strings.Cut(line, " > ")
	f := strings.Fields(asked)
	p := make(parameters)
	for _, item := range f[2:] {
		name, value, ok := strings.Cut(item, "=")
		if !ok {
			s.t.Fatalf("line %d: %q", s.line, item)
		}
		p[name] = s.filled(value)
	}
	a, err := tryCall(s.t, s.c, f[0]+" "+f[1], p)
	refusal, _ := errors.AsType[*provider.Error](err)
	switch {
	case code != "" && (refusal == nil || refusal.Code != code):
		s.t.Errorf("line %d: %s: %v, want a refusal with %s", s.line, f[1], err, code)
		return
	case code != "":
		return
	case err != nil:
		s.t.Fatalf("line %d: %s: %v", s.line, f[1], err)
	}
	for _, item := range strings.Fields(wanted) {
		if name, path, ok := strings.Cut(item, ":="); ok {
			if s.kept[name] = a.text(path); s.kept[name] == "" {
				s.t.Fatalf("line %d: %s: nothing at %s in %v", s.line, f[1], path, a)
			}
			continue
		}
		path, want, _ := strings.Cut(item, "=")
		if got, want := a.text(path), s.filled(want); got != want {
			s.t.Errorf("line %d: %s: %s is %q, want %q in %v", s.line, f[1], path, got, want, a)
		}
	}
}

func (s *story) filled(value string) string {
	names := slices.SortedFunc(maps.Keys(s.kept), func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		value = strings.ReplaceAll(value, "$"+name, s.kept[name])
	}
	return value
}
