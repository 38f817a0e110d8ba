package providertest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// inMemory opens an in-memory cloud as a provider of its own. Its answers lose
// nothing but what the check loses.
func inMemory(t *testing.T) *providertest.ConformanceSubject {
	cloud := providertest.New(t, &providertest.Options{Latency: providertest.Realistic})
	return &providertest.ConformanceSubject{
		Provider: cloud,
		Count:    func() int { return len(cloud.Resources()) },
		Fault: func(f providertest.ConformanceFault) {
			cloud.Heal()
			switch f {
			case providertest.FaultThrottled:
				cloud.Inject(providertest.On("", "").Times(1), providertest.Throttle())
			case providertest.FaultDenied:
				cloud.Inject(providertest.On("", "").Times(1), providertest.Fail(&provider.Error{Kind: provider.Denied, Code: "Forbidden.RAM"}))
			case providertest.FaultLost:
				for _, verb := range []string{"Create", "Update", "Delete"} {
					cloud.Inject(providertest.On(verb, "").Times(1), providertest.FailAfterEffect(&provider.Error{Kind: provider.Transient, Code: "Lost"}))
				}
			}
		},
	}
}

func TestConformanceOfCloud(t *testing.T) {
	report := providertest.Conformance(t, &providertest.ConformanceConfig{Open: inMemory})
	t.Logf("%d types\n%s", len(report.Proven()), report)
}

// TestFixturesAreValid holds the fixtures against the catalogue.
func TestFixturesAreValid(t *testing.T) {
	names, err := filepath.Glob("conformance/*.yml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tmpl, err := template.Parse(name, src, nil)
		if err == nil {
			err = rule.Check(tmpl, &rule.Options{Types: schema.Default()}).Err()
		}
		if err != nil {
			t.Error(err)
		}
	}
}
