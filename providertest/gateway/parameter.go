package gateway

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

// protocol are the parameters that are the gateway's, not the API's.
var protocol = map[string]bool{
	"AccessKeyId": true, "Action": true, "BearerToken": true, "Format": true, "SecurityToken": true, "Signature": true,
	"SignatureMethod": true, "SignatureNonce": true, "SignatureType": true, "SignatureVersion": true, "Timestamp": true, "Version": true,
}

// owners are parameters that every API takes.
var owners = map[string]bool{"RegionId": true, "OwnerAccount": true, "OwnerId": true, "ResourceOwnerAccount": true, "ResourceOwnerId": true}

// call makes the call that a request asks for, and names the parameters that
// the API does not take: the services ignore such.
func (in *incoming) call(to *target) (*provider.Call, []string) {
	c := &collector{api: to.api, got: make(map[string]any)}
	given := in.given()
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !protocol[name] || !in.flat() {
			c.flat(name, given.Get(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.members)) {
		if in.flat() || to.api != nil && c.parameter(name) != nil {
			c.take(name, decode(in.members[name]))
		}
	}
	call := &provider.Call{
		Service: to.service.Code, API: to.name, Version: in.version,
		Region: cmp.Or(in.parameter("RegionId"), in.header.Get("X-Acs-Region-Id"), to.region),
	}
	call.Parameters = encode(c.finish())
	for _, name := range [...]string{"ClientToken", "clientToken", "Token"} {
		if text, ok := c.got[name].(string); ok && (to.api == nil || to.api.Token) {
			call.Token = text
			break
		}
	}
	if !in.flat() {
		call.Method, call.URI = in.method, in.path
		if query := in.query.Encode(); query != "" {
			call.URI += "?" + query
		}
		call.Body = in.raw()
	}
	return call, c.ignored
}

// raw gives the body of a ROA call as a JSON value; what is no JSON as a text.
func (in *incoming) raw() json.RawMessage {
	if len(in.body) == 0 || in.form != nil {
		return nil
	}
	if json.Valid(in.body) {
		return in.body
	}
	return encode(string(in.body))
}

// collector puts flat parameters back into the lists and maps that they are of.
type collector struct {
	api     *calls.API // nil: nothing is known, everything is taken
	got     map[string]any
	ignored []string
}

// node is a list or a map whose parts came one by one.
type node map[string]any

func (c *collector) parameter(name string) *calls.Parameter {
	if c.api == nil {
		return nil
	}
	for i := range c.api.Parameters {
		if c.api.Parameters[i].Name == name {
			return &c.api.Parameters[i]
		}
	}
	return nil
}

// take keeps a whole parameter.
func (c *collector) take(name string, v any) {
	switch p := c.parameter(name); {
	case p != nil:
		c.got[name] = typed(p, v)
	case c.api == nil || owners[name]:
		c.got[name] = v
	default:
		c.ignored = append(c.ignored, name)
	}
}

// flat keeps a parameter, or the part of one that a name such as Tag.2.Key
// means.
func (c *collector) flat(name, text string) {
	if c.parameter(name) != nil || owners[name] || !strings.Contains(name, ".") {
		c.take(name, text)
		return
	}
	for at := strings.LastIndexByte(name, '.'); at > 0; at = strings.LastIndexByte(name[:at], '.') {
		p := c.parameter(name[:at])
		if p != nil && p.Form != calls.Plain {
			c.part(p, name[:at], strings.Split(name[at+1:], "."), text)
			return
		}
	}
	if c.api == nil {
		head, rest, _ := strings.Cut(name, ".")
		c.part(&calls.Parameter{}, head, strings.Split(rest, "."), text)
		return
	}
	c.ignored = append(c.ignored, name)
}

// deepest is how deep the parts of a parameter may stand.
const deepest = 20

// part keeps a part of a parameter. What is said of both a whole and its part
// stays the whole.
func (c *collector) part(p *calls.Parameter, name string, path []string, text string) {
	if len(path) > deepest {
		c.ignored = append(c.ignored, name+"."+strings.Join(path, "."))
		return
	}
	if _, had := c.got[name]; !had {
		c.got[name] = node{}
	}
	at, ok := c.got[name].(node)
	for i, step := range path {
		if !ok || step == "" {
			c.ignored = append(c.ignored, name+"."+strings.Join(path, "."))
			return
		}
		if _, err := strconv.Atoi(step); err != nil {
			p = memberOf(p, step)
		}
		if i == len(path)-1 {
			at[step] = leaf(p, text)
			return
		}
		if _, had := at[step]; !had {
			at[step] = node{}
		}
		at, ok = at[step].(node)
	}
}

// finish gives the parameters with lists that are lists: those whose parts have
// numbers.
func (c *collector) finish() map[string]any {
	out := make(map[string]any, len(c.got))
	for name, v := range c.got {
		out[name] = whole(v)
	}
	return out
}

func whole(v any) any {
	n, ok := v.(node)
	if !ok {
		return v
	}
	numbers := make([]int, 0, len(n))
	for step := range n {
		i, err := strconv.Atoi(step)
		if err != nil || i < 1 || strconv.Itoa(i) != step {
			numbers = nil
			break
		}
		numbers = append(numbers, i)
	}
	if numbers == nil {
		members := make(map[string]any, len(n))
		for step, v := range n {
			members[step] = whole(v)
		}
		return members
	}
	slices.Sort(numbers)
	list := make([]any, 0, len(numbers))
	for _, i := range numbers {
		list = append(list, whole(n[strconv.Itoa(i)]))
	}
	return list
}
