package oos

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/journal"
)

// StartExecution starts an execution and returns when it is in the journal: it
// goes on whatever becomes of ctx. All faults of template and parameters are
// told at once, as a *diag.ListError; then nothing was started.
func (e *Engine) StartExecution(ctx context.Context, s *Start) (*Execution, error) {
	if s == nil {
		return nil, errors.New("oos: StartExecution needs a Start")
	}
	req, err := e.prepare(ctx, s)
	if err != nil {
		return nil, err
	}
	return e.begin(ctx, req, s.ClientToken)
}

// begin starts what a request says, or finds what it has started.
func (e *Engine) begin(ctx context.Context, req *beginRequest, token string) (*Execution, error) {
	id := req.head.ID
	if _, err := e.roots.Submit(ctx, id, req); err != nil {
		return nil, stopped(err)
	}
	same := true
	// What was begun stays begun, also when the driver has stopped since.
	if err := e.look(ctx, id, func(m *machine) { same = m.head.Digest == req.head.Digest }); err != nil {
		return nil, stopped(err)
	}
	if !same {
		return nil, &TokenError{Execution: id, Token: token}
	}
	return &Execution{engine: e, id: id}, nil
}

// prepare makes a request of what a caller wants.
func (e *Engine) prepare(ctx context.Context, s *Start) (*beginRequest, error) {
	head := &header{
		Region: e.opts.Region, Account: e.opts.Account, User: s.User, UtilVersion: e.opts.UtilVersion,
		TemplateName: s.TemplateName, TemplateVersion: s.TemplateVersion,
		Mode: s.Mode, LoopMode: s.LoopMode, SafetyCheck: s.SafetyCheck, Handled: e.opts.HandledErrors,
		Description: s.Description, Tags: s.Tags,
	}
	if err := e.settle(head); err != nil {
		return nil, err
	}
	t := s.Template
	var text []byte
	switch {
	case t != nil:
		if err := t.Diagnostics().Err(); err != nil {
			return nil, err
		}
		text = []byte(t.Source().Text())
		if head.TemplateName == "" {
			head.TemplateName = t.Name
		}
		e.set.templates.add(hashOf(text), t)
	case s.TemplateName == "":
		return nil, &ParameterError{"Template", "and TemplateName are missing; one of them says what runs"}
	default:
		var err error
		if text, t, err = e.findTemplate(ctx, s.TemplateName, s.TemplateVersion, false); err != nil {
			return nil, err
		}
	}
	if len(t.Tasks) == 0 {
		return nil, &ParameterError{"Template", "has no tasks: only automation templates can be executed"}
	}
	head.Hash = hashOf(text)
	head.Digest = e.digestOf(head, s.Parameters)
	head.ID = e.newID(s.ClientToken)
	values, err := t.Bind(s.Parameters, &runbook.World{
		AccountID: head.Account, Region: head.Region, ExecutionID: head.ID, ExecuteUser: head.User,
		UtilVersion: head.UtilVersion, Now: time.Now().UTC(),
	})
	if err != nil {
		return nil, err
	}
	return &beginRequest{head: head, text: text, tmpl: t, values: values}, nil
}

// settle fills in and checks what a request leaves open.
func (e *Engine) settle(h *header) error {
	if h.User == "" {
		h.User = e.opts.User
	}
	if h.Mode == "" {
		h.Mode = Automatic
	}
	if h.LoopMode == "" {
		h.LoopMode = LoopAutomatic
	}
	if h.SafetyCheck == "" {
		h.SafetyCheck = e.opts.SafetyCheck
	}
	switch h.Mode {
	case Automatic, FailurePause, Debug:
	default:
		return &ParameterError{"Mode", fmt.Sprintf("is %q, it must be Automatic, FailurePause or Debug", h.Mode)}
	}
	switch h.LoopMode {
	case LoopAutomatic, FirstBatchPause, EveryBatchPause:
	default:
		return &ParameterError{"LoopMode", fmt.Sprintf("is %q, it must be Automatic, FirstBatchPause or EveryBatchPause", h.LoopMode)}
	}
	if h.SafetyCheck != SkipCheck && h.SafetyCheck != ConfirmEveryHighRiskTask {
		return &ParameterError{"SafetyCheck", fmt.Sprintf("is %q, it must be Skip or ConfirmEveryHighRiskAction", h.SafetyCheck)}
	}
	return nil
}

// digestOf is a keyed digest of all that a request asks for: secrets are among
// its parameters.
func (e *Engine) digestOf(h *header, params map[string]any) string {
	given, err := value.FromGo(params)
	if err != nil {
		return "" // Bind tells what is wrong with them
	}
	data, err := json.Marshal(h)
	if err != nil {
		return ""
	}
	return hex.EncodeToString(e.set.sealer.Digest(given.AppendJSON(data))) // FromGo orders the keys of maps
}

// newID makes the ID of an execution: a function of account, region and the
// client token, or a random one.
func (e *Engine) newID(token string) string {
	if token == "" {
		var b [10]byte
		_, _ = rand.Read(b[:]) // never fails
		return "exec-" + hex.EncodeToString(b[:])
	}
	sum := sha256.Sum256([]byte(e.opts.Account + "\x00" + e.opts.Region + "\x00token\x00" + token))
	return "exec-" + hex.EncodeToString(sum[:10])
}

