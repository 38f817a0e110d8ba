package calls

import "strings"

// everywhere are parameters that every call takes, in lower case.
var everywhere = map[string]string{
	"regionid": "RegionId", "owneraccount": "OwnerAccount", "ownerid": "OwnerId",
	"resourceowneraccount": "ResourceOwnerAccount", "resourceownerid": "ResourceOwnerId",
}

// Match finds the parameter that a template's author means: names may lack
// their dots (SystemDiskSize), a list may be given as X or Xs or as its first
// elements X1, X2, and the case does not count. For an element or a member it
// gives the name in full: "Tag.2.Key". It gives false for what the call does
// not take.
func (a *API) Match(given string) (string, bool) {
	want := plain(given)
	if want == "" {
		return "", false
	}
	if name, ok := everywhere[want]; ok {
		return name, true
	}
	for i := range a.Parameters {
		if plain(a.Parameters[i].Name) == want {
			return a.Parameters[i].Name, true
		}
	}
	for i := range a.Parameters {
		if name, ok := a.Parameters[i].match(want); ok {
			return name, true
		}
	}
	return "", false
}

// match finds a list, a struct or a part of one.
func (p *Parameter) match(want string) (string, bool) {
	own := plain(p.Name)
	// A list that the table has as separate elements: Filter.1.Key. Or the
	// struct of which it has the members: SystemDisk.Size.
	if head, _, ok := strings.Cut(p.Name, "."); ok && sameList(plain(head), want) {
		return head, true
	}
	if p.Form == Repeated || p.Form == JSON || p.Form == Struct || p.Form == Map || p.Form == Plain && strings.HasSuffix(own, "s") {
		if sameList(own, want) {
			return p.Name, true
		}
	}
	for _, stem := range [...]string{own, strings.TrimSuffix(own, "s")} {
		if rest, ok := strings.CutPrefix(want, stem); ok && p.Form != Plain {
			if name, ok := p.part(rest); ok {
				return name, true
			}
		}
	}
	return "", false
}

// part reads what is behind a list's or a struct's name: an element's number, a
// member's name.
func (p *Parameter) part(rest string) (string, bool) {
	name := p.Name
	if p.Form == Repeated {
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if n == 0 {
			return "", false
		}
		name, rest = name+"."+rest[:n], rest[n:]
	}
	if rest == "" {
		return name, p.Form == Repeated
	}
	for _, m := range p.Members {
		if plain(m.Name) == rest {
			return name + "." + m.Name, true
		}
	}
	for _, m := range p.Members {
		tail, ok := strings.CutPrefix(rest, plain(m.Name))
		if !ok || m.Form == Plain {
			continue
		}
		if inner, ok := m.part(tail); ok {
			return name + "." + inner, true
		}
	}
	return "", false
}

// sameList compares names of which one may be a plural.
func sameList(a, b string) bool {
	return a == b || strings.TrimSuffix(a, "s") == strings.TrimSuffix(b, "s")
}

// plain gives a name in lower case, without dots.
func plain(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, ".", ""))
}
