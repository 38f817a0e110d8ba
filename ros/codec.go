package ros

import (
	"encoding/json"
	"fmt"

	"github.com/bianpai/bianpai/internal/core"
)

// codec turns the facts of a stack into records and back. The kinds are a
// format: they are added to, never changed.
type codec struct{}

// unknownFact is a record of a kind that this release does not know.
type unknownFact struct{}

func (codec) Encode(ev core.Event) (core.Record, error) {
	switch f := ev.(type) {
	case *planPiece:
		return core.Record{Kind: "plan", Data: f.data}, nil
	case *snapshotPiece:
		return core.Record{Kind: "snapshot", Data: f.data}, nil
	case *snapshotTaken:
		return core.Record{Kind: "snapshot-end"}, nil
	}
	kind := factKind(ev)
	if kind == "" {
		return core.Record{}, fmt.Errorf("ros: no record kind for %T", ev)
	}
	data, err := json.Marshal(ev)
	return core.Record{Kind: kind, Data: data}, err
}

func (codec) Decode(rec core.Record) (core.Event, error) {
	switch rec.Kind {
	case "plan":
		return &planPiece{rec.Data}, nil
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
		return nil, fmt.Errorf("ros: record of kind %q: %w", rec.Kind, err)
	}
	return ev, nil
}

func factKind(ev core.Event) string {
	switch ev.(type) {
	case *runStarted:
		return "run"
	case *phaseEntered:
		return "phase"
	case *stepStarted:
		return "start"
	case *stepProgressed:
		return "progress"
	case *stepRetried:
		return "retry"
	case *stepEscalated:
		return "escalate"
	case *stepDone:
		return "done"
	case *stepFailed:
		return "fail"
	case *stepDoubted:
		return "doubt"
	case *stepSettled:
		return "settle"
	case *stopAsked:
		return "stop"
	case *runEnded:
		return "end"
	}
	return ""
}

func newFact(kind string) core.Event {
	switch kind {
	case "run":
		return &runStarted{}
	case "phase":
		return &phaseEntered{}
	case "start":
		return &stepStarted{}
	case "progress":
		return &stepProgressed{}
	case "retry":
		return &stepRetried{}
	case "escalate":
		return &stepEscalated{}
	case "done":
		return &stepDone{}
	case "fail":
		return &stepFailed{}
	case "doubt":
		return &stepDoubted{}
	case "settle":
		return &stepSettled{}
	case "stop":
		return &stopAsked{}
	case "end":
		return &runEnded{}
	}
	return nil
}
