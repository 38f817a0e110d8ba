package template

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// wireVersion is the version of the form that AppendWire writes.
const wireVersion = 1

// AppendWire appends the scope as JSON, for plans and journals. A scope loaded
// from it by LoadScope evaluates holes and outputs as this one does. It lists
// only those resources that a reference does not simply name: counted ones,
// absent ones, and those with a dot in their name.
func (s *Scope) AppendWire(dst []byte, w *value.Wire) []byte {
	dst = append(dst, `{"version":`...)
	dst = strconv.AppendInt(dst, wireVersion, 10)
	dst = append(dst, `,"pseudo":`...)
	dst = s.pseudo.appendWire(dst)
	dst = append(dst, `,"parameters":`...)
	dst = object(dst, len(s.params), func(dst []byte, i int) []byte {
		return s.params[i].value.AppendWire(member(dst, s.params[i].name), w)
	})
	if given := s.storeNames(); len(given) > 0 {
		dst = append(dst, `,"given":`...)
		dst = object(dst, len(given), func(dst []byte, i int) []byte {
			return given[i].given.AppendWire(member(dst, given[i].name), w)
		})
	}
	dst = s.appendLocals(append(dst, `,"locals":`...), w)
	dst = append(dst, `,"conditions":`...)
	dst = object(dst, len(s.truths), func(dst []byte, i int) []byte {
		return strconv.AppendBool(member(dst, s.truths[i].name), s.truths[i].value)
	})
	dst = append(dst, `,"mappings":`...)
	dst = s.appendExpr(dst, s.mappings, -1)
	dst = s.appendResources(append(dst, `,"resources":`...))
	dst = append(dst, `,"outputs":`...)
	dst = object(dst, len(s.outputs), func(dst []byte, i int) []byte {
		o := &s.outputs[i]
		dst = append(member(dst, o.name), `{"description":`...)
		dst = value.AppendQuoted(dst, o.description)
		dst = append(dst, `,"noEcho":`...)
		dst = strconv.AppendBool(dst, o.noEcho)
		dst = append(dst, `,"value":`...)
		return append(s.appendExpr(dst, o.value, -1), '}')
	})
	return append(s.appendWorld(dst, w), '}')
}

// storeNames lists the parameters whose values come from the parameter store.
func (s *Scope) storeNames() []boundParameter {
	var list []boundParameter
	for _, p := range s.params {
		if !p.given.IsAbsent() {
			list = append(list, p)
		}
	}
	return list
}

// object appends a map of n members.
func object(dst []byte, n int, each func(dst []byte, i int) []byte) []byte {
	dst = append(dst, '{')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = each(dst, i)
	}
	return append(dst, '}')
}

func member(dst []byte, key string) []byte {
	return append(value.AppendQuoted(dst, key), ':')
}

func (ps *Pseudo) fields() []*string {
	return []*string{&ps.AccountID, &ps.TenantID, &ps.Region, &ps.StackID, &ps.StackName, &ps.ResourceGroupID}
}

var pseudoFields = []string{"account", "tenant", "region", "stack", "name", "group"}

func (ps Pseudo) appendWire(dst []byte) []byte {
	fields := ps.fields()
	dst = object(dst, len(fields), func(dst []byte, i int) []byte {
		return value.AppendQuoted(member(dst, pseudoFields[i]), *fields[i])
	})
	dst = dst[:len(dst)-1]
	if !ps.Now.IsZero() {
		dst = append(dst, ',')
		dst = value.AppendQuoted(member(dst, "now"), ps.Now.UTC().Format(time.RFC3339Nano))
	}
	if len(ps.Zones) > 0 {
		regions := slices.Sorted(maps.Keys(ps.Zones))
		dst = append(dst, `,"zones":`...)
		dst = object(dst, len(regions), func(dst []byte, i int) []byte {
			dst = append(member(dst, regions[i]), '[')
			for k, zone := range ps.Zones[regions[i]] {
				if k > 0 {
					dst = append(dst, ',')
				}
				dst = value.AppendQuoted(dst, zone)
			}
			return append(dst, ']')
		})
	}
	return append(dst, '}')
}

// appendLocals appends the locals that have a value; macros are written where
// they are used.
func (s *Scope) appendLocals(dst []byte, w *value.Wire) []byte {
	var known []int
	for i := range s.locals {
		if l := &s.locals[i]; !l.macro && !l.data && l.err == nil {
			known = append(known, i)
		}
	}
	return object(dst, len(known), func(dst []byte, i int) []byte {
		l := &s.locals[known[i]]
		return l.value.AppendWire(member(dst, l.name), w)
	})
}

