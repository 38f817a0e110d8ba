package ros

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// secretProperties lists the top-level properties of a type that are secret or
// have a secret part.
func secretProperties(typ *provider.Type) []string {
	if typ == nil {
		return nil
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(typ.Properties)) {
		if holdsSecret(typ.Properties[name]) {
			names = append(names, name)
		}
	}
	return names
}

func holdsSecret(prop *provider.Property) bool {
	if prop == nil {
		return false
	}
	if prop.Sensitive || holdsSecret(prop.Items) {
		return true
	}
	//bianpai:unordered whether any is secret does not depend on which comes first
	for _, inner := range prop.Properties {
		if holdsSecret(inner) {
			return true
		}
	}
	return false
}

// markSecrets marks what a type says is secret, wherever its value comes from:
// a password that stands in the template is hidden as one from a parameter.
func markSecrets(v value.Value, info *typeInfo) value.Value {
	for _, name := range info.secrets {
		if _, ok := v.Get(name); ok {
			return markMembers(v, info.Properties)
		}
	}
	return v
}

func markMembers(v value.Value, properties map[string]*provider.Property) value.Value {
	entries := make([]value.Entry, v.Len())
	for i := range entries {
		key := v.KeyAt(i)
		entries[i] = value.Entry{Key: key, Value: markPart(v.At(i), properties[key])}
	}
	return value.Map(entries)
}

func markPart(v value.Value, prop *provider.Property) value.Value {
	switch {
	case prop == nil || v.IsNull() || v.Sensitive():
		return v
	case prop.Sensitive:
		return v.WithSensitive()
	case v.Kind() == value.KindMap && len(prop.Properties) > 0 && holdsSecret(prop):
		return markMembers(v, prop.Properties)
	case v.Kind() == value.KindList && holdsSecret(prop.Items):
		list := make([]value.Value, v.Len())
		for i := range list {
			list[i] = markPart(v.At(i), prop.Items)
		}
		return value.List(list)
	}
	return v
}

// digestOf is a digest of a resource's metadata. The order of its keys does
// not show in it, and its secrets go in as keyed digests.
func (p *planner) digestOf(metadata value.Value) string {
	sum := sha256.Sum256(sorted(metadata).AppendWire(nil, p.wire))
	return hex.EncodeToString(sum[:12])
}

// sorted is a value with the keys of its maps in order.
func sorted(v value.Value) value.Value {
	switch {
	case v.Sensitive():
		return v
	case v.Kind() == value.KindMap:
		entries := make([]value.Entry, v.Len())
		for i := range entries {
			entries[i] = value.Entry{Key: v.KeyAt(i), Value: sorted(v.At(i))}
		}
		slices.SortFunc(entries, func(a, b value.Entry) int { return strings.Compare(a.Key, b.Key) })
		return value.Map(entries)
	case v.Kind() == value.KindList:
		list := make([]value.Value, v.Len())
		for i := range list {
			list[i] = sorted(v.At(i))
		}
		return value.List(list)
	}
	return v
}
