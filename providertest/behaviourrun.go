package providertest

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// behaving gives what a call does by its product's file; nil if nothing is
// written down.
func behaving(f *frame) behaviour {
	p := behavioursOf(f.api.Service)
	if p == nil {
		return nil
	}
	if b := p.calls[f.api.Name]; b != nil {
		return func(f *frame) (map[string]any, *provider.Error) { return (&deed{frame: f, p: p, b: b, k: b.kind}).do() }
	}
	switch i := slices.Index(p.tagging, f.api.Name); {
	case i < 0:
		return nil
	case strings.HasPrefix(f.api.Name, "List"), strings.HasPrefix(f.api.Name, "Describe"):
		return listTagResources
	case strings.HasPrefix(strings.ToLower(f.api.Name), "un"), strings.HasPrefix(f.api.Name, "Remove"):
		return untagResources
	}
	return tagResources
}

// deed is one call while its behaviour is carried out.
type deed struct {
	*frame
	p     *productBehaviour
	b     *callBehaviour
	k     *kindBehaviour
	host  *thing
	as    string // the id by which the call names the host
	shape bool   // it is about what was there from the start
}

func (d *deed) do() (map[string]any, *provider.Error) {
	if err := d.acceptable(); err != nil {
		if d.b.verb != "create" && d.b.verb != "put" && !d.knows() {
			return byShape(d.frame)
		}
		return nil, err
	}
	if err := d.findHost(); err != nil {
		return nil, err
	}
	if d.b.verb == "create" || d.b.verb == "put" && !d.there() {
		return d.create()
	}
	things, err := d.subjects()
	if err != nil {
		return nil, err
	}
	if d.shape {
		return byShape(d.frame)
	}
	if d.b.verb == "list" {
		return d.list(things)
	}
	for _, t := range things {
		if err := d.permitted(d.scope(t)); err != nil {
			return nil, err
		}
	}
	switch d.b.verb {
	case "get":
		return d.get(things)
	case "modify", "put":
		return d.modify(things)
	}
	return d.remove(things)
}

func (d *deed) scope(t *thing) *scope {
	return &scope{f: d.frame, k: d.k, t: t, host: d.host}
}

// acceptable refuses a call whose parameters are not as they must be.
func (d *deed) acceptable() *provider.Error {
	for _, names := range d.b.need {
		if !slices.ContainsFunc(names, func(name string) bool { return something(d.given(name)) }) {
			code := strings.ReplaceAll(d.p.lacks, "%", names[0])
			return invalid(code, names[0], "The input parameter %q that is mandatory for processing this request is not supplied.", names[0])
		}
	}
	for _, v := range d.b.values {
		if text := textOf(d.given(v.param)); text != "" && !slices.Contains(v.values, text) {
			return invalid(v.code, v.param, "The specified value of the parameter %s is not valid.", v.param)
		}
	}
	return nil
}

// findHost finds what the thing lives on, where the call names it.
func (d *deed) findHost() *provider.Error {
	h := d.k.host
	if h == nil {
		return nil
	}
	id := textOf(d.given(h.param))
	if id == "" {
		return nil
	}
	k := kindFor(h.types[0])
	for _, typ := range h.types {
		if t := d.c.thing(kindFor(typ), id); t != nil {
			if !slices.Contains(t.kind.idsOf(t.o), id) {
				t.id = t.o.ID // it was named by something that came with it
			}
			d.host, d.as, k = t, id, t.kind
			break
		}
	}
	if d.host == nil {
		if d.b.missing == "-" {
			return nil
		}
		return &provider.Error{Kind: provider.NotFound, Code: k.missing, Path: h.param, Message: "The specified " + h.param + " " + id + " does not exist."}
	}
	a := d.b.hostIn
	if a == nil || d.host.fresh() || slices.Contains(a.statuses, d.host.status()) {
		return nil
	}
	code := orText(a.code, orText(incorrectOf(d.host.kind.typ), d.k.incorrect))
	return &provider.Error{Kind: provider.Conflict, Code: code, Message: "The current status of " + d.host.id + " does not support this operation: it is " + d.host.status() + "."}
}

// permitted refuses what the thing's state does not allow.
func (d *deed) permitted(s *scope) *provider.Error {
	if a := d.b.in; a != nil && s.t != nil && !slices.Contains(a.statuses, s.t.status()) {
		return &provider.Error{
			Kind: provider.Conflict, Code: orText(a.code, d.k.incorrect),
			Message: "The current status of the resource does not support this operation: " + s.t.id + " is " + s.t.status() + ".",
		}
	}
	for _, r := range d.b.refusals {
		if d.unknowable(&r) {
			continue
		}
		if s.hold(r.when) {
			return &provider.Error{Kind: r.kind, Code: r.code, Message: "The operation is refused: " + r.code + "."}
		}
	}
	return nil
}

