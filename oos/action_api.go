package oos

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// executeAPI makes one API call, or, of a call that lists in pages, one for each
// page.
var executeAPI = action{
	kind:  callAction,
	begin: needCall,
	awaited: func(m *machine, props value.Value) bool {
		return m.set.class(text(props, "Service"), text(props, "API")) != provider.ReadOnly
	},
	do: func(ctx context.Context, ef *effector, w *work) core.Answer {
		req, class, res := ef.prepare(ctx, w)
		if res != nil {
			return answer(res)
		}
		if w.repeated && !class.Repeat() {
			return answer(&result{doubt: true, err: &TaskError{
				Kind: provider.InDoubt.String(), Service: req.Service, API: req.API,
				Message: "the call was begun and its answer lost, and making it again may do it twice",
			}})
		}
		if class == provider.ReadOnly && !isFalse(w.props, "AutoPaging") && !pagesItself(w.props) {
			return answer(ef.pages(ctx, req, w))
		}
		return answer(ef.call(ctx, req, class, w))
	},
}

// needCall reports properties without which there is no call.
func needCall(_ *unit, props value.Value, _ *unitStarted) error {
	for _, key := range []string{"Service", "API"} {
		if text(props, key) == "" {
			return &TaskError{Code: "InvalidParameter", Message: "property " + key + " is empty"}
		}
	}
	return nil
}

// prepare makes the request of a call, the parameter store's values filled in.
// What it cannot make is a result.
func (ef *effector) prepare(ctx context.Context, w *work) (*provider.Call, provider.CallClass, *result) {
	props, res := ef.resolve(ctx, w)
	if res != nil {
		return nil, 0, res
	}
	w.props = props
	params, _ := props.Get("Parameters")
	if params.Kind() == value.KindString {
		if parsed, err := value.ParseJSON([]byte(params.Text())); err == nil {
			params = parsed
		}
	}
	if params.Kind() != value.KindMap {
		params = value.Map(nil)
	}
	params = runbook.CallParameters(params)
	req := &provider.Call{
		Token: w.token, Service: text(props, "Service"), API: text(props, "API"), Region: w.region, Role: w.role,
		Parameters: params.AppendJSON(nil), Method: text(props, "Method"), URI: text(props, "URI"),
	}
	if region := text(params, "RegionId"); region != "" {
		req.Region = region
	}
	if header, ok := props.Get("Headers"); ok && header.Kind() == value.KindMap {
		req.Header = map[string]string{}
		for key, v := range header.Entries() {
			req.Header[key] = asText(v)
		}
	}
	if body, ok := props.Get("Body"); ok && !body.IsNull() {
		req.Body = body.AppendJSON(nil)
	}
	return req, ef.set.class(req.Service, req.API), nil
}

// call makes one call.
func (ef *effector) call(ctx context.Context, req *provider.Call, class provider.CallClass, w *work) *result {
	got, err := ef.caller.Call(ctx, req)
	if err != nil {
		return callFailed(req, class, w, err)
	}
	res := &result{secrets: secretsOf(w)}
	if got == nil || len(got.Body) == 0 {
		res.raw = value.Map(nil)
		return res
	}
	if res.raw, err = value.ParseJSON(got.Body); err != nil {
		res.raw = value.String(string(got.Body)) // an answer that is no JSON is a text
	}
	return res
}

// pageLimit bounds the pages of one call.
const pageLimit = 10_000

// pagesItself reports whether the template pages by itself.
func pagesItself(props value.Value) bool {
	params, _ := props.Get("Parameters")
	for i := range params.Len() {
		if params.Kind() == value.KindMap && slices.ContainsFunc(pageNames, func(name string) bool { return strings.EqualFold(name, params.KeyAt(i)) }) {
			return true
		}
	}
	return false
}

// pageNames are the parameters that say which page is wanted.
var pageNames = []string{"PageNumber", "PageSize", "NextToken", "MaxResults", "PageNo", "CurrentPage", "Marker", "Limit"}

// pages makes a call and, if its answer is a page, those for the others; the
// lists of all pages become one.
func (ef *effector) pages(ctx context.Context, req *provider.Call, w *work) *result {
	first := ef.call(ctx, req, provider.ReadOnly, w)
	if first.err != nil {
		return first
	}
	whole := newPaged(first.raw)
	for n := 2; n <= pageLimit; n++ {
		more := whole.next(n)
		if more == nil {
			break
		}
		next := *req
		next.Parameters = withParameter(req.Parameters, more)
		res := ef.call(ctx, &next, provider.ReadOnly, w)
		if res.err != nil {
			return res
		}
		if !whole.add(res.raw) {
			break
		}
	}
	first.raw = whole.value()
	return first
}

func withParameter(params json.RawMessage, more []value.Entry) json.RawMessage {
	v, err := value.ParseJSON(params)
	if err != nil {
		return params
	}
	return merged(v, value.Map(more)).AppendJSON(nil)
}
