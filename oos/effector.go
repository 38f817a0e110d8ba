package oos

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/secret"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// effector does the work of the executions of an engine.
type effector struct {
	set    *settings
	caller provider.Caller
	engine *Engine // starts what triggers fire
}

// Do does one piece of work.
func (ef *effector) Do(ctx context.Context, cmd core.Command) core.Answer {
	switch w := cmd.Work.(type) {
	case *work:
		ans := ef.unit(ctx, w)
		if res, ok := ans.Result.(*result); ok && res.err != nil && ctx.Err() != nil {
			return core.Answer{} // given up by the host: nobody waits for it
		}
		return ans
	case *loadWork:
		return ef.load(ctx, w.key)
	case *firingWork:
		return ef.engine.fire(ctx, w)
	}
	return core.Answer{}
}

func (ef *effector) unit(ctx context.Context, w *work) core.Answer {
	if w.err != nil {
		return answer(&result{err: taskErrorOf(w.err)})
	}
	if w.action.do == nil {
		return answer(&result{err: &TaskError{Code: "Unsupported", Message: "action " + w.task.Action + " cannot be called"}})
	}
	return w.action.do(ctx, ef, w)
}

// answer makes a result one for the host. A call that was refused for the rate
// of calls holds the others of its service back.
func answer(res *result) core.Answer {
	ans := core.Answer{Result: res}
	if res.err != nil && res.err.limited() {
		ans.Throttle = max(res.after, time.Second)
	}
	return ans
}

// callFailed says what the error of a call means.
func callFailed(req *provider.Call, class provider.CallClass, w *work, err error) *result {
	secrets := secretsOf(w)
	res := &result{err: &TaskError{Service: req.Service, API: req.API, Message: err.Error()}, secrets: secrets}
	p, typed := errors.AsType[*provider.Error](err)
	if typed {
		res.err.Kind, res.err.Code, res.err.RequestID = p.Kind.String(), p.Code, p.RequestID
		if res.err.Message = p.Message; p.Message == "" && p.Err != nil {
			res.err.Message = p.Err.Error()
		}
		res.again, res.after = classOf(p.Kind), p.After
		if w.repeated && class == provider.Idempotent && p.Kind == provider.NotFound {
			return &result{raw: value.Map(nil)} // the try before this one removed it
		}
	}
	res.err.Message = scrubAll(res.err.Message, secrets)
	lost := typed && (p.Kind == provider.Transient && p.Code != provider.NotSent || p.Kind == provider.InDoubt)
	lost = lost || !typed && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled))
	res.unsure = lost
	res.doubt = typed && p.Kind == provider.InDoubt || lost && !class.Repeat()
	return res
}

// resolve fills in what waits for the parameter store.
func (ef *effector) resolve(ctx context.Context, w *work) (value.Value, *result) {
	names := runbook.Waits(w.props)
	if len(names) == 0 {
		return w.props, nil
	}
	fetched := stored{}
	for _, name := range names {
		v, err := ef.fetch(ctx, name)
		if err != nil {
			return value.Value{}, &result{err: taskErrorOf(err), again: classOfStore(err)}
		}
		if !v.IsAbsent() {
			fetched[name] = v
		}
	}
	props, err := runbook.Resolve(w.props, fetched)
	if err != nil {
		return value.Value{}, &result{err: taskErrorOf(err)}
	}
	return props, nil
}

// fetch asks the parameter store for an entry; absent if there is none.
func (ef *effector) fetch(ctx context.Context, entry string) (value.Value, error) {
	if ef.set.store == nil {
		return value.Value{}, &TaskError{Code: "EntityNotExists.Parameter", Message: "there is no parameter store for " + entry + ": set Options.Store"}
	}
	name, isSecret := strings.CutPrefix(entry, "oos-secret:")
	if !isSecret {
		name = strings.TrimPrefix(entry, "oos:")
	}
	got, found, err := ef.set.store(ctx, name, isSecret)
	if err != nil || !found {
		return value.Value{}, err
	}
	v, err := value.FromGo(got)
	if err != nil {
		return value.Value{}, fmt.Errorf("parameter store, %s: %w", entry, err)
	}
	if isSecret {
		v = v.WithSensitive()
	}
	return v, nil
}

// classOfStore says what an error of the parameter store means for another try.
func classOfStore(err error) core.Class {
	if p, ok := errors.AsType[*provider.Error](err); ok {
		return classOf(p.Kind)
	}
	return core.Final
}

// stored are entries of the parameter store by their name with prefix.
type stored map[string]value.Value

// Parameter implements runbook.Store.
func (s stored) Parameter(name string, isSecret bool) (value.Value, bool) {
	prefix := "oos:"
	if isSecret {
		prefix = "oos-secret:"
	}
	v, ok := s[prefix+name]
	return v, ok
}

// secretsOf lists the secrets among the properties of a call.
func secretsOf(w *work) []value.Value {
	if !w.props.HasSensitive() {
		return nil
	}
	var all []value.Value
	var visit func(v value.Value)
	visit = func(v value.Value) {
		switch {
		case v.Sensitive() && !v.HasUnknown():
			all = append(all, v)
		case v.HasSensitive() && v.Hole() == nil:
			for i := range v.Len() {
				visit(v.At(i))
			}
		}
	}
	visit(w.props)
	return all
}

// scrubAll takes secrets out of a text.
func scrubAll(text string, secrets []value.Value) string {
	for _, s := range secrets {
		text = secret.Scrub(text, s)
	}
	return text
}

// load finds a template by name.
func (ef *effector) load(ctx context.Context, key string) core.Answer {
	name, version := splitKey(key)
	text, tmpl, err := ef.engine.findTemplate(ctx, name, version, true)
	if ctx.Err() != nil && err != nil {
		return core.Answer{}
	}
	if err != nil {
		if classOfStore(err) != core.Final {
			return core.Answer{Again: 5 * time.Second}
		}
		why := taskErrorOf(err)
		if _, missing := errors.AsType[*TemplateNotFoundError](err); missing {
			why = &TaskError{Code: "EntityNotExists.Template", Message: "there is no template " + strings.TrimSuffix(key, "@")}
		}
		return core.Answer{Result: &loadResult{name: name, version: version, err: why}}
	}
	return core.Answer{Result: &loadResult{name: name, version: version, text: text, tmpl: tmpl}}
}

var _ host.Effector = (*effector)(nil)
