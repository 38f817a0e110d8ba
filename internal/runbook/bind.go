package runbook

import (
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// Bind gives the parameters values: those supplied, which are Go values in the
// manner of JSON and are converted to the declared types, else the defaults,
// rendered. nil stands for "not given". Parameters that the template does not
// declare are left out: Unknown lists them. A supplied text that is a reference
// into the parameter store stays one.
//
// The error is a *diag.ListError with all faults at once. A template with errors
// cannot be bound.
func (t *Template) Bind(params map[string]any, w *World) (*Values, error) {
	if err := t.findings.Err(); err != nil {
		return nil, err
	}
	b := binder{t: t, given: make(map[int]any), state: make([]bindState, len(t.Parameters)), values: newValues(t)}
	b.scope = &Scope{Template: t, Values: b.values, World: w}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if i, ok := t.parameters.find(name); ok && params[name] != nil {
			if _, twice := b.given[i]; !twice || t.Parameters[i].Name == name {
				b.given[i] = params[name]
			}
		}
	}
	for i := range t.Parameters {
		b.bind(i)
	}
	b.faults.Sort()
	if err := b.faults.Err(); err != nil {
		return nil, err
	}
	return b.values, nil
}

// Unknown lists those names among parameters that the template does not declare,
// sorted. Bind leaves them out; callers may want to warn.
func (t *Template) Unknown(params map[string]any) []string {
	var unknown []string
	for name := range params {
		if _, ok := t.parameters.find(name); !ok {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

type bindState uint8

const (
	unbound bindState = iota
	binding
	bound
)

type binder struct {
	t      *Template
	given  map[int]any
	state  []bindState
	scope  *Scope
	values *Values
	faults diag.List
}

func (b *binder) fault(p *Parameter, f *fault) {
	b.faults = append(b.faults, diag.New(diag.Error, f.code, b.t.Source(), p.Node.KeyRange(), "Parameters."+p.Name, f.args...))
}

// bind gives a parameter its value, after those that its default refers to.
func (b *binder) bind(i int) {
	if b.state[i] != unbound {
		return // a cycle of defaults has been reported by Parse
	}
	b.state[i] = binding
	p := b.t.Parameters[i]
	v, f := b.value(p, i)
	if f == nil && !v.IsNull() && !v.HasUnknown() && !b.isDefault(p, i, v) {
		f = p.violates(v)
	}
	if f != nil {
		if text := localised(p.ConstraintDescription, "en"); text != "" && strings.HasPrefix(string(f.code), "parameter-") && f.code != "parameter-missing" {
			f = &fault{"parameter-described", []string{p.Name, diag.Clip(text)}}
		}
		b.fault(p, f)
	}
	b.values.values[i] = marked(v, p.NoEcho)
	b.state[i] = bound
}

// value gives the value of a parameter, converted.
func (b *binder) value(p *Parameter, i int) (value.Value, *fault) {
	if given, ok := b.given[i]; ok {
		v, err := value.FromGo(given)
		if err != nil {
			return value.Null(), &fault{"parameter-go-type", []string{p.Name, err.Error()}}
		}
		if !v.IsNull() {
			return b.supplied(p, v)
		}
	}
	if p.Default.IsZero() {
		return value.Null(), &fault{"parameter-missing", []string{p.Name, p.Type}}
	}
	for _, inner := range referencesIn(p.Default) {
		if j, ok := b.t.parameters.find(inner); ok {
			b.bind(j)
		}
	}
	v, err := b.scope.Render(p.Default)
	if e, ok := err.(*Error); ok {
		return value.Null(), &fault{e.Finding.Code, e.Finding.Args}
	}
	if v.IsNull() || v.HasUnknown() {
		return v, nil
	}
	converted, ok := p.convertDefault(v)
	if !ok {
		return v, &fault{"parameter-type", []string{p.Name, p.Type, p.shown(v)}}
	}
	return marked(converted, v.HasSensitive()), nil
}

// supplied converts a value that the caller gives. What refers into the
// parameter store is checked against the pattern as it is written.
func (b *binder) supplied(p *Parameter, v value.Value) (value.Value, *fault) {
	if stored := withStored(v); v.Kind() == value.KindString && stored.HasUnknown() {
		f := p.violatesPattern(v)
		if x, ok := stored.Hole().Expr.(entry); ok && f != nil {
			f = p.violatesPattern(value.String("{{" + string(x) + "}}"))
		}
		if f != nil || p.Type != typeJSON || stored.Hole().Refs == nil {
			return stored, f
		}
	}
	converted, ok := p.convert(v)
	if !ok {
		return v, &fault{"parameter-type", []string{p.Name, p.Type, p.shown(v)}}
	}
	return marked(withStored(converted), v.HasSensitive()), nil
}

// isDefault reports whether a value is the declared default: such a one is not
// checked, since it stands for "left empty".
func (b *binder) isDefault(p *Parameter, i int, v value.Value) bool {
	if _, given := b.given[i]; !given {
		return !hasReference(p.Default)
	}
	if p.Default.IsZero() || hasReference(p.Default) {
		return false
	}
	d, ok := p.convert(p.Default.Value())
	return ok && equal(v, d)
}

// withStored makes references into the parameter store of the texts of a value
// that the caller supplies; no other reference in them counts.
func withStored(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindString:
		if !strings.Contains(v.Text(), "{{") {
			return v
		}
		return storedText(v)
	case value.KindList:
		items := make([]value.Value, v.Len())
		for i := range items {
			items[i] = withStored(v.At(i))
		}
		return marked(value.List(items), v.Sensitive())
	case value.KindMap:
		entries := make([]value.Entry, v.Len())
		for i := range entries {
			entries[i] = value.Entry{Key: v.KeyAt(i), Value: withStored(v.At(i))}
		}
		return marked(value.Map(entries), v.Sensitive())
	}
	return v
}

func storedText(v value.Value) value.Value {
	s := v.Text()
	var args []value.Value
	plain := 0
	for at := 0; ; {
		start, end, inner, ok := nextReference(s[at:])
		if !ok {
			break
		}
		start, end = at+start, at+end
		at = end
		name, secret, ok := storeName(inner)
		if !ok || name == "" {
			continue
		}
		hole, _ := fromStore(nil, name, secret)
		if start == 0 && end == len(s) {
			return hole
		}
		if plain < start {
			args = append(args, value.String(s[plain:start]))
		}
		args = append(args, hole)
		plain = end
	}
	if len(args) == 0 {
		return v
	}
	if plain < len(s) {
		args = append(args, value.String(s[plain:]))
	}
	return hole(pendingText, args)
}

// referencesIn lists the inner texts of the references in a node.
func referencesIn(n doc.Node) []string {
	switch n.Kind() {
	case doc.String:
		var list []string
		for s := n.Text(); ; {
			_, end, inner, ok := nextReference(s)
			if !ok {
				return list
			}
			list = append(list, inner)
			s = s[end:]
		}
	case doc.List, doc.Map:
		var list []string
		for member := range n.Items() {
			list = append(list, referencesIn(member)...)
		}
		return list
	}
	return nil
}

// localised gives a text that may be a map from language to text.
func localised(n doc.Node, language string) string {
	if n.Kind() != doc.Map {
		return n.Text()
	}
	for _, key := range [...]string{language, "en", "zh-cn"} {
		if text := n.Get(key); text.Kind() == doc.String {
			return text.Text()
		}
	}
	return ""
}
