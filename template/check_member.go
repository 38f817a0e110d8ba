package template

import (
	"iter"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/provider"
)

// checkUnknown reports members that do not exist. It remembers which names were
// meant, so that they are not reported as missing too.
func (c *checker) checkUnknown(n doc.Node, members map[string]*provider.Property) {
	c.meant = c.meant[:0]
	sev := c.severity()
	if sev == 0 {
		return
	}
	for member := range n.Items() {
		name := member.Key()
		if members[name] != nil {
			continue
		}
		// What is there already is not what was meant.
		free := func(yield func(string) bool) {
			for known := range sortedKeys(members) {
				if n.Get(known).IsZero() && !yield(known) {
					return
				}
			}
		}
		near := nearMember(name, free)
		fitting := near
		if near == "" {
			fitting = fewOf(free)
		}
		d := c.report(sev, "unknown-property", member.KeyRange(), name, name, c.typ.Name, fitting)
		if near == "" {
			continue
		}
		c.meant = append(c.meant, near)
		if sameLetters(name, near) && !member.Shared() {
			c.addRename(d, member.KeyRange(), near)
		}
	}
}

// nearMember finds the name that was most likely meant.
func nearMember(name string, among iter.Seq[string]) string {
	for other := range among {
		if sameLetters(name, other) {
			return other
		}
	}
	return diag.Nearest(name, among)
}

// checkRequired reports members that must be given and are not.
func (c *checker) checkRequired(n doc.Node, members map[string]*provider.Property) {
	c.reportMissing(n, members, keyOrStart(n))
}

// reportMissing reports required members that a map lacks, at the place given.
// The map may be absent altogether. null is as good as not given.
func (c *checker) reportMissing(n doc.Node, members map[string]*provider.Property, place diag.Range) {
	sev := c.severity()
	if sev == 0 {
		return
	}
	for name := range sortedKeys(members) {
		given := n.Get(name)
		if !members[name].Required || given.Kind() != doc.Null || slices.Contains(c.meant, name) {
			continue
		}
		at := place
		if !given.IsZero() {
			at = given.KeyRange()
		}
		c.report(sev, "missing-property", at, name, name, c.typ.Name)
	}
}

// checkDeprecated reports members that the newest listing does not have though
// older ones or the service's own templates do; the service mostly takes them.
func (c *checker) checkDeprecated(n doc.Node, members map[string]*provider.Property) {
	for member := range n.Items() {
		if p := members[member.Key()]; p != nil && p.Deprecated && member.Kind() != doc.Null {
			c.report(diag.Warning, "deprecated-property", member.KeyRange(), member.Key(), member.Key(), c.typ.Name)
		}
	}
}

// keyOrStart is where a map begins that lacks something: its key, or its first
// member if it is an element of a list.
func keyOrStart(n doc.Node) diag.Range {
	if r := n.KeyRange(); r != (diag.Range{}) {
		return r
	}
	if n.Len() > 0 {
		return n.At(0).KeyRange()
	}
	return n.Range()
}

// sameLetters reports whether two names differ in case and separators only, so
// that there is no doubt which is meant.
func sameLetters(a, b string) bool {
	return strings.EqualFold(withoutSeparators(a), withoutSeparators(b))
}

func withoutSeparators(s string) string {
	if !strings.ContainsAny(s, "_-.") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, s)
}

// addRename adds the fix that puts a name in the place of another, in the same
// quotes.
func (c *checker) addRename(d *diag.Diagnostic, r diag.Range, name string) {
	text := c.t.Source().Text()[r.Start:r.End]
	edited := name
	if len(text) > 1 && strings.IndexByte(`"'`, text[0]) >= 0 {
		edited = string(text[:1]) + name + string(text[:1])
	}
	d.Fixes = append(d.Fixes, diag.Fix{
		Title: "Write " + name,
		Edits: []diag.Edit{{Range: r, Text: edited}},
	})
}

// fewOf lists some names for a message.
func fewOf(names iter.Seq[string]) string {
	const most = 8
	var b strings.Builder
	n := 0
	for name := range names {
		if n++; n > most {
			b.WriteString(", …")
			break
		}
		if n > 1 {
			b.WriteString(", ")
		}
		b.WriteString(name)
	}
	return b.String()
}
