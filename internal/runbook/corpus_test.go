package runbook

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/corpus"
)

// publicRunbooks visits all public templates.
func publicRunbooks(t testing.TB, visit func(name string, src []byte)) {
	count := 0
	corpus.Walk(t, "oos", func(name string, src []byte) {
		count++
		visit(name, src)
	})
	if count < 100 {
		t.Fatalf("only %d templates", count)
	}
}

// actionTemplates reads the product actions of the corpus by name.
func actionTemplates(t testing.TB) map[string]*Template {
	all := make(map[string]*Template)
	publicRunbooks(t, func(name string, src []byte) {
		base := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
		if strings.HasPrefix(name, "CloudProductActions/") && filepath.Ext(name) == ".yml" {
			parsed, _ := Parse(base, src, nil)
			all[strings.ToLower(base)] = parsed
		}
	})
	return all
}

// TestCorpusIsSound asserts that public templates have no finding at all, not
// even a warning: all of those that are seen here are sound.
func TestCorpusIsSound(t *testing.T) {
	actions := actionTemplates(t)
	opts := &ValidateOptions{Templates: func(name, _ string) *Template { return actions[strings.ToLower(name)] }}
	count, tasks := 0, 0
	publicRunbooks(t, func(name string, src []byte) {
		parsed, _ := Parse(name, src, nil)
		count, tasks = count+1, tasks+len(parsed.Tasks)
		for _, d := range parsed.Validate(opts) {
			t.Errorf("%s: %s: %s (%s)", name, d.Code, d.Message, d.Path)
		}
	})
	t.Logf("%d templates, %d tasks", count, tasks)
}

// TestCorpusMisspelt misspells one reference of each public template in turn and
// asserts that it is found, where it stands.
func TestCorpusMisspelt(t *testing.T) {
	const every = 7 // references
	tried := 0
	publicRunbooks(t, func(name string, src []byte) {
		if !strings.HasSuffix(name, ".yml") {
			return
		}
		end := len(src)
		if i := bytes.Index(src, []byte("\nMetadata:")); i >= 0 {
			end = i
		}
		start := bytes.Index(src, []byte("\nTasks:"))
		for n := 0; start >= 0 && start < end; n++ {
			_, stop, inner, ok := nextReference(string(src[start:end]))
			if !ok {
				break
			}
			start += stop
			if n%every != 0 || strings.HasPrefix(inner, storePrefix) || strings.HasPrefix(inner, secretPrefix) {
				continue
			}
			at := start - 2
			for src[at-1] == ' ' {
				at--
			}
			broken := slices.Concat(src[:at], []byte("zz"), src[at:])
			tried++
			parsed, _ := Parse(name, broken, nil)
			if found := slices.ContainsFunc(parsed.Diagnostics(), func(d diag.Diagnostic) bool {
				return int(d.Range.Start) <= at && at <= int(d.Range.End)
			}); !found {
				t.Errorf("%s: {{ %szz }} is not found", name, inner)
			}
		}
	})
	t.Logf("%d misspelt references", tried)
}

func TestCorpusTwinsAgree(t *testing.T) {
	byName := make(map[string][2]int)
	publicRunbooks(t, func(name string, src []byte) {
		parsed, err := Parse(name, src, nil)
		if list := (*diag.ListError)(nil); err != nil && !errors.As(err, &list) {
			t.Fatal(err)
		}
		base := strings.NewReplacer("/YAML/", "/", "/JSON/", "/", ".yml", "", ".json", "").Replace(name)
		counts := [2]int{len(parsed.expressions), len(parsed.Diagnostics())}
		if other, ok := byName[base]; ok && other != counts {
			t.Errorf("%s: %v, its twin %v", name, counts, other)
		}
		byName[base] = counts
	})
}
