package lint

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Paths of the machines that the code was written on. They are put together
// here so that this file does not hold them itself.
var machinePaths = []string{"/wor" + "k/", "/tm" + "p/bp"}

// wordFindings gives a line for each machine path that stands in a text.
func wordFindings(name string, text []byte) []string {
	if bytes.IndexByte(text, 0) >= 0 {
		return nil // not text
	}
	var out []string
	for _, word := range machinePaths {
		for rest, line := text, 1; ; {
			i := bytes.Index(rest, []byte(word))
			if i < 0 {
				break
			}
			line += bytes.Count(rest[:i], []byte("\n"))
			if i == 0 || !pathByte(rest[i-1]) {
				out = append(out, fmt.Sprintf("%s:%d: %q is a path of one machine: use a relative path, an argument or an environment variable", name, line, word))
			}
			rest = rest[i+len(word):]
		}
	}
	return out
}

// pathByte says whether a path may hold the byte, so that the match is the
// middle of a longer path such as "a/work/b" and means nothing.
func pathByte(b byte) bool {
	return b == '.' || b == '-' || b == '_' || b == '}' || b == '/' ||
		'0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

func TestNoMachinePaths(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	names, err := trackedFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // removed, but not yet from the index
		}
		if err != nil {
			t.Error(err)
		}
		for _, f := range wordFindings(name, text) {
			t.Error(f)
		}
	}
}

// trackedFiles asks git, or walks the tree where there is no git, such as in
// the module cache.
func trackedFiles(root string) ([]string, error) {
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = root
	if out, err := cmd.Output(); err == nil {
		return strings.Split(strings.TrimRight(string(out), "\x00"), "\x00"), nil
	}
	var names []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		names = append(names, rel)
		return err
	})
	return names, err
}

// direct lists the dependencies that docs/decisions.md gives reasons for.
var direct = []string{
	"gopkg.in/yaml.v3", "golang.org/x/sync", "github.com/google/go-cmp",
	"github.com/aliyun/alibaba-cloud-sdk-go", "github.com/itchyny/gojq", "github.com/dlclark/regexp2",
}

func TestDirectDependenciesHaveReasons(t *testing.T) {
	m := loaded(t)
	for _, u := range m.units {
		for _, f := range u.files {
			for path, pos := range importsOf(f) {
				if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") || under(path, modulePath) {
					continue
				}
				known := false
				for _, d := range direct {
					known = known || under(path, d)
				}
				if !known {
					t.Errorf("%s: import of %s: give the reason in docs/decisions.md and name it in internal/lint, or do without", m.fset.Position(pos), path)
				}
			}
		}
	}
}
