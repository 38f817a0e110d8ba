package alicloud

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/internal/doc"
	actions "github.com/bianpai/bianpai/oos/products"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

// apiCalls lists the calls in a template, wherever they are, with texts for what
// is computed.
func apiCalls(name string, src []byte) []*provider.Call {
	d, _ := doc.Parse(name, src, nil)
	var out []*provider.Call
	var walk func(n doc.Node)
	walk = func(n doc.Node) {
		if api := n.Get("API"); n.Kind() == doc.Map && api.Kind() == doc.String && n.Get("Service").Kind() == doc.String {
			call := &provider.Call{
				Service: n.Get("Service").Text(), API: api.Text(), Region: "cn-hangzhou", Token: "t",
				Method: n.Get("Method").Text(), URI: n.Get("URI").Text(),
			}
			if params, ok := sampled(n.Get("Parameters")).(map[string]any); ok {
				call.Parameters, _ = json.Marshal(params) // of texts
			}
			if body := n.Get("Body"); !body.IsZero() {
				call.Body = json.RawMessage(`"x"`)
			}
			out = append(out, call)
		}
		for item := range n.Items() {
			walk(item)
		}
	}
	walk(d.Root())
	return out
}

// sampled gives a value with "x" for functions.
func sampled(n doc.Node) any {
	switch n.Kind() {
	case doc.Map:
		if n.Len() == 1 && strings.HasPrefix(n.KeyAt(0), "Fn::") {
			return "x"
		}
		m := map[string]any{}
		for item := range n.Items() {
			m[item.Key()] = sampled(item)
		}
		return m
	case doc.List:
		list := []any{}
		for item := range n.Items() {
			list = append(list, sampled(item))
		}
		return list
	case doc.Null:
		return nil
	}
	return n.Text()
}

// checkCalls builds the requests of calls and compares the names in them with
// the table's.
func checkCalls(t *testing.T, where string, all []*provider.Call, report func(what string)) {
	c := newCaller(t, &table{}, nil)
	element := regexp.MustCompile(`\.[0-9]+(\.|$)`)
	for _, call := range all {
		r, err := c.request(call)
		if e, typed := errors.AsType[*provider.Error](err); typed && e.Kind == provider.Unsupported {
			report(e.Code + " " + strings.ToUpper(call.Service) + " " + call.API)
			continue
		}
		if err != nil {
			t.Errorf("%s: %s %s: %v", where, call.Service, call.API, err)
			continue
		}
		api, ok := calls.Default().API(call.Service, call.API)
		if !ok {
			t.Errorf("%s: %s %s was sent though the table lacks it", where, call.Service, call.API)
			continue
		}
		if api.Token && !api.ReadOnly() && !slices.ContainsFunc(api.Parameters, func(p calls.Parameter) bool { return r.Query[p.Name] == "t" }) {
			t.Errorf("%s: %s %s has no client token", where, call.Service, call.API)
		}
		for name := range r.Query {
			if call.URI == "" && !declares(api.Parameters, element.ReplaceAllString(name, ".N$1")) && name != "RegionId" && !strings.HasSuffix(name, "OwnerAccount") {
				report("parameter " + api.Service + " " + api.Name + " " + name)
			}
		}
	}
}

// TestCallerMakesTheProductActions builds what the product actions of this
// module call. OSS is for another caller.
func TestCallerMakesTheProductActions(t *testing.T) {
	n := 0
	for name := range actions.Names() {
		src, _ := actions.Lookup(name)
		all := apiCalls(name, src)
		n += len(all)
		checkCalls(t, name, all, func(what string) {
			if !elsewhere(what) {
				t.Errorf("%s: %s", name, what)
			}
		})
	}
	if n < 80 {
		t.Errorf("only %d calls", n)
	}
}

// elsewhere reports whether a call is one for another caller: of a service with
// a protocol of its own.
func elsewhere(what string) bool {
	return strings.HasPrefix(what, "UnsupportedService OSS ") || strings.HasPrefix(what, "UnsupportedService FC ")
}

// TestCallerMakesTheCallsOfPublicTemplates holds the caller to the names that
// the SDK's request structs have, for each call of each template.
func TestCallerMakesTheCallsOfPublicTemplates(t *testing.T) {
	n := 0
	corpus.Walk(t, "oos", func(name string, src []byte) {
		if filepath.Ext(name) != ".yml" {
			return
		}
		all := apiCalls(name, src)
		n += len(all)
		checkCalls(t, filepath.Base(name), all, func(what string) {
			if !elsewhere(what) {
				t.Errorf("%s: %s", filepath.Base(name), what)
			}
		})
	})
	if n < 400 {
		t.Fatalf("%d calls", n)
	}
}
