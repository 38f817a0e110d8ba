package providertest

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// Read implements provider.Provider. Secrets among the properties are not in
// the answer, as with the services.
func (c *Cloud) Read(ctx context.Context, req *provider.Request) (*provider.State, error) {
	return c.look(ctx, "Read", req, c.read)
}

// Find implements provider.Finder.
func (c *Cloud) Find(ctx context.Context, req *provider.Request) (*provider.State, error) {
	return c.look(ctx, "Find", req, c.find)
}

// look is one call that changes nothing.
func (c *Cloud) look(ctx context.Context, verb string, req *provider.Request, f func(*provider.Request) (*provider.State, *provider.Error)) (*provider.State, error) {
	call, fate := c.enter(verb, req)
	if err := fate.before(ctx); err != nil {
		return nil, c.leave(call, "", false, err)
	}
	c.mu.Lock()
	state, refusal := f(req)
	c.mu.Unlock()
	if refusal != nil {
		return nil, c.leave(call, req.PhysicalID, false, refusal)
	}
	if err := c.leave(call, state.PhysicalID, true, fate.after); err != nil {
		return nil, err
	}
	return state, nil
}

func (c *Cloud) read(req *provider.Request) (*provider.State, *provider.Error) {
	s, err := c.shape(req.Type)
	if err != nil {
		return nil, err
	}
	if s.typ.DataSource {
		return c.query(s, req)
	}
	if o := c.objects[key{req.Type, req.PhysicalID}]; o != nil {
		return o.state(), nil
	}
	if isExisting(req.PhysicalID) && strings.HasPrefix(req.PhysicalID, s.style.prefix()) {
		o := &object{key: key{req.Type, req.PhysicalID}, Seed: newSeed(req.Type, req.PhysicalID)}
		o.Attributes = encode(c.newMaker(s, o, nil).attributes())
		o.Properties = json.RawMessage("{}")
		return o.state(), nil
	}
	return nil, c.notThere(req)
}

func (o *object) state() *provider.State {
	return &provider.State{PhysicalID: o.ID, Properties: o.Properties, Attributes: o.Attributes, Ref: o.Ref}
}

func (c *Cloud) find(req *provider.Request) (*provider.State, *provider.Error) {
	if op := c.ops[req.Token]; op != nil && req.Token != "" && op.Verb == "Create" {
		if o := c.objects[op.Key]; o != nil {
			return o.state(), nil
		}
	}
	return nil, &provider.Error{Kind: provider.NotFound, Code: "InvalidClientToken.NotFound", Message: "No resource was created with the client token."}
}

// query answers a data source: with the resources of the cloud that fit, or,
// if there is none and none was asked for by id, with one that is there from
// the start.
func (c *Cloud) query(s *shape, req *provider.Request) (*provider.State, *provider.Error) {
	props, err := decodeObject(req.Desired)
	if err != nil {
		return nil, err
	}
	if err := c.check.check(s.typ, props); err != nil {
		return nil, err
	}
	stem := singular(lastPart(s.name))
	target := "ALIYUN::" + productOf(s.name) + "::" + stem
	found := c.matching(target, stem, props)
	attributes := make(map[string]any, len(s.attributes))
	ids := make([]any, 0, len(found))
	members := make([]any, 0, len(found))
	for _, f := range found {
		ids = append(ids, f.id)
		members = append(members, f.member(c, s))
	}
	for _, name := range s.attributes {
		a := s.typ.Attributes[name]
		switch {
		case strings.HasSuffix(name, "Ids") && (a.Type == provider.TypeList || a.Type == provider.TypeAny):
			attributes[name] = ids
		case a.Type == provider.TypeList, a.Type == provider.TypeAny && (plural(name) || name == lastPart(s.name)):
			attributes[name] = listing(name, a, members)
		case len(found) > 0:
			attributes[name] = found[0].maker(c, s).attribute(name, a)
		default:
			attributes[name] = nil
		}
	}
	return &provider.State{Properties: encode(props), Attributes: encode(attributes), Ref: encode(ids)}, nil
}

// listing gives a list attribute of a data source: names where its items are
// texts, else the members.
func listing(name string, a provider.Attribute, members []any) any {
	if a.Type != provider.TypeList {
		return members
	}
	list := make([]any, 0, len(members))
	for _, member := range members {
		if m, ok := member.(map[string]any); ok && m[singular(name)] != nil {
			member = m[singular(name)]
		}
		list = append(list, member)
	}
	return list
}

