package schema

import "strings"

// HasProperty reports whether any listed type has a property, or a member of
// one, of that name. A name that one type is given and only others have may be
// newer than the listing; one that no type has is rather a slip.
func (c *Catalogue) HasProperty(name string) bool {
	if name == "" || strings.ContainsAny(name, "\" \t\n:{") {
		return false
	}
	key := name + ":"
	for rest := types; ; {
		i := strings.Index(rest, key)
		if i < 0 {
			return false
		}
		if i > 0 && strings.IndexByte("\t {", rest[i-1]) >= 0 && !isAttribute(rest, i) {
			return true
		}
		rest = rest[i+len(key):]
	}
}

// isAttribute reports whether what stands at i of the lines is before the last
// field, which has the properties.
func isAttribute(lines string, i int) bool {
	line, _, _ := strings.Cut(lines[i:], "\n")
	return strings.Contains(line, "\t")
}
