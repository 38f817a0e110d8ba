package providertest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// subjects finds the things that the call names, and for a list those that it
// may be about.
func (d *deed) subjects() ([]*thing, *provider.Error) {
	missing := orText(d.b.missing, d.k.missing)
	param := orText(d.b.id, d.k.id)
	var found []*thing
	named := ""
	if ids := d.args.list(param); param != "" && len(ids) > 0 {
		for _, id := range ids {
			if t := d.named(id); t != nil {
				found = append(found, t)
			} else if assumed(id) && len(d.c.byID[id]) == 0 && d.c.remembered[d.madeKey()] == nil {
				d.shape = true // of another sort than the call expects: nothing is known
			} else if named = id; !d.lenient(missing) {
				return nil, d.notThere(missing, param, id)
			}
		}
		d.shape = d.shape || len(found) > 0 && d.c.objects[found[0].o.key] == nil
		return found, nil
	}
	if d.b.verb == "list" {
		return d.candidates(), nil
	}
	if param != "" && len(d.k.key) == 0 {
		return nil, invalid(strings.ReplaceAll(d.p.lacks, "%", param), param, "The input parameter %q that is mandatory for processing this request is not supplied.", param)
	}
	for _, t := range d.own() {
		if d.keyed(t) && d.scope(t).hold(d.b.where) {
			found = append(found, t)
		}
	}
	if len(found) == 0 && !d.lenient(missing) {
		if d.host != nil && d.c.objects[d.host.o.key] == nil && d.c.remembered[d.madeKey()] == nil {
			d.shape = true
			return nil, nil
		}
		return nil, d.notThere(missing, d.k.key[len(d.k.key)-1].param, named)
	}
	return found, nil
}

// lenient reports whether a thing that is not there is fine.
func (d *deed) lenient(missing string) bool {
	return missing == "-" || d.b.verb == "list" && d.b.missing == ""
}

func (d *frame) notThere(code, param, id string) *provider.Error {
	return &provider.Error{Kind: provider.NotFound, Code: code, Path: param, Message: fmt.Sprintf("The specified %s %s does not exist.", param, id)}
}

// named finds a thing by its id, or by an attribute that calls know it by.
func (d *deed) named(id string) *thing {
	t := d.c.thing(&d.k.kind, id)
	if t != nil && !slices.Contains(d.k.idsOf(t.o), id) {
		t.id = t.o.ID
	}
	if t != nil && d.c.objects[t.o.key] == nil && styleOf(d.k.typ).composite() && d.c.remembered[d.madeKey()] != nil {
		return nil // it had the id from something made
	}
	return t
}

// assumed reports whether an id is one that sample values consist of: of
// something that is there from the start, or that nothing is known of.
func assumed(id string) bool { return isExisting(id) || strings.HasPrefix(id, "sample") }

// held finds a thing that the cloud holds. Without one the call is answered by
// its shape: of things that stand there from the start, or are only assumed, no
// more is known.
func (f *frame) held(k *kind, parameter string) (*thing, *provider.Error) {
	id := f.args.text(parameter)
	t, err := f.find(k, id, parameter)
	switch {
	case err != nil && assumed(id):
		return nil, nil
	case err != nil:
		return nil, err
	case f.c.objects[t.o.key] == nil:
		return nil, nil
	}
	return t, nil
}

// knows reports whether the cloud has ever seen a thing of the kind.
func (d *deed) knows() bool { return len(d.own()) > 0 || d.c.remembered[d.madeKey()] != nil }

// madeKey is where the cloud remembers that a call has made things of a type.
// From then on it is known what there is, also where that is nothing.
func (d *deed) madeKey() string { return "made " + d.k.typ }

// own gives the things of the kind that are in the cloud.
func (d *deed) own() []*thing {
	var list []*thing
	for _, o := range d.c.inOrder() {
		if !d.k.has(o.Type) || o.Standing {
			continue
		}
		for i, id := range d.k.idsOf(o) {
			if l := o.Live[id]; l == nil || !l.Gone {
				list = append(list, &thing{c: d.c, kind: &d.k.kind, o: o, id: id, index: i})
			}
		}
	}
	return list
}

// keyed reports whether a thing is the one that the key's parameters name, as
// far as they are given.
func (d *deed) keyed(t *thing) bool {
	return !slices.ContainsFunc(d.k.key, func(m matching) bool { return !d.matches(&m, d.scope(t)) })
}

// matches compares a parameter, if it is given, with a thing.
func (d *deed) matches(m *matching, s *scope) bool {
	want := d.args.list(m.param)
	if len(want) == 0 {
		return true
	}
	have := (&arguments{given: map[string]any{"": s.eval(&m.of)}}).list("")
	return slices.ContainsFunc(have, func(text string) bool {
		return slices.ContainsFunc(want, func(w string) bool {
			return strings.EqualFold(w, text) || m.like && fitsPattern(w, text)
		})
	})
}

// fitsPattern matches a text with a pattern in which * stands for anything.
func fitsPattern(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 || !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	last := parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		at := strings.Index(text, p)
		if at < 0 {
			return false
		}
		text = text[at+len(p):]
	}
	return strings.HasSuffix(text, last)
}

// candidates gives the things that a list without ids may tell of.
func (d *deed) candidates() []*thing {
	all := d.own()
	asked := false
	for _, m := range slices.Concat(d.k.key, d.b.by) {
		asked = asked || len(d.args.list(m.param)) > 0
	}
	if h := d.k.host; h != nil && d.host != nil {
		asked = true
		if d.c.objects[d.host.o.key] == nil && len(all) == 0 {
			d.shape = true
		}
		all = slices.DeleteFunc(all, func(t *thing) bool {
			return !slices.Contains((&arguments{given: map[string]any{"": t.value(h.prop)}}).list(""), d.as)
		})
	}
	if len(all) == 0 && !asked {
		d.shape = true
	}
	if d.c.remembered[d.madeKey()] != nil {
		d.shape = false
	}
	return all
}
