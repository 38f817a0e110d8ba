package oos

import (
	"errors"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/secret"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// Decide turns an input into facts. It refuses requests with typed errors and
// ignores answers that come too late.
func (m *machine) Decide(in core.Input) ([]core.Event, error) {
	at := stampOf(in.At)
	if err := m.fault(); err != nil {
		if in.Request == nil {
			return nil, nil // nothing is in flight
		}
		return nil, err
	}
	if in.Request != nil {
		return m.decideRequest(in.Request, at)
	}
	if m.root == nil || m.root.status.Final() {
		return nil, nil
	}
	if res, ok := in.Result.(*loadResult); ok {
		return m.decideLoaded(in.Command, res), nil
	}
	if u := m.flights[in.Command]; u != nil {
		if in.Timer {
			return m.ends(u, value.Value{}, at), nil
		}
		if res, ok := in.Result.(*result); ok {
			return m.decideResult(u, res, at), nil
		}
		return nil, nil
	}
	return m.decideTrigger(in, at), nil
}

func (m *machine) decideLoaded(id string, res *loadResult) []core.Event {
	key, ok := id[min(len(loadPrefix), len(id)):], len(id) > len(loadPrefix)
	if p := m.programs[key]; !ok || p == nil || p.ready {
		return nil
	}
	inline, evs := spread(res.text)
	return append(evs, &templateLoaded{Key: key, Name: res.name, Version: res.version, Err: res.err, D: inline, tmpl: res.tmpl})
}

// decideResult takes in what came of a unit's call.
func (m *machine) decideResult(u *unit, res *result, at stamp) []core.Event {
	if res.err != nil {
		res.err.Message = m.vault.Scrub(res.err.Message)
	}
	switch {
	case u.state == awaiting:
		return []core.Event{&noticeSent{X: u.exec.path, K: u.task, Err: res.err}}
	case res.err == nil:
		return m.ends(u, res.marked(m, res.raw), at)
	case res.doubt:
		return []core.Event{&unitDoubted{X: u.exec.path, K: u.task, I: u.number(), T: at, Err: *res.err}}
	case res.again != core.Final && !u.exec.stopped:
		failed := u.attempt
		if res.again == core.Throttled {
			failed = u.limited
		}
		if wait, ok := m.set.retry.Next(m.id(u.path()), res.again, failed+1, res.after); ok {
			return []core.Event{&unitRetried{X: u.exec.path, K: u.task, I: u.number(), Attempt: failed + 1, Next: at + stamp(wait.Milliseconds()), Err: *res.err}}
		}
	}
	return m.fails(u, res.err, res.marked(m, res.raw), at)
}

// marked marks a raw result as secret where it holds one in clear: the outputs
// that show it are then sealed.
func (res *result) marked(m *machine, raw value.Value) value.Value {
	if m.vault.Empty() && len(res.secrets) == 0 {
		return raw
	}
	return m.conceal(raw, res.secrets)
}

// conceal marks the texts in a value that show a secret.
func (m *machine) conceal(v value.Value, more []value.Value) value.Value {
	switch v.Kind() {
	case value.KindString:
		data := v.AppendJSON(nil)
		shown := m.vault.Shows(data)
		for _, s := range more {
			shown = shown || secret.Shows(data, s)
		}
		if shown {
			return v.WithSensitive()
		}
	case value.KindList:
		items := make([]value.Value, v.Len())
		for i := range items {
			items[i] = m.conceal(v.At(i), more)
		}
		return value.List(items)
	case value.KindMap:
		entries := make([]value.Entry, v.Len())
		for i := range entries {
			entries[i] = value.Entry{Key: v.KeyAt(i), Value: m.conceal(v.At(i), more)}
		}
		return value.Map(entries)
	}
	return v
}

// ends gives the facts of a unit that ended well with a raw result: its outputs
// are selected now, once.
func (m *machine) ends(u *unit, raw value.Value, at stamp) []core.Event {
	outputs, err := m.selectOutputs(u, raw, m.at(u.exec, at, u.itemOf()), false)
	if err != nil {
		return m.fails(u, &TaskError{Code: "OutputFailed", Message: err.Error()}, raw, at)
	}
	return m.endsWith(u, outputs, raw, at)
}

func (m *machine) endsWith(u *unit, outputs []value.Value, raw value.Value, at stamp) []core.Event {
	if u.item < 0 && u.exec.prog.raws[u.task] && !raw.IsAbsent() {
		outputs = append(outputs, raw)
	}
	data, sealed, err := m.wire(outputs)
	if err != nil {
		return m.fails(u, &TaskError{Code: "SecretFailed", Message: err.Error()}, value.Value{}, at)
	}
	inline, evs := spread(data)
	return append(evs, &unitDone{X: u.exec.path, K: u.task, I: u.number(), T: at, D: inline, Sealed: sealed, outputs: outputs})
}

// fails gives the facts of a unit that ended badly; its outputs are selected as
// far as that is possible.
func (m *machine) fails(u *unit, why *TaskError, raw value.Value, at stamp) []core.Event {
	ev := &unitFailed{X: u.exec.path, K: u.task, I: u.number(), T: at, Err: *why}
	if raw.IsAbsent() {
		return []core.Event{ev}
	}
	outputs, err := m.selectOutputs(u, raw, m.at(u.exec, at, u.itemOf()), true)
	return m.failsWith(ev, outputs, err)
}

func (m *machine) failsWith(ev *unitFailed, outputs []value.Value, err error) []core.Event {
	data, sealed, wireErr := m.wire(outputs)
	if err != nil || wireErr != nil {
		return []core.Event{ev}
	}
	inline, evs := spread(data)
	ev.D, ev.Sealed, ev.outputs = inline, sealed, outputs
	return append(evs, ev)
}

// wire writes outputs for the journal, their secrets sealed.
func (m *machine) wire(outputs []value.Value) (data, sealed []byte, err error) {
	if len(outputs) == 0 {
		return nil, nil, nil
	}
	data = append(data, '[')
	wire := m.vault.Wire()
	for i, v := range outputs {
		if i > 0 {
			data = append(data, ',')
		}
		data = v.AppendWire(data, wire)
	}
	sealed, err = m.vault.Seal()
	if err != nil {
		m.vault.Forget()
	}
	return append(data, ']'), sealed, err
}

// selectOutputs selects the outputs of a task from a raw result. With lenient,
// one that cannot be had is null.
func (m *machine) selectOutputs(u *unit, raw value.Value, scope *runbook.Scope, lenient bool) ([]value.Value, error) {
	t := u.template()
	if len(t.Outputs) == 0 {
		return nil, nil
	}
	outputs := make([]value.Value, len(t.Outputs), len(t.Outputs)+1)
	for i, o := range t.Outputs {
		v, err := scope.Select(raw, o.Selector, o.Type)
		if err != nil && !lenient {
			return nil, errors.New("output " + o.Name + ": " + err.Error())
		}
		if err != nil || v.IsAbsent() {
			v = value.Null()
		}
		outputs[i] = v
	}
	return outputs, nil
}

// taskErrorOf makes an error of rendering one of a task.
func taskErrorOf(err error) *TaskError {
	if e, ok := errors.AsType[*TaskError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*runbook.Error](err); ok {
		return &TaskError{Code: string(e.Finding.Code), Message: e.Error()}
	}
	return &TaskError{Code: "InvalidProperties", Message: err.Error()}
}

// classOf says what an error of a call means for another try. A conflict is an
// answer, and templates decide by it: it is not tried again.
func classOf(kind provider.Kind) core.Class {
	switch kind {
	case provider.Throttled:
		return core.Throttled
	case provider.Transient:
		return core.Transient
	}
	return core.Final
}
