package alicloud

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// Create implements [provider.Provider]. The first call that it makes for a
// token creates; the later ones wait and do what a type needs besides.
func (p *Provider) Create(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	if b := p.builtin(req.Type); b != nil {
		return b.create(ctx, p, req)
	}
	o, err := p.begin(ctx, req)
	if err != nil {
		return nil, err
	}
	o.retry = o.d.createRetry
	if req.Repeated && o.env.id == "" {
		if err := o.recover(ctx); err != nil {
			return nil, err
		}
	}
	done, out, err := o.advance(ctx, o.createStages())
	if err != nil {
		return o.afterEffect(err)
	}
	if !done {
		return out, nil
	}
	return o.finish(ctx)
}

// afterEffect keeps what a call did when something behind it failed.
func (o *operation) afterEffect(err error) (*provider.Progress, error) {
	if e, ok := errors.AsType[*provider.Error](err); ok && o.moved && o.env.id != "" {
		p := o.progress(o.pause())
		p.Note = e.Error()
		return p, nil
	}
	return nil, err
}

// createStages chooses the steps of a creation.
func (o *operation) createStages() []stage {
	var out []stage
	for _, s := range o.d.create {
		if s.when.holds(o.env) {
			out = append(out, stage{step: s, first: true})
		}
	}
	if len(out) > 0 {
		out[len(out)-1].wait = o.d.ready
	}
	for _, s := range o.d.after {
		triggers := o.d.triggers(s)
		set := len(triggers) == 0 || slices.ContainsFunc(triggers, func(name string) bool { return o.env.desired[name] != nil })
		if set && s.when.holds(o.env) {
			out = append(out, stage{step: s, wait: o.d.ready})
		}
	}
	return out
}

// identify takes the physical ID and what else is kept from the answer of a
// call that creates.
func (o *operation) identify(ctx context.Context, body any) error {
	kept := o.keep(body)
	if o.env.created == nil {
		o.env.created = map[string]any{}
	}
	for name, v := range kept {
		if o.env.created[name] == nil {
			o.env.created[name] = v
		}
	}
	id, err := o.identity(ctx, body)
	if err != nil {
		return err
	}
	if id != "" && o.state.Call > 1 && o.d.id.parts == nil && !slices.Contains(strings.Split(o.env.id, ","), id) {
		id = o.env.id + "," + id // one of several that make up the resource
	}
	if id != "" {
		o.env.id = strings.TrimPrefix(id, ",")
	}
	if o.env.id == "" {
		return &provider.Error{Kind: provider.Unknown, Code: "NoPhysicalID", Message: "the answer of the create call does not name the resource"}
	}
	o.state.ID = o.env.id
	o.state.Created = o.journaled()
	return nil
}

// identity makes the physical ID.
func (o *operation) identity(ctx context.Context, body any) (string, error) {
	id := o.d.id
	if id.call != nil {
		calls, err := id.call.calls(o.env, nil)
		if err != nil || len(calls) == 0 {
			return "", err
		}
		if body, err = o.send(ctx, calls[0]); err != nil {
			return "", err
		}
	}
	if id.path != nil {
		if len(id.path.steps) == 0 {
			return textOf(body), nil
		}
		return textOf(id.path.find(body, o.env)), nil
	}
	return id.join(func(p *path) string {
		if v := p.find(o.env.desired, o.env); v != nil {
			return textOf(v)
		}
		return textOf(p.find(body, o.env))
	}), nil
}

// join makes an ID of parts.
func (id *identity) join(find func(*path) string) string {
	var b strings.Builder
	for _, part := range id.parts {
		text := ""
		for _, name := range part.names {
			if text = find(name); text != "" {
				break
			}
		}
		if text == "" {
			text = part.literal
		}
		b.WriteString(text)
	}
	return b.String()
}

// known tells the ID where the properties alone make it: of parts, or by name.
func (id *identity) known(env *scope) (string, bool) {
	if id.parts == nil {
		return id.named(env)
	}
	complete := true
	text := id.join(func(p *path) string {
		return textOf(p.find(env.desired, env))
	})
	for _, part := range id.parts {
		if part.names != nil && part.literal == "" && !slices.ContainsFunc(part.names, func(p *path) bool { return p.find(env.desired, env) != nil }) {
			complete = false
		}
	}
	return text, complete
}

// named tells the ID where the answer only repeats a name that the properties
// give: Role.RoleName.
func (id *identity) named(env *scope) (string, bool) {
	if id.call != nil || id.path == nil || len(id.path.steps) == 0 {
		return "", false
	}
	last := id.path.steps[len(id.path.steps)-1]
	name := textOf(env.desired[last.name])
	return name, name != "" && last.pick == pickNone && strings.HasSuffix(last.name, "Name")
}

