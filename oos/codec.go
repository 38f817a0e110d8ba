package oos

import "github.com/bianpai/bianpai/internal/core"

// unknownFact is a record of a kind that this release does not know.
type unknownFact struct{}

// codec turns the facts of an execution into records and back.
var codec = core.NewFacts("oos", func() core.Event { return &unknownFact{} }, map[string]func() core.Event{
	"piece":        func() core.Event { return &piece{} },
	"snapshot":     func() core.Event { return &snapshotPiece{} },
	"snapshot-end": func() core.Event { return &snapshotTaken{} },
	"template":     func() core.Event { return &templateLoaded{} },
	"begin":        func() core.Event { return &executionBegan{} },
	"end":          func() core.Event { return &executionEnded{} },
	"start":        func() core.Event { return &unitStarted{} },
	"done":         func() core.Event { return &unitDone{} },
	"fail":         func() core.Event { return &unitFailed{} },
	"retry":        func() core.Event { return &unitRetried{} },
	"doubt":        func() core.Event { return &unitDoubted{} },
	"settle":       func() core.Event { return &unitSettled{} },
	"approve":      func() core.Event { return &unitApproved{} },
	"notice":       func() core.Event { return &noticeSent{} },
	"skip":         func() core.Event { return &taskSkipped{} },
	"choice":       func() core.Event { return &choiceMade{} },
	"loop":         func() core.Event { return &loopStarted{} },
	"pause":        func() core.Event { return &loopPaused{} },
	"batch":        func() core.Event { return &batchEntered{} },
	"loop-end":     func() core.Event { return &loopEnded{} },
	"hold":         func() core.Event { return &held{} },
	"release":      func() core.Event { return &released{} },
	"choose":       func() core.Event { return &taskChosen{} },
	"cancel":       func() core.Event { return &cancelAsked{} },
	"schedule":     func() core.Event { return &triggerScheduled{} },
	"fire":         func() core.Event { return &triggerFired{} },
	"fired":        func() core.Event { return &firingEnded{} },
})
