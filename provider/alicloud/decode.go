package alicloud

import (
	"embed"
	"fmt"
	"iter"
	slashes "path"
	"regexp"
	"strings"
)

// A file holds the types of one product, each a run of lines; a blank line
// parts them and "#" starts a comment.
//
//go:embed descriptors/*.txt
var descriptorFiles embed.FS

// descriptorFile is the name of the file that a type would be in.
func descriptorFile(typ string) string {
	_, rest, _ := strings.Cut(typ, "::")
	head, _, _ := strings.Cut(rest, "::")
	var b strings.Builder
	for _, c := range strings.ToLower(head) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
		}
	}
	return "descriptors/" + b.String() + ".txt"
}

// findBlock gives the lines of a type and the number of the first; "" if there
// is none.
func findBlock(typ string) (text string, line int) {
	data, err := descriptorFiles.ReadFile(descriptorFile(typ))
	if err != nil {
		return "", 0
	}
	all := string(data)
	head := "type " + typ + "\n"
	at := 0
	if !strings.HasPrefix(all, head) {
		if at = strings.Index(all, "\n"+head) + 1; at == 0 {
			return "", 0
		}
	}
	block, _, _ := strings.Cut(all[at:], "\n\n")
	return block, strings.Count(all[:at], "\n") + 1
}

// describedTypes yields the names of all types that have a descriptor.
func describedTypes() iter.Seq[string] {
	return func(yield func(string) bool) {
		files, err := descriptorFiles.ReadDir("descriptors")
		if err != nil {
			return
		}
		for _, f := range files {
			data, err := descriptorFiles.ReadFile(slashes.Join("descriptors", f.Name()))
			if err != nil {
				return
			}
			for line := range strings.Lines(string(data)) {
				if name, ok := strings.CutPrefix(line, "type "); ok && !yield(strings.TrimSuffix(name, "\n")) {
					return
				}
			}
		}
	}
}

// reader reads a block. Anything that it does not know is an error.
type reader struct {
	d    *descriptor
	last *step  // that parameter lines belong to
	like string // the type that this one is the old name of
}

// decodeBlock reads a block whose first line has the given number.
func decodeBlock(text string, first int) (*descriptor, error) {
	r := &reader{d: &descriptor{}}
	for i, line := range strings.Split(text, "\n") {
		if err := r.line(line, first+i); err != nil {
			return nil, fmt.Errorf("line %d: %w", first+i, err)
		}
	}
	if r.like != "" {
		return decodeLike(r.d.name, r.like)
	}
	return r.d, r.check()
}

// decodeLike reads the block of the type that another is the old name of.
func decodeLike(name, like string) (*descriptor, error) {
	text, line := findBlock(like)
	if text == "" || strings.Contains(text, "\nlike ") {
		return nil, fmt.Errorf("%s is like %s, which is not described", name, like)
	}
	d, err := decodeBlock(text, line)
	if err != nil {
		return nil, err
	}
	d.name = name
	return d, nil
}

func (r *reader) line(line string, number int) error {
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	if body, ok := strings.CutPrefix(line, "\t"); ok {
		if r.last == nil {
			return fmt.Errorf("a parameter of no call: %q", line)
		}
		p, err := parseParameter(body)
		r.last.parameters = append(r.last.parameters, p)
		return err
	}
	r.last = nil
	key, rest, _ := strings.Cut(line, " ")
	if strings.TrimSpace(rest) == "" || strings.HasPrefix(rest, " ") {
		return fmt.Errorf("%q says nothing", line)
	}
	if set := r.plain(key); set != nil {
		return set(rest)
	}
	s, err := r.step(rest)
	if err != nil {
		return err
	}
	s.line = number
	r.last = s
	switch verb, name, _ := strings.Cut(key, ":"); verb {
	case "create":
		r.d.create = append(r.d.create, s)
	case "after":
		r.d.after = append(r.d.after, s)
	case "update":
		r.d.update = append(r.d.update, s)
	case "delete":
		r.d.remove = append(r.d.remove, s)
	case "read":
		switch {
		case name != "":
			r.d.reads = append(r.d.reads, namedStep{name, s})
		case r.d.read == nil:
			r.d.read = s
		default:
			r.d.other = append(r.d.other, s)
		}
	default:
		return fmt.Errorf("%q is not known", key)
	}
	return nil
}

// plain gives what reads a line that has no parameters below it; nil for the
// others.
func (r *reader) plain(key string) func(string) error {
	d := r.d
	if to := d.wordList(key); to != nil {
		return func(rest string) error { *to = strings.Fields(rest); return nil }
	}
	if to := d.codeList(key); to != nil {
		return func(rest string) error { *to = strings.Split(rest, ", "); return nil }
	}
	text := func(to *string) func(string) error {
		return func(rest string) error { *to = rest; return nil }
	}
	switch key {
	case "type":
		return text(&d.name)
	case "like":
		return text(&r.like)
	case "tags":
		return text(&d.tags)
	case "resource-group":
		return text(&d.resourceGroup)
	case "api":
		return func(rest string) (err error) { d.product, err = productByKey(rest); return err }
	case "id":
		return func(rest string) (err error) { d.id, err = parseIdentity(rest); return err }
	case "ready":
		return func(rest string) (err error) { d.ready, err = parseWait(rest); return err }
	case "delete-wait":
		return func(rest string) (err error) { d.removed, err = parseWait(rest); return err }
	case "gone-without":
		return func(rest string) (err error) { d.goneWithout, err = parsePath(rest); return err }
	case "attr":
		return func(rest string) error {
			a, err := r.attribute(rest)
			d.attributes = append(d.attributes, a)
			return err
		}
	case "back":
		return d.addBack
	case "key":
		return d.addKey
	}
	return nil
}

