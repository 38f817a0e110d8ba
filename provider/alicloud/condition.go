package alicloud

import (
	"fmt"
	"slices"
	"strings"
)

// condition says whether a step runs: alternatives of which one must hold.
type condition struct {
	text string
	any  []test
}

// test looks at a property, or at a field of the resource as the service has it.
type test struct {
	path     []string
	negate   bool // false or not there
	absent   bool // not there
	values   []string
	fallback bool // holds too when the property is not there
}

// parseCondition reads "P", "not P", "no P", "P=v", "P in a, b" and any of them
// with "default" behind it, and alternatives parted by "or".
func parseCondition(text string) (*condition, error) {
	c := &condition{text: text}
	for _, alternative := range strings.Split(text, " or ") {
		t := test{}
		alternative, t.fallback = strings.CutSuffix(alternative, " default")
		if rest, ok := strings.CutPrefix(alternative, "not "); ok {
			alternative, t.negate = rest, true
		} else if rest, ok := strings.CutPrefix(alternative, "no "); ok {
			alternative, t.absent = rest, true
		}
		if name, list, ok := strings.Cut(alternative, " in "); ok {
			alternative = name
			for _, v := range strings.Split(list, ",") {
				t.values = append(t.values, strings.TrimSpace(v))
			}
		} else if name, value, ok := strings.Cut(alternative, "="); ok {
			alternative, t.values = name, []string{value}
		}
		if alternative == "" || strings.ContainsAny(alternative, " ,=$") {
			return nil, fmt.Errorf("condition %q names no property", text)
		}
		t.path = strings.Split(alternative, ".")
		c.any = append(c.any, t)
	}
	return c, nil
}

// holds tells whether the condition is true. Without one it is.
func (c *condition) holds(env *scope) bool {
	if c == nil {
		return true
	}
	return slices.ContainsFunc(c.any, func(t test) bool { return t.holds(env) })
}

func (t *test) holds(env *scope) bool {
	v := below(env.desired[t.path[0]], t.path[1:])
	if v == nil && env.item != nil {
		v = below(member(env.item, t.path[0]), t.path[1:])
	}
	switch {
	case t.absent:
		return v == nil
	case v == nil:
		return t.fallback || t.negate
	case t.values != nil:
		return slices.ContainsFunc(t.values, func(want string) bool { return strings.EqualFold(want, textOf(v)) })
	}
	return truthy(v) != t.negate
}

// needsItem reports whether the condition looks at the resource itself: at what
// is no property.
func (c *condition) needsItem(properties map[string]bool) bool {
	return c != nil && slices.ContainsFunc(c.any, func(t test) bool { return !properties[t.path[0]] })
}
