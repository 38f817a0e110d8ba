package providertest

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// Create implements provider.Provider.
func (c *Cloud) Create(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	return c.operate(ctx, "Create", req, c.create)
}

// Update implements provider.Provider. A change of a property that the type
// knows not to be editable is refused with provider.NeedsReplacement.
func (c *Cloud) Update(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	return c.operate(ctx, "Update", req, c.update)
}

// Delete implements provider.Provider. A resource on which another one lives is
// refused with provider.Conflict and the service's code.
func (c *Cloud) Delete(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	return c.operate(ctx, "Delete", req, c.delete)
}

func (c *Cloud) create(req *provider.Request) (*operation, *provider.Error) {
	s, err := c.shape(req.Type)
	if err != nil {
		return nil, err
	}
	if s.typ.DataSource {
		return nil, invalid("InvalidResourceType", "", "The data source %s can only be read.", req.Type)
	}
	props, err := decodeObject(req.Desired)
	if err != nil {
		return nil, err
	}
	c.order++
	o := &object{Order: c.order, Stack: req.Stack, LogicalID: req.LogicalID, Token: req.Token}
	if o.Seed = newSeed(req.Type, req.Token); req.Token == "" {
		o.Seed = newSeed(req.Type, req.Stack, req.LogicalID, strconv.FormatInt(c.order, 10))
	}
	o.Type = req.Type
	if err := c.accept(s, o, props, nil); err != nil {
		return nil, err
	}
	o.ID = c.identify(s, o.Seed, props)
	c.settle(s, o, props)
	return &operation{Key: o.key}, nil
}

// accept checks the properties of a new or changed object and finds its links,
// names and range.
func (c *Cloud) accept(s *shape, o *object, props map[string]any, old *object) *provider.Error {
	if err := c.check.check(s.typ, props); err != nil {
		return err
	}
	return c.settleIn(s, o, props, old)
}

// settleIn finds an object's place among the others: its links, names and
// range.
func (c *Cloud) settleIn(s *shape, o *object, props map[string]any, old *object) *provider.Error {
	l := linker{c: c, s: s}
	if err := l.collect(props); err != nil {
		return err
	}
	o.Links = l.links
	if err := c.checkSameVPC(props, o.Links); err != nil {
		return err
	}
	cidr, err := c.checkNetwork(s.name, props, o.Links, old)
	if err != nil {
		return err
	}
	o.CIDR, o.Zone = cidr, textOf(props["ZoneId"])
	if s.name == vswitchType {
		o.VPC = textOf(props["VpcId"])
	}
	return c.claimName(s, o, props, old)
}

func (c *Cloud) claimName(s *shape, o *object, props map[string]any, old *object) *provider.Error {
	o.Names = nil
	if s.unique == nil {
		return nil
	}
	name := textOf(props[s.unique.By])
	if name == "" {
		return nil
	}
	full := s.name + "\x00" + textOf(props[s.unique.Within]) + "\x00" + name
	if holder := c.names[full]; holder != nil && (old == nil || holder.key != old.key) {
		kind := provider.Invalid
		if strings.HasPrefix(s.unique.Code, "Incorrect") {
			kind = provider.Conflict // whoever holds it may let go
		}
		return &provider.Error{
			Kind: kind, Code: s.unique.Code, Path: s.unique.By,
			Message: fmt.Sprintf("The specified %s already exists, or is in use.", s.unique.By),
		}
	}
	o.Names = []string{full}
	return nil
}

// identify makes an id that no other resource of the type has.
func (c *Cloud) identify(s *shape, from seed, props map[string]any) string {
	id := s.style.write(from, c.region, func(name string) string {
		head, rest, nested := strings.Cut(name, ".")
		v := props[head]
		if m, ok := v.(map[string]any); ok && nested {
			v = m[rest]
		}
		return textOf(v)
	})
	if len(id) > 255 {
		id = id[:200] + ":" + from.text(base36, 12)
	}
	free := id
	for n := 2; c.objects[key{s.name, free}] != nil; n++ {
		free = id + ":" + strconv.Itoa(n)
	}
	return free
}

