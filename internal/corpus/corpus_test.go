package corpus

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestWalk(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BIANPAI_CORPUS", dir)
	for _, name := range []string{"ros/b.yml", "ros/a/c.json", "ros/a/d.yaml", "ros/a/README.md", "oos/e.yml"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	Walk(t, "ros", func(name string, src []byte) {
		if string(src) != "ros/"+name {
			t.Errorf("%s holds %s", name, src)
		}
		got = append(got, name)
	})
	if want := []string{"a/c.json", "a/d.yaml", "b.yml"}; !slices.Equal(got, want) {
		t.Errorf("visited %q, want %q", got, want)
	}
}

func TestWithoutCorpusTheTestIsSkipped(t *testing.T) {
	t.Setenv("BIANPAI_CORPUS", "")
	t.Run("inner", func(t *testing.T) {
		defer func() {
			if !t.Skipped() {
				t.Error("it went on")
			}
		}()
		Walk(t, "ros", func(string, []byte) {})
	})
}