// Execution gives a handle of an execution, by its ID, and goes on with it if it
// is under way. The ID of a child gives a handle of the child.
func (e *Engine) Execution(ctx context.Context, id string) (*Execution, error) {
	root, _ := split(id)
	head, err := e.roots.Head(ctx, root)
	if err != nil {
		return nil, err
	}
	if head.Tail == 0 {
		return nil, &NotFoundError{Execution: id}
	}
	if _, err := e.roots.Drive(ctx, root); err != nil {
		return nil, stopped(err)
	}
	var broken error
	err = e.look(ctx, root, func(m *machine) {
		if m.root != nil && !m.root.status.Final() {
			broken = m.fault()
		}
	})
	if err = errors.Join(stopped(err), broken); err != nil {
		return nil, err
	}
	return &Execution{engine: e, id: id}, nil
}

// Resume goes on with every execution that is under way in the journal, and
// gives a handle of each. One that another process drives is passed over. One
// that cannot be driven gives an error, and does not keep the others from going
// on.
func (e *Engine) Resume(ctx context.Context) iter.Seq2[*Execution, error] {
	return func(yield func(*Execution, error) bool) {
		for head, err := range e.store.List(ctx, &journal.Query{Prefix: executionPrefix}) {
			var x *Execution
			if err == nil {
				line, bad := lineOf(head)
				if bad == nil && line.Status.Final() {
					continue
				}
				if err = bad; err == nil {
					x, err = e.Execution(ctx, line.ID)
				}
			}
			if _, held := errors.AsType[*journal.HeldError](err); held {
				continue
			}
			if !yield(x, err) {
				return
			}
		}
	}
}

// submit hands a request to the machine of an execution.
func (e *Engine) submit(ctx context.Context, id string, req func(path string) any) error {
	root, path := split(id)
	head, err := e.roots.Head(ctx, root)
	if err != nil {
		return err
	}
	if head.Tail == 0 {
		return &NotFoundError{Execution: id}
	}
	_, err = e.roots.Submit(ctx, root, req(path))
	return stopped(err)
}

// NotifyExecution answers what an execution waits for, or moves one that is in
// mode Debug or FailurePause. id may be that of a child. In the wrong state it
// is a *StateError and nothing changes.
func (e *Engine) NotifyExecution(ctx context.Context, id string, n *Notice) error {
	if n == nil {
		return &ParameterError{"NotifyType", "is missing"}
	}
	req := &notifyRequest{notice: n}
	var err error
	if n.Parameters != nil {
		if req.params, err = value.FromGo(n.Parameters); err != nil {
			return &ParameterError{"Parameters", err.Error()}
		}
	}
	if n.LoopItem != nil {
		if req.item, err = value.FromGo(n.LoopItem); err != nil {
			return &ParameterError{"LoopItem", err.Error()}
		}
	}
	return e.submit(ctx, id, func(path string) any { req.path = path; return req })
}

// CancelExecution stops an execution and its children: what polls, sleeps or
// waits stops at once, calls that were sent are waited for.
func (e *Engine) CancelExecution(ctx context.Context, id, why string) error {
	if why == "" {
		why = "cancelled by the user"
	}
	return e.submit(ctx, id, func(path string) any { return &cancelRequest{path, why} })
}

// TriggerExecution fires a trigger by hand, or because an event came. content is
// a Go value in the manner of JSON: the event's body, which the outputs of the
// trigger's task are selected from.
func (e *Engine) TriggerExecution(ctx context.Context, id string, typ TriggerType, content any) error {
	body, err := value.FromGo(content)
	if err != nil {
		return &ParameterError{"Content", err.Error()}
	}
	return e.submit(ctx, id, func(string) any { return &fireRequest{typ, body} })
}

// watchFiring bounds how long a firing that goes on is not looked at.
const watchFiring = time.Minute

// fire starts a firing of a trigger, or stops it, and tells when it has ended.
func (e *Engine) fire(ctx context.Context, w *firingWork) core.Answer {
	again := core.Answer{Again: min(max(time.Since(w.since)/10, time.Second), watchFiring)}
	head := w.head
	x, err := e.begin(ctx, &beginRequest{head: &head, text: w.text, tmpl: w.tmpl, values: w.values, event: w.event}, "")
	if err == nil && w.cancel {
		err = e.CancelExecution(ctx, x.id, w.reason)
		if _, ended := errors.AsType[*StateError](err); ended {
			err = nil
		}
	}
	if err != nil {
		return again
	}
	var res *firingResult
	err = e.look(ctx, w.id, func(m *machine) {
		if r := m.root; r != nil && r.status.Final() {
			res = &firingResult{status: r.status, message: r.message, outputs: redacted(r.outputs)}
		}
	})
	if err != nil || res == nil {
		return again
	}
	e.roots.Retire(ctx, w.id)
	return core.Answer{Result: res}
}
