package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/bianpai/bianpai/providertest"
)

// printer prints reports and counts them.
type printer struct {
	stdout, stderr io.Writer
	verbose, json  bool

	passed, failed, skipped int
	reports                 []*providertest.Simulation // for -json
	err                     error
}

// print prints a report: its line, and the steps if asked.
func (p *printer) print(r *providertest.Simulation) {
	if r.Reason == notTemplate {
		if p.verbose {
			fmt.Fprintf(p.stderr, "%s: %s\n", r.Template, r.Reason)
		}
		return
	}
	var line string
	switch r.Verdict {
	case providertest.Passed:
		p.passed++
		line = fmt.Sprintf("pass  %s: resources: %d%s", r.Template, r.Resources, leftOut(r))
		if r.Runbook {
			line = fmt.Sprintf("pass  %s: tasks: %d%s", r.Template, r.Tasks, notSimulated(r))
		}
	case providertest.Failed:
		p.failed++
		line = fmt.Sprintf("FAIL  %s: %s: %s", r.Template, r.Failure.Step, oneLine(r.Failure.Text)+notSimulated(r))
	case providertest.Skipped:
		p.skipped++
		line = fmt.Sprintf("skip  %s: %s", r.Template, r.Reason)
	}
	if p.json {
		p.reports = append(p.reports, r)
		return
	}
	p.printf("%s\n", line)
	if p.verbose {
		for _, s := range r.Steps {
			p.printf("      %-15s %-6s %7s  %s\n", s.Name, s.Status, s.Took.Round(100*time.Microsecond), oneLine(s.Detail))
		}
	}
}

// leftOut names the steps that a template does not allow.
func leftOut(r *providertest.Simulation) string {
	var names []string
	for _, s := range r.Steps {
		if s.Status == providertest.StepNotApplicable {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (n/a: " + strings.Join(names, ", ") + ")"
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " | ") }

func (p *printer) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(p.stdout, format, args...); p.err == nil {
		p.err = err
	}
}

// finish prints the counts, and the array of -json before them.
func (p *printer) finish() error {
	counts := fmt.Sprintf("%d templates: %d passed, %d failed, %d skipped\n", p.passed+p.failed+p.skipped, p.passed, p.failed, p.skipped)
	if !p.json {
		p.printf("%s", counts)
		return p.err
	}
	enc := json.NewEncoder(p.stdout)
	enc.SetIndent("", "  ")
	if p.reports == nil {
		p.reports = []*providertest.Simulation{}
	}
	if err := enc.Encode(p.reports); err != nil {
		return err
	}
	_, err := io.WriteString(p.stderr, counts)
	return err
}
