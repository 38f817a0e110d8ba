package schema

import (
	_ "embed" // for types.txt
	"iter"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/provider"
)

// types holds one type a line, sorted by name. It stays a string: embedded
// bytes would have to be copied.
//
//go:embed types.txt
var types string

// Catalogue finds resource types by name. Make one with [Default].
type Catalogue struct {
	decoded sync.Map // name -> *provider.Type
}

// standard is shared, so that each type is decoded once in a program. Nothing
// is computed before a type is asked for, and nothing in it can be changed.
var standard = &Catalogue{}

// Default returns the catalogue of the types that this module knows. It costs
// nothing: types are decoded when they are asked for.
func Default() *Catalogue { return standard }

// openPrefixes are the families of types that a template's author or its
// transformation defines.
var openPrefixes = [...]string{"Custom::", "MODULE::", "Aliyun::Serverless::"}

// Type returns what is known of a type, or nil when there is no such type. For
// a name that only its user can know (Custom::*, MODULE::* modules of one's
// own, Aliyun::Serverless::*) the answer has [provider.CoverageNone], and so has
// the one for the few types that exist but are in no listing. The type
// is shared: treat it as read-only.
func (c *Catalogue) Type(name string) *provider.Type {
	if t, ok := c.decoded.Load(name); ok {
		return t.(*provider.Type)
	}
	line, ok := findLine(types, name)
	if !ok {
		return openType(name)
	}
	t, err := decodeType(line)
	if err != nil {
		return nil // a test decodes every line, so this is a line that no release has
	}
	addUnlisted(t)
	markSecrets(t)
	if holdsSlot(name) {
		t.ReplaceOrder = provider.DeleteFirst
	}
	kept, _ := c.decoded.LoadOrStore(name, t)
	return kept.(*provider.Type)
}

// openType answers for the open families and for types that the listings lack.
// Such types are not kept: their names come from templates and are without
// number.
func openType(name string) *provider.Type {
	for _, p := range openPrefixes {
		if len(name) > len(p) && strings.HasPrefix(name, p) {
			t := &provider.Type{Name: name, Coverage: provider.CoverageNone, Ref: provider.TypeString}
			if p == "Custom::" {
				t.DynamicAttributes = []string{"*"}
			}
			return t
		}
	}
	if _, ok := listed(unlisted, name); ok {
		return &provider.Type{Name: name, Coverage: provider.CoverageNone, Ref: provider.TypeString}
	}
	return nil
}

// Names yields the names of all listed types in order of their bytes, without
// decoding a type.
func (c *Catalogue) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := types; rest != ""; {
			line, tail, _ := strings.Cut(rest, "\n")
			if !yield(lineName(line)) {
				return
			}
			rest = tail
		}
	}
}

// lineName is the first field of a line.
func lineName(line string) string {
	name, _, _ := strings.Cut(line, "\t")
	return name
}

// findLine looks a type up in the sorted lines. It halves the bytes, not the
// lines, so that no index of the lines is needed.
func findLine(lines, name string) (string, bool) {
	lo, hi := 0, len(lines) // lo and hi are starts of lines, or the end
	for lo < hi {
		start := lo + strings.LastIndexByte(lines[lo:lo+(hi-lo)/2], '\n') + 1
		line, _, _ := strings.Cut(lines[start:hi], "\n")
		switch at := lineName(line); {
		case at == name:
			return line, true
		case at < name:
			lo = start + len(line) + 1
		default:
			hi = start
		}
	}
	return "", false
}
