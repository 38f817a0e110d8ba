package providertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Item is one resource in the cloud.
type Item struct {
	Stack      string
	Type       string
	LogicalID  string
	PhysicalID string
	Token      string          // of its creation
	Properties json.RawMessage // a JSON object, without secrets
	Attributes json.RawMessage // a JSON object
}

// Property gives a property as encoding/json decodes it; nil if there is none.
func (i Item) Property(name string) any { return memberOf(i.Properties, name) }

// Attribute gives an attribute as encoding/json decodes it; nil if there is
// none.
func (i Item) Attribute(name string) any { return memberOf(i.Attributes, name) }

func memberOf(data json.RawMessage, name string) any {
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		return nil
	}
	return m[name]
}

// Resources returns all resources in the order in which they were made. Those
// that are there from the start are not among them.
func (c *Cloud) Resources() []Item {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reap()
	list := make([]Item, 0, len(c.objects))
	for _, o := range c.inOrder() {
		if !o.Standing {
			list = append(list, o.item())
		}
	}
	return list
}

// Resource returns the resource of a logical id, the newest if there are
// several.
func (c *Cloud) Resource(logicalID string) (Item, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o := c.newest(logicalID); o != nil {
		return o.item(), true
	}
	return Item{}, false
}

func (o *object) item() Item {
	return Item{
		Stack: o.Stack, Type: o.Type, LogicalID: o.LogicalID, PhysicalID: o.ID, Token: o.Token,
		Properties: slices.Clone(o.Properties), Attributes: slices.Clone(o.Attributes),
	}
}

func (c *Cloud) inOrder() []*object {
	list := make([]*object, 0, len(c.objects))
	for _, o := range c.objects {
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b *object) int { return int(a.Order - b.Order) })
	return list
}

func (c *Cloud) newest(logicalID string) *object {
	var found *object
	for _, o := range c.objects {
		if o.LogicalID == logicalID && (found == nil || o.Order > found.Order) {
			found = o
		}
	}
	return found
}

// AssertEmpty fails the test if a resource is left, and names what is.
func (c *Cloud) AssertEmpty(t testing.TB) {
	t.Helper()
	left := c.Resources()
	if len(left) == 0 {
		return
	}
	var b strings.Builder
	for i, item := range left {
		if i == 20 {
			fmt.Fprintf(&b, "\n  and %d more", len(left)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s %s %s", item.LogicalID, item.Type, item.PhysicalID)
	}
	t.Errorf("%d resources are left in the cloud:%s", len(left), b.String())
}

// Drift changes a property behind the back of whoever made the resource. path
// names it with dots ("SystemDisk.Size"); v is JSON-like, nil takes the
// property away.
func (c *Cloud) Drift(logicalID, path string, v any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.newest(logicalID)
	if o == nil {
		return fmt.Errorf("drift: no resource %s in the cloud", logicalID)
	}
	props, refusal := decodeObject(o.Properties)
	if refusal != nil {
		return refusal
	}
	at := props
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		next, ok := at[name].(map[string]any)
		if !ok {
			next = make(map[string]any)
			at[name] = next
		}
		at = next
	}
	if last := names[len(names)-1]; v == nil {
		delete(at, last)
	} else {
		at[last] = v
	}
	changed := *o
	data, err := json.Marshal(props)
	if err != nil {
		return fmt.Errorf("drift: %w", err)
	}
	changed.Properties = data
	c.put(&changed)
	return c.save(nil)
}

// Vanish deletes a resource behind the back of whoever made it, whatever lives
// on it.
func (c *Cloud) Vanish(logicalID string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.newest(logicalID)
	if o == nil {
		return fmt.Errorf("vanish: no resource %s in the cloud", logicalID)
	}
	c.remove(o)
	return c.save(nil)
}
