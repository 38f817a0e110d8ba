package providertest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// live is what raw calls did to a thing, over what its resource says.
type live struct {
	Status string            `json:"status,omitempty"`
	Next   string            `json:"next,omitempty"` // the status that it is on its way to
	Due    time.Time         `json:"due,omitzero"`
	Tags   map[string]string `json:"tags,omitempty"`
	Tagged bool              `json:"tagged,omitempty"` // Tags count, not the resource's
	Set    map[string]any    `json:"set,omitempty"`    // members, by name
	Gone   bool              `json:"gone,omitempty"`
}

// kind is what calls know a sort of things by.
type kind struct {
	typ     string   // of the resources that calls make
	types   []string // of all resources that stand for such things
	missing string   // the code for one that is not there
	status  string   // of one that nothing was done to
}

// thing is one instance, disk, image: a resource of the cloud or one of those
// that a resource stands for.
type thing struct {
	c     *Cloud
	kind  *kind
	o     *object
	id    string
	index int

	told [2]map[string]any // the attributes and properties of o, as far as asked for
	of   *object           // whose they are
}

// thing finds a thing by its id; nil if there is none.
func (c *Cloud) thing(k *kind, id string) *thing {
	for _, o := range c.byID[id] {
		if !k.has(o.Type) {
			continue
		}
		t := &thing{c: c, kind: k, o: o, id: id}
		t.index = max(slices.Index(k.idsOf(o), id), 0)
		if l := o.Live[id]; l != nil && l.Gone {
			return nil
		}
		return t
	}
	if !isExisting(id) || !strings.HasPrefix(id, styleOf(k.typ).prefix()) {
		return nil
	}
	return c.standing(k, id)
}

func (k *kind) has(typ string) bool {
	for _, t := range k.types {
		if t == typ {
			return true
		}
	}
	return typ == k.typ
}

// standing makes the thing of an id that is there from the start. It comes into
// the cloud only when a call changes it.
func (c *Cloud) standing(k *kind, id string) *thing {
	o := &object{key: key{k.typ, id}, Seed: newSeed(k.typ, id), Standing: true}
	o.Properties = encode(map[string]any{})
	o.Attributes = encode(c.newMaker(c.shapeOf(k.typ), o, nil).attributes())
	o.Aliases = nil
	return &thing{c: c, kind: k, o: o, id: id}
}

// shapeOf gives the shape of a type, of a bare one if the cloud's types do not
// have it.
func (c *Cloud) shapeOf(typ string) *shape {
	s, refusal := c.shape(typ)
	if refusal != nil {
		return &shape{name: typ, typ: &provider.Type{Name: typ}, style: styleOf(typ), refs: make(map[string]*reference), folded: map[string]string{}}
	}
	return s
}

// find finds a thing or refuses the call.
func (f *frame) find(k *kind, id, parameter string) (*thing, *provider.Error) {
	if id == "" {
		return nil, f.args.missing(parameter)
	}
	if t := f.c.thing(k, id); t != nil {
		return t, nil
	}
	return nil, &provider.Error{Kind: provider.NotFound, Code: k.missing, Path: parameter, Message: "The specified " + parameter + " " + id + " does not exist."}
}

// things lists all things of a kind that a resource in the cloud stands for; if
// there is none, one that is there from the start.
func (c *Cloud) things(k *kind) []*thing {
	var list []*thing
	some := false
	for _, o := range c.inOrder() {
		if !k.has(o.Type) {
			continue
		}
		some = true
		for i, id := range k.idsOf(o) {
			if l := o.Live[id]; l == nil || !l.Gone {
				list = append(list, &thing{c: c, kind: k, o: o, id: id, index: i})
			}
		}
	}
	if !some {
		list = append(list, c.standing(k, c.Existing(k.typ)))
	}
	return list
}

// alter changes what calls know of the thing.
func (t *thing) alter(f func(l *live)) {
	o := *t.o
	o.Live = maps.Clone(o.Live)
	if o.Live == nil {
		o.Live = make(map[string]*live)
	}
	l := new(live)
	if had := o.Live[t.id]; had != nil {
		*l = *had
	}
	l.Tags, l.Set = maps.Clone(l.Tags), maps.Clone(l.Set)
	f(l)
	o.Live[t.id] = l
	if o.Order == 0 {
		t.c.order++
		o.Order = t.c.order
	}
	t.o = &o
	t.c.put(t.o)
}

// set changes a member that answers tell; nil takes it away.
func (t *thing) set(name string, v any) {
	t.alter(func(l *live) {
		if l.Set == nil {
			l.Set = make(map[string]any)
		}
		l.Set[name] = v
	})
}

