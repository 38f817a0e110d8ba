package alicloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
)

// sample makes a value for a property.
func sample(r *rand.Rand, p *provider.Property, depth int) any {
	if p == nil || depth > 5 {
		return "x"
	}
	if len(p.Enum) > 0 {
		return p.Enum[r.IntN(len(p.Enum))]
	}
	switch p.Type {
	case provider.TypeInteger, provider.TypeNumber:
		return 1 + r.IntN(9)
	case provider.TypeBoolean:
		if r.IntN(2) == 0 {
			return fmt.Sprint(r.IntN(2) == 0)
		}
		return r.IntN(2) == 0
	case provider.TypeList:
		list := []any{}
		for range 1 + r.IntN(2) {
			list = append(list, sample(r, p.Items, depth+1))
		}
		return list
	case provider.TypeMap:
		m := map[string]any{}
		for name, sub := range p.Properties {
			if r.IntN(4) > 0 {
				m[name] = sample(r, sub, depth+1)
			}
		}
		return m
	}
	return fmt.Sprintf("v%d", r.IntN(1000))
}

func sampleProperties(r *rand.Rand, typ string) map[string]any {
	out := map[string]any{}
	t := schema.Default().Type(typ)
	if t == nil {
		return out
	}
	for name, p := range t.Properties {
		if p.Required || r.IntN(2) == 0 {
			out[name] = sample(r, p, 0)
		}
	}
	return out
}

// changeable changes the properties that can be changed in place.
func changeable(r *rand.Rand, t *provider.Type, d *descriptor, before map[string]any) map[string]any {
	after := maps.Clone(before)
	for _, s := range d.update {
		for _, name := range d.triggers(s) {
			if p := t.Properties[name]; p != nil && s.missing() == "" && r.IntN(2) == 0 && s.when == nil && p.Update != provider.UpdateReplaces {
				after[name] = sample(r, p, 0)
			}
		}
	}
	return after
}

// numbered turns Tag.12.Key into Tag.N.Key.
func numbered(name string) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		if i > 0 && p != "" && strings.Trim(p, "0123456789") == "" {
			parts[i] = "N"
		}
	}
	return strings.Join(parts, ".")
}

