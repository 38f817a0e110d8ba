package value

import (
	"iter"
	"math"
	"sync/atomic"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds. Absent, the zero, is not null: it marks what is to be left out
// (ALIYUN::NoValue).
const (
	Absent Kind = iota
	KindNull
	KindBool
	KindInt
	KindFloat
	KindString
	KindList
	KindMap
	KindUnknown
)

var kindNames = [...]string{"absent", "null", "boolean", "integer", "float", "string", "list", "map", "unknown"}

// String returns the kind's name: "list".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid kind"
}

type marks uint8

const (
	ownSensitive marks = 1 << iota // the value itself is marked
	hasSensitive                   // the value or a part of it is marked
	hasUnknown                     // the value or a part of it is unknown
)

// Value is one value. The zero Value is Absent.
type Value struct {
	_     [0]func() // not comparable: == would look at pointers
	kind  Kind
	marks marks
	num   uint64
	text  string
	parts *parts
	hole  *Hole
}

// parts are the members of a list or a map.
type parts struct {
	items   []Value
	entries []Entry
	size    int
	index   atomic.Pointer[map[string]int32] // of a large map, on first use
}

// Entry is one member of a map.
type Entry struct {
	Key   string
	Value Value
}

// Hole is what stands in the place of an unknown value: the expression to
// evaluate later and the logical ids whose state it waits for. A hole without
// Expr can only be filled by opening the secret that it stands for.
type Hole struct {
	Expr      Expr
	Refs      []string
	Sensitive bool // what fills the hole is derived from a secret
	// Vanishing says that the hole may turn out absent, so that a list or map
	// with it may turn out shorter. It is not kept in the wire form.
	Vanishing bool
}

// Expr is an expression in the template's own syntax.
type Expr interface {
	// AppendJSON appends the expression as JSON.
	AppendJSON(dst []byte) []byte
}

// RawExpr is an expression as JSON text, as the wire form brings it.
type RawExpr []byte

// AppendJSON appends the text.
func (x RawExpr) AppendJSON(dst []byte) []byte { return append(dst, x...) }

// Null returns the null value.
func Null() Value { return Value{kind: KindNull} }

// Bool returns a boolean.
func Bool(b bool) Value {
	v := Value{kind: KindBool}
	if b {
		v.num = 1
	}
	return v
}

// Int returns an integer.
func Int(i int64) Value { return Value{kind: KindInt, num: uint64(i)} }

// Float returns a float, which stays one even when it is integral.
func Float(f float64) Value { return Value{kind: KindFloat, num: math.Float64bits(f)} }

// String returns a string.
func String(s string) Value { return Value{kind: KindString, text: s} }

// List returns a list of items, which must not be changed afterwards.
func List(items []Value) Value {
	v := Value{kind: KindList, parts: &parts{items: items}}
	size := scalarSize
	for i := range items {
		v.marks |= items[i].marks &^ ownSensitive
		size += items[i].Size()
	}
	v.parts.size = min(size, maxSize)
	return v
}

// Map returns a map of entries in their order. The keys must be unique and the
// slice must not be changed afterwards.
func Map(entries []Entry) Value {
	v := Value{kind: KindMap, parts: &parts{entries: entries}}
	size := scalarSize
	for i := range entries {
		v.marks |= entries[i].Value.marks &^ ownSensitive
		size += len(entries[i].Key) + entries[i].Value.Size()
	}
	v.parts.size = min(size, maxSize)
	return v
}

// Unknown returns the value that a hole stands for.
func Unknown(h *Hole) Value {
	v := Value{kind: KindUnknown, hole: h, marks: hasUnknown}
	if h.Sensitive {
		v.marks |= ownSensitive | hasSensitive
	}
	return v
}

// Kind returns the kind.
func (v Value) Kind() Kind { return v.kind }

// IsAbsent reports whether the value is the removal marker.
func (v Value) IsAbsent() bool { return v.kind == Absent }

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.kind == KindNull }

// IsUnknown reports whether the value itself is unknown; HasUnknown looks at
// its parts too.
func (v Value) IsUnknown() bool { return v.kind == KindUnknown }

// Bool returns a boolean's truth, and false for any other kind.
func (v Value) Bool() bool { return v.kind == KindBool && v.num == 1 }

// Int returns an integer, a boolean as 0 or 1, and 0 for any other kind.
func (v Value) Int() int64 {
	if v.kind == KindInt || v.kind == KindBool {
		return int64(v.num)
	}
	return 0
}

