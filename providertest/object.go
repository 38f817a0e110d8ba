package providertest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// key names an object: two types may use the same id.
type key struct {
	Type string `json:"t"`
	ID   string `json:"i"`
}

// object is one resource in the cloud. It never changes once it is in the
// cloud; a change puts another in its place.
type object struct {
	key
	Order      int64           `json:"n"` // position among all that were made
	Stack      string          `json:"stack,omitempty"`
	LogicalID  string          `json:"logical,omitempty"`
	Token      string          `json:"token,omitempty"` // of its creation
	Seed       seed            `json:"seed"`
	Properties json.RawMessage `json:"properties"`
	Attributes json.RawMessage `json:"attributes"`
	Ref        json.RawMessage `json:"ref,omitempty"`
	Aliases    []string        `json:"aliases,omitempty"` // other ids by which it is known
	Links      []link          `json:"links,omitempty"`
	Names      []string        `json:"names,omitempty"` // unique names that it holds
	Addresses  []string        `json:"addresses,omitempty"`
	CIDR       string          `json:"cidr,omitempty"`
	VPC        string          `json:"vpc,omitempty"` // of a VSwitch, also if the VPC is not the cloud's own
	Zone       string          `json:"zone,omitempty"`
	Address    string          `json:"address,omitempty"` // of an elastic IP
	// Standing says that it was there from the start and is kept only for what
	// raw calls did to it.
	Standing bool `json:"standing,omitempty"`
	// Live is what raw calls did to each thing that it stands for, by id.
	Live map[string]*live `json:"live,omitempty"`
}

// link says that one object lives on another.
type link struct {
	To   key    `json:"to"`
	Hold hold   `json:"h"`
	Code string `json:"c,omitempty"` // with which the other's deletion is refused
}

// put places an object in the cloud, in the place of an older version of it.
func (c *Cloud) put(o *object) {
	if old := c.objects[o.key]; old != nil {
		c.unindex(old)
	}
	c.objects[o.key] = o
	c.file.changed(o)
	c.byID[o.ID] = append(c.byID[o.ID], o)
	for _, a := range o.Aliases {
		c.byID[a] = append(c.byID[a], o)
	}
	for _, n := range o.Names {
		c.names[n] = o
	}
	for _, l := range o.Links {
		users := c.users[l.To]
		if users == nil {
			users = make(map[key]link)
			c.users[l.To] = users
		}
		if had, ok := users[o.key]; !ok || had.Hold < l.Hold {
			users[o.key] = l
		}
	}
	for _, ip := range o.Addresses {
		c.addresses[ip] = o.key
	}
	if o.VPC != "" {
		c.vswitches[o.VPC] = append(c.vswitches[o.VPC], o)
	}
}

// remove takes an object out of the cloud, and with it what goes when it goes.
func (c *Cloud) remove(o *object) {
	c.file.removed(o.key)
	c.unindex(o)
	delete(c.objects, o.key)
	for k, l := range c.users[o.key] {
		if child := c.objects[k]; child != nil && l.Hold == contain {
			c.remove(child)
		}
	}
	delete(c.users, o.key)
}

func (c *Cloud) unindex(o *object) {
	c.dropID(o.ID, o)
	for _, a := range o.Aliases {
		c.dropID(a, o)
	}
	for _, n := range o.Names {
		if c.names[n] == o {
			delete(c.names, n)
		}
	}
	for _, l := range o.Links {
		delete(c.users[l.To], o.key)
	}
	for _, ip := range o.Addresses {
		if c.addresses[ip] == o.key {
			delete(c.addresses, ip)
		}
	}
	if o.VPC != "" {
		c.vswitches[o.VPC] = slices.DeleteFunc(c.vswitches[o.VPC], func(have *object) bool { return have == o })
	}
}

func (c *Cloud) dropID(id string, o *object) {
	list := c.byID[id]
	for i, have := range list {
		if have == o {
			list = append(list[:i:i], list[i+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(c.byID, id)
		return
	}
	c.byID[id] = list
}

// textOf gives a scalar as the text that an API would take; "" for the rest.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	case []any:
		texts := make([]string, 0, len(v))
		for _, item := range v {
			texts = append(texts, textOf(item))
		}
		return strings.Join(texts, ",")
	}
	return ""
}

// numberOf reads a count; missing or odd ones are 0.
func numberOf(v any) int {
	switch v := v.(type) {
	case []any:
		return len(v)
	default:
		n, err := strconv.ParseFloat(textOf(v), 64)
		if err != nil {
			return 0
		}
		return int(n)
	}
}
