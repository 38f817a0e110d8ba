package runbook

import (
	"github.com/bianpai/bianpai/internal/value"
)

// Values are the values of an execution's parameters, in the template's order.
// They are immutable and safe for concurrent use.
type Values struct {
	names  []string
	values []value.Value
}

func newValues(t *Template) *Values {
	v := &Values{make([]string, len(t.Parameters)), make([]value.Value, len(t.Parameters))}
	for i, p := range t.Parameters {
		v.names[i] = p.Name
	}
	return v
}

// at gives the value of a parameter that probably stands at an index.
func (v *Values) at(i int, name string) value.Value {
	if v == nil {
		return value.Null()
	}
	if i < len(v.names) && v.names[i] == name {
		return orNull(v.values[i])
	}
	found, _ := v.Get(name)
	return orNull(found)
}

// Get gives a parameter's value by its declared name.
func (v *Values) Get(name string) (value.Value, bool) {
	if v == nil {
		return value.Value{}, false
	}
	for i, known := range v.names {
		if known == name {
			return v.values[i], true
		}
	}
	return value.Value{}, false
}

// Map gives all values as a map.
func (v *Values) Map() value.Value {
	entries := make([]value.Entry, len(v.names))
	for i, name := range v.names {
		entries[i] = value.Entry{Key: name, Value: orNull(v.values[i])}
	}
	return value.Map(entries)
}

// With gives the values with some of them changed, which are taken as they are.
func (v *Values) With(changes map[string]value.Value) *Values {
	changed := &Values{v.names, append([]value.Value(nil), v.values...)}
	for i, name := range v.names {
		if to, ok := changes[name]; ok {
			changed.values[i] = to
		}
	}
	return changed
}

// AppendWire appends the values as LoadValues reads them.
func (v *Values) AppendWire(dst []byte, w *value.Wire) []byte { return v.Map().AppendWire(dst, w) }

// LoadValues reads what AppendWire wrote; open gives the sealed values by their
// references. The error is a *value.SyntaxError or an *Error.
func LoadValues(data []byte, open func(ref string) (value.Value, bool)) (*Values, error) {
	m, err := value.ParseWire(data, open)
	if err != nil {
		return nil, err
	}
	if m.Kind() != value.KindMap {
		return nil, failed("values-broken", m.Kind().String())
	}
	v := &Values{make([]string, 0, m.Len()), make([]value.Value, 0, m.Len())}
	for name, of := range m.Entries() {
		v.names, v.values = append(v.names, name), append(v.values, of)
	}
	return v, nil
}
