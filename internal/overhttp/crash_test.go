package overhttp_test

import (
	"os"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

const databasePassword = "Canary-5150-database"

// shopTemplate reads a template of the quickstart.
func shopTemplate(t testing.TB, name string) *template.Template {
	t.Helper()
	src, err := os.ReadFile("../../examples/quickstart/templates/" + name)
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := template.Parse(name, src, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// shopChanges are the quickstart's story: the shop is made, then changed.
func shopChanges(t testing.TB) (first, second ros.Change) {
	shop, next := shopTemplate(t, "shop.yaml"), shopTemplate(t, "shop-next.yaml")
	return ros.Change{Template: shop, Parameters: map[string]any{"DatabasePassword": databasePassword}},
		ros.Change{Template: next, Parameters: map[string]any{"DatabaseStorage": 200}, UsePreviousParameters: true}
}

// TestCrashOverHTTP crashes the engine at the writes to its journal while it
// makes, changes and deletes the quickstart's shop over HTTP, with failures that
// roll back: the end is that of a life without crashes, each resource is there
// once, none is left. BIANPAI_LONG=1 takes every write.
func TestCrashOverHTTP(t *testing.T) {
	first, second := shopChanges(t)
	soldOut := func(c *providertest.Cloud) {
		c.Inject(providertest.OnCall("ECS", "RunInstances"), providertest.Fail(&provider.Error{Kind: provider.Quota, Code: "OperationDenied.NoStock"}))
	}
	third := ros.Change{Template: second.Template, Parameters: map[string]any{"WebType": "ecs.g7.2xlarge", "Stage": "production"}, UsePreviousParameters: true}
	remove := ros.Change{Delete: true}
	cfg := &providertest.CrashConfig{
		Steps: []providertest.CrashStep{
			{Change: first, Faults: soldOut, Status: ros.CreateRollbackComplete},
			{Change: remove, Status: ros.DeleteComplete},
			{Change: first, Status: ros.CreateComplete},
			{Change: second, Faults: soldOut, Status: ros.RollbackComplete},
			{Change: second, Status: ros.UpdateComplete},
			{Change: third, Status: ros.UpdateComplete},
			{Change: remove, Status: ros.DeleteComplete},
		},
		Cloud: &providertest.Options{Latency: providertest.Realistic, AccountID: account},
		Connect: func(t *testing.T, cloud *providertest.Cloud) provider.Provider {
			p, _ := dial(t, cloud)
			return p
		},
	}
	if os.Getenv("BIANPAI_LONG") != "1" {
		cfg.Limit = 12
	}
	report := providertest.CrashEverywhere(t, cfg)
	t.Log(report)
	cfg.Again = true
	if cfg.Limit = 100; os.Getenv("BIANPAI_LONG") != "1" {
		cfg.Limit = 5
	}
	again := providertest.CrashEverywhere(t, cfg)
	t.Log("crashed twice:", again)
	if report.Settled+again.Settled > 0 {
		t.Error("all that the shop is made of can be looked up, and a person was asked")
	}
}
