package template_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/template"
)

// hardTemplates ask more than can be answered: each within its budget.
func hardTemplates() map[string]string {
	const conditions, parameters = 200, 50
	head := func(declared string) *strings.Builder {
		b := &strings.Builder{}
		b.WriteString("ROSTemplateFormatVersion: '2015-09-01'\nParameters:\n")
		for i := range parameters {
			fmt.Fprintf(b, "  P%d: %s\n", i, declared)
		}
		b.WriteString("Conditions:\n")
		return b
	}
	tail := func(b *strings.Builder) string {
		b.WriteString("Resources:\n")
		for i := range conditions {
			fmt.Fprintf(b, "  R%d: {Type: 'ALIYUN::ECS::VPC', Condition: C%d, Properties: {VpcName: {Fn::If: [C%d, {Ref: R%d}, {Ref: R%d}]}}}\n",
				i, i, (i*7+3)%conditions, (i*11+5)%conditions, (i*13+1)%conditions)
		}
		return b.String()
	}
	all := map[string]string{}

	// Each condition is a clause of three, at the ratio where such formulas are
	// hardest; the last ones join them.
	b := head("{Type: Boolean}")
	for i := range conditions {
		literal := func(k int) string {
			e := fmt.Sprintf("{Fn::Equals: [{Ref: P%d}, true]}", (i*k*17+k*k*5+i/3)%parameters)
			if (i*k)%3 == 1 {
				return "{Fn::Not: " + e + "}"
			}
			return e
		}
		if i < conditions-4 {
			fmt.Fprintf(b, "  C%d: {Fn::Or: [%s, %s, %s]}\n", i, literal(1), literal(2), literal(3))
			continue
		}
		var names []string
		for j := range conditions - 4 {
			names = append(names, fmt.Sprintf("C%d", j))
		}
		fmt.Fprintf(b, "  C%d: {Fn::And: [%s]}\n", i, strings.Join(names, ", "))
	}
	all["clauses"] = tail(b)

	// More pigeons than holes: there is no short proof that it cannot be.
	b = head("{Type: String, AllowedValues: [a, b, c, d, e, f, g, h]}")
	for i := range conditions - 1 {
		x, y := i%9, (i/9)%9
		fmt.Fprintf(b, "  C%d: {Fn::Not: {Fn::Equals: [{Ref: P%d}, {Ref: P%d}]}}\n", i, x, (x+y+1)%50)
	}
	var distinct []string
	for x := range 9 {
		for y := range x {
			distinct = append(distinct, fmt.Sprintf("{Fn::Not: {Fn::Equals: [{Ref: P%d}, {Ref: P%d}]}}", x, y))
		}
	}
	fmt.Fprintf(b, "  C%d: {Fn::And: [%s]}\n", conditions-1, strings.Join(distinct, ", "))
	all["pigeons"] = tail(b)

	// A chain: each condition holds the one before it twice.
	b = head("{Type: String}")
	b.WriteString("  C0: {Fn::Equals: [{Ref: P0}, x]}\n")
	for i := 1; i < conditions; i++ {
		fmt.Fprintf(b, "  C%d: {Fn::Or: [{Fn::And: [C%d, {Fn::Equals: [{Ref: P%d}, v%d]}]}, {Fn::Not: C%d}]}\n", i, i-1, i%parameters, i, i-1)
	}
	all["chain"] = tail(b)

	// Functions of which nothing is known, and faults that some values have.
	b = head("{Type: Json, Default: {}}")
	for i := range conditions {
		fmt.Fprintf(b, "  C%d: {Fn::And: [{Fn::Equals: [{Fn::GetJsonValue: [a, {Ref: P%d}]}, {Fn::Select: [0, [{Ref: P%d}]]}]}, {Fn::Not: {Fn::Equals: [{Ref: P%d}, {}]}}]}\n",
			i, i%parameters, (i+1)%parameters, (i+2)%parameters)
	}
	all["opaque"] = tail(b)

	// Rules that hang together.
	b = head("{Type: String, AllowedValues: [a, b, c, d]}")
	for i := range conditions {
		fmt.Fprintf(b, "  C%d: {Fn::Equals: [{Ref: P%d}, %c]}\n", i, i%parameters, 'a'+i%4)
	}
	b.WriteString("Rules:\n")
	for i := range 100 {
		fmt.Fprintf(b, "  L%d: {RuleCondition: C%d, Assertions: [{Assert: {Fn::Not: {Fn::Equals: [{Ref: P%d}, {Ref: P%d}]}}}]}\n",
			i, i, i%parameters, (i*3+1)%parameters)
	}
	all["rules"] = tail(b)
	return all
}

// askAll asks all that the rules of package rule ask.
func askAll(tmpl *template.Template) (questions, undecided int) {
	c := template.NewConditions(tmpl)
	c.Usable()
	for _, u := range c.Uses() {
		c.Dangles(u)
		questions++
	}
	for _, cond := range tmpl.Conditions {
		c.Can(template.Term{Condition: cond.Name, Holds: true})
		c.Can(template.Term{Condition: cond.Name, Holds: false})
		questions += 2
	}
	for _, r := range tmpl.Resources {
		c.Exists(r)
	}
	for _, b := range c.Branches() {
		if c.Chosen(b).Verdict == template.CannotBe {
			c.Reached(b)
		}
		questions++
	}
	for _, r := range tmpl.Rules {
		c.Passes(r)
		c.Applies(r)
		c.DefaultRefused(r)
		questions += 3
	}
	return questions, len(c.Undecided())
}

func BenchmarkConditionsHard(b *testing.B) {
	for name, text := range hardTemplates() {
		tmpl, err := template.Parse(name, []byte(text), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			var questions, undecided int
			best := time.Hour // so that a pause counts for nothing
			for b.Loop() {
				start := time.Now()
				questions, undecided = askAll(tmpl)
				best = min(best, time.Since(start))
			}
			b.ReportMetric(float64(best)/1e6, "worst-ms")
			b.ReportMetric(50, "bar:worst-ms")
			b.ReportMetric(float64(questions), "questions")
			b.ReportMetric(float64(undecided), "undecided")
		})
	}
}

// BenchmarkConditionsCorpus asks about all templates of the corpus; worst-ms is
// the one that takes longest.
func BenchmarkConditionsCorpus(b *testing.B) {
	var all []*template.Template
	corpus.Walk(b, "ros", func(path string, src []byte) {
		if tmpl, err := template.Parse(path, src, nil); err == nil && len(tmpl.Conditions)+len(tmpl.Rules) > 0 {
			all = append(all, tmpl)
		}
	})
	best := make([]time.Duration, len(all)) // of each, so that a pause counts for nothing
	for b.Loop() {
		for i, tmpl := range all {
			start := time.Now()
			askAll(tmpl)
			if took := time.Since(start); best[i] == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	b.ReportMetric(float64(slices.Max(best))/1e6, "worst-ms")
	b.ReportMetric(50, "bar:worst-ms")
	b.ReportMetric(float64(len(all)), "templates")
}
