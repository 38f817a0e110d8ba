package ros_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

func long() bool { return os.Getenv("BIANPAI_LONG") == "1" }

func load(t *testing.T, name string) *template.Template {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := template.Parse(filepath.Base(name), src, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// out makes the calls of one verb on one resource fail for good.
func out(verb, logicalID string) func(*providertest.Cloud) {
	return func(c *providertest.Cloud) {
		c.Inject(providertest.On(verb, logicalID), providertest.Fail(&provider.Error{Kind: provider.Quota, Code: "QuotaExceeded", Message: "none left"}))
	}
}

// bakery is a scenario with all that can be done to a stack.
func bakery(t *testing.T) *providertest.CrashConfig {
	tmpl := load(t, "testdata/sweep/bakery.yaml")
	// In place (Storage), by replacement (Place), one resource less and one
	// more (Extra), a secret.
	next := map[string]any{"Storage": 80, "Place": "cn-hangzhou-i", "Extra": true, "Secret": "Shortbread8!"}
	return &providertest.CrashConfig{Steps: []providertest.CrashStep{
		{Change: ros.Change{Template: tmpl}, Faults: out("Create", "Queue"), Status: ros.CreateRollbackComplete},
		{Change: ros.Change{Delete: true}, Status: ros.DeleteComplete},
		{Change: ros.Change{Template: tmpl}, Status: ros.CreateComplete},
		{Change: ros.Change{Template: tmpl, Parameters: next}, Faults: out("Create", "Cellar"), Status: ros.RollbackComplete},
		{Change: ros.Change{Template: tmpl, Parameters: next}, Status: ros.UpdateComplete},
		{Change: ros.Change{Template: tmpl}, Faults: out("Create", "Till"), Status: ros.RollbackComplete},
		{Change: ros.Change{Delete: true}, Faults: out("Delete", "Guard"), Status: ros.DeleteFailed},
		{Change: ros.Change{Delete: true}, Status: ros.DeleteComplete},
	}}
}

func TestCrashSweep(t *testing.T) {
	cfg := bakery(t)
	t.Log(providertest.CrashEverywhere(t, cfg))
}

func TestCrashSweepTwice(t *testing.T) {
	cfg := bakery(t)
	cfg.Again = true
	if !long() {
		cfg.Limit = 60
	}
	t.Log(providertest.CrashEverywhere(t, cfg))
}
