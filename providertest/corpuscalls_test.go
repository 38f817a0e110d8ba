package providertest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/provider/calls"
)

// runbookCalls gives the API calls in the tasks of the public runbooks.
func runbookCalls(t *testing.T) []doc.Node {
	t.Helper()
	root := os.Getenv("BIANPAI_CORPUS")
	if root == "" {
		t.Skip("no corpus: BIANPAI_CORPUS is not set")
	}
	var list []doc.Node
	err := filepath.WalkDir(filepath.Join(root, "oos"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".yml", ".yaml", ".json"}, filepath.Ext(path)) {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		tree, _ := doc.Parse(path, src, nil)
		if tree == nil {
			return nil
		}
		for task := range tree.Root().Get("Tasks").Items() {
			switch task.Get("Action").Text() {
			case "ACS::ExecuteAPI", "ACS::WaitFor", "ACS::CheckFor":
				list = append(list, task.Get("Properties"))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestCallsOfCorpusAreKnown(t *testing.T) {
	index := calls.Default()
	tasks, apis := 0, make(map[string]bool)
	for _, p := range runbookCalls(t) {
		service, name := p.Get("Service").Text(), p.Get("API").Text()
		if strings.Contains(service+name, "{{") {
			continue
		}
		tasks++
		a, ok := index.API(service, name)
		if !ok {
			t.Errorf("%s %s is not known", service, name)
			continue
		}
		apis[a.Service+" "+a.Name] = true
		for v := range p.Get("Parameters").Items() {
			if _, ok := a.Match(v.Key()); !ok {
				t.Errorf("%s %s: parameter %s is not known", service, name, v.Key())
			}
		}
	}
	t.Logf("%d tasks, %d APIs", tasks, len(apis))
}
