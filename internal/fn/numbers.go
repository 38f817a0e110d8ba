package fn

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/value"
)

// Number gives the number that a value is or that a text holds. A text of an
// optional sign and digits is an integer, any other a float. Parsing is
// Python's: blanks around and single underscores between digits are allowed.
func Number(v value.Value) (value.Value, bool) {
	switch v.Kind() {
	case value.KindInt, value.KindFloat:
		return v, true
	case value.KindBool:
		return value.Int(v.Int()), true
	case value.KindString:
		return parseNumber(v.Text())
	}
	return value.Value{}, false
}

func parseNumber(s string) (value.Value, bool) {
	s = strings.TrimSpace(s)
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" {
		return value.Value{}, false
	}
	if strings.Trim(digits, "0123456789") == "" {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return value.Int(i), true
		}
	}
	if strings.ContainsAny(digits, "xXpP") {
		return value.Value{}, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return value.Value{}, false
	}
	return value.Float(f), true
}

func numeric(v value.Value) bool {
	return v.Kind() == value.KindInt || v.Kind() == value.KindFloat || v.Kind() == value.KindBool
}

// Add adds two or more values of one kind: numbers, lists (concatenated) or
// maps (joined, later keys win). One null gives null. Parts of lists and maps
// may be unknown.
func Add(list value.Value) (value.Value, error) {
	if empty(list) {
		return value.Null(), nil
	}
	if list.Kind() != value.KindList {
		return value.Value{}, wrongType("list", "list", list)
	}
	if list.Len() == 0 {
		return value.Value{}, &Error{CodeFewMembers, []string{"2", "0"}}
	}
	for _, member := range list.Items() {
		if empty(member) {
			return value.Null(), nil
		}
	}
	first := list.At(0)
	for i, member := range list.Items() {
		if numeric(first) && numeric(member) {
			continue
		}
		if member.Kind() != first.Kind() {
			return value.Value{}, &Error{CodeMixed, []string{first.Kind().String(), member.Kind().String()}}
		}
		if k := member.Kind(); k != value.KindList && k != value.KindMap {
			return value.Value{}, wrongType("member "+strconv.Itoa(i), "number, list or map", member)
		}
	}
	switch first.Kind() {
	case value.KindList:
		return ListMerge(list)
	case value.KindMap:
		m := newMap(first.Len())
		for _, member := range list.Items() {
			for key, v := range member.Entries() {
				m.set(key, v)
			}
		}
		return m.value(), nil
	}
	return sum(list), nil
}

func sum(list value.Value) value.Value {
	whole := new(big.Int)
	float, isFloat := 0.0, false
	for _, member := range list.Items() {
		if member.Kind() == value.KindFloat {
			if !isFloat {
				f, _ := new(big.Float).SetInt(whole).Float64()
				float, isFloat = f, true
			}
			float += member.Float()
		} else if isFloat {
			float += member.Float()
		} else {
			whole.Add(whole, big.NewInt(member.Int()))
		}
	}
	if isFloat {
		return value.Float(float)
	}
	return bigInt(whole)
}

// bigInt gives an integer, or the float next to it if it does not fit.
func bigInt(i *big.Int) value.Value {
	if i.IsInt64() {
		return value.Int(i.Int64())
	}
	f, _ := new(big.Float).SetInt(i).Float64()
	return value.Float(f)
}

// Max gives the greatest of a list of numbers, Min the least. An empty or null
// list and a null member give null.
func Max(list value.Value) (value.Value, error) {
	return extreme(list, func(a, b float64) bool { return a > b })
}

// Min gives the least of a list of numbers.
func Min(list value.Value) (value.Value, error) {
	return extreme(list, func(a, b float64) bool { return a < b })
}

func extreme(list value.Value, better func(a, b float64) bool) (value.Value, error) {
	if empty(list) {
		return value.Null(), nil
	}
	if list.Kind() != value.KindList {
		return value.Value{}, wrongType("list", "list", list)
	}
	best := value.Null()
	for i, member := range list.Items() {
		if empty(member) {
			return value.Null(), nil
		}
		if !numeric(member) {
			return value.Value{}, wrongType("member "+strconv.Itoa(i), "number", member)
		}
		if i == 0 || better(member.Float(), best.Float()) {
			best = member
		}
	}
	return best, nil
}

// Avg gives the mean of numbers, texts of numbers, and null as zero, rounded
// half to even. Without decimal digits it is an integer.
func Avg(digits, list value.Value) (value.Value, error) {
	n, ok := whole(digits)
	if !ok {
		return value.Value{}, wrongType("digits", "integer", digits)
	}
	if list.Kind() != value.KindList {
		return value.Value{}, wrongType("list", "list", list)
	}
	if list.Len() == 0 {
		return value.Value{}, &Error{CodeFewMembers, []string{"1", "0"}}
	}
	total := 0.0
	for i, member := range list.Items() {
		if empty(member) {
			continue
		}
		number, ok := Number(member)
		if !ok {
			return value.Value{}, wrongType("member "+strconv.Itoa(i), "number", member)
		}
		total += number.Float()
	}
	return round(total/float64(list.Len()), n), nil
}

// round rounds half to even; without decimal digits the result is an integer.
func round(f float64, digits int64) value.Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return value.Float(f)
	}
	if digits > 0 {
		// Formatting rounds the exact binary value correctly, as Python does.
		s := strconv.FormatFloat(f, 'f', int(min(digits, 340)), 64)
		f, _ = strconv.ParseFloat(s, 64)
		return value.Float(f)
	}
	scale := 1.0
	if digits < 0 {
		scale = math.Pow(10, float64(min(-digits, 308)))
	}
	f = math.RoundToEven(f/scale) * scale
	i, _ := big.NewFloat(f).Int(nil)
	return bigInt(i)
}
