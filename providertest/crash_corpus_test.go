package providertest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

// sweptTemplates are public templates of various kinds: wait conditions,
// groups of instances, RAM, load balancers, databases.
var sweptTemplates = []string{
	"solutions/security-rule/ram-account-rights-management.yml",
	"solutions/devops/deploy-zabbix-service.yml",
	"solutions/studio-entertainment/game-business-zone-service-env.yml",
	"solutions/enterprise-on-cloud/single-website-on-cloud-cloud-architecture.yml",
	"solutions/data-analysis/low-cost-offline-big-data-analysis-emr.yml",
}

// TestCrashSweepOfCorpus crashes real templates at the writes of their whole
// lives: a create that fails, one that does not, updates in place, by
// replacement and without a resource, each of which fails first, and a delete.
func TestCrashSweepOfCorpus(t *testing.T) {
	root := corpus.Dir(t)
	total := 0
	for _, name := range sweptTemplates {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".yml"), func(t *testing.T) {
			src, err := os.ReadFile(filepath.Join(root, "ros", name))
			if err != nil {
				t.Fatal(err)
			}
			tmpl, err := template.Parse(name, src, nil)
			if err != nil {
				t.Fatal(err)
			}
			cfg := lifeOf(t, tmpl)
			if os.Getenv("BIANPAI_LONG") != "1" {
				cfg.Limit = 15
			}
			report := CrashEverywhere(t, cfg)
			t.Log(report)
			total += report.Crashes
			if cfg.Again = true; cfg.Limit == 0 {
				cfg.Limit = 100
			}
			report = CrashEverywhere(t, cfg)
			t.Log("crashed twice:", report)
			total += report.Crashes
		})
	}
	t.Logf("%d crashes in all", total)
}

// lifeOf makes a scenario of the changes that a simulation finds.
func lifeOf(t *testing.T, tmpl *template.Template) *CrashConfig {
	t.Helper()
	cloud := New(t, nil)
	// The same names as in the sweep: parameters may be bound to the stack's.
	s := &simulation{opts: SimulateOptions{Changes: 1}, report: &Simulation{}, limit: time.Minute, types: schema.Default(), cloud: cloud, driver: cloud}
	engine, err := ros.New(cloud, &ros.Options{Retry: ros.Retry{Min: time.Millisecond, Max: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	s.engine = engine
	t.Cleanup(func() {
		if err := engine.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	cfg := &CrashConfig{Stack: simulatedStack}
	life := []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"parameters", func(context.Context) (string, error) { return s.parameters(tmpl) }},
		{"plan", s.plan}, {"create", s.create},
		{"update in place", s.updateInPlace}, {"replace", s.replace}, {"remove", s.takeOut},
	}
	var first *variant
	for _, step := range life {
		before := s.now
		if !s.step(t.Context(), step.name, step.do) {
			t.Fatalf("%s: %v", step.name, s.report.Failure)
		}
		did := s.report.Steps[len(s.report.Steps)-1]
		if t.Log(did); did.Status == StepNotApplicable {
			t.Errorf("the template does not allow %q, which the sweep is meant to crash", step.name)
		}
		switch {
		case step.name == "create":
			first = s.now
			ids := s.now.desired.Resources
			cfg.Steps = append(cfg.Steps, refused(first, ids[len(ids)-1].LogicalID, ros.CreateRollbackComplete),
				CrashStep{Change: ros.Change{Delete: true}, Status: ros.DeleteComplete})
			cfg.Steps = append(cfg.Steps, CrashStep{Change: *first.change(), Status: ros.CreateComplete})
		case first != nil && s.now != before:
			cfg.Steps = append(cfg.Steps, CrashStep{Change: *s.now.change(), Status: ros.UpdateComplete})
		}
	}
	// All changes back at once: what was taken out cannot be made, then can.
	for _, r := range first.desired.Resources {
		if first.retains(r.LogicalID) {
			cfg.Kept = append(cfg.Kept, r.LogicalID)
		}
		if !slices.ContainsFunc(s.now.desired.Resources, func(have *template.DesiredResource) bool { return have.LogicalID == r.LogicalID }) {
			cfg.Steps = append(cfg.Steps, refused(first, r.LogicalID, ros.RollbackComplete))
			break
		}
	}
	cfg.Steps = append(cfg.Steps, CrashStep{Change: *first.change(), Status: ros.UpdateComplete}, CrashStep{Change: ros.Change{Delete: true}, Status: ros.DeleteComplete})
	return cfg
}

// refused is a change that fails since one resource cannot be made.
func refused(v *variant, logicalID string, end ros.Status) CrashStep {
	fault := Fail(&provider.Error{Kind: provider.Quota, Code: "QuotaExceeded", Message: "none left"})
	return CrashStep{Change: *v.change(), Status: end, Faults: func(c *Cloud) { c.Inject(On("Create", logicalID), fault) }}
}
