package rule_test

import (
	"slices"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// conditionCodes are those of the rules about conditions.
var conditionCodes = []diag.Code{
	"parameters-refused", "reference-absent", "reference-conditional", "condition-constant", "resource-never-created",
	"branch-unreachable", "rule-never-applies", "default-refused", "conditions-undecided",
}

// seenConditions are the findings about conditions in the corpus, each with the
// reason why it is true.
var seenConditions = map[string]string{
	"conditions-undecided HasEip1, HasEip2, HasEip3, EipAssociation1, EipAssociation2, …": "a data source decides, by way of Eval locals",
	"condition-constant IsPrepayRedis false":                                              "the parameter that it reads allows PostPaid only",
	"condition-constant IsRedis true":                                                     "the parameter that it reads allows PostPaid only",
	"resource-never-created RedisPrepayInstance":                                          "it exists if IsPrepayRedis",
}

// TestCorpusConditions goes through all findings about conditions: those of the
// list are there, and no others.
func TestCorpusConditions(t *testing.T) {
	found := map[string]bool{}
	uses, branches := 0, 0
	corpus.Walk(t, "ros", func(path string, src []byte) {
		tmpl, _ := template.Parse(path, src, nil)
		c := template.NewConditions(tmpl)
		uses += len(c.Uses())
		branches += len(c.Branches())
		for _, d := range rule.Check(tmpl, nil) {
			if !slices.Contains(conditionCodes, d.Code) {
				continue
			}
			what := string(d.Code)
			for _, arg := range d.Args {
				what += " " + arg
			}
			found[what] = true
			if seenConditions[what] == "" {
				t.Errorf("not looked at: %s %s (%s)", path, what, d.Path)
			}
		}
	})
	for what := range seenConditions {
		if !found[what] {
			t.Errorf("not found any more: %s", what)
		}
	}
	t.Logf("%d references to conditional resources not guarded by the resource's own condition, %d branches", uses, branches)
	if uses < 30 || branches < 200 {
		t.Errorf("the walk sees too little: %d uses, %d branches", uses, branches)
	}
}
