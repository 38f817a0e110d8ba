package template

import (
	"strings"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// convert gives a parameter's value in its declared type. It is not ok if the
// value cannot be one of that type.
func convert(typ string, v value.Value) (value.Value, bool) {
	switch typ {
	case typeString:
		return toText(v)
	case typeNumber:
		if v.Kind() == value.KindString || v.Kind() == value.KindInt || v.Kind() == value.KindFloat {
			return fn.Number(v)
		}
		return value.Value{}, false
	case typeBoolean:
		return toBoolean(v)
	case typeList:
		return toList(v)
	case typeJSON:
		return toJSON(v)
	case typeNone:
		return value.Null(), true
	}
	return v, true
}

func toText(v value.Value) (value.Value, bool) {
	switch v.Kind() {
	case value.KindString:
		return v, true
	case value.KindBool, value.KindInt, value.KindFloat:
		return value.String(string(fn.AppendText(nil, v, ""))), true
	}
	return value.Value{}, false
}

func toBoolean(v value.Value) (value.Value, bool) {
	if v.Kind() == value.KindBool {
		return v, true
	}
	text, ok := toText(v)
	if !ok {
		return value.Value{}, false
	}
	switch strings.ToLower(text.Text()) {
	case "1", "t", "true", "on", "y", "yes":
		return value.Bool(true), true
	case "0", "f", "false", "off", "n", "no":
		return value.Bool(false), true
	}
	return value.Value{}, false
}

func toList(v value.Value) (value.Value, bool) {
	var items []value.Value
	switch v.Kind() {
	case value.KindString:
		if v.Text() != "" {
			for part := range strings.SplitSeq(v.Text(), ",") {
				items = append(items, value.String(part))
			}
		}
	case value.KindList:
		for _, member := range v.Items() {
			text, ok := toText(member)
			if !ok {
				// A list of maps is what some forms of the console deliver.
				text = value.String(string(fn.AppendText(nil, member, "")))
			}
			items = append(items, text)
		}
	default:
		return value.Value{}, false
	}
	return value.List(items), true
}

func toJSON(v value.Value) (value.Value, bool) {
	switch v.Kind() {
	case value.KindList, value.KindMap:
		return v, true
	case value.KindString:
		if v.Text() == "" {
			return v, true
		}
		parsed, err := value.ParseJSON([]byte(v.Text()))
		return parsed, err == nil
	}
	return value.Value{}, false
}
