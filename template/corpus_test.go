package template_test

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/template"
)

func TestCorpusParses(t *testing.T) {
	kinds := map[template.Kind]int{}
	faulty, warnings := 0, map[diag.Code]int{}
	corpus.Walk(t, "ros", func(path string, src []byte) {
		kind := template.Detect(src)
		kinds[kind]++
		if kind != template.Stack && kind != template.Terraform {
			return
		}
		tmpl, err := template.Parse(path, src, nil)
		for _, d := range tmpl.Diagnostics() {
			if d.Severity == diag.Error {
				t.Logf("%s", strings.TrimSpace(diag.List{d}.Err().Error()))
			} else {
				warnings[d.Code]++
			}
		}
		if err != nil {
			faulty++
		}
	})
	t.Logf("kinds %v, %d with errors; warnings %v", kinds, faulty, warnings)
}
