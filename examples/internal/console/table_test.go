package console

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/ros"
)

func TestTableRedrawsInPlace(t *testing.T) {
	var out bytes.Buffer
	table := newTable(&Terminal{Writer: &out, Live: true, Color: true}, 0)
	at := time.Now()
	table.Show(ros.Event{Kind: ros.StackEvent, Stack: "web", Status: ros.UpdateInProgress, At: at})
	for _, ev := range []ros.Event{
		{LogicalID: "Web", Status: ros.CreateInProgress},
		{LogicalID: "Db", Status: ros.UpdateInProgress},
		{LogicalID: "Db", Status: ros.UpdateFailed, Reason: "sold out"},
		{LogicalID: "Web", Status: ros.CreateComplete, PhysicalID: "i-new"},
		{LogicalID: "Web", Status: ros.DeleteInProgress, PhysicalID: "i-old"},
	} {
		ev.Kind, ev.At = ros.ResourceEvent, at
		table.Show(ev)
	}
	table.draw()
	table.End()
	frames := strings.Split(out.String(), "\x1b[5A") // three rows, the stack, the bar
	last := frames[len(frames)-1]
	if len(frames) < 2 || strings.Count(last, "\n") != 5 {
		t.Errorf("%d frames, the last:\n%s", len(frames), last)
	}
	for _, want := range []string{"✓", "✗", "i-new", "i-old", "sold out", "2 done of 3 begun"} {
		if !strings.Contains(last, want) {
			t.Errorf("no %q in the last frame:\n%s", want, last)
		}
	}
}

// TestBarKnowsTheTotal counts to what the plan says, where that is known.
func TestBarKnowsTheTotal(t *testing.T) {
	var out bytes.Buffer
	table := newTable(&Terminal{Writer: &out, Live: true}, 4)
	table.Show(ros.Event{Kind: ros.ResourceEvent, LogicalID: "Web", Status: ros.CreateComplete, At: time.Now()})
	table.End()
	if text := out.String(); !strings.Contains(text, "██████░") || !strings.Contains(text, "1 done of 4\x1b") {
		t.Errorf("%q", text)
	}
}
