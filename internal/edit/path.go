package edit

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
)

// Step is one step of a path: a key of a map, or the index of a list's item if
// Index is not -1.
type Step struct {
	Key   string
	Index int
}

// Find follows a path, such as Resources.Web.Properties.Tags[0], from a node as
// far as it goes: it returns the node reached and the steps that are left. A
// key with dots or brackets is found as it is if it stands there; else quotes
// in brackets mark it, as in Metadata["a.b"].
func Find(n doc.Node, path string) (doc.Node, []Step, error) {
	way, left, err := walk(n, path)
	return way[len(way)-1], left, err
}

// walk follows a path and returns all nodes on its way, the first and the
// reached one too.
func walk(n doc.Node, path string) (way []doc.Node, left []Step, err error) {
	way = append(way, n)
	for path != "" {
		step, rest, err := next(n, path)
		if err != nil {
			return way, nil, &Error{path, err.Error()}
		}
		path = rest
		child := follow(n, step)
		if len(left) > 0 || child.IsZero() {
			left = append(left, step)
			n = doc.Node{}
			continue
		}
		n = child
		way = append(way, n)
	}
	return way, left, nil
}

func follow(n doc.Node, s Step) doc.Node {
	if s.Index >= 0 {
		if n.Kind() == doc.List {
			return n.At(s.Index)
		}
		return doc.Node{}
	}
	return n.Get(s.Key)
}

type pathError string

func (e pathError) Error() string { return string(e) }

// next takes one step off a path, at a node that may be absent.
func next(n doc.Node, path string) (Step, string, error) {
	if inner, ok := strings.CutPrefix(path, "["); ok {
		return bracket(inner)
	}
	key, rest := longestKey(n, path)
	if key == "" {
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		key, rest = path[:end], path[end:]
	}
	if key == "" {
		return Step{}, "", pathError("a path has an empty step")
	}
	rest, err := afterStep(rest)
	return Step{key, -1}, rest, err
}

// longestKey finds the longest key of a map with which a path starts.
func longestKey(n doc.Node, path string) (key, rest string) {
	if n.Kind() != doc.Map {
		return "", path
	}
	for end := len(path); end > 0; end = strings.LastIndexAny(path[:end], ".[") {
		if !n.Get(path[:end]).IsZero() {
			return path[:end], path[end:]
		}
	}
	return "", path
}

func bracket(inner string) (Step, string, error) {
	if strings.HasPrefix(inner, `"`) {
		quoted, err := strconv.QuotedPrefix(inner)
		if err != nil || !strings.HasPrefix(inner[len(quoted):], "]") {
			return Step{}, "", pathError("a quoted key is not closed")
		}
		key, err := strconv.Unquote(quoted)
		if err != nil {
			return Step{}, "", err
		}
		rest, err := afterStep(inner[len(quoted)+1:])
		return Step{key, -1}, rest, err
	}
	digits, rest, ok := strings.Cut(inner, "]")
	i, err := strconv.Atoi(digits)
	if !ok || err != nil || i < 0 {
		return Step{}, "", pathError("an index is no number")
	}
	rest, err = afterStep(rest)
	return Step{Index: i}, rest, err
}

// afterStep takes the dot off that stands between two steps.
func afterStep(rest string) (string, error) {
	switch {
	case rest == "" || rest[0] == '[':
		return rest, nil
	case rest[0] != '.':
		return rest, pathError("a dot is missing behind a step")
	case len(rest) == 1:
		return rest, pathError("a path ends in a dot")
	}
	return rest[1:], nil
}
