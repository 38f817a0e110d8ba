package runbook

import (
	"slices"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// pendingText is the pending function that puts texts together.
const pendingText = "text"

// pending is a function whose arguments are not all known. Its JSON form is a
// map of one key, the function's name, with the list of arguments.
type pending struct {
	name string
	args []value.Value
}

func (p *pending) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	dst = value.AppendQuoted(dst, p.name)
	dst = append(dst, ':')
	dst = value.List(p.args).AppendWire(dst, &value.Wire{})
	return append(dst, '}')
}

// entry is an entry of the parameter store, with its prefix. Its JSON form is
// the reference to it.
type entry string

func (e entry) AppendJSON(dst []byte) []byte {
	return value.AppendQuoted(dst, "{{ "+string(e)+" }}")
}

// hole makes a pending function an unknown value.
func hole(name string, args []value.Value) value.Value {
	h := &value.Hole{Expr: &pending{name, args}}
	for _, arg := range args {
		h.Refs = waits(h.Refs, arg)
		h.Sensitive = h.Sensitive || arg.HasSensitive()
	}
	return value.Unknown(h)
}

// waits appends the entries of the store that a value waits for.
func waits(refs []string, v value.Value) []string {
	if !v.HasUnknown() {
		return refs
	}
	if h := v.Hole(); h != nil {
		for _, ref := range h.Refs {
			if !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
		return refs
	}
	for i := range v.Len() {
		refs = waits(refs, v.At(i))
	}
	return refs
}

// Waits lists the entries of the parameter store that a value waits for, each
// once, with their prefix: "oos:name" or "oos-secret:name".
func Waits(v value.Value) []string { return waits(nil, v) }

// fromStore gives an entry's value, or what stands for it until there is a
// store.
func fromStore(store Store, name string, secret bool) (value.Value, error) {
	prefix := storePrefix
	if secret {
		prefix = secretPrefix
	}
	if store == nil {
		return value.Unknown(&value.Hole{Expr: entry(prefix + name), Refs: []string{prefix + name}, Sensitive: secret}), nil
	}
	v, ok := store.Parameter(name, secret)
	if !ok {
		return value.Null(), failed("stored-missing", prefix+name)
	}
	return marked(v, secret), nil
}

// Resolve fills in what waits for the parameter store. A value that waits for
// nothing comes back as it is. The error is an *Error: an entry that does not
// exist has the code "stored-missing".
func Resolve(v value.Value, store Store) (value.Value, error) {
	if !v.HasUnknown() {
		return v, nil
	}
	if h := v.Hole(); h != nil {
		filled, err := fill(h, store)
		return marked(filled, err == nil && h.Sensitive), err
	}
	switch v.Kind() {
	case value.KindList:
		items := make([]value.Value, v.Len())
		for i := range items {
			var err error
			if items[i], err = Resolve(v.At(i), store); err != nil {
				return v, err
			}
		}
		return value.List(items), nil
	case value.KindMap:
		entries := make([]value.Entry, v.Len())
		for i := range entries {
			member, err := Resolve(v.At(i), store)
			if err != nil {
				return v, err
			}
			entries[i] = value.Entry{Key: v.KeyAt(i), Value: member}
		}
		return value.Map(entries), nil
	}
	return v, nil
}

func fill(h *value.Hole, store Store) (value.Value, error) {
	switch x := h.Expr.(type) {
	case entry:
		name, secret, _ := storeName(string(x))
		return fromStore(store, name, secret)
	case *pending:
		return x.run(store)
	case nil:
		return value.Null(), failed("secret-lost")
	}
	// An expression that comes from a journal.
	v, err := value.ParseWire(h.Expr.AppendJSON(nil), nil)
	if err != nil {
		return v, failed("pending-broken")
	}
	if text, ok := asText(v); ok {
		if _, _, inner, ok := nextReference(text); ok {
			if name, secret, ok := storeName(inner); ok {
				return fromStore(store, name, secret)
			}
		}
	}
	if v.Kind() == value.KindMap && v.Len() == 1 && v.At(0).Kind() == value.KindList {
		p := pending{name: v.KeyAt(0)}
		for _, arg := range v.At(0).Items() {
			p.args = append(p.args, arg)
		}
		return p.run(store)
	}
	return v, failed("pending-broken")
}

// run evaluates the function with the store at hand.
func (p *pending) run(store Store) (value.Value, error) {
	args, sensitive := make([]value.Value, len(p.args)), false
	for i, arg := range p.args {
		v, err := Resolve(arg, store)
		if err != nil {
			return v, err
		}
		args[i] = v
		sensitive = sensitive || v.HasSensitive()
		if v.HasUnknown() {
			return v, failed("known-later")
		}
	}
	if p.name == pendingText {
		var buf []byte
		for i, arg := range args {
			if isStored(p.args[i]) {
				arg = joined(arg)
			}
			buf = appendText(buf, arg, "")
		}
		return marked(value.String(string(buf)), sensitive), nil
	}
	f := table[p.name]
	if f == nil || f.apply == nil {
		return value.Null(), failed("pending-broken")
	}
	v, err := f.apply(time.Time{}, args)
	if err != nil {
		return v, functionError(doc.Node{}, err, sensitive)
	}
	return marked(v, sensitive), nil
}

// isStored reports whether a value waits for an entry of the store and nothing
// else.
func isStored(v value.Value) bool {
	h := v.Hole()
	return h != nil && h.Expr != nil && strings.HasPrefix(string(h.Expr.AppendJSON(nil)), `"{{`)
}

// joined gives a list of the store as the text that the store keeps it in,
// which is how it stands within other text.
func joined(v value.Value) value.Value {
	if v.Kind() != value.KindList {
		return v
	}
	texts := make([]string, v.Len())
	for i, item := range v.Items() {
		texts[i] = string(appendText(nil, item, ""))
	}
	return marked(value.String(strings.Join(texts, ",")), v.HasSensitive())
}

// storeName takes the inner text of a reference into the parameter store apart.
func storeName(inner string) (name string, secret, ok bool) {
	if name, ok = strings.CutPrefix(inner, secretPrefix); ok {
		return strings.TrimSpace(name), true, true
	}
	name, ok = strings.CutPrefix(inner, storePrefix)
	return strings.TrimSpace(name), false, ok
}
