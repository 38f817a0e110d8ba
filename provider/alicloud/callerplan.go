package alicloud

import (
	"cmp"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

// callPlan is what is known of an API. It is immutable.
type callPlan struct {
	service    calls.Service
	name       string     // of the API
	api        *calls.API // nil of one that the table lacks
	byName     map[string]*calls.Parameter
	matched    *spellings
	roa        bool
	method     string
	path       string // with names in brackets
	token      string // the parameter that takes a client token; empty: none, or no need
	tokenPlace calls.Place
}

// plan finds what is known of the API that a call names.
func (c *Caller) plan(req *provider.Call) (*callPlan, error) {
	p, err := c.listed(req)
	if err != nil {
		return nil, err
	}
	version := cmp.Or(req.Version, c.opts.Versions[p.service.Code], p.service.Version)
	if version != p.service.Version || p.api == nil {
		own := *p
		own.service.Version = version
		if p = &own; p.api == nil {
			p.roa = p.service.ROA || req.URI != ""
		}
	}
	if !p.roa && (req.URI != "" || len(req.Body) > 0) {
		return nil, invalidCall(p, "BadRequest", "is an RPC call, which has neither a path nor a body of its own")
	}
	return p, nil
}

// listed finds the plan of an API, or makes one of what the call says where the
// table lacks it.
func (c *Caller) listed(req *provider.Call) (*callPlan, error) {
	key := req.Service + " " + req.API
	if p, ok := c.plans.Load(key); ok {
		return p.(*callPlan), nil
	}
	service, known := c.index.Service(req.Service)
	if !known {
		service = calls.Service{Code: strings.ToUpper(req.Service), Product: req.Service}
	}
	version := cmp.Or(req.Version, c.opts.Versions[service.Code])
	api, found := c.index.API(service.Code, req.API)
	switch {
	case req.Service == "" || req.API == "":
		return nil, &provider.Error{Kind: provider.Invalid, Code: "MissingParameter", Message: "a call needs a service and an API"}
	case ownProtocol(service.Code) && c.opts.Endpoints[service.Code] == "":
		return nil, &provider.Error{
			Kind: provider.Unsupported, Code: "UnsupportedService",
			Message: "the service " + service.Code + " does not take calls as the gateway does; give a caller for it in CallerOptions.Others",
		}
	case !known && version == "":
		return nil, notListed("UnsupportedService", "service "+short(req.Service)+"; a call with a Version is sent as it is", req.Service, c.codes())
	case !found && version == "" && (req.URI == "" || req.Method == ""):
		return nil, notListed("UnsupportedAPI", "API "+short(req.API)+" of service "+service.Code+"; a call with a Version, or with Method and URI, is sent as it is",
			req.API, c.index.APIs(service.Code))
	}
	p := &callPlan{service: service, name: req.API, method: http.MethodPost}
	if !found {
		return p, nil
	}
	p.know(api)
	if req.Service == service.Code && req.API == api.Name { // other spellings have no end
		kept, _ := c.plans.LoadOrStore(key, p)
		p = kept.(*callPlan)
	}
	return p, nil
}

// know takes over what the table says of an API.
func (p *callPlan) know(api *calls.API) {
	p.api, p.name, p.method, p.path = api, api.Name, api.Method, api.Path
	p.roa = api.Path != ""
	p.byName, p.matched = make(map[string]*calls.Parameter, len(api.Parameters)), &spellings{}
	for i := range api.Parameters {
		q := &api.Parameters[i]
		p.byName[q.Name] = q
		// A token on a call that reads might make it answer what it answered
		// before.
		if api.Token && strings.EqualFold(q.Name, "ClientToken") && !api.ReadOnly() {
			p.token, p.tokenPlace = q.Name, q.Place
		}
	}
	if !p.roa && p.method == http.MethodGet {
		p.method = http.MethodPost // RPC calls take both, and a form has no limit
	}
}

// spellings remembers which parameters the names of templates mean, as far as
// there is room: a search compares with every name that the API has.
type spellings struct {
	names sync.Map // given -> the API's; "" if it has none
	count atomic.Int32
}

// match finds the API's name of a parameter; "" if it has none.
func (p *callPlan) match(given string) string {
	const most, longest = 256, 64
	if name, ok := p.matched.names.Load(given); ok {
		return name.(string)
	}
	name, _ := p.api.Match(given)
	if len(given) <= longest && p.matched.count.Add(1) <= most {
		p.matched.names.Store(given, name)
	}
	return name
}

// ownProtocol reports whether a service has signatures of its own.
func ownProtocol(code string) bool {
	return slices.Contains([]string{"FC", "MNS", "OSS", "OTS", "SLS"}, code)
}

func (c *Caller) codes() iter.Seq[string] {
	return func(yield func(string) bool) {
		for s := range c.index.Services() {
			if !yield(s.Code) {
				return
			}
		}
	}
}

// notListed refuses a call that the table lacks.
func notListed(code, what, name string, among iter.Seq[string]) error {
	message := "this module does not know the " + what
	if near := diag.Nearest(name, among); near != "" {
		message += "; is " + near + " meant?"
	}
	return &provider.Error{Kind: provider.Unsupported, Code: code, Message: message}
}

func invalidCall(p *callPlan, code, what string) *provider.Error {
	return &provider.Error{Kind: provider.Invalid, Code: code, Message: p.service.Code + " " + short(p.name) + " " + what}
}
