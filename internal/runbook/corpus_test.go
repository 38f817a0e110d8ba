package runbook

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
)

// corpusRoot gives the folder of the public OOS templates.
func corpusRoot(t testing.TB) string {
	t.Helper()
	root := os.Getenv("BIANPAI_CORPUS")
	if root == "" {
		t.Skip("no public templates: set BIANPAI_CORPUS to their folder")
	}
	return filepath.Join(root, "oos")
}

// corpus visits all public templates.
func corpus(t testing.TB, visit func(name string, src []byte)) {
	root := corpusRoot(t)
	count := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yml" && filepath.Ext(path) != ".json" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		count++
		visit(strings.TrimPrefix(path, root+"/"), src)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < 100 {
		t.Fatalf("only %d templates in %s", count, root)
	}
}

// actionTemplates reads the product actions of the corpus by name.
func actionTemplates(t testing.TB) map[string]*Template {
	all := make(map[string]*Template)
	corpus(t, func(name string, src []byte) {
		base := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
		if strings.HasPrefix(name, "CloudProductActions/") && filepath.Ext(name) == ".yml" {
			parsed, _ := Parse(base, src, nil)
			all[strings.ToLower(base)] = parsed
		}
	})
	return all
}

// realFaults are the findings that public templates deserve, by file and code,
// with the reason.
var realFaults = map[string]string{}

func TestCorpusIsSound(t *testing.T) {
	actions := actionTemplates(t)
	opts := &ValidateOptions{Templates: func(name, _ string) *Template { return actions[strings.ToLower(name)] }}
	seen := make(map[string]bool)
	count, tasks := 0, 0
	corpus(t, func(name string, src []byte) {
		parsed, _ := Parse(name, src, nil)
		count, tasks = count+1, tasks+len(parsed.Tasks)
		for _, d := range parsed.Validate(opts) {
			key := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)) + ": " + string(d.Code)
			seen[key] = true
			if realFaults[key] == "" {
				t.Errorf("%s", (&diag.ListError{List: diag.List{d}}).Error())
			}
			if d.Severity == diag.Error {
				continue
			}
		}
	})
	for key := range realFaults {
		if !seen[key] {
			t.Errorf("%s is found no more", key)
		}
	}
	t.Logf("%d templates, %d tasks", count, tasks)
}

func TestCorpusTwinsAgree(t *testing.T) {
	byName := make(map[string][2]int)
	corpus(t, func(name string, src []byte) {
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
