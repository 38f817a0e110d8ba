package template_test

import (
	"testing"

	"github.com/bianpai/bianpai/template"
)

// FuzzConditions asks all questions about any text: none panics, and the same
// text has the same answers.
func FuzzConditions(f *testing.F) {
	f.Add(conditionsTemplate)
	for _, text := range hardTemplates() {
		f.Add(text)
	}
	f.Add("ROSTemplateFormatVersion: '2015-09-01'\nConditions: {A: {Fn::Not: B}, B: {Fn::Not: A}}\nRules: {R: {Assertions: [{Assert: A}]}}\n")
	f.Add("ROSTemplateFormatVersion: '2015-09-01'\nLocals: {L: {Value: {Ref: M}}, M: {Value: {Ref: L}}}\nConditions: {A: {Ref: L}}\n")
	f.Add("ROSTemplateFormatVersion: '2015-09-01'\nConditions: {A: true}\nResources: {X: {Type: T, Count: {Fn::If: [A, 1, -1]}, Properties: {P: {Fn::If: [[A], {Ref: X}, {Fn::Sub: []}]}}}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 50_000 {
			return
		}
		tmpl, _ := template.Parse("x.yml", []byte(text), nil)
		n, undecided := askAll(tmpl)
		if again, open := askAll(tmpl); again != n || open != undecided {
			t.Errorf("%d questions, %d not decided; again %d, %d", n, undecided, again, open)
		}
	})
}
