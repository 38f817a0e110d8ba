package alicloud

import (
	"net/url"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

// pathOf gives the path of a ROA call with its parts escaped: of the URI that
// the call gives, whose query joins the parameters, or of the API's own path.
func (a *arguments) pathOf(uri string) (string, error) {
	if uri == "" {
		return a.fill(a.plan.path)
	}
	path, query, _ := strings.Cut(uri, "?")
	if strings.Contains(path, "://") {
		return "", invalidCall(a.plan, "BadPath", "has a URI with a host; a path is wanted")
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", invalidCall(a.plan, "BadPath", "has a URI whose query cannot be read")
	}
	for name, all := range values {
		for _, v := range all {
			if err := a.put(calls.Query, name, v); err != nil {
				return "", err
			}
		}
	}
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, part := range parts {
		if plain, err := url.PathUnescape(part); err == nil {
			part = plain // it was escaped, or needs it
		}
		if parts[i], err = a.escape(part); err != nil {
			return "", err
		}
	}
	return "/" + strings.Join(parts, "/"), nil
}

// fill puts parameters into an API's path: /clusters/[ClusterId].
func (a *arguments) fill(pattern string) (string, error) {
	if pattern == "" {
		return "", invalidCall(a.plan, "MissingParameter", "needs a URI")
	}
	var b strings.Builder
	for rest := pattern; ; {
		before, inner, ok := strings.Cut(rest, "[")
		b.WriteString(before)
		if !ok {
			return b.String(), nil
		}
		name, after, _ := strings.Cut(inner, "]")
		v := a.path[name]
		if v == "" {
			return "", &provider.Error{
				Kind: provider.Invalid, Code: "MissingParameter", Path: name,
				Message: a.plan.service.Code + " " + a.plan.name + " needs " + name + ", which is a part of its path",
			}
		}
		escaped, err := a.escape(v)
		if err != nil {
			return "", err
		}
		b.WriteString(escaped)
		rest = after
	}
}

// escape escapes a part of a path. What leads out of its folder is refused: it
// would name another API.
func (a *arguments) escape(part string) (string, error) {
	if part == "." || part == ".." {
		return "", invalidCall(a.plan, "BadPath", `has "`+part+`" as a part of its path`)
	}
	return url.PathEscape(part), nil
}
