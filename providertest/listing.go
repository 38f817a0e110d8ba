package providertest

import (
	"encoding/base64"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// selection picks the things that a describing call asks for.
type selection struct {
	kind *kind
	ids  []string                        // asked for by id
	by   []string                        // parameters that compare with facts of the same name
	name string                          // the parameter that is a pattern for a name, if there is one
	tell func(t *thing) map[string]any   // the members that are known
	when func(known map[string]any) bool // picks further; may be nil
}

// find gives what is known of each thing that was asked for. Where one that is
// there from the start says nothing, it is as the call wants it; but it has no
// name that the call could know.
func (f *frame) selected(s *selection) []map[string]any {
	var candidates []*thing
	if len(s.ids) > 0 {
		for _, id := range slices.Compact(slices.Sorted(slices.Values(s.ids))) {
			if t := f.c.thing(s.kind, id); t != nil {
				candidates = append(candidates, t)
			}
		}
	} else {
		candidates = f.c.things(s.kind)
	}
	var list []map[string]any
	for _, t := range candidates {
		known := s.tell(t)
		known["Tags"] = tagList(t.tags())
		if f.wants(s, t, known) && (s.when == nil || s.when(known)) {
			list = append(list, known)
		}
	}
	return list
}

func (f *frame) wants(s *selection, t *thing, known map[string]any) bool {
	if s.name != "" && f.args.has(s.name) {
		if t.o.Standing && t.value(s.name) == nil {
			if len(s.ids) == 0 {
				return false
			}
		} else if ok, err := path.Match(f.args.text(s.name), textOf(known[s.name])); err != nil || !ok {
			return false
		}
	}
	for _, name := range s.by {
		want := f.args.list(name)
		if len(want) == 0 {
			continue
		}
		if have := textOf(known[name]); have == "" && t.o.Standing {
			known[name] = want[0]
		} else if !slices.Contains(want, have) {
			return false
		}
	}
	return f.wantsTags(t, known)
}

func (f *frame) wantsTags(t *thing, known map[string]any) bool {
	want := f.args.tags()
	if len(want) == 0 {
		return true
	}
	have := t.tags()
	if l := t.o.Live[t.id]; t.o.Standing && (l == nil || !l.Tagged) {
		known["Tags"] = tagList(want)
		return true
	}
	for key, value := range want {
		if v, ok := have[key]; !ok || value != "" && v != value {
			return false
		}
	}
	return true
}

// tagList gives tags as answers tell them.
func tagList(tags map[string]string) map[string]any {
	list := make([]any, 0, len(tags))
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, map[string]any{"TagKey": key, "TagValue": tags[key], "Key": key, "Value": tags[key]})
	}
	return map[string]any{"Tag": list}
}

// tagProperty gives tags as the property Tags of a resource has them.
func tagProperty(tags map[string]string) []any {
	list := make([]any, 0, len(tags))
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, map[string]any{"Key": key, "Value": tags[key]})
	}
	return list
}

// listing answers with a page of a list, which stands at a path such as
// "Instances.Instance". Members that nothing is known of are made up.
func (f *frame) listing(at, id string, all []map[string]any) (map[string]any, *provider.Error) {
	page, next, refusal := f.page(all)
	if refusal != nil {
		return nil, refusal
	}
	members := f.c.membersOf(f.api.Service, f.api.Name)
	out := map[string]any{"TotalCount": len(all), "NextToken": next}
	if !f.args.has("MaxResults") && !f.args.has("NextToken") {
		out["PageNumber"], out["PageSize"] = f.args.number("PageNumber", 1), min(f.args.number("PageSize", 10), largestPage)
	}
	outer, inner, _ := strings.Cut(at, ".")
	node := find(find(members, outer).members, inner)
	list := make([]any, 0, len(page))
	for _, known := range page {
		x := f.filler(textOf(known[id]), nil)
		x.known, x.inner = known, 0
		list = append(list, x.object(node.members, 1))
	}
	out[outer] = map[string]any{inner: list}
	return out, nil
}

// find gives a member by its name, an empty one if there is none.
func find(members []answerMember, name string) *answerMember {
	for i := range members {
		if members[i].name == name {
			return &members[i]
		}
	}
	return new(answerMember)
}

// largestPage is how many things a page has at most; who asks for more gets so
// many, and hears of it.
const largestPage = 100

// page cuts out what the call asks for: a page by its number, or what follows a
// token.
func (f *frame) page(all []map[string]any) (page []map[string]any, next string, refusal *provider.Error) {
	start, size := 0, f.args.number("PageSize", 10)
	if f.args.has("MaxResults") || f.args.has("NextToken") {
		size = f.args.number("MaxResults", 10)
		if token := f.args.text("NextToken"); token != "" {
			text, err := base64.RawURLEncoding.DecodeString(token)
			n, bad := strconv.Atoi(string(text))
			if err != nil || bad != nil || n < 0 {
				return nil, "", invalid("InvalidParameter.NextToken", "NextToken", "The specified NextToken is not valid.")
			}
			start = n
		}
	} else if number := f.args.number("PageNumber", 1); number > 0 && number < 1<<20 {
		start = (number - 1) * min(max(size, 1), largestPage)
	} else {
		return nil, "", invalid("InvalidParameter", "PageNumber", "The specified PageNumber is not valid.")
	}
	if size < 1 || size > 1000 {
		return nil, "", invalid("InvalidParameter", "PageSize", "The specified page size is not valid.")
	}
	start = min(start, len(all))
	end := min(start+min(size, largestPage), len(all))
	if end < len(all) && (f.args.has("MaxResults") || f.args.has("NextToken")) {
		next = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end)))
	}
	return all[start:end], next, nil
}
