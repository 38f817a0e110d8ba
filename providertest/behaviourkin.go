package providertest

import "slices"

// users gives what of a type lives on the thing.
func (s *scope) users(typ string) []*object {
	var users []*object
	if s.t == nil {
		return nil
	}
	for k := range s.f.c.users[s.t.o.key] {
		if o := s.f.c.objects[k]; o != nil && k.Type == typ {
			users = append(users, o)
		}
	}
	return users
}

// hosts gives what of a type the thing lives on.
func (s *scope) hosts(typ string) []*object {
	if s.t == nil {
		return nil
	}
	var hosts []*object
	for _, l := range s.t.o.Links {
		if o := s.f.c.objects[l.To]; o != nil && l.To.Type == typ && !slices.Contains(hosts, o) {
			hosts = append(hosts, o)
		}
	}
	return hosts
}

// idOf gives the id by which calls know a thing: an attribute, where the
// resource's own id consists of other things' names.
func (k *kindBehaviour) idOf(t *thing) string {
	if v := textOf(t.value(k.id)); k.id != "" && slices.Contains(t.o.Aliases, v) && styleOf(t.o.Type).composite() {
		return v
	}
	return t.id
}

// kin gives what of a type agrees with the thing, or with the parameters for
// one that is not made yet, in what both are named by; or names it.
func (s *scope) kin(typ string) []*object {
	other := behaviourOf(typ)
	same := make(map[string]string)
	for param, prop := range s.k.names() {
		for _, theirs := range other.names() {
			if prop == theirs {
				same[prop] = s.nameValue(param, prop)
			}
		}
	}
	if len(same) == 0 {
		for param, prop := range s.k.names() {
			same[prop] = s.nameValue(param, prop)
		}
	}
	var kin []*object
	for _, o := range s.f.c.objects {
		if !other.has(o.Type) {
			continue
		}
		agrees := true
		t := s.f.c.thing(&other.kind, o.ID)
		for prop, want := range same {
			agrees = agrees && t != nil && (textOf(t.value(prop)) == want || prop == other.id && t.id == want)
		}
		if agrees {
			kin = append(kin, o)
		}
	}
	return kin
}

// nameValue gives a part of what the thing is named by.
func (s *scope) nameValue(param, prop string) string {
	switch {
	case s.t == nil:
		return textOf(s.f.given(param))
	case param == s.k.id:
		return s.t.id
	}
	return textOf(s.t.value(prop))
}

// names gives the properties that name one of the kind, by parameter.
func (k *kindBehaviour) names() map[string]string {
	names := make(map[string]string, len(k.key))
	if k.id != "" {
		names[k.id] = k.id
	}
	for i := range k.key {
		names[k.key[i].param] = k.key[i].of.text
	}
	return names
}

// things gives objects as an expression wants them: their ids, or the things
// themselves for braces.
func (s *scope) things(e *expr, objects []*object) any {
	list := make([]any, 0, len(objects))
	slices.SortFunc(objects, func(a, b *object) int { return int(a.Order - b.Order) })
	for _, o := range objects {
		t := s.f.c.thing(kindFor(o.Type), o.ID)
		switch {
		case t == nil:
		case len(e.items) > 0 || e.path != "":
			list = append(list, t)
		default:
			list = append(list, t.id)
		}
	}
	return list
}
