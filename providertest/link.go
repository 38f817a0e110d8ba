package providertest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// hold says what a link means for the deletion of what it points to.
type hold uint8

const (
	release hold = iota // the other may go; the link goes with it
	contain             // the other may go, and takes this one along
	block               // the other cannot go
)

func (h *hold) UnmarshalText(text []byte) error {
	switch string(text) {
	case "release":
		*h = release
	case "contain":
		*h = contain
	case "block":
		*h = block
	default:
		return fmt.Errorf("unknown hold %q", text)
	}
	return nil
}

func (h hold) MarshalText() ([]byte, error) {
	return []byte([...]string{"release", "contain", "block"}[h]), nil
}

// reference says what a property names.
type reference struct {
	To      []string `json:"to"`
	Missing string   `json:"missing"` // the code for one that is not there; empty: any text is taken
	Hold    hold     `json:"hold"`
	Code    string   `json:"code"` // the code with which the other's deletion is refused
}

// accepts reports whether an object is of a type that the property may name.
func (r *reference) accepts(typ string) bool { return slices.Contains(r.To, typ) }

// reference finds what a property of a type names, by its path; nil if it names
// nothing.
func (c *Cloud) reference(s *shape, path string) *reference {
	if r, ok := s.refs[path]; ok {
		return r
	}
	r := findReference(c.types, s.name, path)
	s.refs[path] = r
	return r
}

func findReference(types Types, typ, path string) *reference {
	name := path[strings.LastIndexByte(path, '.')+1:]
	nested := name != path
	low := strings.ToLower(name)
	singular := low
	if strings.HasSuffix(low, "ids") {
		singular = low[:len(low)-1]
	}
	f := theFacts()
	for _, n := range [...]string{low, singular} {
		if r := f.Own[typ][n]; r != nil {
			return r
		}
	}
	// A product's own thing goes before another product's of the same name:
	// InstanceId is an ECS instance, but not in REDIS.
	if r := ownReference(types, typ, name); r != nil && !nested {
		return r
	}
	if r := f.References[singular]; r != nil {
		if nested && singular == "instanceid" {
			return &reference{To: r.To, Hold: r.Hold} // of any product
		}
		return r
	}
	for _, end := range [...]string{"vswitchid", "vpcid", "securitygroupid"} {
		if strings.HasSuffix(singular, end) {
			// It may be one of another region or account.
			return &reference{To: f.References[end].To, Hold: f.References[end].Hold, Code: f.References[end].Code}
		}
	}
	return nil
}

func ownReference(types Types, typ, name string) *reference {
	stem, ok := cutID(name)
	if !ok {
		return nil
	}
	target := "ALIYUN::" + productOf(typ) + "::" + stem
	if target == typ || productOf(typ) == "ECS" || types.Type(target) == nil {
		return nil
	}
	r := &reference{To: []string{target}, Missing: "Invalid" + stem + "Id.NotFound", Hold: contain}
	if general := theFacts().References[strings.ToLower(stem)+"id"]; general != nil && general.accepts(target) {
		r = &reference{To: general.To, Missing: general.Missing, Hold: general.Hold, Code: general.Code}
	}
	return r
}

// cutID gives the stem of a name that ends in Id or Ids.
func cutID(name string) (stem string, ok bool) {
	for _, end := range [...]string{"Ids", "Id", "ID"} {
		if stem, ok := strings.CutSuffix(name, end); ok && stem != "" {
			return stem, true
		}
	}
	return "", false
}

// linker collects the links of one resource.
type linker struct {
	c     *Cloud
	s     *shape
	links []link
}

// collect walks properties and finds out what they name.
func (l *linker) collect(props map[string]any) *provider.Error {
	for _, name := range sortedKeys(props) {
		p := l.s.typ.Properties[name]
		if p != nil && p.FreeKeys {
			continue // text of the user's, such as a nested template
		}
		if err := l.visit(name, name, props[name], p != nil, 0); err != nil {
			return err
		}
	}
	return nil
}

func (l *linker) visit(path, name string, v any, known bool, depth int) *provider.Error {
	if depth > 8 {
		return nil
	}
	switch v := v.(type) {
	case string:
		return l.value(path, name, v, known)
	case []any:
		for _, item := range v {
			if err := l.visit(path, name, item, known, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, k := range sortedKeys(v) {
			if err := l.visit(path+"."+k, k, v[k], known, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *linker) value(path, name, id string, known bool) *provider.Error {
	r := l.c.reference(l.s, path)
	if r == nil || id == "" {
		return nil
	}
	if strings.ContainsAny(id, ",[") {
		return l.several(path, name, id, known)
	}
	for _, o := range l.c.byID[id] {
		if r.accepts(o.Type) {
			l.links = append(l.links, link{To: o.key, Hold: r.Hold, Code: r.Code})
			return nil
		}
	}
	if r.Missing == "" || !known || isExisting(id) {
		return nil
	}
	return &provider.Error{
		Kind: provider.NotFound, Code: r.Missing, Path: path,
		Message: fmt.Sprintf("The specified %s %q does not exist.", name, id),
	}
}

// several takes a list of ids that is written as one text: a JSON list, or
// items with commas between them.
func (l *linker) several(path, name, text string, known bool) *provider.Error {
	text = strings.Trim(text, "[] ")
	for item := range strings.SplitSeq(text, ",") {
		if err := l.value(path, name, strings.Trim(item, `" `), known); err != nil {
			return err
		}
	}
	return nil
}

// blocker finds what keeps an object from being deleted.
func (c *Cloud) blocker(o *object) *provider.Error {
	var found *object
	var code string
	for k, l := range c.users[o.key] {
		user := c.objects[k]
		if user == nil || l.Hold != block || k == o.key {
			continue
		}
		if found == nil || user.Order < found.Order {
			found, code = user, l.Code
		}
	}
	if found == nil {
		return nil
	}
	return &provider.Error{
		Kind: provider.Conflict, Code: code,
		Message: fmt.Sprintf("The specified %s %s is in use by %s %s.", lastPart(o.Type), o.ID, lastPart(found.Type), found.ID),
	}
}
