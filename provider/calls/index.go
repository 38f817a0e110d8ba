package calls

import (
	_ "embed"
	"iter"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

//go:embed services.txt
var servicesText string

// apis holds the calls of the SDK, a line each, in the order of service and
// name without case. See decode for what is in a line.
//
//go:embed apis.txt
var apis string

// more holds calls that the SDK does not know, or not all parameters of, in the
// same form and order.
//
//go:embed more.txt
var more string

// Index knows the calls of the services. It is immutable.
type Index struct {
	tables [2]string
}

// Default returns the index of this module.
func Default() *Index { return &Index{tables: [...]string{more, apis}} }

// Service is a cloud product as callers of its API see it.
type Service struct {
	Code    string // by which templates name it: "R-KVSTORE"
	Product string // by which the API names it: "R-kvstore"
	Version string // of the API
	ROA     bool   // calls are paths, not actions
}

// Services lists the services, ordered by code.
func (x *Index) Services() iter.Seq[Service] {
	return func(yield func(Service) bool) {
		for line := range strings.Lines(servicesText) {
			f := strings.Fields(line)
			if len(f) < 4 || f[0] == "#" {
				continue
			}
			if !yield(Service{Code: f[0], Product: f[1], Version: f[2], ROA: f[3] == "ROA"}) {
				return
			}
		}
	}
}

// Service finds a service by its code in any case.
func (x *Index) Service(code string) (Service, bool) {
	for s := range x.Services() {
		if strings.EqualFold(s.Code, code) {
			return s, true
		}
	}
	return Service{}, false
}

// API finds a call. The case of both names does not count.
func (x *Index) API(service, name string) (*API, bool) {
	line := x.line(service, name)
	if line == "" {
		return nil, false
	}
	return decode(line), true
}

// Class tells what may be done about a call whose answer was lost. The case of
// both names does not count. It costs a search and decodes nothing.
func (x *Index) Class(service, api string) provider.CallClass {
	token := false
	if line := x.line(service, api); line != "" {
		key, rest, _ := strings.Cut(line, "\t")
		service, api, _ = strings.Cut(key, " ")
		token = strings.HasPrefix(rest, "T")
	}
	class := provider.ClassByName(service, api)
	if token && class != provider.ReadOnly {
		return provider.Token
	}
	return class
}

// APIs lists the names of a service's calls, first those that the SDK does not
// know.
func (x *Index) APIs(service string) iter.Seq[string] {
	prefix := strings.ToUpper(service) + " "
	return func(yield func(string) bool) {
		for i, table := range x.tables {
			for line := range strings.Lines(table[search(table, prefix):]) {
				if !strings.HasPrefix(line, prefix) {
					break
				}
				key, _, _ := strings.Cut(line, "\t")
				if i > 0 && lineIn(x.tables[0], key) != "" {
					continue
				}
				if !yield(key[len(prefix):]) {
					return
				}
			}
		}
	}
}

// line finds the line of a call; "" if there is none.
func (x *Index) line(service, name string) string {
	key := service + " " + name
	for _, table := range x.tables {
		if line := lineIn(table, key); line != "" {
			return line
		}
	}
	return ""
}

func lineIn(table, key string) string {
	line, _, _ := strings.Cut(table[search(table, key):], "\n")
	if have, _, _ := strings.Cut(line, "\t"); !strings.EqualFold(have, key) {
		return ""
	}
	return line
}

// search finds where the first line starts whose key is not before the given
// one, case not counted.
func search(table, key string) int {
	lo, hi := 0, len(table)
	for lo < hi {
		mid := lo + (hi-lo)/2
		start := strings.LastIndexByte(table[lo:mid], '\n') + 1 + lo
		end := strings.IndexByte(table[mid:], '\n') + mid + 1
		if have, _, _ := strings.Cut(table[start:end], "\t"); before(have, key) {
			lo = end
		} else {
			hi = start
		}
	}
	return lo
}

// before compares as the bytes of the keys in lower case do, without making
// such keys.
func before(a, b string) bool {
	for i := range min(len(a), len(b)) {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return x < y
		}
	}
	return len(a) < len(b)
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