// wordList finds where a line of names parted by blanks goes.
func (d *descriptor) wordList(key string) *[]string {
	switch key {
	case "secret":
		return &d.secret
	case "replace":
		return &d.replace
	case "listed-fixed":
		return &d.listedFixed
	case "local":
		return &d.local
	}
	return nil
}

// codeList finds where a line of codes or words parted by commas goes.
func (d *descriptor) codeList(key string) *[]string {
	switch key {
	case "gone":
		return &d.gone
	case "delete-gone":
		return &d.removeGone
	case "gone-states":
		return &d.goneStates
	case "retry-create":
		return &d.createRetry
	case "retry-update":
		return &d.updateRetry
	case "retry-delete":
		return &d.removeRetry
	}
	return nil
}

// addBack reads "P = path", or "P = none".
func (d *descriptor) addBack(rest string) error {
	name, at, ok := strings.Cut(rest, " = ")
	if !ok || name == "" || at == "" {
		return fmt.Errorf("%q says not where a property is", rest)
	}
	if d.back == nil {
		d.back = map[string]*path{}
	}
	if at == "none" {
		d.back[name] = nil
		return nil
	}
	p, err := parsePath(at)
	d.back[name] = p
	return err
}

// addKey reads "P = A B".
func (d *descriptor) addKey(rest string) error {
	name, members, ok := strings.Cut(rest, " = ")
	if !ok || name == "" || len(strings.Fields(members)) == 0 {
		return fmt.Errorf("%q says not by what items are known", rest)
	}
	if d.keys == nil {
		d.keys = map[string][]string{}
	}
	d.keys[name] = strings.Fields(members)
	return nil
}

func productByKey(key string) (*product, error) {
	if p := products()[key]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("product %q is not in the table", key)
}

var (
	actionForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	methodForm = regexp.MustCompile(`^(GET|POST|PUT|DELETE|PATCH)$`)
)

// step reads "[product:]Action [METHOD /path] [token=P] [form] [partial]
// [on=A,B] [until=A,B] [at=path] [when condition]".
func (r *reader) step(text string) (*step, error) {
	s := &step{product: r.d.product}
	text, when, conditional := strings.Cut(text, " when ")
	var err error
	if conditional {
		if s.when, err = parseCondition(when); err != nil {
			return nil, err
		}
	}
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return nil, fmt.Errorf("no call before its condition")
	}
	s.action = fields[0]
	if key, action, ok := strings.Cut(s.action, ":"); ok {
		if s.product, err = productByKey(key); err != nil {
			return nil, err
		}
		s.action = action
	}
	if !actionForm.MatchString(s.action) {
		return nil, fmt.Errorf("%q is no call", s.action)
	}
	for _, word := range fields[1:] {
		if err := s.word(word); err != nil {
			return nil, err
		}
	}
	if s.product != nil && s.product.style != RPC && s.path == "" {
		return nil, fmt.Errorf("%s has no path", s.action)
	}
	return s, nil
}

func (s *step) word(word string) (err error) {
	key, value, _ := strings.Cut(word, "=")
	switch {
	case methodForm.MatchString(word):
		s.method = word
	case strings.HasPrefix(word, "/"):
		s.path = word
	case key == "token" && value != "":
		s.token = value
	case key == "at" && value != "":
		s.item, err = parsePath(value)
	case key == "on" && value != "":
		s.on = strings.Split(value, ",")
	case key == "until" && value != "":
		s.until = strings.Split(value, ",")
	case word == "form":
		s.form = true
	case word == "partial":
		s.partial = true
	default:
		return fmt.Errorf("%q is not known", word)
	}
	return err
}

// parseParameter reads "Name = expression", "^Property" or a mapping.
func parseParameter(text string) (parameter, error) {
	var p parameter
	if property, ok := strings.CutPrefix(text, "^"); ok {
		p.inherit = property
		return p, nil
	}
	name, value, computed := strings.Cut(text, " = ")
	if !computed {
		m, err := parseMapping(text)
		p.mapping = m
		return p, err
	}
	t, err := parseTemplate(value)
	if err != nil {
		return p, err
	}
	p.value = t
	if strings.HasSuffix(name, "}") {
		p.mapping, err = parseMapping("Value>" + name)
		return p, err
	}
	p.name, p.query = strings.CutPrefix(name, "?")
	p.name, p.must = strings.CutSuffix(p.name, "!")
	if strings.ContainsAny(p.name, " {}[]()>|$") || p.name == "" {
		return p, fmt.Errorf("%q is no parameter", name)
	}
	return p, nil
}
