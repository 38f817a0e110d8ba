package providertest_test

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/provider/calls"
)

// runbookCalls gives the API calls in the tasks of the public runbooks.
func runbookCalls(t *testing.T) []doc.Node {
	t.Helper()
	var list []doc.Node
	corpus.Walk(t, "oos", func(name string, src []byte) {
		tree, _ := doc.Parse(name, src, nil)
		if tree == nil {
			return
		}
		for task := range tree.Root().Get("Tasks").Items() {
			switch task.Get("Action").Text() {
			case "ACS::ExecuteAPI", "ACS::WaitFor", "ACS::CheckFor":
				list = append(list, task.Get("Properties"))
			}
		}
	})
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
