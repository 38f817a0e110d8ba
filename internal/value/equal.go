package value

import "math"

// Equal reports whether two values are equal as Python has it: deep, a number
// equals a number of another kind (1, 1.0 and true are equal), a string equals
// a string only, null only null, and the order of keys does not matter. Marks
// are not looked at. Unknown values are equal when they stand for the same
// hole.
func Equal(a, b Value) bool {
	if a.numeric() && b.numeric() {
		return equalNumbers(a, b)
	}
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case KindString:
		return a.text == b.text
	case KindList:
		return equalLists(a, b)
	case KindMap:
		return equalMaps(a, b)
	case KindUnknown:
		return a.hole == b.hole
	}
	return true
}

func (v Value) numeric() bool {
	return v.kind == KindInt || v.kind == KindFloat || v.kind == KindBool
}

func equalNumbers(a, b Value) bool {
	if a.kind != KindFloat && b.kind != KindFloat {
		return a.num == b.num
	}
	if a.kind == KindFloat && b.kind == KindFloat {
		return a.Float() == b.Float()
	}
	if b.kind == KindFloat {
		a, b = b, a
	}
	// A float equals an integer only if it is that integer exactly: above 2^53
	// the conversion of the integer would round.
	f := a.Float()
	if f != math.Trunc(f) || f < math.MinInt64 || f >= math.MaxInt64 {
		return false
	}
	return int64(f) == b.Int()
}

func equalLists(a, b Value) bool {
	x, y := a.parts.items, b.parts.items
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !Equal(x[i], y[i]) {
			return false
		}
	}
	return true
}

func equalMaps(a, b Value) bool {
	x, y := a.parts.entries, b.parts.entries
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if i < len(y) && y[i].Key == x[i].Key {
			if !Equal(x[i].Value, y[i].Value) {
				return false
			}
			continue
		}
		j := b.find(x[i].Key)
		if j < 0 || !Equal(x[i].Value, y[j].Value) {
			return false
		}
	}
	return true
}

// Truthy reports a value's truth as Python has it: null, false, zero and empty
// strings, lists and maps are false, and so is the removal marker. An unknown
// value counts as true; callers look for it first.
func Truthy(v Value) bool {
	switch v.kind {
	case Absent, KindNull:
		return false
	case KindBool, KindInt:
		return v.num != 0
	case KindFloat:
		return v.Float() != 0
	case KindString:
		return v.text != ""
	case KindList, KindMap:
		return v.Len() > 0
	}
	return true
}