// settle makes up the attributes of an object and puts it in the cloud.
func (c *Cloud) settle(s *shape, o *object, props map[string]any) {
	m := c.newMaker(s, o, props)
	attributes := m.attributes()
	for _, name := range [...]string{"EipAddress", "IpAddress"} {
		if ip, ok := attributes[name].(string); ok && s.style.prefix() == "eip-" {
			o.Address = ip
		}
	}
	if s.name == waitConditionType {
		tellSignals(attributes, nil)
	}
	o.Attributes = encode(attributes)
	o.Properties = encode(s.withoutSecrets(props))
	c.put(o)
}

func (c *Cloud) update(req *provider.Request) (*operation, *provider.Error) {
	s, err := c.shape(req.Type)
	if err != nil {
		return nil, err
	}
	old := c.objects[key{req.Type, req.PhysicalID}]
	if old == nil {
		return nil, c.notThere(req)
	}
	props, err := decodeObject(req.Desired)
	if err != nil {
		return nil, err
	}
	if err := c.editable(s, old, props, req); err != nil {
		return nil, err
	}
	o := *old
	o.Attributes, o.Properties = nil, nil
	if err := c.accept(s, &o, props, old); err != nil {
		return nil, err
	}
	c.settle(s, &o, props)
	return &operation{Key: o.key}, nil
}

// editable refuses changes of properties that only a new resource can have. The
// cloud does not keep secrets: whether one changed is known from the caller's
// account of what was there.
func (c *Cloud) editable(s *shape, old *object, props map[string]any, req *provider.Request) *provider.Error {
	have, err := decodeObject(old.Properties)
	if err != nil {
		return err
	}
	diff := changed(have, s.withoutSecrets(props))
	if len(s.secrets) > 0 && len(req.Prior) > 0 {
		prior, err := decodeObject(req.Prior)
		if err != nil {
			return err
		}
		for name := range changed(prior, props) {
			diff[name] = diff[name] || s.secrets[name]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(diff)) {
		if p := s.typ.Properties[name]; !diff[name] || p == nil || p.Update != provider.UpdateReplaces {
			continue
		}
		return &provider.Error{
			Kind: provider.NeedsReplacement, Code: "OperationDenied.ImmutableProperty", Path: name,
			Message: fmt.Sprintf("The property %s of %s %s cannot be changed.", name, lastPart(s.name), old.ID),
		}
	}
	return nil
}

// changed gives the names of the properties that differ.
func changed(have, want map[string]any) map[string]bool {
	diff := make(map[string]bool)
	for name, v := range want {
		if !same(have[name], v) {
			diff[name] = true
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			diff[name] = true
		}
	}
	return diff
}

// same compares two values as the services do, which take "true" for true and
// "5" for 5.
func same(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	switch a.(type) {
	case []any, map[string]any, nil:
		return false
	}
	switch b.(type) {
	case []any, map[string]any, nil:
		return false
	}
	return strings.EqualFold(textOf(a), textOf(b))
}

func (c *Cloud) notThere(req *provider.Request) *provider.Error {
	code := theFacts().Gone[req.Type]
	if code == "" {
		code = "InvalidResource.NotFound"
	}
	return &provider.Error{
		Kind: provider.NotFound, Code: code,
		Message: fmt.Sprintf("The specified %s %s does not exist.", lastPart(req.Type), req.PhysicalID),
	}
}

func (c *Cloud) delete(req *provider.Request) (*operation, *provider.Error) {
	k := key{req.Type, req.PhysicalID}
	o := c.objects[k]
	if o == nil {
		return &operation{Key: k, Done: true}, nil
	}
	if err := c.blocker(o); err != nil {
		return nil, err
	}
	return &operation{Key: k}, nil
}