// unknowable reports whether a refusal hangs on what lives on a host that was
// there from the start: nothing is known of that.
func (d *deed) unknowable(r *refusal) bool {
	return d.host != nil && d.c.objects[d.host.o.key] == nil &&
		slices.ContainsFunc(r.when, func(c condition) bool { return c.of.op == ':' && (c.of.text == "kin" || c.of.text == "users") })
}

// create makes a thing, as the resource face would.
func (d *deed) create() (map[string]any, *provider.Error) {
	s := d.scope(nil)
	if err := d.permitted(s); err != nil {
		return nil, err
	}
	props, beside := d.taken(s)
	if d.k.exists != "" && d.there() {
		return nil, invalid(d.k.exists, orText(d.k.id, ""), "The specified %s already exists.", lastPart(d.k.typ))
	}
	token := d.token()
	if token == "" {
		token = d.seed.text(base36, 16)
	}
	op, err := d.c.create(&provider.Request{Token: d.api.Name + " " + token, Type: d.k.typ, Desired: json.RawMessage(encode(props))})
	if err != nil {
		return nil, err
	}
	if d.c.remembered[d.madeKey()] == nil {
		d.c.remember(d.madeKey(), map[string]any{"": true})
	}
	t := d.c.thing(&d.k.kind, op.Key.ID)
	s = d.scope(t)
	d.keep(t, beside)
	if err := d.changeLists(s); err != nil {
		return nil, err
	}
	d.settleStatus(t, "Create")
	return d.answer(t.id, d.about(s)), nil
}

// there reports whether a thing of this name or key is there.
func (d *deed) there() bool {
	if id := textOf(d.given(d.k.id)); d.k.id != "" && (id != "" || len(d.k.key) == 0) {
		return d.named(id) != nil
	}
	return slices.ContainsFunc(d.own(), d.keyed)
}

// settleStatus takes a thing to the status that the call leaves it in.
func (d *deed) settleStatus(t *thing, verb string) {
	then := d.k.status
	if len(d.b.become) > 0 {
		verb = d.b.become[0]
	}
	if len(d.b.become) > 1 {
		then = d.b.become[1]
		if param, ok := strings.CutPrefix(then, "$"); ok {
			then = textOf(d.given(param))
		}
	}
	if way := d.k.onTheWay[verb]; way != "" || len(d.b.become) > 0 {
		t.become(verb, orText(way, then), then)
	}
	d.stirHost()
}

// stirHost has the host on the way for what the call does to it.
func (d *deed) stirHost() {
	if d.host == nil || d.b.hostBecome == "" || d.c.objects[d.host.o.key] == nil {
		return
	}
	if k := behaviourOf(d.host.kind.typ); k != nil && k.onTheWay[d.b.hostBecome] != "" {
		d.host.become(d.b.hostBecome, k.onTheWay[d.b.hostBecome], k.status)
	}
}

// about gives the members of an answer that tell of the thing made.
func (d *deed) about(s *scope) map[string]any {
	known := make(map[string]any)
	if d.k.id != "" {
		known[d.k.id] = d.k.idOf(s.t)
	}
	for _, m := range d.c.membersOf(d.api.Service, d.api.Name) {
		if v := s.spoken(m.name, s.t.value(m.name)); v != nil && known[m.name] == nil {
			known[m.name] = v
		}
	}
	return d.told(s, known)
}

// told adds what the call says of its own.
func (d *deed) told(s *scope, known map[string]any) map[string]any {
	for i := range d.b.tell {
		if v := s.eval(&d.b.tell[i].from); v != nil {
			place(known, d.b.tell[i].name, v)
		}
	}
	return known
}

func (d *deed) modify(things []*thing) (map[string]any, *provider.Error) {
	known := make(map[string]any)
	first := ""
	for i, t := range things {
		s := d.scope(t)
		props, beside := d.taken(s)
		if err := d.c.revise(t, props); err != nil {
			return nil, err
		}
		d.keep(t, beside)
		if err := d.clear(t); err != nil {
			return nil, err
		}
		if err := d.changeLists(s); err != nil {
			return nil, err
		}
		if len(d.b.become) > 0 || d.b.hostBecome != "" {
			d.settleStatus(t, "Modify")
		}
		if i == 0 {
			first, known = t.id, d.told(s, known)
		}
	}
	return d.answer(first, known), nil
}

func (d *deed) remove(things []*thing) (map[string]any, *provider.Error) {
	for _, t := range things {
		if err := d.c.blocker(t.o); err != nil {
			return nil, err
		}
	}
	known := make(map[string]any)
	first := ""
	for i, t := range things {
		if i == 0 {
			first, known = t.id, d.told(d.scope(t), known)
		}
		for _, typ := range d.b.along {
			for _, o := range d.scope(t).kin(typ) {
				d.c.remove(o)
			}
		}
		if way := d.k.onTheWay["Delete"]; way != "" && d.c.delay("Delete", d.k.typ) > 0 {
			t.become("Delete", way, goneStatus)
		} else {
			t.vanish()
		}
	}
	d.stirHost()
	return d.answer(first, known), nil
}
