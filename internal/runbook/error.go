package runbook

import (
	"strconv"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// Error says why something has no value. Find it with errors.AsType[*Error].
type Error struct {
	// Finding has code, words and, where there is one, the place. It shows no
	// sensitive value.
	Finding diag.Diagnostic
	// Waits lists the entries of the parameter store that must be known first,
	// with their prefix; only where the code is "known-later".
	Waits []string
}

// Error gives the place, if there is one, and the message.
func (e *Error) Error() string {
	if e.Finding.Source == nil {
		return e.Finding.Message
	}
	p := e.Finding.Position()
	return e.Finding.Source.Name() + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column) + ": " + e.Finding.Message
}

// failed makes an error that has no place.
func failed(code diag.Code, args ...string) *Error {
	return &Error{Finding: diag.New(diag.Error, code, nil, diag.Range{}, "", args...)}
}

// failedAt makes an error at a node.
func failedAt(n doc.Node, code diag.Code, args ...string) *Error {
	if n.IsZero() {
		return failed(code, args...)
	}
	return &Error{Finding: diag.New(diag.Error, code, n.Doc().Source(), n.Range(), "", args...)}
}

// functionError places an error of a pure function. What it shows of values is
// hidden if one of them is sensitive.
func functionError(n doc.Node, err error, sensitive bool) error {
	f, ok := err.(*fn.Error)
	if !ok {
		return err
	}
	args := make([]string, len(f.Args))
	for i, arg := range f.Args {
		if args[i] = diag.Clip(arg); sensitive && f.Code != fn.CodeType {
			args[i] = hidden
		}
	}
	return failedAt(n, diag.Code(f.Code), args...)
}

// knownLater says that something cannot be decided without the parameter store.
func knownLater(n doc.Node, v value.Value) error {
	e := failedAt(n, "known-later")
	e.Waits = waits(nil, v)
	return e
}

// hidden stands for a sensitive value in a message.
const hidden = "******"

// shown gives a value for a message.
func shown(v value.Value) string {
	if v.HasSensitive() {
		return hidden
	}
	return diag.Clip(v.String())
}
