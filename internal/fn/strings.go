package fn

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bianpai/bianpai/internal/value"
)

// Join joins the members of a list: strings, integers, booleans, and null as
// the empty text. A null list gives the empty text. Removed members count as
// null.
func Join(delimiter, list value.Value) (value.Value, error) {
	if !hasText(delimiter) {
		return value.Value{}, wrongType("delimiter", "string", delimiter)
	}
	if empty(list) {
		return value.String(""), nil
	}
	if list.Kind() != value.KindList {
		return value.Value{}, wrongType("list", "list", list)
	}
	var dst []byte
	for i := range list.Len() {
		if i > 0 {
			dst = append(dst, delimiter.Text()...)
		}
		member := list.At(i)
		switch member.Kind() {
		case value.KindFloat, value.KindMap, value.KindList:
			return value.Value{}, wrongType("member "+strconv.Itoa(i), "string", member)
		}
		if dst = AppendText(dst, member, ""); len(dst) > MaxResult {
			return value.Value{}, tooLarge()
		}
	}
	return text(dst)
}

// Split splits a text. null gives an empty list.
func Split(delimiter, source value.Value) (value.Value, error) {
	if !hasText(delimiter) || delimiter.Text() == "" {
		return value.Value{}, wrongType("delimiter", "non-empty string", delimiter)
	}
	if empty(source) {
		return value.List(nil), nil
	}
	if !hasText(source) {
		return value.Value{}, wrongType("text", "string", source)
	}
	if strings.Count(source.Text(), delimiter.Text()) > MaxResult/16 {
		return value.Value{}, tooLarge()
	}
	parts := strings.Split(source.Text(), delimiter.Text())
	items := make([]value.Value, len(parts))
	for i, part := range parts {
		items[i] = value.String(part)
	}
	return value.List(items), nil
}

// Replace replaces each key of a map by its value in a text, one key after
// another in the map's order. null text stays null.
func Replace(pairs, source value.Value) (value.Value, error) {
	if pairs.Kind() != value.KindMap {
		return value.Value{}, wrongType("replacements", "map", pairs)
	}
	if empty(source) {
		return value.Null(), nil
	}
	if !hasText(source) {
		return value.Value{}, wrongType("text", "string", source)
	}
	s := source.Text()
	work := 0
	for key, v := range pairs.Entries() {
		if work += len(s); work > maxReplace {
			return value.Value{}, tooLarge()
		}
		if k := v.Kind(); k == value.KindList || k == value.KindMap {
			return value.Value{}, wrongType(strconv.Quote(key), "string", v)
		}
		replacement := string(AppendText(nil, v, ""))
		if grown := len(s) + strings.Count(s, key)*(len(replacement)-len(key)); grown > MaxResult {
			return value.Value{}, tooLarge()
		}
		s = strings.ReplaceAll(s, key, replacement)
	}
	return value.String(s), nil
}

// maxReplace bounds the bytes that one Replace looks at: its keys times its
// text.
const maxReplace = 1 << 30

// Base64Encode encodes a text; null stays null.
func Base64Encode(source value.Value) (value.Value, error) {
	if empty(source) {
		return value.Null(), nil
	}
	if !hasText(source) {
		return value.Value{}, wrongType("text", "string", source)
	}
	if len(source.Text()) > MaxResult/2 {
		return value.Value{}, tooLarge()
	}
	return value.String(base64.StdEncoding.EncodeToString([]byte(source.Text()))), nil
}

// Base64Decode decodes a text that must be padded standard Base64 of UTF-8,
// with at most one line end behind it; null stays null.
func Base64Decode(source value.Value) (value.Value, error) {
	if empty(source) {
		return value.Null(), nil
	}
	if !hasText(source) {
		return value.Value{}, wrongType("text", "string", source)
	}
	s := strings.TrimSuffix(source.Text(), "\n")
	// The decoder skips line ends inside, the service does not.
	if s == "" || strings.ContainsAny(s, "\r\n") {
		return value.Value{}, &Error{Code: CodeBase64}
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || !utf8.Valid(b) {
		return value.Value{}, &Error{Code: CodeBase64}
	}
	return value.String(string(b)), nil
}

// Indent puts level times size blanks in front of each line, of the first one
// only if first says so. Any null among text, level and size gives null.
func Indent(source, level, size, first value.Value) (value.Value, error) {
	if empty(source) || empty(level) || empty(size) {
		return value.Null(), nil
	}
	if !hasText(source) {
		return value.Value{}, wrongType("text", "string", source)
	}
	n, ok := whole(level)
	if !ok {
		return value.Value{}, wrongType("level", "integer", level)
	}
	m, ok := whole(size)
	if !ok {
		return value.Value{}, wrongType("size", "integer", size)
	}
	if n < 0 || n > 20 {
		return value.Value{}, &Error{CodeRange, []string{"level", strconv.FormatInt(n, 10), "0..20"}}
	}
	if m < 0 || m > 4 {
		return value.Value{}, &Error{CodeRange, []string{"size", strconv.FormatInt(m, 10), "0..4"}}
	}
	blanks := bytes.Repeat([]byte{' '}, int(n*m))
	var dst []byte
	for i, line := range strings.SplitAfter(source.Text(), "\n") {
		if line == "" {
			continue
		}
		if i > 0 || value.Truthy(first) {
			dst = append(dst, blanks...)
		}
		dst = append(dst, line...)
		if len(dst) > MaxResult {
			return value.Value{}, tooLarge()
		}
	}
	return text(dst)
}
