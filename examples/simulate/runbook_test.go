package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/providertest"
)

// TestCorpusRunbooks runs the public runbooks with what the corpus has of the templates that they name.
// It prints how many fail for which reason, and what was answered by shape.
func TestCorpusRunbooks(t *testing.T) {
	root := corpus.Dir(t)
	_, stdout, stderr := command(t, "-json", "-actions", filepath.Join(root, "oos"), filepath.Join(root, "oos", "PublicTemplates"))
	var reports []providertest.Simulation
	if err := json.Unmarshal([]byte(stdout), &reports); err != nil {
		t.Fatal(err)
	}
	t.Log(stderr)
	reasons, apis := map[string]int{}, map[string]int{}
	passed, genuine := 0, 0
	for _, r := range reports {
		for _, api := range r.Shaped {
			apis["by shape: "+api]++
		}
		if r.Verdict == providertest.Passed {
			passed++
			if len(r.StandIns) == 0 {
				genuine++
			}
			continue
		}
		reasons[r.Failure.Step+": "+r.Failure.Code]++
		if r.Failure.Code == providertest.Inconsistent || r.Failure.Code == providertest.EngineError || r.Failure.Code == providertest.TimeLimit {
			t.Errorf("%s: the engine is at fault: %v", corpusName(root, r.Template), r.Failure)
		}
	}
	t.Logf("%d of %d run to the end, %d of them with nothing stood in for", passed, len(reports), genuine)
	logCounts(t, reasons)
	logCounts(t, apis)
	if n := len(reports); n == 0 || 100*passed < 90*n || 100*genuine < 72*n {
		t.Errorf("fewer run than before: %d, and %d with nothing stood in for, of %d", passed, genuine, n)
	}
}
