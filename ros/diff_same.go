package ros

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// sameValue reports whether two values mean the same to a property of which
// nothing is known.
func sameValue(a, b value.Value) bool { return sameFor(nil, a, b) }

// sameFor reports whether two values mean the same to a property: null is as
// absent, the order of keys does not matter, that of a list does, and a scalar
// counts as what the property's type makes of it: "5" as 5, "True" as true.
// A value that is not known is the same as no other.
func sameFor(prop *provider.Property, a, b value.Value) bool {
	a, b = normalise(prop, a), normalise(prop, b)
	switch {
	case a.IsUnknown() || b.IsUnknown():
		return false
	case a.Kind() == value.KindMap && b.Kind() == value.KindMap:
		return sameMaps(prop, a, b)
	case a.Kind() == value.KindList && b.Kind() == value.KindList:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !sameFor(itemOf(prop), a.At(i), b.At(i)) {
				return false
			}
		}
		return true
	}
	return sameScalar(prop, a, b)
}

func sameMaps(prop *provider.Property, a, b value.Value) bool {
	for i := range a.Len() {
		other, _ := b.Get(a.KeyAt(i))
		if !sameFor(memberOf(prop, a.KeyAt(i)), a.At(i), other) {
			return false
		}
	}
	for i := range b.Len() {
		if _, ok := a.Get(b.KeyAt(i)); !ok && !sameFor(nil, value.Value{}, b.At(i)) {
			return false
		}
	}
	return true
}

func sameScalar(prop *provider.Property, a, b value.Value) bool {
	if value.Equal(a, b) {
		return true
	}
	x, okA := scalarText(a)
	y, okB := scalarText(b)
	switch {
	case !okA || !okB:
		return false
	case x == y:
		return true
	case a.Kind() == value.KindBool || b.Kind() == value.KindBool || typeOf(prop) == provider.TypeBoolean:
		return strings.EqualFold(x, y)
	case typeOf(prop) == provider.TypeInteger || typeOf(prop) == provider.TypeNumber:
		m, errA := strconv.ParseFloat(x, 64)
		n, errB := strconv.ParseFloat(y, 64)
		return errA == nil && errB == nil && m == n
	}
	return false
}

// scalarText is how a scalar is written in a parameter.
func scalarText(v value.Value) (string, bool) {
	switch v.Kind() {
	case value.KindString:
		return v.Text(), true
	case value.KindBool, value.KindInt, value.KindFloat:
		return string(v.AppendJSON(nil)), true
	}
	return "", false
}

// normalise takes null for absent, reads the JSON text of a list or a map
// where the property is one, and marks what its type says is secret.
func normalise(prop *provider.Property, v value.Value) value.Value {
	if v.IsNull() {
		return value.Value{}
	}
	if prop == nil {
		return v
	}
	if v.Kind() == value.KindString && (prop.Type == provider.TypeMap || prop.Type == provider.TypeList) {
		v = parsed(v)
	}
	if prop.Sensitive {
		v = v.WithSensitive()
	}
	return v
}

// parsed is the list or map whose JSON a string is, or the string.
func parsed(v value.Value) value.Value {
	text := strings.TrimLeft(v.Text(), " \t\r\n")
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return v
	}
	inner, err := value.ParseJSON([]byte(text))
	if err != nil {
		return v
	}
	if v.Sensitive() {
		inner = inner.WithSensitive()
	}
	return inner
}

func typeOf(prop *provider.Property) provider.ValueType {
	if prop == nil {
		return provider.TypeAny
	}
	return prop.Type
}

// memberOf is what is known of a key of a map.
func memberOf(prop *provider.Property, key string) *provider.Property {
	if prop == nil {
		return nil
	}
	return prop.Properties[key]
}

// itemOf is what is known of the items of a list.
func itemOf(prop *provider.Property) *provider.Property {
	if prop == nil {
		return nil
	}
	return prop.Items
}