// Float returns a number as a float, a boolean as 0 or 1, and 0 for any other
// kind.
func (v Value) Float() float64 {
	if v.kind == KindFloat {
		return math.Float64frombits(v.num)
	}
	return float64(v.Int())
}

// Text returns a string's text, and "" for any other kind.
func (v Value) Text() string { return v.text }

// Len returns the number of members of a list or a map, and 0 for any other
// kind.
func (v Value) Len() int {
	if v.parts == nil {
		return 0
	}
	return len(v.parts.items) + len(v.parts.entries)
}

const (
	scalarSize = 8
	maxSize    = 1 << 40 // so that sums of sizes do not overflow
)

// Size estimates the bytes of the value written out, in which a part that
// stands in several places counts each time: 8 for each part, and the texts.
func (v Value) Size() int {
	switch v.kind {
	case KindString:
		return scalarSize + len(v.text)
	case KindList, KindMap:
		return v.parts.size
	}
	return scalarSize
}

// At returns the i-th member of a list or the i-th value of a map. A member of
// a sensitive value is sensitive.
func (v Value) At(i int) Value {
	if v.kind == KindMap {
		return v.inherit(v.parts.entries[i].Value)
	}
	return v.inherit(v.parts.items[i])
}

// KeyAt returns the i-th key of a map.
func (v Value) KeyAt(i int) string { return v.parts.entries[i].Key }

// Entries iterates over the members of a map in order.
func (v Value) Entries() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.kind != KindMap {
			return
		}
		for i := range v.parts.entries {
			if !yield(v.parts.entries[i].Key, v.At(i)) {
				return
			}
		}
	}
}

// Items iterates over the members of a list, or the values of a map.
func (v Value) Items() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		for i := range v.Len() {
			if !yield(i, v.At(i)) {
				return
			}
		}
	}
}

// Get returns the value of a map's key.
func (v Value) Get(key string) (Value, bool) {
	i := v.find(key)
	if i < 0 {
		return Value{}, false
	}
	return v.At(i), true
}

// indexedFrom is the size of a map from which a lookup goes through an index.
const indexedFrom = 16

func (v Value) find(key string) int {
	if v.kind != KindMap {
		return -1
	}
	entries := v.parts.entries
	if len(entries) < indexedFrom {
		for i := range entries {
			if entries[i].Key == key {
				return i
			}
		}
		return -1
	}
	index := v.parts.index.Load()
	if index == nil {
		m := make(map[string]int32, len(entries))
		for i := range entries {
			m[entries[i].Key] = int32(i)
		}
		index = &m
		v.parts.index.Store(index)
	}
	if i, ok := (*index)[key]; ok {
		return int(i)
	}
	return -1
}

// Hole returns what stands in the place of an unknown value, and nil for any
// other kind.
func (v Value) Hole() *Hole { return v.hole }

// Sensitive reports whether the value itself is marked as sensitive.
func (v Value) Sensitive() bool { return v.marks&ownSensitive != 0 }

// HasSensitive reports whether the value or any part of it is sensitive.
func (v Value) HasSensitive() bool { return v.marks&hasSensitive != 0 }

// HasUnknown reports whether the value or any part of it is unknown.
func (v Value) HasUnknown() bool { return v.marks&hasUnknown != 0 }

// HasVanishing reports whether a member of the value, a list or a map, may turn
// out absent.
func (v Value) HasVanishing() bool {
	if v.parts == nil || !v.HasUnknown() {
		return false
	}
	for i := range v.parts.items {
		if h := v.parts.items[i].hole; h != nil && h.Vanishing {
			return true
		}
	}
	for i := range v.parts.entries {
		if h := v.parts.entries[i].Value.hole; h != nil && h.Vanishing {
			return true
		}
	}
	return false
}

// WithSensitive returns the value marked as sensitive, and with it all its
// parts. The removal marker stays as it is.
func (v Value) WithSensitive() Value {
	if v.kind == Absent || v.marks&ownSensitive != 0 {
		return v
	}
	if v.kind == KindUnknown && !v.hole.Sensitive {
		h := *v.hole
		h.Sensitive = true
		v.hole = &h
	}
	v.marks |= ownSensitive | hasSensitive
	return v
}

func (v Value) inherit(member Value) Value {
	if v.marks&ownSensitive != 0 {
		return member.WithSensitive()
	}
	return member
}
