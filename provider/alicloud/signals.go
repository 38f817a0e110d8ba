package alicloud

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/signal"
)

// Signals keeps what instances tell wait condition handles. *signal.Inbox
// implements it. It is called concurrently.
type Signals interface {
	// Address is the URL that the signals of a handle are sent to.
	Address(handle string) string
	// Received gives the signals since the last Renew, and those before it.
	Received(ctx context.Context, handle string) (now, before signal.Set, err error)
	// Renew parts the signals before an update from those after it, once a
	// token.
	Renew(ctx context.Context, handle, token string) error
	// Drop forgets a handle.
	Drop(ctx context.Context, handle string) error
}

func lacksSignals(p *Provider) string {
	if p.signals == nil {
		return "Options.Signals does not say where instances send their signals"
	}
	return ""
}

// makeHandle gives a handle an address. Nothing is kept before a signal comes.
func makeHandle(_ context.Context, p *Provider, req *provider.Request) (*provider.Progress, error) {
	id := req.PhysicalID
	if id == "" {
		id = localID("handle", req)
	}
	attributes, err := json.Marshal(signal.Commands(p.signals.Address(id), p.region))
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unknown, Err: err}
	}
	return &provider.Progress{PhysicalID: id, Attributes: attributes, Done: true}, nil
}

// renewHandle lets the signals count anew, unless the handle is to go on with
// those it has.
func renewHandle(ctx context.Context, p *Provider, req *provider.Request) (*provider.Progress, error) {
	props, err := properties(req.Desired, nil)
	if err != nil {
		return nil, err
	}
	if textOf(props["Mode"]) != "Increment" {
		if err := p.signals.Renew(ctx, req.PhysicalID, req.Token); err != nil {
			return nil, unkept(err)
		}
	}
	return makeHandle(ctx, p, req)
}

func dropHandle(ctx context.Context, p *Provider, req *provider.Request) (*provider.Progress, error) {
	if req.PhysicalID == "" {
		return &provider.Progress{Done: true}, nil
	}
	if err := p.signals.Drop(ctx, req.PhysicalID); err != nil {
		return nil, unkept(err)
	}
	return &provider.Progress{PhysicalID: req.PhysicalID, Done: true}, nil
}

// unkept is an error of the place where signals are kept.
func unkept(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &provider.Error{Kind: provider.Transient, Code: "SignalsUnavailable", Message: "the signals cannot be read or kept", Err: err}
}

// waiting is the state of a wait condition between two looks.
type waiting struct {
	Since time.Time `json:"t"`
}

// How often a condition looks for signals, and the longest timeout that one may
// have, in seconds.
const (
	lookForSignals = 5 * time.Second
	longestWait    = 43_200
)

// awaitSignals looks whether a condition is met.
func awaitSignals(ctx context.Context, p *Provider, req *provider.Request) (*provider.Progress, error) {
	props, err := properties(req.Desired, nil)
	if err != nil {
		return nil, err
	}
	w := waiting{Since: time.Now().UTC()}
	if len(req.Resume) > 0 {
		if err := json.Unmarshal(req.Resume, &w); err != nil {
			return nil, &provider.Error{Kind: provider.Invalid, Code: "BadResume", Message: "the state of the operation is not one of this provider's", Err: err}
		}
	}
	now, before, err := p.signals.Received(ctx, textOf(props["Handle"]))
	if err != nil {
		return nil, unkept(err)
	}
	id := req.PhysicalID
	if id == "" {
		id = localID("wait", req)
	}
	state, words := now.Outcome(int(number(props["Count"], 1)))
	left := time.Until(w.Since.Add(time.Duration(min(number(props["Timeout"], 1), longestWait)) * time.Second))
	switch {
	case state == signal.Failed:
		return nil, &provider.Error{Kind: provider.Unknown, Code: "WaitConditionFailed", Message: "the wait condition failed: " + words}
	case state == signal.Complete:
		attributes, err := json.Marshal(signal.Attributes(now, before))
		if err != nil {
			return nil, &provider.Error{Kind: provider.Unknown, Err: err}
		}
		return &provider.Progress{PhysicalID: id, Attributes: attributes, Done: true}, nil
	case left <= 0:
		return nil, &provider.Error{Kind: provider.Unknown, Code: "WaitConditionTimeout", Message: "the wait condition timed out: " + words}
	}
	resume, err := json.Marshal(&w)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unknown, Err: err}
	}
	return &provider.Progress{PhysicalID: id, After: min(lookForSignals, left), Resume: resume, Note: words}, nil
}

// number reads a whole number; absent stands for what is given.
func number(v any, absent int64) int64 {
	if v == nil {
		return absent
	}
	n, err := json.Number(textOf(v)).Int64()
	if err != nil {
		return absent
	}
	return n
}
