package runbook

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestParsingIsLinear checks that texts of many faults, or of much of one thing,
// take time in proportion to their size. The bound is generous: what is
// quadratic takes minutes.
func TestParsingIsLinear(t *testing.T) {
	const n = 4000
	lines := func(head, format string) string {
		var b strings.Builder
		b.WriteString("FormatVersion: OOS-2019-06-01\n" + head)
		for i := range n {
			fmt.Fprintf(&b, format, i, i)
		}
		return b.String()
	}
	for name, src := range map[string]string{
		"later references": lines("Tasks:\n", "- {Name: t%d, Action: ACS::ExecuteAPI, Properties: {Service: a, API: '{{ t3999.o%d }}'}}\n"),
		"backward jumps":   lines("Tasks:\n", "- {Name: t%d, Action: ACS::ExecuteAPI, OnError: t0, Properties: {Service: a, API: 'b%d'}}\n"),
		"unknown targets":  lines("Tasks:\n", "- {Name: t%d, Action: ACS::Pause, OnError: nosuch%d}\n"),
		"outputs":          lines("Tasks:\n- Name: t\n  Action: ACS::ExecuteAPI\n  Properties: {Service: a, API: b}\n  Outputs:\n", "    o%d: {ValueSelector: A%d}\n"),
		"conditions":       lines("Tasks: [{Name: t, Action: ACS::Pause}]\nConditions:\n", "  c%d: {Fn::Not: c%d}\n"),
		"defaults":         lines("Tasks: [{Name: t, Action: ACS::Pause}]\nParameters:\n", "  p%d: {Default: '{{ p%d }}'}\n"),
		"store":            lines("Tasks: [{Name: t, Action: ACS::Pause}]\nParameters:\n", "  p%d: {Default: '{{ oos:p%d }}'}\n"),
		"one long text":    "FormatVersion: OOS-2019-06-01\nTasks: [{Name: t, Action: ACS::ExecuteAPI, Properties: {Service: a, API: '" + strings.Repeat("{{ x }} ", 20*n) + "'}}]",
		"closed at last":   "FormatVersion: OOS-2019-06-01\nTasks: [{Name: t, Action: ACS::ExecuteAPI, Properties: {Service: a, API: '" + strings.Repeat("{{ { ", 20*n) + "}}'}}]",
		"open braces":      "FormatVersion: OOS-2019-06-01\nTasks: [{Name: t, Action: ACS::ExecuteAPI, Properties: {Service: a, API: '" + strings.Repeat("{{ { ", 20*n) + "'}}]",
	} {
		start := time.Now()
		parsed, _ := Parse("big", []byte(src), nil)
		parsed.Validate(nil)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v, %d findings", name, took, len(parsed.Diagnostics()))
		}
	}
}
