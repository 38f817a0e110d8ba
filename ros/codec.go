package ros

import "github.com/bianpai/bianpai/internal/core"

// unknownFact is a record of a kind that this release does not know.
type unknownFact struct{}

// codec turns the facts of a stack into records and back.
var codec = core.NewFacts("ros", func() core.Event { return &unknownFact{} }, map[string]func() core.Event{
	"plan":         func() core.Event { return &planPiece{} },
	"snapshot":     func() core.Event { return &snapshotPiece{} },
	"snapshot-end": func() core.Event { return &snapshotTaken{} },
	"run":          func() core.Event { return &runStarted{} },
	"phase":        func() core.Event { return &phaseEntered{} },
	"start":        func() core.Event { return &stepStarted{} },
	"progress":     func() core.Event { return &stepProgressed{} },
	"retry":        func() core.Event { return &stepRetried{} },
	"escalate":     func() core.Event { return &stepEscalated{} },
	"done":         func() core.Event { return &stepDone{} },
	"fail":         func() core.Event { return &stepFailed{} },
	"doubt":        func() core.Event { return &stepDoubted{} },
	"settle":       func() core.Event { return &stepSettled{} },
	"stop":         func() core.Event { return &stopAsked{} },
	"end":          func() core.Event { return &runEnded{} },
})