// finding is one thing that a data source found.
type finding struct {
	id    string
	index int     // among the things that the object stands for
	on    *object // nil: there from the start
}

// matching finds what a query asks for: by ids if it has any, else all of the
// type that live on what it names.
func (c *Cloud) matching(target, stem string, props map[string]any) []finding {
	if ids := idsOf(props, stem); len(ids) > 0 {
		var found []finding
		for _, id := range ids {
			if f, ok := c.member(id); ok {
				found = append(found, f)
			} else if isExisting(id) {
				found = append(found, finding{id: id})
			}
		}
		return found
	}
	l := linker{c: c, s: &shape{name: target, typ: &provider.Type{}, refs: make(map[string]*reference)}}
	_ = l.collect(props) // no property is known to it, so nothing is refused
	var found []finding
	for _, o := range c.inOrder() {
		if o.Type == target && linksTo(o, l.links) {
			found = append(found, finding{id: o.ID, on: o})
		}
	}
	if len(found) == 0 {
		found = append(found, finding{id: existingID(styleOf(target), newSeed("existing", target), c.region)})
	}
	return found
}

// idsOf gives the ids that a query asks for: InstanceIds or InstanceId.
func idsOf(props map[string]any, stem string) []string {
	var ids []string
	for _, name := range [...]string{stem + "Ids", stem + "Id"} {
		switch v := props[name].(type) {
		case string:
			for id := range strings.SplitSeq(strings.Trim(v, "[] "), ",") {
				if id = strings.Trim(id, `" `); id != "" {
					ids = append(ids, id)
				}
			}
		case []any:
			for _, item := range v {
				if id := textOf(item); id != "" {
					ids = append(ids, id)
				}
			}
		}
	}
	return ids
}

// member finds the object that an id belongs to, and which of its things.
func (c *Cloud) member(id string) (finding, bool) {
	list := c.byID[id]
	if len(list) == 0 {
		return finding{}, false
	}
	f := finding{id: id, on: list[0]}
	for i, alias := range list[0].Aliases {
		if alias == id {
			f.index = i + 1
		}
	}
	return f, true
}

func linksTo(o *object, want []link) bool {
	for _, w := range want {
		has := false
		for _, l := range o.Links {
			has = has || l.To == w.To
		}
		if !has {
			return false
		}
	}
	return true
}

func (f *finding) maker(c *Cloud, s *shape) *maker {
	o := &object{key: key{s.name, f.id}, Seed: newSeed(f.id)}
	props := map[string]any{}
	if f.on != nil {
		o.Links = f.on.Links
		if have, err := decodeObject(f.on.Properties); err == nil {
			props = have
		}
	}
	return c.newMaker(s, o, props)
}

// member gives what a data source tells of a thing.
func (f *finding) member(c *Cloud, s *shape) any {
	m := f.maker(c, s)
	stem := singular(lastPart(s.name))
	var item any = map[string]any{stem + "Id": "", stem + "Name": "@" + stem + "Name", "RegionId": c.region, "Status": "Available"}
	if known := theFacts().Members[s.name+"."+lastPart(s.name)]; known != nil {
		item = known
	}
	out, ok := m.fill(item, 0).(map[string]any)
	if !ok {
		return m.fill(item, 0)
	}
	if f.on != nil {
		f.overlay(out)
	}
	if _, ok := out[stem+"Id"]; ok {
		out[stem+"Id"] = f.id
	}
	return out
}

// overlay puts in what the object itself says.
func (f *finding) overlay(out map[string]any) {
	attributes, err := decodeObject(f.on.Attributes)
	if err != nil {
		return
	}
	for name, v := range attributes {
		if list, ok := v.([]any); ok && f.index < len(list) && plural(name) {
			name, v = singular(name), list[f.index]
		}
		switch name {
		case "PrivateIp", "PublicIp":
			if have, ok := out[name+"Address"]; ok {
				if _, list := have.([]any); list {
					v = []any{v}
				}
				out[name+"Address"] = v
				continue
			}
		}
		if have, ok := out[name]; !ok || sameShape(have, v) {
			out[name] = v
		}
	}
	for _, l := range f.on.Links {
		if l.To.Type == "ALIYUN::ECS::SecurityGroup" {
			out["SecurityGroupIds"] = []any{l.To.ID}
		}
	}
}

func sameShape(a, b any) bool {
	switch a.(type) {
	case []any:
		_, ok := b.([]any)
		return ok
	case map[string]any:
		_, ok := b.(map[string]any)
		return ok
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return true
}
