package schema

import (
	_ "embed" // for the lists kept by hand
	"iter"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// secrets.txt: a line is "*" or a type, a tab, and names parted by blanks.
// After "*" stand names that are secret wherever a property or an attribute has
// them; after a type, paths of properties ("User.Password"; lists add nothing
// to a path), attributes ("@Token"), and exceptions ("-Key", "-@Key").
//
//go:embed secrets.txt
var secrets string

// slots.txt: a line is a type or the end of type names ("*Attachment"); "-"
// before a type excepts it. Words after a tab say which slot is meant.
//
//go:embed slots.txt
var slots string

// unlisted.txt: a line is a type, a tab, and paths of properties that the
// listings lack, "?" before those that may be mistakes of the templates they
// were seen in; with no path, the type itself is what the listings lack.
//
//go:embed unlisted.txt
var unlisted string

// listed returns what follows a key and a tab at the start of a line.
func listed(list, key string) (rest string, ok bool) {
	for key != "" {
		i := strings.Index(list, key)
		if i < 0 {
			break
		}
		after := list[i+len(key):]
		if (i == 0 || list[i-1] == '\n') && strings.HasPrefix(after, "\t") {
			rest, _, _ = strings.Cut(after[1:], "\n")
			return rest, true
		}
		list = after
	}
	return "", false
}

// holdsSlot reports whether only one resource can hold what a resource of the
// type holds, so that a replacement must remove the old one first.
func holdsSlot(name string) bool {
	if _, ok := listed(slots, "-"+name); ok {
		return false
	}
	if _, ok := listed(slots, name); ok {
		return true
	}
	for line := range strings.Lines(slots) {
		if end, ok := strings.CutPrefix(lineName(line), "*"); ok && strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// Unlisted yields the names of the few types that exist but are in no listing.
func (c *Catalogue) Unlisted() iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(unlisted) {
			name, paths, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			if ok && paths == "" && !strings.HasPrefix(name, "#") && !yield(name) {
				return
			}
		}
	}
}

// addUnlisted adds the properties that the listings lack. Nothing is known of
// their values. The doubtful ones count as deprecated: they get a warning.
func addUnlisted(t *provider.Type) {
	paths, _ := listed(unlisted, t.Name)
	for path := range strings.FieldsSeq(paths) {
		props := t.Properties
		path, doubtful := strings.CutPrefix(path, "?")
		for props != nil {
			name, rest, nested := strings.Cut(path, ".")
			if !nested {
				if props[name] == nil {
					props[name] = &provider.Property{Deprecated: doubtful}
				}
				break
			}
			props, path = members(props[name]), rest
		}
	}
}

// members are those of a map, or of the maps in a list.
func members(p *provider.Property) map[string]*provider.Property {
	for p != nil && p.Items != nil {
		p = p.Items
	}
	if p == nil {
		return nil
	}
	return p.Properties
}

// markSecrets sets Sensitive on the properties and attributes that hold
// passwords, private keys and the like.
func markSecrets(t *provider.Type) {
	general, _ := listed(secrets, "*")
	own, _ := listed(secrets, t.Name)
	everywhere, here := wordSet(general), wordSet(own)
	secret := func(name, path string) bool {
		return (everywhere[name] || here[path]) && !here["-"+path]
	}
	var walk func(props map[string]*provider.Property, prefix string)
	walk = func(props map[string]*provider.Property, prefix string) {
		for name, p := range props {
			p.Sensitive = secret(name, prefix+name) && p.Type != provider.TypeBoolean
			walk(members(p), prefix+name+".")
		}
	}
	walk(t.Properties, "")
	for name, a := range t.Attributes {
		a.Sensitive = (everywhere[name] || here["@"+name]) && !here["-@"+name]
		t.Attributes[name] = a
	}
}

func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(s) {
		set[word] = true
	}
	return set
}
