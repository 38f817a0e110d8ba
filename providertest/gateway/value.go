package gateway

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

// unknownMember stands for a member of which nothing is known.
func unknownMember() *calls.Parameter { return &calls.Parameter{Type: provider.TypeString} }

// memberOf finds a member of a parameter.
func memberOf(p *calls.Parameter, name string) *calls.Parameter {
	for i := range p.Members {
		if p.Members[i].Name == name {
			return &p.Members[i]
		}
	}
	return unknownMember()
}

// typed gives the value that a whole parameter has: texts hold what is not text,
// and JSON where the API takes a structure.
func typed(p *calls.Parameter, v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	if p.Form == calls.Plain {
		return leaf(p, text)
	}
	if t := strings.TrimSpace(text); strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") {
		if v := decode([]byte(t)); v != nil {
			return v
		}
	}
	return text
}

// leaf gives a text as the type that it stands for; a text that does not fit
// stays one, for the service to judge.
func leaf(p *calls.Parameter, text string) any {
	switch p.Type {
	case provider.TypeBoolean:
		if text == "true" || text == "false" {
			return text == "true"
		}
	case provider.TypeInteger, provider.TypeNumber:
		if n := json.Number(text); json.Valid([]byte(text)) {
			if _, err := n.Float64(); err == nil {
				return n
			}
		}
	}
	return text
}

// decode reads a JSON value with its numbers as they are written; nil if it is
// none.
func decode(text []byte) any {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil || dec.More() {
		return nil
	}
	return v
}