// appendResources appends the special resources: the count, or -1, and with an
// absent one a second member.
func (s *Scope) appendResources(dst []byte) []byte {
	dst = append(dst, '{')
	first := true
	for name, to := range s.special() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(member(dst, name), '[')
		dst = strconv.AppendInt(dst, int64(to.count), 10)
		if to.absent {
			dst = append(dst, `,"absent"`...)
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// special yields the special resources in the template's order, or by name if
// there is no template.
func (s *Scope) special() iter.Seq2[string, target] {
	var names []string
	if s.template != nil {
		names = slices.Collect(s.template.namesOf([]symbolKind{resourceSymbol}))
	} else {
		for _, name := range slices.Sorted(maps.Keys(s.names)) {
			if s.names[name].kind == resourceSymbol {
				names = append(names, name)
			}
		}
	}
	return func(yield func(string, target) bool) {
		for _, name := range names {
			to, ok := s.resource(name)
			if !ok || to.count < 0 && !to.absent && !strings.ContainsAny(name, ".[") {
				continue
			}
			if !yield(name, to) {
				return
			}
		}
	}
}

// LoadScope loads a scope that AppendWire has written. open gives the values
// of secrets; without it they stay unknown. The scope has no template: it
// resolves values and evaluates outputs, but does not expand. A resource that
// it does not list is taken to exist.
func LoadScope(data []byte, open func(string) (value.Value, bool)) (*Scope, error) {
	d, faults := doc.ParseJSON("scope", data, &Limits{Nodes: 1 << 28, Depth: 1000})
	if err := faults.Err(); err != nil {
		return nil, fmt.Errorf("scope: %w", err)
	}
	root := d.Root()
	if version, ok := root.Get("version").Int(); !ok || version != wireVersion {
		return nil, fmt.Errorf("scope: version %q is not one that can be read (%d)", root.Get("version").Literal(), wireVersion)
	}
	s := &Scope{names: make(map[string]symbol), conditions: make(map[string]int32), mappings: root.Get("mappings"), open: true}
	if err := s.loadPseudo(root.Get("pseudo")); err != nil {
		return nil, err
	}
	for n := range root.Get("parameters").Items() {
		v, err := value.ParseWire(n.AppendJSON(nil), open)
		if err != nil {
			return nil, fmt.Errorf("scope: parameter %s: %w", n.Key(), err)
		}
		s.names[n.Key()] = symbol{parameterSymbol, int32(len(s.params))}
		p := boundParameter{name: n.Key(), value: v}
		if given := root.Get("given").Get(n.Key()); !given.IsZero() {
			if p.given, err = value.ParseWire(given.AppendJSON(nil), open); err != nil {
				return nil, fmt.Errorf("scope: parameter %s: %w", n.Key(), err)
			}
		}
		s.params = append(s.params, p)
	}
	for n := range root.Get("locals").Items() {
		v, err := value.ParseWire(n.AppendJSON(nil), open)
		if err != nil {
			return nil, fmt.Errorf("scope: local %s: %w", n.Key(), err)
		}
		s.names[n.Key()] = symbol{localSymbol, int32(len(s.locals))}
		s.locals = append(s.locals, boundLocal{name: n.Key(), value: v, state: evaluated})
	}
	for n := range root.Get("conditions").Items() {
		s.conditions[n.Key()] = int32(len(s.truths))
		s.truths = append(s.truths, truth{name: n.Key(), state: evaluated, value: n.Bool()})
	}
	for n := range root.Get("resources").Items() {
		count, _ := n.At(0).Int()
		s.names[n.Key()] = symbol{resourceSymbol, int32(len(s.counts))}
		s.counts = append(s.counts, int32(count))
		s.absent = append(s.absent, n.Len() > 1)
	}
	for n := range root.Get("outputs").Items() {
		s.outputs = append(s.outputs, boundOutput{n.Key(), n.Get("description").Text(), n.Get("noEcho").Bool(), n.Get("value")})
	}
	return s, s.loadWorld(root, open)
}

func (s *Scope) loadPseudo(n doc.Node) error {
	for i, field := range s.pseudo.fields() {
		*field = n.Get(pseudoFields[i]).Text()
	}
	if now := n.Get("now"); !now.IsZero() {
		t, err := time.Parse(time.RFC3339Nano, now.Text())
		if err != nil {
			return fmt.Errorf("scope: %w", err)
		}
		s.pseudo.Now = t
	}
	for zones := range n.Get("zones").Items() {
		if s.pseudo.Zones == nil {
			s.pseudo.Zones = make(map[string][]string)
		}
		list := []string{}
		for zone := range zones.Items() {
			list = append(list, zone.Text())
		}
		s.pseudo.Zones[zones.Key()] = list
	}
	return nil
}
