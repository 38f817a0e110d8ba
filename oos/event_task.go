package oos

import (
	"strconv"

	"github.com/bianpai/bianpai/internal/core"
)

// taskEvent gives the event that a fact about a task is.
func (p *projector) taskEvent(fact core.Event) (Event, bool) {
	m := p.m
	x, k, ok := placeOf(fact)
	e := m.execs[x]
	if !ok || e == nil || k < 0 || int(k) >= len(e.tasks) {
		return Event{}, false
	}
	t := e.prog.tmpl.Tasks[k]
	ev := Event{Kind: TaskEvent, ExecutionID: m.id(x), TaskExecutionID: m.id(taskPath(x, int(k))), TaskName: t.Name, TaskAction: t.Action}
	of := "task " + t.Name
	if l := e.tasks[k].loop; l != nil {
		ev.Done, ev.Items = l.done+l.failed, l.items.Len()
	}
	item := func(number int32) {
		if number > 0 {
			ev.Kind = ItemEvent
			ev.TaskExecutionID += "." + strconv.Itoa(int(number))
			of += " item " + strconv.Itoa(int(number))
		}
	}
	switch f := fact.(type) {
	case *unitStarted:
		item(f.I)
		ev.Status, ev.Message = Running, of+" started"
		if ev.Waiting = f.Wait; f.Wait != "" {
			ev.Status, ev.Message = Waiting, of+" waits: "+string(f.Wait)
		}
	case *unitDone:
		item(f.I)
		ev.Status, ev.Message = Success, of+" completed"
	case *unitFailed:
		item(f.I)
		ev.Status, ev.Code, ev.RequestID = Failed, f.Err.Code, f.Err.RequestID
		if ev.Message = of + " failed: " + f.Err.Error(); f.Cancelled {
			ev.Status, ev.Message = Cancelled, of+" cancelled: "+f.Err.Message
		}
	case *unitRetried:
		item(f.I)
		ev.Kind, ev.Status, ev.Attempt, ev.Code, ev.RequestID = RetryEvent, Running, f.Attempt, f.Err.Code, f.Err.RequestID
		ev.Message = of + " is tried again: " + f.Err.Error()
	case *unitDoubted:
		item(f.I)
		ev.Kind, ev.Status, ev.Waiting, ev.Code, ev.RequestID = DoubtEvent, Waiting, WaitInDoubt, f.Err.Code, f.Err.RequestID
		ev.Message = of + " is in doubt: " + f.Err.Error()
	case *unitSettled:
		item(f.I)
		ev.Status, ev.Message = Running, of+" had no effect and is done again"
	default:
		return p.flowEvent(ev, of, fact)
	}
	return ev, true
}

// flowEvent gives the events of what is about a task as a whole.
func (p *projector) flowEvent(ev Event, of string, fact core.Event) (Event, bool) {
	switch f := fact.(type) {
	case *taskSkipped:
		ev.Status, ev.Message = Skipped, of+" skipped"
	case *choiceMade:
		ev.Status, ev.Message = Success, of+" chose "+f.Next
	case *loopStarted:
		ev.Status, ev.Message = Running, of+" started with "+strconv.Itoa(f.N)+" items"
	case *loopPaused:
		ev.Status, ev.Waiting, ev.Message = Waiting, WaitBatch, of+" waits after batch "+strconv.Itoa(f.Batch+1)
	case *batchEntered:
		ev.Status, ev.Message = Running, of+" goes on with batch "+strconv.Itoa(f.Batch+1)
	case *loopEnded:
		ev.Status, ev.Message = f.Status, of+" ended: "+string(f.Status)
		if f.Message != "" {
			ev.Message += ": " + f.Message
		}
	case *held:
		ev.Status, ev.Waiting, ev.Message = Waiting, f.Wait, of+" waits: "+string(f.Wait)
	case *released:
		ev.Status, ev.Message = Running, of+" was confirmed"+by(f.By)
	case *unitApproved:
		ev.Status, ev.Message = Waiting, of+" was approved"+by(f.By)
	case *taskChosen:
		if ev.Status, ev.Message = Running, of+" is to run"; f.Again {
			ev.Message += " again"
		}
	case *noticeSent:
		if f.Err == nil {
			return ev, false
		}
		ev.Kind, ev.Message = NoticeEvent, of+" could not send its message: "+f.Err.Error()
	default:
		return ev, false
	}
	return ev, true
}

func by(name string) string {
	if name == "" {
		return ""
	}
	return " by " + name
}
