// Package corpus lets tests run over public templates, where the environment
// variable BIANPAI_CORPUS names a folder of them: ros/ for stacks, oos/ for
// runbooks.
package corpus

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Dir gives the folder, or one in it. Where there is none it skips the test.
func Dir(tb testing.TB, in ...string) string {
	tb.Helper()
	root := os.Getenv("BIANPAI_CORPUS")
	if root == "" {
		tb.Skip("BIANPAI_CORPUS is not set: no public templates to run over")
	}
	return filepath.Join(append([]string{root}, in...)...)
}

// Walk visits the YAML and JSON files of the folder, or of one in it, in the
// order of their names, which are with slashes and begin below that folder.
func Walk(tb testing.TB, in string, visit func(name string, src []byte)) {
	tb.Helper()
	root := Dir(tb, in)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".yml", ".yaml", ".json":
		default:
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err == nil {
			visit(filepath.ToSlash(name), src)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
}
