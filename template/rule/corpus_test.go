package rule_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// checkedCodes are those of the checks of resources against their types.
var checkedCodes = []diag.Code{
	"unknown-type", "type-needs-transform", "unknown-property", "missing-property", "deprecated-property", "wrong-type",
	"value-not-listed", "value-out-of-range", "length-out-of-range", "pattern-mismatch", "unknown-attribute",
}

// realFaults are the errors that are reported in the corpus, each with the
// reason why it is one.
var realFaults = map[string]string{
	"unknown-property VPCId ALIYUN::RDS::DBInstance":                      "names have a case: VpcId",
	"unknown-property functionArgs ALIYUN::CDN::DomainConfig":             "names begin with a capital: FunctionArgs, which is required",
	"unknown-property functionName ALIYUN::CDN::DomainConfig":             "names begin with a capital: FunctionName, which is required",
	"unknown-property fcRegionId ALIYUN::ApiGateway::Api":                 "names begin with a capital: FcRegionId",
	"unknown-property functionName ALIYUN::ApiGateway::Api":               "names begin with a capital: FunctionName",
	"unknown-property roleArn ALIYUN::ApiGateway::Api":                    "names begin with a capital: RoleArn",
	"unknown-property serviceName ALIYUN::ApiGateway::Api":                "names begin with a capital: ServiceName",
	"unknown-property qualifier ALIYUN::ApiGateway::Api":                  "names begin with a capital: Qualifier",
	"missing-property CommodityCode ALIYUN::RDS::PrepayDBInstance":        "required and not given",
	"missing-property Enable ALIYUN::SLS::Index":                          "required and not given",
	"unknown-attribute CreateDate ALIYUN::ResourceManager::ResourceGroup": "no source of any year has it",
	"unknown-attribute OrderId ALIYUN::ECS::PrepayInstanceGroupClone":     "no source of any year has it",
	"unknown-reference Enable CDT":                                        "no parameter of this name",
	"unknown-reference RegionId":                                          "neither a parameter nor a variable of the text; ALIYUN::Region is meant",
	"unknown-resource ConsumerGroup":                                      "outputs read a resource that the template does not have",
	"unknown-resource NatGateway":                                         "outputs read a resource that the template does not have",
	"cidr-malformed DestinationCidrBlock":                                 "172.16.XX.XX/24: letters that a reader is to replace",
	"parameter-not-map AllowedPattern":                                    "indented one step too little, so that it is no attribute but a parameter",
	"parameter-type-missing ConstraintDescription":                        "indented one step too little, so that it is no attribute but a parameter",
}

// fault names an error by code, what is at fault, and the type if there is one.
func fault(d diag.Diagnostic) string {
	name := string(d.Code) + " " + d.Args[0]
	switch d.Code {
	case "unknown-property", "missing-property":
		name += " " + d.Args[1]
	case "unknown-attribute":
		name += " " + d.Args[2]
	}
	return name
}

// TestCorpusLints holds the errors of all rules against what a person found of
// each.
func TestCorpusLints(t *testing.T) {
	types := schema.Default()
	counts := map[string]int{}
	templates := 0
	corpus.Walk(t, "ros", func(path string, src []byte) {
		if kind := template.Detect(src); kind != template.Stack && kind != template.Terraform {
			return
		}
		tmpl, _ := template.Parse(path, src, nil)
		templates++
		for _, d := range rule.Check(tmpl, &rule.Options{Types: types}) {
			counts[d.Severity.String()+" "+string(d.Code)]++
			if d.Severity == diag.Error && realFaults[fault(d)] == "" {
				t.Errorf("not known to be a fault: %s", strings.TrimSpace(diag.List{d}.Err().Error()))
			}
		}
	})
	t.Logf("%d templates", templates)
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%5d %s", counts[what], what)
	}
}

// BenchmarkCorpusLint compares reading and checking all templates of the corpus,
// with all built-in rules, with the node decode of the same bytes by yaml.v3: it
// is to take at most 2.5 times that.
func BenchmarkCorpusLint(b *testing.B) {
	var sources [][]byte
	size := 0
	corpus.Walk(b, "ros", func(_ string, src []byte) {
		if template.Detect(src) == template.Stack {
			sources = append(sources, src)
			size += len(src)
		}
	})
	types := schema.Default()
	floor := perRun(3, func() {
		for _, src := range sources {
			var n yaml.Node
			if err := yaml.Unmarshal(src, &n); err != nil {
				b.Fatal(err)
			}
		}
	})
	parsed := make([]*template.Template, len(sources))
	for i, src := range sources {
		parsed[i], _ = template.Parse("", src, nil)
	}
	checks := perRun(3, func() {
		for _, tmpl := range parsed {
			rule.Check(tmpl, &rule.Options{Types: types})
		}
	})
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, src := range sources {
			tmpl, _ := template.Parse("", src, nil)
			rule.Check(tmpl, &rule.Options{Types: types})
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(floor), "x-decode")
	b.ReportMetric(2.5, "bar:x-decode")
	b.ReportMetric(float64(checks)/float64(floor), "checks-x-decode")
}

// perRun is the least time that a run takes.
func perRun(runs int, f func()) time.Duration {
	least := time.Duration(1 << 62)
	for range runs {
		start := time.Now()
		f()
		least = min(least, time.Since(start))
	}
	return least
}
