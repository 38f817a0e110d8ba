package alicloud

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

const (
	// callBytes is the most that a call may consist of, names included: what is
	// flat repeats its names.
	callBytes = 8 << 20
	// callDepth is how deep its parameters may be nested.
	callDepth = 32
	// callNames is the most names that it may consist of.
	callNames = 20_000
)

// arguments are the parameters of a call while they are put where they go.
type arguments struct {
	plan    *callPlan
	left    int // bytes that may still be written
	names   int // that were looked up or written
	region  string
	query   map[string]string // and all of RPC
	form    map[string]string
	path    map[string]string
	headers map[string]string
	body    []byte // given as the parameter "body"
}

func newArguments(p *callPlan, req *provider.Call) (*arguments, error) {
	a := &arguments{plan: p, left: callBytes - len(req.Parameters) - len(req.Body) - len(req.URI), query: map[string]string{}}
	if a.left < 0 {
		return nil, a.tooLarge()
	}
	for name, v := range req.Header {
		if v == "" {
			continue // for the transport to compute
		}
		if err := a.put(calls.Header, name, v); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *arguments) tooLarge() error {
	return invalidCall(a.plan, "RequestTooLarge", "has parameters of more than "+strconv.Itoa(callBytes)+" bytes or "+strconv.Itoa(callNames)+" names")
}

// spend counts a name and some bytes.
func (a *arguments) spend(bytes int) error {
	a.left -= bytes
	if a.names++; a.left < 0 || a.names > callNames {
		return a.tooLarge()
	}
	return nil
}

// addAll reads the parameters, a JSON object.
func (a *arguments) addAll(params json.RawMessage) error {
	given, err := decodeObject(params)
	if err != nil {
		return invalidCall(a.plan, "BadParameters", "has parameters that are no JSON object")
	}
	for _, name := range sortedKeys(given) {
		if err := a.add(name, given[name]); err != nil {
			return err
		}
	}
	return nil
}

// add writes one parameter as the call gives it.
func (a *arguments) add(given string, v any) error {
	if given == "" {
		return invalidCall(a.plan, "BadParameters", "has a parameter without a name")
	}
	if v == nil {
		return nil
	}
	if err := a.spend(0); err != nil {
		return err
	}
	name, p := a.find(given)
	if name == "RegionId" {
		a.region = textOf(v)
		if p == nil && a.plan.roa {
			return nil // it chooses the host
		}
	}
	place := calls.Query
	if p != nil {
		place = p.Place
	}
	if a.plan.roa && place == calls.Body && strings.EqualFold(name, "body") {
		a.body = []byte(plainText(v))
		return nil
	}
	return a.write(p, place, name, v, 0)
}

// find gives the name by which the API knows a parameter, and what is known of
// it; nil is nothing.
func (a *arguments) find(given string) (string, *calls.Parameter) {
	if p := a.plan.byName[given]; p != nil {
		return given, p
	}
	if a.plan.api == nil {
		return given, nil
	}
	name := a.plan.match(given)
	if name == "" {
		return given, nil
	}
	if p := a.plan.byName[name]; p != nil {
		return name, p
	}
	return name, a.part(name)
}

// part tells what is known of an element of a list, Tag.2, of a member of one,
// Tag.2.Key, and of a name of which the table has the members, SystemDisk.
func (a *arguments) part(name string) *calls.Parameter {
	head, rest, ok := strings.Cut(name, ".")
	if !ok {
		for i := range a.plan.api.Parameters {
			if p := &a.plan.api.Parameters[i]; strings.HasPrefix(p.Name, name+".") {
				return &calls.Parameter{Name: name, Place: p.Place, Form: calls.Struct}
			}
		}
		return nil
	}
	list := a.plan.byName[head]
	if list == nil || list.Form != calls.Repeated {
		return nil
	}
	_, member, ok := strings.Cut(rest, ".")
	if !ok {
		return &calls.Parameter{Name: name, Place: list.Place, Form: calls.Struct, Members: list.Members}
	}
	for i := range list.Members {
		if m := list.Members[i]; m.Name == member {
			m.Place = list.Place
			return &m
		}
	}
	return nil
}

// write writes a value in the form that the parameter has.
func (a *arguments) write(p *calls.Parameter, place calls.Place, name string, v any, depth int) error {
	if depth > callDepth {
		return invalidCall(a.plan, "BadParameters", "has the parameter "+short(name)+" nested deeper than "+strconv.Itoa(callDepth))
	}
	form, members := calls.Plain, []calls.Parameter(nil)
	if p != nil {
		form, members = p.Form, p.Members
	}
	if p == nil || form == calls.Repeated || form == calls.Struct || form == calls.Map {
		v = parsed(form, v)
	}
	list, isList := v.([]any)
	object, isObject := v.(map[string]any)
	switch {
	case v == nil:
		return nil
	case isList && (p == nil || form == calls.Repeated || form == calls.Struct):
		return a.writeList(members, place, name, list, depth)
	case form == calls.Repeated:
		return a.writeList(members, place, name, []any{v}, depth)
	case isObject && (form == calls.Struct || form == calls.Map):
		return a.writeMembers(members, place, name, object, depth)
	}
	return a.put(place, name, plainText(v))
}

// parsed reads JSON text where an API wants its parts.
func parsed(form calls.Form, v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	text = strings.TrimSpace(text)
	if form == calls.Repeated && strings.HasPrefix(text, "[") || (form == calls.Struct || form == calls.Map) && strings.HasPrefix(text, "{") {
		if inner, err := decodeJSON([]byte(text)); err == nil {
			return inner
		}
	}
	return v
}

// writeList writes the elements of a list: Name.1, Name.2.Member.
func (a *arguments) writeList(members []calls.Parameter, place calls.Place, name string, list []any, depth int) error {
	n := 0
	for _, item := range list {
		if item == nil {
			continue
		}
		n++
		element := name + "." + strconv.Itoa(n)
		object, ok := item.(map[string]any)
		var err error
		if ok {
			err = a.writeMembers(members, place, element, object, depth)
		} else {
			err = a.write(nil, place, element, item, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeMembers writes the members of a map: Name.Member.
func (a *arguments) writeMembers(members []calls.Parameter, place calls.Place, name string, object map[string]any, depth int) error {
	for _, key := range sortedKeys(object) {
		if err := a.spend(0); err != nil {
			return err
		}
		full, p := name+"."+key, (*calls.Parameter)(nil)
		for i := range members {
			if m := &members[i]; strings.EqualFold(m.Name, key) || strings.EqualFold(strings.ReplaceAll(m.Name, ".", ""), key) {
				full, p = name+"."+m.Name, m
				break
			}
		}
		if p == nil && depth == 0 {
			if known, q := a.find(full); q != nil {
				full, p = known, q
			}
		}
		if err := a.write(p, place, full, object[key], depth+1); err != nil {
			return err
		}
	}
	return nil
}

// put writes a text to its place. A name that is there with another value is
// one that was given twice, under two spellings.
func (a *arguments) put(place calls.Place, name, text string) error {
	if err := a.spend(len(name) + len(text)); err != nil {
		return err
	}
	to := &a.query
	if a.plan.roa || place == calls.Header {
		switch place {
		case calls.Body:
			to = &a.form
		case calls.Path:
			to = &a.path
		case calls.Header:
			to = &a.headers
		}
	}
	if *to == nil {
		*to = map[string]string{}
	}
	if had, ok := (*to)[name]; ok && had != text {
		return &provider.Error{
			Kind: provider.Invalid, Code: "DuplicateParameter", Path: short(name),
			Message: a.plan.service.Code + " " + short(a.plan.name) + " was given " + short(name) + " twice, with different values",
		}
	}
	(*to)[name] = text
	return nil
}

// bodyOf gives the body of a ROA call: what the call gives, a text as it is, or
// its parameters that go there.
func (a *arguments) bodyOf(given json.RawMessage) ([]byte, error) {
	given = bytes.TrimSpace(given)
	whole := a.body
	if len(given) > 0 && !bytes.Equal(given, []byte("null")) {
		if a.body != nil {
			return nil, invalidCall(a.plan, "DuplicateParameter", "was given a body twice")
		}
		v, err := decodeJSON(given)
		if err != nil {
			return nil, invalidCall(a.plan, "BadParameters", "has a body that is no JSON value")
		}
		if whole = given; v != nil {
			if text, ok := v.(string); ok {
				whole = []byte(text)
			}
		}
	}
	if len(a.form) == 0 {
		return whole, nil
	}
	if whole != nil {
		return nil, invalidCall(a.plan, "DuplicateParameter", "was given a body, and parameters that make one")
	}
	form := url.Values{}
	for name, v := range a.form {
		form.Set(name, v)
	}
	if a.headers == nil {
		a.headers = map[string]string{}
	}
	a.headers["Content-Type"] = "application/x-www-form-urlencoded"
	return []byte(form.Encode()), nil
}
