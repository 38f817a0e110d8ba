package rule_test

import (
	"slices"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// conditionCodes are those of the rules about conditions.
var conditionCodes = []diag.Code{
	"parameters-refused", "reference-absent", "reference-conditional", "condition-constant", "resource-never-created",
	"branch-unreachable", "rule-never-applies", "default-refused", "conditions-undecided",
}

func TestCorpusConditions(t *testing.T) {
	eachTemplate(t, func(path string, src []byte) {
		tmpl, _ := template.Parse(path, src, nil)
		for _, d := range rule.Check(tmpl, nil) {
			if slices.Contains(conditionCodes, d.Code) {
				t.Logf("%s %s %s %s: %s", path, d.Severity, d.Code, d.Path, d.Message)
			}
		}
	})
}
