package overhttp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

// sampleOf makes a value of the form that a parameter has.
func sampleOf(p *calls.Parameter) any {
	switch p.Form {
	case calls.JSON:
		return map[string]any{"a": []any{"<&>"}}
	case calls.Map:
		return map[string]any{"k": "v"}
	case calls.Struct:
		return membersOf(p)
	case calls.Repeated:
		if len(p.Members) > 0 {
			return []any{membersOf(p), membersOf(p)}
		}
		return []any{plainOf(p, "1"), plainOf(p, "2")}
	}
	return plainOf(p, "1")
}

func membersOf(p *calls.Parameter) map[string]any {
	m := map[string]any{}
	for i := range p.Members {
		m[p.Members[i].Name] = sampleOf(&p.Members[i])
	}
	return m
}

func plainOf(p *calls.Parameter, n string) any {
	switch p.Type {
	case provider.TypeBoolean:
		return true
	case provider.TypeInteger, provider.TypeNumber:
		return json.Number(n)
	}
	return "a /?" + n + "é"
}

// leaves writes a value as names and texts, so that what was a list, a map or
// their JSON text compares alike.
func leaves(out map[string]string, name string, v any) {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		for key, member := range v {
			leaves(out, name+"."+key, member)
		}
	case []any:
		for i, item := range v {
			leaves(out, name+"."+strconv.Itoa(i+1), item)
		}
	case string:
		if inner, ok := parsedJSON([]byte(v)); ok {
			leaves(out, name, inner)
			return
		}
		out[strings.TrimPrefix(name, ".")] = v
	default:
		out[strings.TrimPrefix(name, ".")] = fmt.Sprint(v)
	}
}

func parsedJSON(text []byte) (any, bool) {
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err == nil
}

// TestEveryParameterArrives calls each API that is known (one in five, without
// BIANPAI_LONG=1) with a value for each of its parameters, and compares with what
// the gateway read.
func TestEveryParameterArrives(t *testing.T) {
	g := gateway.New(providertest.New(t, nil), &gateway.Options{Log: 1})
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	c := callerTo(t, providertest.New(t, nil), g)
	index, count, wrong, every := calls.Default(), 0, 0, 5
	if os.Getenv("BIANPAI_LONG") == "1" {
		every = 1
	}
	for s := range index.Services() {
		// Not the gateway's, or answered by it, or without a public host.
		if slices.Contains([]string{"FC", "MNS", "OSS", "STS", "DEVOPS-INNER", "RDC-INNER"}, s.Code) {
			continue
		}
		for name := range index.APIs(s.Code) {
			api, _ := index.API(s.Code, name)
			if s.Code+" "+name == "EVENTBRIDGE PutEvents" {
				continue // goes to another host than the service's other calls
			}
			if count++; count%every != 0 {
				continue
			}
			if what := arrives(t, c, g, api); what != "" && wrong < 30 {
				wrong++
				t.Errorf("%s %s: %s", s.Code, name, what)
			}
		}
	}
	t.Logf("%d calls", count/every)
}

// protocol lists names of parameters that say something to the gateway, and body,
// whose value is no member of the arguments.
func protocol() []string {
	return []string{"ClientToken", "RegionId", "body", "Version", "Action", "Format", "SecurityToken", "Signature", "Timestamp", "SignatureNonce", "SignatureVersion"}
}

// masked reports whether a value, or what it is a part of, is one that the
// gateway does not show.
func masked(got map[string]string, name string) bool {
	for name != "" {
		if got[name] == "******" {
			return true
		}
		name = name[:max(strings.LastIndexByte(name, '.'), 0)]
	}
	return false
}

// twice reports whether the table has a parameter as an element of a list,
// DataDisk.1.Size, and the list too.
func twice(api *calls.API, name string) bool {
	head, rest, _ := strings.Cut(name, ".")
	return rest != "" && rest[0] >= '0' && rest[0] <= '9' && slices.ContainsFunc(api.Parameters, func(p calls.Parameter) bool { return p.Name == head })
}

// arrives makes one call and says what was lost or changed on its way.
func arrives(t *testing.T, c provider.Caller, g *gateway.Gateway, api *calls.API) string {
	given := map[string]any{}
	for i := range api.Parameters {
		p := &api.Parameters[i]
		if !slices.ContainsFunc(protocol(), func(name string) bool { return strings.EqualFold(name, p.Name) }) && !twice(api, p.Name) {
			given[p.Name] = sampleOf(p)
		}
	}
	params, err := json.Marshal(given)
	if err != nil {
		return err.Error()
	}
	g.ForgetRequests()
	_, failed := c.Call(t.Context(), &provider.Call{Service: api.Service, API: api.Name, Token: "t", Parameters: params})
	seen := g.Requests()
	if len(seen) != 1 {
		return fmt.Sprintf("%d requests (%v)", len(seen), failed)
	}
	r := seen[0]
	if r.Service != api.Service || r.API != api.Name || len(r.Ignored) > 0 {
		return fmt.Sprintf("arrived as %s %s, ignored %v (%v)", r.Service, r.API, r.Ignored, failed)
	}
	var read map[string]any
	dec := json.NewDecoder(bytes.NewReader(r.Arguments))
	dec.UseNumber()
	if err := dec.Decode(&read); err != nil {
		return "arguments: " + err.Error()
	}
	for i := range api.Parameters {
		if p := &api.Parameters[i]; p.Place == calls.Path {
			if v, _ := given[p.Name].(string); !strings.Contains(r.Path, v) {
				return fmt.Sprintf("%s is missing in the path %s", p.Name, r.Path)
			}
			delete(given, p.Name)
		}
	}
	want, got := map[string]string{}, map[string]string{}
	leaves(want, "", given)
	leaves(got, "", read)
	for name, v := range want {
		if got[name] != v && !masked(got, name) {
			return fmt.Sprintf("%s was %q, arrived as %q", name, v, got[name])
		}
	}
	if api.Token && !api.ReadOnly() && r.Token != "t" {
		return fmt.Sprintf("the client token arrived as %q", r.Token)
	}
	return ""
}