// status gives the status at this time.
func (t *thing) status() string {
	l := t.o.Live[t.id]
	switch {
	case l == nil || l.Status == "":
		return t.kind.status
	case l.Next != "" && !time.Now().Before(l.Due):
		return l.Next
	}
	return l.Status
}

// fresh reports whether the thing was there from the start and no call has
// changed it: nothing is known of its status, so it is as a call wants it.
func (t *thing) fresh() bool { return t.o.Standing && t.o.Live[t.id] == nil }

// become takes a thing to a status, on the way for as long as the cloud's
// Latency says.
func (t *thing) become(verb, onTheWay, then string) {
	t.alter(func(l *live) {
		l.Status, l.Next, l.Due = then, "", time.Time{}
		if d := t.c.delay(verb, t.kind.typ); d > 0 {
			l.Status, l.Next, l.Due = onTheWay, then, time.Now().Add(d)
		}
	})
}

func (c *Cloud) delay(verb, typ string) time.Duration {
	if c.latency == nil {
		return 0
	}
	return c.latency(verb, typ)
}

// vanish takes a thing out of the cloud, and with the last one the resource
// that stands for it.
func (t *thing) vanish() {
	t.alter(func(l *live) { l.Gone = true })
	if t.o.Standing {
		return
	}
	for _, id := range t.kind.idsOf(t.o) {
		if l := t.o.Live[id]; l == nil || !l.Gone {
			return
		}
	}
	t.c.remove(t.o)
}

// idsOf gives the ids of the kind's things that a resource stands for.
func (k *kind) idsOf(o *object) []string {
	ids := []string{o.ID}
	if o.Type == k.typ {
		return ids // other ids are of what came with it, such as a route table
	}
	for _, alias := range o.Aliases {
		if strings.HasPrefix(alias, styleOf(k.typ).prefix()) && styleOf(k.typ).prefix() != "" {
			ids = append(ids, alias)
		}
	}
	return ids
}

// value gives what is known by a name: what calls have set, else an attribute,
// else a property.
func (t *thing) value(name string) any {
	if l := t.o.Live[t.id]; l != nil {
		if v, ok := l.Set[name]; ok {
			return v
		}
	}
	if t.of != t.o {
		t.told[0], _ = decodeObject(t.o.Attributes)
		t.told[1], _ = decodeObject(t.o.Properties)
		t.of = t.o
	}
	for _, m := range t.told {
		if v, ok := m[name]; ok {
			return v
		}
		if list, ok := m[name+"s"].([]any); ok && t.index < len(list) {
			return list[t.index]
		}
	}
	return nil
}

func (t *thing) text(name string) string { return textOf(t.value(name)) }

// tags gives the tags: what calls left, else what the resource says.
func (t *thing) tags() map[string]string {
	if l := t.o.Live[t.id]; l != nil && l.Tagged {
		return l.Tags
	}
	props, err := decodeObject(t.o.Properties)
	if err != nil {
		return nil
	}
	a := arguments{given: props}
	return a.tags()
}

// tag sets tags and takes others away.
func (t *thing) tag(set map[string]string, remove []string) {
	tags := maps.Clone(t.tags())
	if tags == nil {
		tags = make(map[string]string)
	}
	maps.Copy(tags, set)
	for _, key := range remove {
		delete(tags, key)
	}
	t.alter(func(l *live) { l.Tagged, l.Tags = true, tags })
}

// make makes a thing that a call asks for: a resource with these properties.
// What they name must be there.
func (f *frame) make(k *kind, props map[string]any, tag string) (*thing, *provider.Error) {
	c := f.c
	s := c.shapeOf(k.typ)
	for name, v := range props {
		props[name] = fitted(s.typ.Properties[name], v)
	}
	c.order++
	o := &object{key: key{Type: k.typ}, Order: c.order, Token: f.token(), Seed: f.seed.with(tag)}
	l := linker{c: c, s: s}
	if err := l.collect(props); err != nil {
		return nil, err
	}
	o.Links = l.links
	if err := c.checkSameVPC(props, o.Links); err != nil {
		return nil, err
	}
	o.Zone = textOf(props["ZoneId"])
	if err := c.claimName(s, o, props, nil); err != nil {
		return nil, err
	}
	o.ID = c.identify(s, o.Seed, props)
	c.settle(s, o, props)
	return &thing{c: c, kind: k, o: c.objects[o.key], id: o.ID}, nil
}
