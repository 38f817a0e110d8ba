package template_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// corpus gives the directory of the public templates, or skips the test.
func corpus(t testing.TB) string {
	dir := os.Getenv("BIANPAI_CORPUS")
	if dir == "" {
		t.Skip("BIANPAI_CORPUS is not set: no corpus of public templates")
	}
	return filepath.Join(dir, "ros")
}

func eachTemplate(t testing.TB, f func(path string, src []byte)) {
	root := corpus(t)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".yml", ".yaml", ".json":
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			rel, _ := filepath.Rel(root, path)
			f(filepath.ToSlash(rel), src)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCorpusParses(t *testing.T) {
	kinds := map[template.Kind]int{}
	faulty, warnings := 0, map[diag.Code]int{}
	eachTemplate(t, func(path string, src []byte) {
		kind := template.Detect(src)
		kinds[kind]++
		if kind != template.Stack && kind != template.Terraform {
			return
		}
		tmpl, err := template.Parse(path, src, nil)
		for _, d := range tmpl.Diagnostics() {
			if d.Severity == diag.Error {
				t.Logf("%s", strings.TrimSpace(diag.List{d}.Err().Error()))
			} else {
				warnings[d.Code]++
			}
		}
		if err != nil {
			faulty++
		}
	})
	t.Logf("kinds %v, %d with errors; warnings %v", kinds, faulty, warnings)
}
