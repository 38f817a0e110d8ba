package alicloud

import (
	"fmt"
	"strconv"
	"strings"
)

// path finds values in a decoded answer.
type path struct {
	text  string
	steps []pathStep
}

// pathStep is a member of a map, or what is picked from a list.
type pathStep struct {
	name   string // empty: only the pick
	pick   pick
	index  int
	filter []filter
	fields []string // a projection: {A,B}
}

type pick uint8

const (
	pickNone pick = iota
	pickIndex
	pickAll
	pickWhere
)

// filter keeps the items of which a field has one of some values.
type filter struct {
	field  string
	values []*template
	given  bool // counts only where one of the values is known
}

// parsePath reads "A.B[0].C", "A[*].B", "A[?K=v,L~=$p.X].B", "A[?=v]" of texts,
// "[*].A" and "A[*].{B,C}".
func parsePath(text string) (*path, error) {
	p := &path{text: text}
	if text == "" || text == "$body" {
		return p, nil
	}
	for _, part := range splitOutside(text, '.') {
		s, err := parsePathStep(part)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", text, err)
		}
		p.steps = append(p.steps, s)
	}
	return p, nil
}

func parsePathStep(part string) (pathStep, error) {
	if inner, ok := strings.CutPrefix(part, "{"); ok && strings.HasSuffix(inner, "}") {
		return pathStep{fields: strings.Split(strings.TrimSuffix(inner, "}"), ",")}, nil
	}
	name, rest, picked := strings.Cut(part, "[")
	s := pathStep{name: name}
	if strings.ContainsAny(name, " ]{}()$=") || name == "" && !picked {
		return s, fmt.Errorf("%q is no name", name)
	}
	if !picked {
		return s, nil
	}
	inner, ok := strings.CutSuffix(rest, "]")
	switch {
	case !ok:
		return s, fmt.Errorf("%q does not end", part)
	case inner == "*":
		s.pick = pickAll
	case strings.HasPrefix(inner, "?"):
		s.pick = pickWhere
		for _, cond := range splitOutside(inner[1:], ',') {
			field, value, ok := strings.Cut(cond, "=")
			if !ok {
				return s, fmt.Errorf("%q compares nothing", cond)
			}
			f := filter{}
			f.field, f.given = strings.CutSuffix(field, "~")
			for _, v := range strings.Split(value, "|") {
				t, err := parseTemplate(v)
				if err != nil {
					return s, err
				}
				f.values = append(f.values, t)
			}
			s.filter = append(s.filter, f)
		}
	default:
		n, err := strconv.Atoi(inner)
		if err != nil || n < 0 {
			return s, fmt.Errorf("%q picks nothing", inner)
		}
		s.pick, s.index = pickIndex, n
	}
	return s, nil
}

// find follows the path. What is not there is nil. A filter followed by more
// gives the first that matches; [*] gives a list.
func (p *path) find(v any, env *scope) any {
	if p == nil {
		return v
	}
	return follow(p.steps, v, env)
}

func follow(steps []pathStep, v any, env *scope) any {
	for i, s := range steps {
		if s.fields != nil {
			return project(v, s.fields)
		}
		if s.name != "" {
			m, _ := v.(map[string]any)
			if v = member(m, s.name); v == nil {
				return nil
			}
		}
		switch s.pick {
		case pickIndex:
			list, _ := v.([]any)
			if s.index >= len(list) {
				return nil
			}
			v = list[s.index]
		case pickWhere:
			if v = first(v, s.filter, env); v == nil {
				return nil
			}
		case pickAll:
			return collect(v, steps[i+1:], env)
		}
	}
	return v
}

// member finds a member, by another case of its name if need be: services are
// not of one mind.
func member(m map[string]any, name string) any {
	if v, ok := m[name]; ok {
		return v
	}
	for _, key := range sortedKeys(m) {
		if strings.EqualFold(key, name) {
			return m[key]
		}
	}
	return nil
}

func collect(v any, rest []pathStep, env *scope) any {
	list, ok := v.([]any)
	if !ok {
		return nil
	}
	out := make([]any, 0, len(list))
	for _, item := range list {
		found := follow(rest, item, env)
		switch more, nested := found.([]any); {
		case nested && len(rest) > 0:
			out = append(out, more...)
		case found != nil:
			out = append(out, found)
		}
	}
	return out
}

func first(v any, where []filter, env *scope) any {
	list, _ := v.([]any)
	for _, item := range list {
		m, isMap := item.(map[string]any)
		if (isMap || where[0].field == "") && matches(item, m, where, env) {
			return item
		}
	}
	return nil
}

func matches(item any, m map[string]any, where []filter, env *scope) bool {
	for _, f := range where {
		have, found, known := textOf(member(m, f.field)), false, false
		if f.field == "" {
			have = textOf(item)
		}
		for _, want := range f.values {
			v, ok := want.value(env)
			known = known || ok
			for _, one := range flat(v) {
				found = found || ok && strings.EqualFold(textOf(one), have)
			}
		}
		if !found && (known || !f.given) {
			return false
		}
	}
	return true
}

func project(v any, fields []string) any {
	pickFrom := func(item any) any {
		m, _ := item.(map[string]any)
		out := make(map[string]any, len(fields))
		for _, f := range fields {
			if x := member(m, f); x != nil {
				out[f] = x
			}
		}
		return out
	}
	if list, ok := v.([]any); ok {
		out := make([]any, len(list))
		for i, item := range list {
			out[i] = pickFrom(item)
		}
		return out
	}
	return pickFrom(v)
}

// splitOutside splits at a separator that is not in brackets of any kind.
func splitOutside(text string, sep byte) []string {
	var out []string
	depth, start := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			depth--
		case sep:
			if depth == 0 {
				out = append(out, text[start:i])
				start = i + 1
			}
		}
	}
	return append(out, text[start:])
}
