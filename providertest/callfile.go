package providertest

import (
	"cmp"
	"maps"
	"slices"

	"github.com/bianpai/bianpai/provider"
)

// saveCall writes what a raw call changed, in one line; nothing if it changed
// nothing.
func (c *Cloud) saveCall(done *answered) error {
	s := c.file
	if s == nil {
		return nil
	}
	if done == nil && len(s.objects) == 0 && len(s.gone) == 0 && len(s.remembered) == 0 && len(s.invocations) == 0 {
		return nil
	}
	e := &entry{Remembered: s.remembered, Invocations: s.invocations}
	if done != nil {
		e.Answered = []*answered{done}
	}
	for _, k := range slices.SortedFunc(maps.Keys(s.objects), compareKeys) {
		e.Objects = append(e.Objects, s.objects[k])
	}
	e.Gone = slices.SortedFunc(maps.Keys(s.gone), compareKeys)
	if err := s.write(e); err != nil {
		return &provider.Error{Kind: provider.Transient, Code: "InternalError", Message: "The cloud cannot keep its state.", Err: err}
	}
	clear(s.objects)
	clear(s.gone)
	s.remembered, s.invocations = nil, nil
	return nil
}

func compareKeys(a, b key) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID))
}

// replayCalls takes over what a line of the file says of raw calls.
func (c *Cloud) replayCalls(e *entry) {
	for _, a := range e.Answered {
		c.answered[a.Key] = a
	}
	maps.Copy(c.remembered, e.Remembered)
	for _, i := range e.Invocations {
		c.invocations[i.ID] = i
	}
}

// callEntry gives all that is known of raw calls, as one line.
func (c *Cloud) callEntry() *entry {
	e := &entry{Remembered: c.remembered}
	for _, k := range slices.Sorted(maps.Keys(c.answered)) {
		e.Answered = append(e.Answered, c.answered[k])
	}
	for _, k := range slices.Sorted(maps.Keys(c.invocations)) {
		e.Invocations = append(e.Invocations, c.invocations[k])
	}
	return e
}

// remember keeps what a call set on something that the cloud does not know.
func (c *Cloud) remember(name string, values map[string]any) {
	all := maps.Clone(c.remembered[name])
	if all == nil {
		all = make(map[string]any, len(values))
	}
	maps.Copy(all, values)
	c.remembered[name] = all
	if s := c.file; s != nil {
		if s.remembered == nil {
			s.remembered = make(map[string]map[string]any)
		}
		s.remembered[name] = all
	}
}
