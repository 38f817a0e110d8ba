package alicloud

import (
	"fmt"
	"slices"
	"strings"
)

// check completes what was read and refuses what makes no sense.
func (r *reader) check() error {
	d := r.d
	switch {
	case d.name == "" || d.product == nil:
		return fmt.Errorf("a block without type or api")
	case len(d.create) == 0:
		return fmt.Errorf("%s has no create", d.name)
	case d.id.path == nil && d.id.parts == nil:
		return fmt.Errorf("%s has no id", d.name)
	}
	for _, list := range [][]*step{d.create, d.after, d.update, d.remove} {
		for _, s := range list {
			if name := d.unknownList(s); name != "" {
				return fmt.Errorf("%s: line %d: no lookup is named %q", d.name, s.line, name)
			}
			for _, p := range s.parameters {
				if _, ok := d.inherited(p); !ok {
					return fmt.Errorf("%s: line %d: create has no %q", d.name, s.line, p.inherit)
				}
			}
		}
	}
	for _, w := range []*wait{d.ready, d.removed} {
		if err := d.checkWait(w); err != nil {
			return err
		}
	}
	if d.id.call != nil {
		d.id.call.product = d.product
	}
	for i := range d.attributes {
		for j := range d.attributes[i].sources {
			call := d.attributes[i].sources[j].call
			if call != nil && call.product.style != RPC {
				return fmt.Errorf("%s: %s has no path: name a lookup for it", d.name, call.action)
			}
			d.completeCall(call)
		}
	}
	d.addTagCalls()
	d.addGroupCall()
	return nil
}

// unknownList names a lookup that a step goes through and that there is not.
func (d *descriptor) unknownList(s *step) string {
	for _, p := range s.parameters {
		if p.value == nil {
			continue
		}
		for _, e := range p.value.expressions() {
			if e.kind == exprListed && d.named(e.name) == nil {
				return e.name
			}
		}
	}
	return ""
}

// checkWait finds the lookup that a wait's field names.
func (d *descriptor) checkWait(w *wait) error {
	if w == nil {
		return nil
	}
	if w.field != nil && len(w.field.steps) > 0 {
		if head := w.field.steps[0].name; d.named(head) != nil {
			w.read = head
			w.field = &path{text: w.field.text, steps: w.field.steps[1:]}
		}
	}
	if d.read == nil && w.read == "" {
		return fmt.Errorf("%s waits and cannot look", d.name)
	}
	return nil
}

// completeCall gives a call that is named without parameters those of the
// lookup: it asks for the same resource.
func (d *descriptor) completeCall(s *step) {
	if s == nil || s.parameters != nil || d.read == nil {
		return
	}
	s.parameters = d.read.parameters
}

// covers reports whether a step sends the property when that changed.
func (d *descriptor) covers(s *step, property string) bool {
	return slices.Contains(d.triggers(s), property)
}

// triggers lists the properties whose change makes an update step run, and of
// which one must be set for a step after creation.
func (d *descriptor) triggers(s *step) []string {
	if s.on != nil {
		return s.on
	}
	var strong, weak []string
	for _, p := range s.parameters {
		switch {
		case p.inherit != "":
			root, _, _ := strings.Cut(p.inherit, ".")
			strong = append(strong, root)
		case p.mapping != nil && p.value == nil:
			strong = append(strong, p.mapping.property[0])
		}
		if p.value == nil {
			continue
		}
		for _, e := range p.value.expressions() {
			switch e.kind {
			case exprEach, exprAdd, exprDel, exprOld:
				if e.name != "id" {
					strong = append(strong, e.name)
				}
			case exprProperty, exprJSON, exprCSV:
				if !d.identifies(e.name) {
					weak = append(weak, e.name)
				}
			}
		}
	}
	if strong == nil {
		return weak
	}
	return strong
}

// identifies reports whether a property is part of what a lookup names the
// resource by.
func (d *descriptor) identifies(property string) bool {
	for _, part := range d.id.parts {
		for _, p := range part.names {
			if p.text == property {
				return true
			}
		}
	}
	if d.read == nil {
		return false
	}
	for _, p := range d.read.parameters {
		if p.value == nil {
			continue
		}
		for _, e := range p.value.expressions() {
			if e.kind == exprProperty && e.name == property {
				return true
			}
		}
	}
	return false
}

// missing tells what keeps a step from being run: an expression that needs code
// which there is not, or a protocol. Empty: nothing.
func (s *step) missing() string {
	if s.product.style == SLS {
		return "the log service's own protocol"
	}
	for _, p := range s.parameters {
		if p.value == nil {
			continue
		}
		for _, e := range p.value.expressions() {
			if e.kind == exprHook {
				return s.action + " needs $" + strings.Join(append([]string{e.name}, e.rest...), ".")
			}
		}
	}
	return ""
}

// absent tells why the type cannot be handled at all; empty if it can.
func (d *descriptor) absent() string {
	if d.id.call != nil {
		if why := d.id.call.missing(); why != "" {
			return why
		}
	}
	for _, s := range d.create {
		if why := s.missing(); why != "" {
			return why
		}
	}
	for _, s := range d.after {
		if why := s.missing(); why != "" {
			return why
		}
	}
	if d.read != nil {
		if why := d.read.missing(); why != "" {
			return why
		}
	}
	for _, s := range d.remove {
		if why := s.missing(); why != "" && s.when == nil {
			return why
		}
	}
	return ""
}

// sendsOnCreate reports whether a create step sends the property.
func (d *descriptor) sendsOnCreate(property string) bool {
	for _, list := range [][]*step{d.create, d.after} {
		for _, s := range list {
			if slices.Contains(d.triggers(s), property) {
				return true
			}
		}
	}
	return false
}
