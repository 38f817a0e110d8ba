package oos

import (
	"errors"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// call is a task that calls an API of its name.
func apiTask(name, more string) string {
	return "- Name: " + name + "\n  Action: ACS::ExecuteAPI\n  Properties:\n    Service: ECS\n    API: Do" + name + "\n" + more
}

func TestFlow(t *testing.T) {
	for _, test := range []struct {
		name, tasks string
		fail        string // the API that fails
		status      Status
		tasksAre    string
	}{
		{"in order", apiTask("A", "") + apiTask("B", ""), "", Success, "A=Success B=Success"},
		{"a failure ends it", apiTask("A", "") + apiTask("B", ""), "DoA", Failed, "A=Failed"},
		{"handled, and yet failed", apiTask("A", "  OnError: C\n") + apiTask("B", "") + apiTask("C", ""), "DoA", Failed, "A=Failed C=Success"},
		{"not critical", apiTask("A", "  OnError: C\n  IsCritical: false\n") + apiTask("B", "") + apiTask("C", ""), "DoA", Success, "A=Failed C=Success"},
		{"a skipped task has no OnSuccess", apiTask("A", "") + apiTask("B", "  When: {'Fn::Equals': [1, 2]}\n  OnSuccess: ACS::END\n") + apiTask("C", ""), "", Success, "A=Success B=Skipped C=Success"},
		{"jump over", apiTask("A", "  OnSuccess: C\n") + apiTask("B", "") + apiTask("C", ""), "", Success, "A=Success C=Success"},
		{"end early", apiTask("A", "  OnSuccess: ACS::END\n") + apiTask("B", ""), "", Success, "A=Success"},
		{"next on error", apiTask("A", "  OnError: ACS::NEXT\n") + apiTask("B", ""), "DoA", Failed, "A=Failed B=Success"},
		{"choice, none true", "- Name: P\n  Action: ACS::Choice\n  Properties:\n    DefaultTask: B\n    Choices:\n    - When: {'Fn::Equals': [a, b]}\n      NextTask: A\n" + apiTask("A", "") + apiTask("B", ""), "", Success, "P=Success B=Success"},
		{"choice, first true", "- Name: P\n  Action: ACS::Choice\n  Properties:\n    DefaultTask: B\n    Choices:\n    - When: {'Fn::Equals': [a, a]}\n      NextTask: ACS::END\n" + apiTask("A", "") + apiTask("B", ""), "", Success, "P=Success"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCloud()
			c.on(test.fail, func(*provider.Call, map[string]any) (any, error) { return nil, refuse("No") })
			e := engineOn(t, c, nil)
			x := start(t, e, &Start{Template: runbookOf(t, test.tasks)})
			_, err := x.Wait(t.Context())
			if _, failed := errors.AsType[*FailedError](err); failed != (test.status == Failed) || err != nil && !failed {
				t.Errorf("ended with %v, want %s", err, test.status)
			}
			if got := statuses(t, e, x.ID()); got != test.tasksAre {
				t.Errorf("tasks are %s, want %s\n%s", got, test.tasksAre, dump(e.store, x.ID()))
			}
		})
	}
}
