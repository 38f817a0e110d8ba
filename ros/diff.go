package ros

import (
	"strconv"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// differ lists how the properties wanted differ from those last applied.
// Differences are found at any depth; what they do to the resource is judged
// by the property at the top, as the service does.
type differ struct {
	wire  *value.Wire
	bytes *arena
	// moves tells whether what a hole will be filled with is certainly another
	// value than the one recorded, and because of which logical ID.
	moves func(h *value.Hole) (logicalID string, certain bool)

	out    []Diff
	causes []string // logical IDs whose replacement is certain to show
	path   []byte
	effect Outcome
}

// compareAll compares the properties of a resource. The diffs come in the
// order of the properties wanted, then of those no longer wanted.
func (d *differ) compareAll(typ *provider.Type, before, after value.Value) {
	var properties map[string]*provider.Property
	if typ != nil {
		properties = typ.Properties
	}
	for i := range after.Len() {
		key := after.KeyAt(i)
		was, _ := before.Get(key)
		d.compareTop(properties[key], key, was, after.At(i))
	}
	for i := range before.Len() {
		key := before.KeyAt(i)
		if _, ok := after.Get(key); !ok {
			d.compareTop(properties[key], key, before.At(i), value.Value{})
		}
	}
}

func (d *differ) compareTop(prop *provider.Property, name string, before, after value.Value) {
	d.path = append(d.path[:0], name...)
	d.effect = effectOf(prop)
	d.compare(prop, before, after)
}

// effectOf is what a change of a top-level property does, as far as its type
// tells.
func effectOf(prop *provider.Property) Outcome {
	if prop != nil {
		switch prop.Update {
		case provider.UpdateInPlace:
			return UpdateOutcome
		case provider.UpdateReplaces:
			return ReplaceOutcome
		}
	}
	return ""
}

func (d *differ) compare(prop *provider.Property, before, after value.Value) {
	before, after = normalise(prop, before), normalise(prop, after)
	switch {
	case after.IsUnknown():
		d.add(before, after)
	case before.Sensitive() || after.Sensitive() && !after.HasUnknown():
		if !sameFor(prop, before, after) {
			d.add(before, after)
		}
	case before.Kind() == value.KindMap && after.Kind() == value.KindMap:
		d.compareMaps(prop, before, after)
	case itemwise(before, after):
		d.compareItems(prop, before, after)
	case !sameFor(prop, before, after):
		d.add(before, after)
	}
}

func (d *differ) compareMaps(prop *provider.Property, before, after value.Value) {
	at := len(d.path)
	step := func(key string, was, is value.Value) {
		d.path = append(append(d.path[:at], '.'), key...)
		d.compare(memberOf(prop, key), was, is)
		d.path = d.path[:at]
	}
	for i := range after.Len() {
		was, _ := before.Get(after.KeyAt(i))
		step(after.KeyAt(i), was, after.At(i))
	}
	for i := range before.Len() {
		if _, ok := after.Get(before.KeyAt(i)); !ok {
			step(before.KeyAt(i), before.At(i), value.Value{})
		}
	}
}

// itemwise reports whether two lists are compared item by item: those of one
// length are, and those of maps. Others read better as a whole.
func itemwise(before, after value.Value) bool {
	if before.Kind() != value.KindList || after.Kind() != value.KindList {
		return false
	}
	return before.Len() == after.Len() || ofMaps(before) && ofMaps(after)
}

func ofMaps(list value.Value) bool {
	for i := range list.Len() {
		if list.At(i).Kind() != value.KindMap {
			return false
		}
	}
	return true
}

func (d *differ) compareItems(prop *provider.Property, before, after value.Value) {
	at := len(d.path)
	for i := range max(before.Len(), after.Len()) {
		d.path = append(d.path[:at], '[')
		d.path = append(strconv.AppendInt(d.path, int64(i), 10), ']')
		d.compare(itemOf(prop), nth(before, i), nth(after, i))
	}
	d.path = d.path[:at]
}

// nth is the i-th item, or absent past the end.
func nth(list value.Value, i int) value.Value {
	if i >= list.Len() {
		return value.Value{}
	}
	return list.At(i)
}

func (d *differ) add(before, after value.Value) {
	diff := Diff{Path: string(d.path), Effect: d.effect, Before: d.raw(before), After: d.raw(after)}
	switch {
	case after.IsUnknown():
		id, certain := d.moves(after.Hole())
		diff.Possible = !certain
		if certain {
			d.causes = append(d.causes, id)
		}
	case after.HasUnknown() && before.Kind() == after.Kind() && before.Len() == after.Len():
		diff.Possible = true
	}
	d.out = append(d.out, diff)
}

func (d *differ) raw(v value.Value) []byte {
	if v.IsAbsent() {
		return nil
	}
	at := d.bytes.begin()
	d.bytes.buf = v.AppendWire(d.bytes.buf, d.wire)
	return d.bytes.take(at)
}