// TestRequestsSendOnlyKnownParameters creates, changes and deletes sampled
// resources of every type and looks at each request that is sent.
func TestRequestsSendOnlyKnownParameters(t *testing.T) {
	x := loadSDK(t)
	listed := lines(t, unlisted)
	newer := map[string]bool{}
	for line := range listed {
		name, _, _ := strings.Cut(line, "\t")
		newer[name] = true
	}
	requests, lives, ends, failed := 0, 0, map[string]int{}, map[string]error{}
	for _, d := range every(t) {
		if d.absent() != "" {
			continue
		}
		for seed := range uint64(3) {
			r := rand.New(rand.NewPCG(seed, 7))
			tr := &obliging{r: r, check: func(req *Request) {
				requests++
				key := req.Product + " " + req.Version + " " + req.API
				pr := &product{name: req.Product, version: req.Version}
				if call, _ := x.knows(pr, req.API, ""); !call {
					if !newer[key] && req.API != "GetCallerIdentity" {
						t.Errorf("%s: %s is not known", d.name, key)
					}
					return
				}
				for name := range req.Query {
					name = numbered(name)
					_, ok := x.knows(pr, req.API, name)
					_, first := x.knows(pr, req.API, strings.ReplaceAll(name, ".N", ".1"))
					if !ok && !first && !newer[key+" "+name] {
						t.Errorf("%s: %s takes no %s", d.name, key, name)
					}
				}
				if strings.ContainsAny(req.Path, "[]$ ") || (req.Style != RPC) != (req.Path != "") {
					t.Errorf("%s: %s has path %q", d.name, key, req.Path)
				}
				if len(req.Body) > 0 && req.Headers["Content-Type"] == "application/json" && !json.Valid(req.Body) {
					t.Errorf("%s: %s has body %q", d.name, key, req.Body)
				}
			}}
			tr.d, tr.seen = d, map[string]int{}
			before := sampleProperties(r, d.name)
			tr.shapes = answersFor(d, before)
			p := newProvider(t, tr)
			typ, err := p.Describe(t.Context(), d.name)
			if err != nil {
				t.Fatal(err)
			}
			verbs, errs := live(t, p, d.name, before, changeable(r, typ, d, before))
			for _, verb := range verbs {
				ends[verb]++
			}
			lives++
			if len(errs) > 0 {
				failed[d.name] = errs[0]
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(failed)) {
		t.Logf("%s: %v", name, failed[name])
	}
	if ends["create"] < lives*98/100 || ends["update"] < lives*95/100 || ends["delete"] < lives*98/100 {
		t.Errorf("of %d lives, fewer operations than before ended well: %v", lives, ends)
	}
	t.Log(requests, "requests in", lives, "lives; operations that ended well:", ends)
}

// live runs a resource through its life, whatever comes back.
func live(t testing.TB, p *Provider, typ string, before, after map[string]any) (done []string, failed []error) {
	t.Helper()
	req := provider.Request{Token: "t", Type: typ, LogicalID: "R", Desired: asJSON(t, before)}
	step := func(verb string, do func(context.Context, *provider.Request) (*provider.Progress, error)) {
		req.Resume = nil
		for range 40 {
			got, err := do(t.Context(), &req)
			if err != nil {
				if _, ok := errors.AsType[*provider.Error](err); !ok {
					t.Errorf("%s: an error of another kind: %v", typ, err)
				}
				failed = append(failed, fmt.Errorf("%s: %w", verb, err))
				return
			}
			if got == nil || got.After < 0 || got.After > 24*time.Hour || len(got.Resume) > 4<<10 {
				t.Errorf("%s: %+v", typ, got)
				return
			}
			if got.PhysicalID != "" {
				req.PhysicalID = got.PhysicalID
			}
			if req.Resume = got.Resume; got.Done {
				done = append(done, verb)
				return
			}
		}
		failed = append(failed, fmt.Errorf("%s does not end", verb))
	}
	step("create", p.Create)
	if req.PhysicalID == "" {
		req.PhysicalID = "a:b:c"
	}
	_, _ = p.Read(t.Context(), &req)
	req.Prior, req.Desired = req.Desired, asJSON(t, after)
	step("update", p.Update)
	req.Desired = nil
	step("delete", p.Delete)
	req.PhysicalID = ""
	_, _ = p.Find(t.Context(), &req)
	return done, failed
}

// obliging answers anything with something: whatever path is asked for, most of
// the time.
type obliging struct {
	r     *rand.Rand
	check func(*Request)
	odd   func(*rand.Rand) *Response
	d     *descriptor
	gone  bool
	seen  map[string]int
	// shapes are answers by call.
	shapes map[string]string
}

func (o *obliging) Do(_ context.Context, req *Request) (*Response, error) {
	if o.check != nil {
		o.check(req)
	}
	if o.odd != nil {
		if resp := o.odd(o.r); resp != nil {
			return resp, nil
		}
	}
	if o.d != nil && o.d.read != nil && len(o.d.remove) > 0 {
		if o.gone && slices.ContainsFunc(append(o.d.other, o.d.read), func(s *step) bool { return s.action == req.API }) {
			return answered(404, map[string]any{"Code": "Thing.NotFound"}), nil
		}
		o.gone = o.gone || req.API == o.d.remove[len(o.d.remove)-1].action && req.API != o.d.create[0].action
	}
	if o.shapes == nil || o.listed(req.API) {
		return &Response{Status: 200, Body: []byte("{}")}, nil
	}
	return &Response{Status: 200, Body: []byte(o.shapes[req.API])}, nil
}

// answersFor makes answers for the lookups and creates of a type, with one item
// where their paths look.
func answersFor(d *descriptor, properties map[string]any) map[string]string {
	desired, err := decodeObject([]byte(jsonText(properties)))
	if err != nil {
		return nil
	}
	env := &scope{d: d, id: "id-1", desired: desired, region: "cn-hangzhou"}
	if id, ok := d.id.known(env); ok {
		env.id = id
	}
	bodies := map[string]map[string]any{}
	body := func(s *step) map[string]any {
		if bodies[s.action] == nil {
			bodies[s.action] = map[string]any{}
		}
		return bodies[s.action]
	}
	for _, s := range d.create {
		if _, known := d.id.known(env); !known {
			for _, part := range d.id.parts {
				if part.names != nil && part.literal == "" && part.names[0].find(desired, env) == nil {
					plant(body(s), part.names[0], "part", env)
				}
			}
		}
		if d.id.path != nil && d.id.call == nil {
			plant(body(s), d.id.path, "id-1", env)
		}
		for _, e := range d.createExpressions() {
			body(s)[e.name] = "made"
		}
	}
	if d.id.call != nil {
		plant(body(d.id.call), d.id.path, "id-1", env)
	}
	for _, s := range steps(d) {
		if s == d.id.call || slices.Contains(d.create, s) || slices.Contains(d.update, s) || slices.Contains(d.after, s) || slices.Contains(d.remove, s) {
			continue
		}
		item := body(s)
		if s.item != nil {
			item = map[string]any{"Name": "n"}
			if len(s.item.steps) > 0 {
				plant(body(s), s.item, item, env)
			}
		}
		if d.goneWithout != nil && s == d.reader(env) {
			plant(item, d.goneWithout, "part", env)
		}
		if w := d.ready; w != nil && w.field != nil && (w.read == "" || d.named(w.read) == s) {
			ok := "done"
			if len(w.ok) > 0 {
				ok, _ = w.ok[0].text(env)
			}
			plant(item, w.field, ok, env)
		}
	}
	out := map[string]string{}
	for action, b := range bodies {
		out[action] = jsonText(b)
	}
	return out
}

// plant puts a value where a path finds it.
func plant(at map[string]any, p *path, v any, env *scope) {
	for i, s := range p.steps {
		last := i == len(p.steps)-1
		var next any = map[string]any{}
		if last {
			next = v
		}
		if have, ok := at[s.name].(map[string]any); ok && !last {
			next = have
		}
		inner, _ := next.(map[string]any)
		if s.pick != pickNone {
			for _, f := range s.filter {
				if text, ok := f.values[0].text(env); ok && inner != nil {
					inner[f.field] = text
				} else if ok && f.field == "" {
					next = text // of a list of texts
				}
			}
			if have, ok := at[s.name].([]any); ok && len(have) == 1 && inner != nil {
				if old, ok := have[0].(map[string]any); ok {
					maps.Copy(old, inner)
					next, inner = old, old
				}
			}
			next = []any{next}
		}
		if at != nil && s.name != "" {
			at[s.name] = next
		}
		at = inner
	}
}

// odds are answers that nobody should rely on.
var odds = []string{
	"", "null", "[]", "{", "\x00", `"text"`, "0", "<html>blocked</html>", `{"Code":7}`, `{"Code":{"a":1},"Success":"false"}`,
	`{"Success":false}`, `{"Vpcs":"x"}`, `{"Vpcs":{"Vpc":{}}}`, `[[[[]]]]`, `{"Code":"Throttling.User"}`, `{"VpcId":{"a":[1]}}`,
	`{"TotalCount":1e999}`, `{"RequestId":5,"Message":[]}`,
}

func TestOddAnswersEndInErrors(t *testing.T) {
	odd := func(r *rand.Rand) *Response {
		if r.IntN(3) > 0 {
			return nil
		}
		status := []int{200, 200, 204, 301, 400, 403, 404, 409, 429, 500, 503, 0}[r.IntN(12)]
		return &Response{Status: status, Body: []byte(odds[r.IntN(len(odds))])}
	}
	for _, d := range every(t) {
		for seed := range uint64(4) {
			r := rand.New(rand.NewPCG(seed, 11))
			before := sampleProperties(r, d.name)
			p := newProvider(t, &obliging{r: r, odd: odd, shapes: answersFor(d, before)})
			live(t, p, d.name, before, sampleProperties(r, d.name))
		}
	}
}

func FuzzAnswer(f *testing.F) {
	for _, o := range odds {
		f.Add(200, []byte(o))
		f.Add(404, []byte(o))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		r := rand.New(rand.NewPCG(1, 1))
		p := newProvider(t, &obliging{r: r, odd: func(*rand.Rand) *Response { return &Response{Status: status, Body: body} }})
		for _, typ := range []string{"ALIYUN::ECS::VPC", "ALIYUN::ECS::InstanceGroup", "ALIYUN::FC3::Function", "ALIYUN::RAM::Role", "ALIYUN::RDS::DBInstance"} {
			live(t, p, typ, map[string]any{"CidrBlock": "10.0.0.0/8", "RoleName": "r"}, map[string]any{"VpcName": "n"})
		}
	})
}

func FuzzDescriptor(f *testing.F) {
	for name := range describedTypes() {
		text, _ := findBlock(name)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := decodeBlock(text, 1); err == nil && d.product == nil {
			t.Error("a descriptor without product")
		}
	})
}

// listed reports whether a lookup that deletions go through was asked before:
// the second time, it has nothing more.
func (o *obliging) listed(api string) bool {
	if o.d == nil {
		return false
	}
	for _, r := range o.d.reads {
		if r.step.action == api {
			o.seen[api]++
			return o.seen[api] > 3
		}
	}
	return false
}
