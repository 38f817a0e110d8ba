package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/providertest"
)

// TestCorpus simulates the public templates: each passes or is listed with
// what is wrong with it. It prints how many fail for which reason.
func TestCorpus(t *testing.T) {
	root := corpus.Dir(t)
	_, stdout, stderr := command(t, "-json", "-changes", "3", filepath.Join(root, "ros"))
	var reports []providertest.Simulation
	if err := json.Unmarshal([]byte(stdout), &reports); err != nil {
		t.Fatal(err)
	}
	t.Log(stderr)
	reasons := map[string]int{}
	steps := map[string]int{}
	for _, r := range reports {
		for _, s := range r.Steps {
			steps[s.Name+": "+string(s.Status)]++
		}
		switch r.Verdict {
		case providertest.Passed:
			if reason, ok := faulty[corpusName(root, r.Template)]; ok {
				t.Errorf("%s passes, and is listed: %s", r.Template, reason[1])
			}
		case providertest.Skipped:
			reasons["skipped: "+r.Reason]++
		case providertest.Failed:
			reasons[r.Failure.Step+": "+r.Failure.Code]++
			name := corpusName(root, r.Template)
			if reason, ok := faulty[name]; !ok || reason[0] != r.Failure.Step {
				t.Errorf("%s fails and is not listed: %v", name, r.Failure)
			}
			t.Logf("%s: %v", name, r.Failure)
			if r.Failure.Code == providertest.Inconsistent || r.Failure.Code == providertest.EngineError || r.Failure.Code == providertest.TimeLimit {
				t.Errorf("%s: the engine is at fault: %v", name, r.Failure)
			}
		}
	}
	logCounts(t, reasons)
	logCounts(t, steps)
}

// corpusName is the path of a template in the corpus.
func corpusName(root, path string) string {
	name, err := filepath.Rel(root, path)
	if err != nil {
		return path
	}
	return filepath.ToSlash(name)
}

func logCounts(t *testing.T, counts map[string]int) {
	t.Helper()
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b))
	})
	for _, name := range names {
		t.Logf("%4d %s", counts[name], name)
	}
}
