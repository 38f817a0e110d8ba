package alicloud

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// operation is one request while it is worked on. It makes at most one call
// that changes anything; what has to follow is for the next request with the
// same token, so that each effect is in the journal before the next is made.
type operation struct {
	p     *Provider
	d     *descriptor
	req   *provider.Request
	env   *scope
	state state
	moved bool // a call was made that changes something
	gone  []string
	retry []string
}

// state is how far an operation is. It travels in Progress.Resume.
type state struct {
	Stage   int            `json:"s,omitempty"` // of the calls to make
	Call    int            `json:"c,omitempty"` // within it
	Waiting bool           `json:"w,omitempty"` // for the effect of the stage
	Polls   int            `json:"p,omitempty"`
	Skip    bool           `json:"x,omitempty"` // the stage's condition did not hold
	ID      string         `json:"i,omitempty"`
	Created map[string]any `json:"k,omitempty"` // of the create call's answer, by path
}

// begin prepares an operation.
func (p *Provider) begin(ctx context.Context, req *provider.Request) (*operation, error) {
	d, err := p.usable(req.Type)
	if err != nil {
		return nil, err
	}
	o := &operation{p: p, d: d, req: req}
	if len(req.Resume) > 0 {
		if err := json.Unmarshal(req.Resume, &o.state); err != nil {
			return nil, &provider.Error{Kind: provider.Invalid, Code: "BadResume", Message: "the state of the operation is not one of this provider's", Err: err}
		}
	}
	o.env = &scope{d: d, id: req.PhysicalID, region: p.region, account: p.account, token: req.Token, created: o.state.Created}
	if o.env.id == "" {
		o.env.id = o.state.ID
	}
	t := p.types(req.Type)
	if o.env.desired, err = properties(req.Desired, t); err != nil {
		return nil, err
	}
	if o.env.prior, err = properties(req.Prior, t); err != nil {
		return nil, err
	}
	if d.tagCalls() {
		listTags(o.env.desired)
		listTags(o.env.prior)
	}
	if p.account == "" && d.needsAccount() {
		if o.env.account, err = p.accountID(ctx); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// properties reads a JSON object and gives its values the types that the type's
// properties have.
func properties(data json.RawMessage, t *provider.Type) (map[string]any, error) {
	m, err := decodeObject(data)
	if err != nil {
		return nil, &provider.Error{Kind: provider.Invalid, Code: "BadProperties", Message: "the properties are no JSON object"}
	}
	if t != nil {
		coerceMembers(m, t.Properties)
	}
	return m, nil
}

// progress reports an operation that is not done.
func (o *operation) progress(after time.Duration) *provider.Progress {
	resume, err := json.Marshal(&o.state)
	if err != nil {
		resume = nil
	}
	return &provider.Progress{PhysicalID: o.env.id, After: after, Resume: resume}
}

// soon is the pause between calls that need not wait for anything.
const soon = time.Millisecond

// pause is how long to wait before the next look.
func (o *operation) pause() time.Duration {
	longest := 10 * time.Second
	switch o.d.product.key {
	case "rds", "redis", "dds", "polardb", "polardbx", "gpdb", "adb", "adblake", "clickhouse", "drds", "selectdb", "cs", "elasticsearch", "alikafka":
		longest = 15 * time.Second
	}
	return min(time.Second<<min(o.state.Polls, 5), longest)
}

// settling is for how many looks in a row a resource that was just made may not
// be found; about two minutes.
const settling = 14

// token makes the n-th token that is derived from one.
func token(base string, n int) string {
	if n == 0 || base == "" {
		return base
	}
	sum := sha256.Sum256([]byte(base + "/" + strconv.Itoa(n)))
	return hex.EncodeToString(sum[:20])
}

// send makes a call and reads what it answered.
func (o *operation) send(ctx context.Context, req *Request) (any, error) {
	body, err := o.p.send(ctx, req)
	if e, ok := errors.AsType[*provider.Error](err); ok && o.moved && e.Code == provider.NotSent {
		later := *e // this call was not sent, but the one that changes something was
		later.Code = "Transport"
		return nil, &later
	}
	return body, err
}

// send makes a call. Errors are of type *provider.Error, or the context's.
func (p *Provider) send(ctx context.Context, req *Request) (any, error) {
	resp, err := exchange(ctx, p.transport, req)
	if err != nil {
		return nil, err
	}
	if refused := AnswerError(req, resp); refused != nil {
		return nil, refused
	}
	body, err := decodeJSON(resp.Body)
	if err != nil {
		return string(resp.Body), nil
	}
	return body, nil
}

// refusal gives an error of a call that changes something, with the kind that
// the type's lists of codes say.
func (o *operation) refusal(err error) error {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return err
	}
	named := *e
	switch {
	case matchAny(e, o.retry):
		named.Kind = provider.Conflict
	case matchAny(e, o.gone):
		named.Kind = provider.NotFound
	case e.Kind == provider.NotFound:
		named.Kind = provider.Invalid // it is something else that is not there
	}
	return &named
}

// look reads the resource: the item that the lookup answers, a map or a list.
// It returns an error of kind NotFound when there is none.
func (o *operation) look(ctx context.Context, s *step) (any, error) {
	calls, err := s.calls(o.env, nil)
	if err != nil {
		return nil, err
	}
	if len(calls) == 0 {
		return nil, notFound(o.env.id)
	}
	body, err := o.send(ctx, calls[0])
	if e, ok := errors.AsType[*provider.Error](err); ok && (e.Kind == provider.NotFound || matchAny(e, o.d.gone)) {
		missing := *e
		missing.Kind = provider.NotFound
		return nil, &missing
	}
	if err != nil {
		return nil, err
	}
	item := s.item.find(body, o.env)
	if list, ok := item.([]any); item == nil || ok && len(list) == 0 {
		return nil, notFound(o.env.id)
	}
	if m, ok := item.(map[string]any); ok && (o.d.isGone(m, o.env) || s == o.d.reader(o.env) && o.d.lacks(m, o.env)) {
		return nil, notFound(o.env.id)
	}
	return item, nil
}

func notFound(id string) *provider.Error {
	return &provider.Error{Kind: provider.NotFound, Code: "NotFound", Message: "there is no " + id}
}

// isGone reports whether the resource is in a state that counts as gone.
func (d *descriptor) isGone(item map[string]any, env *scope) bool {
	if len(d.goneStates) == 0 || d.ready == nil || d.ready.field == nil {
		return false
	}
	have := textOf(d.ready.field.find(item, env))
	for _, state := range d.goneStates {
		if state == have {
			return true
		}
	}
	return false
}

// lacks reports whether the item, which is of what the resource is a part of,
// has nothing of it.
func (d *descriptor) lacks(item map[string]any, env *scope) bool {
	if d.goneWithout == nil {
		return false
	}
	switch v := d.goneWithout.find(item, env).(type) {
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	case bool:
		return !v
	default:
		return textOf(v) == ""
	}
}

// wait looks whether the effect of a stage is there. It reports false when it
// is to look again.
func (o *operation) wait(ctx context.Context, w *wait, until []string) (bool, error) {
	if w == nil || w.field == nil || !w.when.holds(o.env) && until == nil {
		return true, nil
	}
	s := o.d.reader(o.env)
	if w.read != "" {
		s = o.d.named(w.read)
	}
	if o.unasked(s) {
		return true, nil
	}
	item, err := o.look(ctx, s)
	if e, ok := errors.AsType[*provider.Error](err); ok && e.Kind == provider.NotFound && o.state.Polls < settling {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	all := []any{item}
	if list, ok := item.([]any); ok {
		all = list
	}
	for _, one := range all {
		v := w.field.find(one, o.env)
		if list, ok := v.([]any); ok && w.every {
			for _, x := range list {
				if done, err := o.reached(w, x, until); !done {
					return false, err
				}
			}
			continue
		}
		if done, err := o.reached(w, v, until); !done {
			return false, err
		}
	}
	return true, nil
}

// unasked reports whether a lookup is about what the create call answered, and
// this is about a later call.
func (o *operation) unasked(s *step) bool {
	for _, p := range s.parameters {
		if p.value == nil {
			continue
		}
		for _, e := range p.value.expressions() {
			if _, ok := o.env.lookup(e); e.kind == exprCreate && !ok {
				return true
			}
		}
	}
	return false
}

func (o *operation) reached(w *wait, v any, until []string) (bool, error) {
	have := textOf(v)
	if until != nil {
		for _, want := range until {
			if strings.EqualFold(want, have) {
				return true, nil
			}
		}
		return false, nil
	}
	if oneOf(w.ok, have, o.env) {
		return true, nil
	}
	if oneOf(w.fail, have, o.env) {
		return false, &provider.Error{Kind: provider.Unknown, Code: have, Message: o.req.Type + " " + o.env.id + " is " + have}
	}
	return len(w.ok) == 0 && have != "" && !oneOf(w.busy, have, o.env), nil
}

func oneOf(list []*template, have string, env *scope) bool {
	for _, t := range list {
		if want, ok := t.text(env); ok && strings.EqualFold(want, have) {
			return true
		}
	}
	return false
}
