package oos

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/value"
)

// paged puts the pages of a listing together: the one list of the answer is
// joined, all other members are those of the first page.
type paged struct {
	first value.Value
	path  []string // to the list
	items []value.Value
	token string
	total int64
	size  int // of the first page
}

func newPaged(first value.Value) *paged {
	p := &paged{first: first}
	var found bool
	if p.path, found = listPath(first, 0); !found {
		p.path = nil
	}
	p.items = p.list(first)
	p.size = len(p.items)
	p.token = text(first, "NextToken")
	total, _ := first.Get("TotalCount")
	if p.total = total.Int(); total.Kind() == value.KindString {
		p.total = 0
	}
	return p
}

// listPath finds the one list of an answer, as in Instances.Instance.
func listPath(v value.Value, depth int) ([]string, bool) {
	if v.Kind() != value.KindMap || depth > 3 {
		return nil, false
	}
	var found []string
	n := 0
	for key, member := range v.Entries() {
		switch member.Kind() {
		case value.KindList:
			found, n = []string{key}, n+1
		case value.KindMap:
			if below, ok := listPath(member, depth+1); ok {
				found, n = append([]string{key}, below...), n+1
			}
		}
	}
	return found, n == 1
}

func (p *paged) list(v value.Value) []value.Value {
	if p.path == nil {
		return nil
	}
	for _, key := range p.path {
		v, _ = v.Get(key)
	}
	items := make([]value.Value, 0, v.Len())
	for _, item := range v.Items() {
		items = append(items, item)
	}
	return items
}

// next gives the parameters of the n-th page; nil if there is none.
func (p *paged) next(n int) []value.Entry {
	switch {
	case p.path == nil:
		return nil
	case p.token != "":
		return []value.Entry{{Key: "NextToken", Value: value.String(p.token)}}
	case p.total > int64(len(p.items)) && p.size > 0:
		entries := []value.Entry{{Key: "PageNumber", Value: value.Int(int64(n))}}
		if size, ok := p.first.Get("PageSize"); ok {
			entries = append(entries, value.Entry{Key: "PageSize", Value: size})
		}
		return entries
	}
	return nil
}

// add takes in a page; false if it brought nothing.
func (p *paged) add(page value.Value) bool {
	items := p.list(page)
	token := text(page, "NextToken")
	fresh := len(items) > 0 || token != p.token
	p.items = append(p.items, items...)
	p.token = token
	return fresh
}

func (p *paged) value() value.Value {
	if p.path == nil || len(p.items) == p.size {
		return p.first
	}
	return replaced(p.first, p.path, value.List(p.items))
}

// replaced gives a map with another value at a path.
func replaced(v value.Value, path []string, with value.Value) value.Value {
	if len(path) == 0 {
		return with
	}
	entries := make([]value.Entry, 0, v.Len())
	for key, member := range v.Entries() {
		switch {
		case key == path[0]:
			member = replaced(member, path[1:], with)
		case len(path) == 1 && strings.EqualFold(key, "NextToken"):
			member = value.String("")
		}
		entries = append(entries, value.Entry{Key: key, Value: member})
	}
	return value.Map(slices.Clip(entries))
}
