package fn

import (
	"strconv"

	"github.com/bianpai/bianpai/internal/value"
)

// pathStep is one step of a plain path: .name, [index] or [].
type pathStep struct {
	name  string
	index int
	kind  stepKind
}

type stepKind uint8

const (
	stepName stepKind = iota
	stepIndex
	stepEach
)

// parsePath reads a program that is nothing but a path, such as .A.B[].C[0].
func parsePath(source string) ([]pathStep, bool) {
	s := trimBlanks(source)
	if s == "" || s[0] != '.' {
		return nil, false
	}
	steps := []pathStep{}
	if s == "." {
		return steps, true
	}
	for i := 0; i < len(s); {
		switch {
		case s[i] == '.' && i+1 < len(s) && isNameStart(s[i+1]):
			end := i + 2
			for end < len(s) && (isNameStart(s[end]) || isDigit(s[end])) {
				end++
			}
			steps = append(steps, pathStep{name: s[i+1 : end], kind: stepName})
			i = end
		case s[i] == '.' && i+1 < len(s) && s[i+1] == '[':
			i++
		case s[i] == '[' && i > 0:
			end := i + 1
			for end < len(s) && (isDigit(s[end]) || s[end] == '-' && end == i+1) {
				end++
			}
			if end >= len(s) || s[end] != ']' {
				return nil, false
			}
			step := pathStep{kind: stepEach}
			if end > i+1 {
				n, err := strconv.Atoi(s[i+1 : end])
				if err != nil || n > 1<<30 || n < -1<<30 {
					return nil, false
				}
				step = pathStep{kind: stepIndex, index: n}
			}
			steps = append(steps, step)
			i = end + 1
		default:
			return nil, false
		}
	}
	return steps, true
}

func trimBlanks(s string) string {
	blank := func(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
	for s != "" && blank(s[0]) {
		s = s[1:]
	}
	for s != "" && blank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// walkPath appends the values at a path, at most so many in all.
func walkPath(dst []value.Value, steps []pathStep, v value.Value, most int) ([]value.Value, error) {
	for k, step := range steps {
		switch step.kind {
		case stepName:
			if v.Kind() != value.KindMap && !empty(v) {
				return nil, cannot("expected an object but got", v)
			}
			v, _ = v.Get(step.name)
		case stepIndex:
			if v.Kind() != value.KindList && !empty(v) {
				return nil, cannot("expected an array but got", v)
			}
			i := step.index
			if i < 0 {
				i += v.Len()
			}
			if i < 0 || i >= v.Len() {
				v = value.Null()
				continue
			}
			v = v.At(i)
		case stepEach:
			if v.Kind() != value.KindList && v.Kind() != value.KindMap {
				return nil, cannot("cannot iterate over", v)
			}
			for i := range v.Len() {
				if len(dst) >= most {
					return tooMany(dst, most)
				}
				var err error
				if dst, err = walkPath(dst, steps[k+1:], v.At(i), most); err != nil {
					return nil, err
				}
			}
			return dst, nil
		}
	}
	if len(dst) >= most {
		return tooMany(dst, most)
	}
	if v.IsAbsent() {
		v = value.Null()
	}
	return append(dst, v), nil
}

// tooMany ends a walk: a program's first result is enough, but not a part of all
// of them.
func tooMany(dst []value.Value, most int) ([]value.Value, error) {
	if most < jqResults {
		return dst, nil
	}
	return nil, &Error{CodeJq, []string{"the result is too large"}}
}

func cannot(what string, v value.Value) error {
	kind := v.Kind().String()
	if empty(v) {
		kind = "null"
	}
	return &Error{CodeJq, []string{what + ": " + kind}}
}
