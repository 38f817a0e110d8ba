package oos

import (
	"strings"

	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// riskyWords are the first words of calls that cannot be undone.
var riskyWords = []string{"Delete", "Remove", "Terminate", "Drop"}

// risky reports whether a task waits for a confirmation before it makes its
// calls. A loop is confirmed once.
func (m *machine) risky(e *execution, k int, at stamp) bool {
	t := e.prog.tmpl.Tasks[k]
	if m.head.SafetyCheck != ConfirmEveryHighRiskTask || t.Action != runbook.ExecuteAPI {
		return false
	}
	scope := m.at(e, at, e.item)
	named := func(key string) string {
		v, err := scope.Render(t.Properties.Get(key))
		if err != nil || v.Kind() != value.KindString {
			return ""
		}
		return v.Text()
	}
	switch risk := named("Risk"); {
	case strings.EqualFold(risk, "High"):
		return true
	case strings.EqualFold(risk, "Normal"):
		return false
	}
	return m.set.risky(named("Service"), named("API"))
}

// riskyByName is the service's own rule.
func riskyByName(_, api string) bool {
	for _, word := range riskyWords {
		if len(api) >= len(word) && strings.EqualFold(api[:len(word)], word) {
			return true
		}
	}
	return false
}
