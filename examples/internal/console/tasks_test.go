package console

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/oos"
)

// TestTasksStandInPlace: on a terminal the tasks stand where they are.
func TestTasksStandInPlace(t *testing.T) {
	tmpl, err := oos.Parse("update.yml", []byte(`
FormatVersion: OOS-2019-06-01
Tasks:
- {Name: launch, Action: ACS::Sleep, Description: An instance, Properties: {Duration: 1S}}
- {Name: update, Action: ACS::Sleep, Description: Commands, Properties: {Duration: 1S}}
- {Name: ask, Action: ACS::Sleep, Description: A person, Properties: {Duration: 1S}}
`))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	d := (&Terminal{Writer: &out, Live: true}).NewTaskDisplay(tmpl)
	for _, ev := range []oos.Event{
		{Kind: oos.TaskEvent, TaskName: "launch", TaskExecutionID: "exec-1.t0010", Status: oos.Running, At: time.Now()},
		{Kind: oos.TaskEvent, TaskName: "launch", TaskExecutionID: "exec-1.t0010", Status: oos.Success, At: time.Now().Add(time.Second)},
		{Kind: oos.TaskEvent, TaskName: "update", TaskExecutionID: "exec-1.t0020", Status: oos.Running, At: time.Now()},
		{Kind: oos.ItemEvent, TaskName: "update", TaskExecutionID: "exec-1.t0020.1", Status: oos.Success, Done: 1, Items: 3, At: time.Now()},
		{Kind: oos.TaskEvent, TaskName: "ask", TaskExecutionID: "exec-1.t0030.0.t0010", Status: oos.Waiting},
	} {
		d.Show(&ev)
	}
	d.Text("a question?")
	d.Redraw()
	last := out.String()[strings.Index(out.String(), "a question?"):]
	if !strings.Contains(last, "✓ launch: ") || !strings.Contains(last, "  1.0s\x1b[K\n") || !strings.Contains(last, "(1 of 3)") || strings.Contains(last, "\x1b[6A") {
		t.Errorf("%q", last)
	}
}
