package ros

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/provider"
)

// defaultPoll is when to look again at a resource whose provider did not say.
const defaultPoll = 5 * time.Second

// stepWork is one call for a step, as the machine hands it out.
type stepWork struct {
	run  int64
	step int
	seq  int
	verb Verb
	req  *provider.Request
	// findToken is the token of the create call whose effect is looked up
	// when there is no physical ID to delete; doubtful says that it may have
	// had one.
	findToken string
	doubtful  bool
	heard     bool // the provider has answered since the last record of this step
}

// stepResult is what came of a call.
type stepResult struct {
	run  int64
	step int
	seq  int
	verb Verb

	err        error
	done       bool
	physicalID string
	attributes json.RawMessage
	secret     map[string]bool // names of attributes that are secret
	ref        json.RawMessage
	resume     []byte
	note       string
	after      time.Duration
	repeated   bool // the call may have been made before, its answer lost
	heard      bool // between the last record of this step and this answer, one brought no news
}

// effector makes the calls of a stack's machine. It is shared by all stacks of
// an engine.
type effector struct {
	provider provider.Provider
	types    *typeCache
	busy     turns
}

// Do makes one call. A poll that brought no news is not an answer: the host
// asks again.
func (e *effector) Do(ctx context.Context, cmd core.Command) core.Answer {
	w, ok := cmd.Work.(*stepWork)
	if !ok {
		return core.Answer{}
	}
	// A call that was given up may be under way still: what comes after it on
	// the same resource waits until it has returned.
	if !e.busy.take(ctx, w.findToken) {
		return core.Answer{}
	}
	defer e.busy.give(w.findToken)
	res := &stepResult{run: w.run, step: w.step, seq: w.seq, verb: w.verb, heard: w.heard, repeated: w.req.Repeated}
	var progress *provider.Progress
	progress, res.err = e.call(ctx, w, res)
	if ctx.Err() != nil && res.err != nil {
		return core.Answer{} // given up by the host: nobody waits for it
	}
	if res.err != nil {
		return core.Answer{Result: res, Throttle: throttle(res.err)}
	}
	if progress == nil {
		res.err = fmt.Errorf("the provider gave neither progress nor an error for %s of %s", w.verb, w.req.LogicalID)
		return core.Answer{Result: res}
	}
	res.done, res.physicalID, res.resume, res.note = progress.Done, progress.PhysicalID, progress.Resume, progress.Note
	res.after = progress.After
	if res.after <= 0 {
		res.after = defaultPoll
	}
	if !res.done && (res.physicalID == "" || res.physicalID == w.req.PhysicalID) && bytes.Equal(res.resume, w.req.Resume) {
		w.heard = true
		return core.Answer{Again: res.after}
	}
	if res.done && w.verb != DeleteVerb {
		res.attributes = progress.Attributes
		res.secret = e.types.secretAttributes(ctx, w.req.Type)
		if res.physicalID == "" {
			res.physicalID = w.req.PhysicalID
		}
	}
	return core.Answer{Result: res}
}

func (e *effector) call(ctx context.Context, w *stepWork, res *stepResult) (*provider.Progress, error) {
	switch w.verb {
	case CreateVerb:
		return e.provider.Create(ctx, w.req)
	case UpdateVerb:
		return e.provider.Update(ctx, w.req)
	case DeleteVerb:
		return e.delete(ctx, w)
	}
	state, err := e.provider.Read(ctx, w.req)
	if err != nil {
		return nil, err
	}
	res.ref = state.Ref
	return &provider.Progress{PhysicalID: state.PhysicalID, Attributes: state.Attributes, Done: true}, nil
}

// delete removes a resource. One whose create call never gave a physical ID is
// looked up by the token of that call first. Where that cannot tell, a call that
// was refused has made nothing; any other is in doubt.
func (e *effector) delete(ctx context.Context, w *stepWork) (*provider.Progress, error) {
	req := w.req
	if req.PhysicalID == "" {
		finder, ok := e.provider.(provider.Finder)
		if !ok && w.doubtful {
			return nil, &provider.Error{Kind: provider.InDoubt, Message: "its create call had no answer, and this provider cannot look it up by token"}
		}
		if !ok {
			return &provider.Progress{Done: true}, nil
		}
		find := *req
		find.Token, find.Repeated = w.findToken, w.doubtful
		state, err := finder.Find(ctx, &find)
		if doubt, _ := errors.AsType[*provider.Error](err); doubt != nil && doubt.Kind == provider.InDoubt && !w.doubtful {
			return &provider.Progress{Done: true}, nil
		}
		if err != nil {
			return nil, err // not found: there is nothing to delete
		}
		found := *req
		found.PhysicalID = state.PhysicalID
		req = &found
	}
	return e.provider.Delete(ctx, req)
}
