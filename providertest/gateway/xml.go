package gateway

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
)

// toXML writes an answer as the services do for clients that ask for it: a list
// is its elements, each under the list's name. It reports false for JSON that
// cannot be written so.
func toXML(root string, body []byte) ([]byte, bool) {
	v := decode(body)
	if v == nil {
		return nil, false
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	ok := element(&b, root, v)
	return b.Bytes(), ok
}

func element(b *bytes.Buffer, name string, v any) bool {
	if list, ok := v.([]any); ok {
		for _, item := range list {
			if !element(b, name, item) {
				return false
			}
		}
		return true
	}
	if !isName(name) {
		return false
	}
	b.WriteString("<" + name + ">")
	switch v := v.(type) {
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(v)) {
			if !element(b, member, v[member]) {
				return false
			}
		}
	case nil:
	case string:
		if err := xml.EscapeText(b, []byte(v)); err != nil {
			return false
		}
	case json.Number, bool:
		fmt.Fprint(b, v)
	}
	b.WriteString("</" + name + ">")
	return true
}

// isName reports whether a member's name can name an element.
func isName(name string) bool {
	for i, c := range name {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '-' || c == '.')) {
			return false
		}
	}
	return name != ""
}
