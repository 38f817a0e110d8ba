package runbook

import (
	"cmp"
	"math"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

func listFunctions() []function {
	return []function{
		{name: "Fn::Select", least: 2, most: 2, parts: true, apply: pure(selectOne)},
		{name: "Fn::ListJoin", most: -1, parts: true, apply: pure(func(args []value.Value) (value.Value, error) {
			return listOf(args), nil
		})},
		{name: "Fn::MergeList", parts: true, apply: pure(func(args []value.Value) (value.Value, error) { return mergeList(args[0]) })},
		{name: "Fn::RangeSelect", least: 3, most: 3, parts: true, apply: pure(rangeSelect)},
		{name: "Fn::CalculateBatch", least: 2, most: 2, apply: pure(calculateBatch)},
		{name: "Fn::Min", apply: pure(func(args []value.Value) (value.Value, error) { return extreme(args[0], -1) })},
		{name: "Fn::Max", apply: pure(func(args []value.Value) (value.Value, error) { return extreme(args[0], 1) })},
		{name: "Fn::First", parts: true, apply: pure(func(args []value.Value) (value.Value, error) { return end(args[0], 0) })},
		{name: "Fn::Last", parts: true, apply: pure(func(args []value.Value) (value.Value, error) { return end(args[0], -1) })},
		{name: "Fn::Sum", apply: pure(func(args []value.Value) (value.Value, error) { return sum(args[0]) })},
	}
}

func listOf(args []value.Value) value.Value { return value.List(append([]value.Value(nil), args...)) }

// parsedText gives what a text that is JSON holds, and any other value as it is.
func parsedText(v value.Value) value.Value {
	if text, ok := asText(v); ok {
		if parsed, err := value.ParseJSON([]byte(text)); err == nil {
			return marked(parsed, v.HasSensitive())
		}
	}
	return v
}

// whole reads an integer, or the text of one.
func whole(argument string, v value.Value) (int, error) {
	number, ok := fn.Number(v)
	if !ok || isBool(v) || number.Float() != math.Trunc(number.Float()) || math.Abs(number.Float()) > 1<<40 {
		return 0, wrongType(argument, "integer", v)
	}
	return int(number.Float()), nil
}

// selectOne gives a list's element by its index or a map's value by its key; null
// if there is none.
func selectOne(args []value.Value) (value.Value, error) {
	v, sensitive := value.Null(), args[0].HasSensitive()
	switch from := parsedText(args[1]); from.Kind() {
	case value.KindNull:
	case value.KindMap:
		if args[0].IsNull() {
			break
		}
		key, err := textOf("key", args[0])
		if err != nil {
			return value.Null(), err
		}
		if member, ok := from.Get(key); ok {
			v = member
		}
	case value.KindList:
		if args[0].IsNull() {
			break
		}
		i, err := whole("index", args[0])
		if err != nil {
			return value.Null(), err
		}
		if i < 0 {
			i += from.Len()
		}
		if i >= 0 && i < from.Len() {
			v = from.At(i)
		}
	default:
		return value.Null(), wrongType("list", "list or map", args[1])
	}
	return marked(orNull(v), sensitive), nil
}

// mergeList concatenates the lists inside a list, one level deep, and leaves
// null out, on both levels; another element is kept as it is.
func mergeList(list value.Value) (value.Value, error) {
	if list.IsNull() {
		return list, nil
	}
	if list = parsedText(list); list.Kind() != value.KindList {
		return value.Null(), wrongType("lists", "list", list)
	}
	items := []value.Value{}
	keep := func(v value.Value) {
		if !v.IsNull() && !v.IsAbsent() {
			items = append(items, v)
		}
	}
	for _, item := range list.Items() {
		if item.Kind() != value.KindList {
			keep(item)
			continue
		}
		for _, member := range item.Items() {
			keep(member)
		}
	}
	return value.List(items), nil
}

// rangeSelect gives a part of a list: from a start to before an end, both from
// the back if negative.
func rangeSelect(args []value.Value) (value.Value, error) {
	list := parsedText(args[2])
	if list.IsNull() {
		return list, nil
	}
	if list.Kind() != value.KindList {
		return value.Null(), wrongType("list", "list", list)
	}
	var bounds [2]int
	for i, name := range [...]string{"start", "end"} {
		n, err := whole(name, args[i])
		if err != nil {
			return value.Null(), err
		}
		if n < 0 {
			n += list.Len()
		}
		bounds[i] = min(max(n, 0), list.Len())
	}
	items := []value.Value{}
	for i := bounds[0]; i < bounds[1]; i++ {
		items = append(items, list.At(i))
	}
	return value.List(items), nil
}

// calculateBatch gives the sizes of so many batches of a list, as even as can
// be, the larger ones first and none of them empty.
func calculateBatch(args []value.Value) (value.Value, error) {
	count, err := whole("batches", args[0])
	if err != nil {
		return value.Null(), err
	}
	list := parsedText(args[1])
	if list.Kind() != value.KindList && !list.IsNull() {
		return value.Null(), wrongType("list", "list", list)
	}
	if count < 1 {
		return value.Null(), &fn.Error{Code: fn.CodeRange, Args: []string{"batches", shown(args[0]), "1.."}}
	}
	n := list.Len()
	count = min(count, n)
	sizes := make([]value.Value, count)
	for i := range sizes {
		size := n / count
		if i < n%count {
			size++
		}
		sizes[i] = value.Int(int64(size))
	}
	return value.List(sizes), nil
}

// extreme gives the least (sign -1) or greatest (sign 1) number or text of a
// list; null ones do not count.
func extreme(list value.Value, sign int) (value.Value, error) {
	list = parsedText(list)
	if list.IsNull() {
		return list, nil
	}
	if list.Kind() != value.KindList {
		return value.Null(), wrongType("list", "list", list)
	}
	best := value.Null()
	for _, item := range list.Items() {
		if item.IsNull() {
			continue
		}
		order, err := compare(item, best)
		if err != nil {
			return value.Null(), err
		}
		if best.IsNull() || order*sign > 0 {
			best = item
		}
	}
	return best, nil
}

// compare orders two numbers, one of which may stand in a text, or two texts.
func compare(a, b value.Value) (int, error) {
	if b.IsNull() {
		b = a
	}
	x, isNumberX := fn.Number(a)
	y, isNumberY := fn.Number(b)
	if isNumberX && isNumberY && !isBool(a) && !isBool(b) {
		return cmp.Compare(x.Float(), y.Float()), nil
	}
	s, isTextS := asText(a)
	t, isTextT := asText(b)
	if isTextS && isTextT {
		return cmp.Compare(s, t), nil
	}
	return 0, wrongType("element", "number or string", a)
}

// end gives the first or the last (at -1) element of a list.
func end(list value.Value, at int) (value.Value, error) {
	list = parsedText(list)
	if list.IsNull() || list.Kind() == value.KindList && list.Len() == 0 {
		return value.Null(), nil
	}
	if list.Kind() != value.KindList {
		return value.Null(), wrongType("list", "list", list)
	}
	if at < 0 {
		at = list.Len() - 1
	}
	return list.At(at), nil
}

// sum adds numbers; null counts as zero.
func sum(list value.Value) (value.Value, error) {
	if list.IsNull() {
		return value.Int(0), nil
	}
	if list.Kind() != value.KindList {
		return value.Null(), wrongType("list", "list", list)
	}
	total, fraction, exact := int64(0), 0.0, true
	for _, item := range list.Items() {
		if item.IsNull() || item.IsAbsent() {
			continue
		}
		number, ok := fn.Number(item)
		if !ok || isBool(item) {
			return value.Null(), wrongType("element", "number", item)
		}
		fraction += number.Float()
		exact = exact && number.Kind() == value.KindInt && math.Abs(fraction) < 1<<62
		total += number.Int()
	}
	if exact {
		return value.Int(total), nil
	}
	return value.Float(fraction), nil
}
