package providertest_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/providertest"
)

// publicRunbooks finds the product actions and public templates of the corpus by
// name.
func publicRunbooks(t *testing.T, root string) func(context.Context, string, string) (*oos.Template, error) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "oos", "CloudProductActions", "*", "YAML", "*.yml"))
	public, _ := filepath.Glob(filepath.Join(root, "oos", "PublicTemplates", "YAML", "*.yml"))
	files = append(files, public...)
	if err != nil || len(files) == 0 {
		t.Fatalf("no product actions: %v", err)
	}
	known := make(map[string]string, len(files))
	for _, f := range files {
		known[strings.ToLower(strings.TrimSuffix(filepath.Base(f), ".yml"))] = f
	}
	return func(_ context.Context, name, _ string) (*oos.Template, error) {
		file := known[strings.ToLower(name)]
		if file == "" {
			return nil, nil
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		return oos.Parse(name, src)
	}
}

// TestPublicRunbooks runs the public runbooks, none of them scripted, once with
// the public product actions and once with those of this module alone.
func TestPublicRunbooks(t *testing.T) {
	root := corpus.Dir(t)
	files, err := filepath.Glob(filepath.Join(root, "oos", "PublicTemplates", "YAML", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, test := range []struct {
		name    string
		opts    *providertest.RunbookOptions
		floor   int // percent that pass
		genuine int // percent that pass without anything that was stood in for
	}{
		{"their actions", &providertest.RunbookOptions{Templates: publicRunbooks(t, root)}, 90, 72},
		{"own actions", nil, 90, 66},
	} {
		t.Run(test.name, func(t *testing.T) {
			passed, genuine, shaped, skipped := 0, 0, 0, 0
			reasons := map[string]int{}
			var slowest time.Duration
			for _, file := range files {
				src, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				tmpl, _ := oos.Parse(filepath.Base(file), src)
				r := providertest.SimulateRunbook(t.Context(), tmpl, test.opts)
				slowest = max(slowest, r.Took)
				switch r.Verdict {
				case providertest.Passed:
					passed++
					if len(r.StandIns) == 0 {
						genuine++
						reasons["passed, nothing stood in for"]++
					}
					if len(r.Shaped) > 0 {
						shaped++
					}
				case providertest.Skipped:
					skipped++
					reasons["skipped: "+r.Reason]++
				default:
					reasons[r.Failure.Step+": "+r.Failure.Code]++
					t.Logf("%s: %v", r.Template, r.Failure)
				}
			}
			n := len(files) - skipped
			t.Logf("%d of %d pass (%d %%), %d of them with answers by shape, %d with nothing stood in for; slowest %s", passed, n, 100*passed/n, shaped, genuine, slowest)
			for _, reason := range slices.SortedFunc(maps.Keys(reasons), func(a, b string) int { return reasons[b] - reasons[a] }) {
				t.Logf("%4d %s", reasons[reason], reason)
			}
			if 100*passed < test.floor*n || 100*genuine < test.genuine*n {
				t.Errorf("%d and %d of %d pass, want %d %% and %d %%", passed, genuine, n, test.floor, test.genuine)
			}
		})
	}
}
