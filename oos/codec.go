package oos

import (
	"encoding/json"
	"fmt"

	"github.com/bianpai/bianpai/internal/core"
)

// codec turns the facts of an execution into records and back. The kinds are a
// format: they are added to, never changed.
type codec struct{}

// Encode writes a fact; those of which a loop has one or more for each item are
// written by hand.
func (codec) Encode(ev core.Event) (core.Record, error) {
	switch f := ev.(type) {
	case *piece:
		return core.Record{Kind: "piece", Data: f.data}, nil
	case *snapshotPiece:
		return core.Record{Kind: "snapshot", Data: f.data}, nil
	case *snapshotTaken:
		return core.Record{Kind: "snapshot-end"}, nil
	case *unitStarted:
		return core.Record{Kind: "start", Data: f.append(nil)}, nil
	case *unitDone:
		return core.Record{Kind: "done", Data: f.append(nil)}, nil
	}
	kind := factKind(ev)
	if kind == "" {
		return core.Record{}, fmt.Errorf("oos: no record kind for %T", ev)
	}
	data, err := json.Marshal(ev)
	return core.Record{Kind: kind, Data: data}, err
}

// Decode reads a record of any kind that any release has written.
func (codec) Decode(rec core.Record) (core.Event, error) {
	switch rec.Kind {
	case "piece":
		return &piece{rec.Data}, nil
	case "snapshot":
		return &snapshotPiece{rec.Data}, nil
	case "snapshot-end":
		return &snapshotTaken{}, nil
	}
	ev := newFact(rec.Kind)
	if ev == nil {
		return &unknownFact{}, nil
	}
	if err := json.Unmarshal(rec.Data, ev); err != nil {
		return nil, fmt.Errorf("oos: record of kind %q: %w", rec.Kind, err)
	}
	return ev, nil
}

func factKind(ev core.Event) string {
	switch ev.(type) {
	case *templateLoaded:
		return "template"
	case *executionBegan:
		return "begin"
	case *executionEnded:
		return "end"
	case *unitStarted:
		return "start"
	case *unitDone:
		return "done"
	case *unitFailed:
		return "fail"
	case *unitRetried:
		return "retry"
	case *unitDoubted:
		return "doubt"
	case *unitSettled:
		return "settle"
	case *unitApproved:
		return "approve"
	case *noticeSent:
		return "notice"
	case *taskSkipped:
		return "skip"
	case *choiceMade:
		return "choice"
	case *loopStarted:
		return "loop"
	case *loopPaused:
		return "pause"
	case *batchEntered:
		return "batch"
	case *loopEnded:
		return "loop-end"
	case *held:
		return "hold"
	case *released:
		return "release"
	case *taskChosen:
		return "choose"
	case *cancelAsked:
		return "cancel"
	case *triggerScheduled:
		return "schedule"
	case *triggerFired:
		return "fire"
	case *firingEnded:
		return "fired"
	}
	return ""
}

func newFact(kind string) core.Event {
	switch kind {
	case "template":
		return &templateLoaded{}
	case "begin":
		return &executionBegan{}
	case "end":
		return &executionEnded{}
	case "start":
		return &unitStarted{}
	case "done":
		return &unitDone{}
	case "fail":
		return &unitFailed{}
	case "retry":
		return &unitRetried{}
	case "doubt":
		return &unitDoubted{}
	case "settle":
		return &unitSettled{}
	case "approve":
		return &unitApproved{}
	case "notice":
		return &noticeSent{}
	case "skip":
		return &taskSkipped{}
	case "choice":
		return &choiceMade{}
	case "loop":
		return &loopStarted{}
	case "pause":
		return &loopPaused{}
	case "batch":
		return &batchEntered{}
	case "loop-end":
		return &loopEnded{}
	case "hold":
		return &held{}
	case "release":
		return &released{}
	case "choose":
		return &taskChosen{}
	case "cancel":
		return &cancelAsked{}
	case "schedule":
		return &triggerScheduled{}
	case "fire":
		return &triggerFired{}
	case "fired":
		return &firingEnded{}
	}
	return nil
}