// keep picks from a create call's answer what attributes and later calls need.
func (o *operation) keep(body any) map[string]any {
	out := map[string]any{}
	for _, a := range o.d.attributes {
		for _, s := range a.sources {
			if s.kind == fromCreate {
				if v := s.path.find(body, o.env); v != nil {
					out[s.path.text] = v
				}
			}
		}
	}
	for _, e := range o.d.createExpressions() {
		name := strings.Join(append([]string{e.name}, e.rest...), ".")
		if p, err := parsePath(name); err == nil {
			if v := p.find(body, o.env); v != nil {
				out[name] = v
			}
		}
	}
	return out
}

// createExpressions are those that read the create call's answer.
func (d *descriptor) createExpressions() []*expression {
	steps := slices.Concat(d.after, d.update, d.remove, []*step{d.read, d.id.call})
	for _, r := range d.reads {
		steps = append(steps, r.step)
	}
	var out []*expression
	for _, s := range steps {
		if s == nil {
			continue
		}
		for _, p := range s.parameters {
			if p.value != nil {
				for _, e := range p.value.expressions() {
					if e.kind == exprCreate {
						out = append(out, e)
					}
				}
			}
		}
	}
	return out
}

// mostResume leaves room for the rest of Resume, which has 4 KiB.
const mostResume = 3 << 10

// journaled is what is kept of the answer between requests: no secrets, and
// nothing large.
func (o *operation) journaled() map[string]any {
	t := o.p.types(o.req.Type)
	out := map[string]any{}
	for name, v := range o.env.created {
		if !o.d.secretSource(name, t) {
			out[name] = v
		}
	}
	for len(out) > 0 && len(jsonText(out)) > mostResume {
		largest := ""
		for _, name := range sortedKeys(out) {
			if largest == "" || len(jsonText(out[name])) > len(jsonText(out[largest])) {
				largest = name
			}
		}
		delete(out, largest)
	}
	return out
}

// secretSource reports whether a secret attribute is taken from a path of the
// create call's answer.
func (d *descriptor) secretSource(text string, t *provider.Type) bool {
	for _, a := range d.attributes {
		secret := slices.Contains(d.secret, a.name) || t != nil && t.Attributes[a.name].Sensitive
		for _, s := range a.sources {
			if secret && s.kind == fromCreate && s.path.text == text {
				return true
			}
		}
	}
	return false
}

// recover looks for what a create call whose answer was lost may have made.
// Where the call knows its token, it is simply made again.
func (o *operation) recover(ctx context.Context) error {
	if !slices.ContainsFunc(o.createStages(), func(s stage) bool { return s.first && s.step.token == "" }) {
		return nil
	}
	id, complete := o.d.id.known(o.env)
	if !complete || o.d.read == nil {
		return nil // the call itself says that it is in doubt, unless it may be repeated
	}
	o.env.id = id
	if _, err := o.look(ctx, o.d.reader(o.env)); err != nil {
		o.env.id = ""
		if e, ok := errors.AsType[*provider.Error](err); ok && e.Kind == provider.NotFound {
			o.req = unrepeated(o.req)
			return nil
		}
		return err
	}
	o.state.ID = id
	for i, s := range o.createStages() {
		if s.first {
			o.state.Stage = i
			o.state.Waiting = s.wait != nil
			if !o.state.Waiting {
				o.state.Stage++
			}
		}
	}
	return nil
}

func unrepeated(req *provider.Request) *provider.Request {
	first := *req
	first.Repeated = false
	return &first
}

// finish reads the attributes of a resource that is ready.
func (o *operation) finish(ctx context.Context) (*provider.Progress, error) {
	attributes, _, err := o.attributes(ctx)
	if e, ok := errors.AsType[*provider.Error](err); ok {
		passes := e.Kind.Retry() || e.Kind == provider.NotFound && o.state.Polls < settling
		if passes && !o.secretPending() {
			after := max(o.pause(), e.After)
			o.state.Polls++
			p := o.progress(after)
			p.Note = e.Error()
			return p, nil
		}
		if !o.moved {
			return nil, err
		}
	} else if err != nil && !o.moved {
		return nil, err
	}
	data, err := json.Marshal(attributes)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unknown, Err: err}
	}
	return &provider.Progress{PhysicalID: o.env.id, Attributes: data, Done: true}, nil
}

// secretPending reports whether the create call told a secret that no later
// request could tell.
func (o *operation) secretPending() bool {
	t := o.p.types(o.req.Type)
	for name := range o.env.created {
		if o.d.secretSource(name, t) {
			return true
		}
	}
	return false
}
