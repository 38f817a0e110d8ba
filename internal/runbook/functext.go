package runbook

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

func textFunctions() []function {
	return []function{
		{name: "Fn::Join", least: 2, most: 2, apply: pure(join)},
		{name: "Fn::Split", least: 2, most: 2, apply: pure(split)},
		{name: "Fn::Replace", least: 2, most: 2, apply: pure(replace)},
		{name: "Fn::Sub", least: 2, most: 2, apply: pure(substitute)},
		{name: "Fn::Escape", least: 2, most: 2, apply: pure(escape)},
		{name: "Fn::Base64Encode", apply: pure(base64Encode)},
		{name: "Fn::Base64Decode", apply: pure(base64Decode)},
		{name: "Fn::ContainsSubString", least: 2, most: 2, apply: pure(containsSubString)},
	}
}

// wrongType is the error of an argument of the wrong kind.
func wrongType(argument, want string, got value.Value) error {
	return &fn.Error{Code: fn.CodeType, Args: []string{argument, want, got.Kind().String()}}
}

// textOf gives the text of a scalar.
func textOf(argument string, v value.Value) (string, error) {
	switch v.Kind() {
	case value.KindString:
		return v.Text(), nil
	case value.KindBool, value.KindInt, value.KindFloat:
		return string(appendText(nil, v, "")), nil
	}
	return "", wrongType(argument, "string", v)
}

func checkSize(n int) error {
	if n > fn.MaxResult {
		return &fn.Error{Code: fn.CodeTooLarge, Args: []string{"4194304"}}
	}
	return nil
}

// join joins the texts of a list's elements; null ones are left out.
func join(args []value.Value) (value.Value, error) {
	separator, err := textOf("separator", args[0])
	if err != nil {
		return value.Null(), err
	}
	if args[1].IsNull() {
		return value.Null(), nil
	}
	if args[1].Kind() != value.KindList {
		return value.Null(), wrongType("list", "list", args[1])
	}
	var buf []byte
	first := true
	for _, item := range args[1].Items() {
		if item.IsNull() || item.IsAbsent() {
			continue
		}
		if !first {
			buf = append(buf, separator...)
		}
		first = false
		buf = appendText(buf, item, "")
		if err := checkSize(len(buf)); err != nil {
			return value.Null(), err
		}
	}
	return value.String(string(buf)), nil
}

func split(args []value.Value) (value.Value, error) {
	if args[1].IsNull() {
		return args[1], nil
	}
	separator, err := textOf("separator", args[0])
	if err != nil {
		return value.Null(), err
	}
	source, err := textOf("text", args[1])
	if err != nil {
		return value.Null(), err
	}
	parts := []string{source}
	if separator != "" {
		parts = strings.Split(source, separator)
	}
	items := make([]value.Value, len(parts))
	for i, part := range parts {
		items[i] = value.String(part)
	}
	return value.List(items), nil
}

// replace replaces the keys of a map by its values, one pair after the other.
func replace(args []value.Value) (value.Value, error) {
	if args[1].IsNull() {
		return args[1], nil
	}
	if args[0].Kind() != value.KindMap {
		return value.Null(), wrongType("replacements", "map", args[0])
	}
	s, err := textOf("text", args[1])
	if err != nil {
		return value.Null(), err
	}
	for key, with := range args[0].Entries() {
		if key == "" {
			continue
		}
		text := string(appendText(nil, with, ""))
		if grown := len(s) + strings.Count(s, key)*(len(text)-len(key)); grown > fn.MaxResult {
			return value.Null(), checkSize(grown)
		}
		s = strings.ReplaceAll(s, key, text)
	}
	return value.String(s), nil
}

// substitute replaces each ${name} by a value of a map; one that the map lacks
// stays, since shells have the same notation.
func substitute(args []value.Value) (value.Value, error) {
	if args[0].IsNull() {
		return args[0], nil
	}
	s, err := textOf("text", args[0])
	if err != nil {
		return value.Null(), err
	}
	if args[1].Kind() != value.KindMap {
		return value.Null(), wrongType("values", "map", args[1])
	}
	var buf []byte
	for {
		start := strings.Index(s, "${")
		if start < 0 {
			break
		}
		end := strings.IndexByte(s[start:], '}')
		if end < 0 {
			break
		}
		end += start
		v, ok := args[1].Get(strings.TrimSpace(s[start+2 : end]))
		if !ok {
			buf, s = append(buf, s[:start+2]...), s[start+2:]
			continue
		}
		buf = appendText(append(buf, s[:start]...), v, "")
		if err := checkSize(len(buf)); err != nil {
			return value.Null(), err
		}
		s = s[end+1:]
	}
	return value.String(string(append(buf, s...))), nil
}

// escape escapes a text for a shell. For powershell a backslash goes before
// each backslash and quotation mark, so that a native program gets them back.
func escape(args []value.Value) (value.Value, error) {
	if args[0].IsNull() {
		return args[0], nil
	}
	s := string(appendText(nil, args[0], ""))
	if !strings.EqualFold(args[1].Text(), "powershell") {
		return value.Null(), &fn.Error{Code: "escape-unknown", Args: []string{shown(args[1])}}
	}
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
	return value.String(escaped), checkSize(len(escaped))
}

func base64Encode(args []value.Value) (value.Value, error) {
	if args[0].IsNull() {
		return args[0], nil
	}
	return value.String(base64.StdEncoding.EncodeToString(appendText(nil, args[0], ""))), nil
}

// base64Decode takes text with or without padding and line breaks. What is not
// UTF-8, as the output of commands in other code pages, is replaced.
func base64Decode(args []value.Value) (value.Value, error) {
	if args[0].IsNull() {
		return args[0], nil
	}
	s, err := textOf("text", args[0])
	if err != nil {
		return value.Null(), err
	}
	kept := slices.DeleteFunc([]byte(s), func(c byte) bool { return c == '\n' || c == '\r' || c == ' ' })
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(string(kept), "="))
	if err != nil {
		return value.Null(), &fn.Error{Code: fn.CodeBase64}
	}
	return value.String(strings.ToValidUTF8(string(decoded), "\uFFFD")), nil
}

func containsSubString(args []value.Value) (value.Value, error) {
	if args[0].IsNull() {
		return value.Bool(false), nil
	}
	s, err := textOf("text", args[0])
	if err != nil {
		return value.Null(), err
	}
	part, err := textOf("part", args[1])
	return value.Bool(err == nil && strings.Contains(s, part)), err
}
