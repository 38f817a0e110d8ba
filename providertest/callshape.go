package providertest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// filler makes up one object of a response.
type filler struct {
	f     *frame
	m     *maker
	known map[string]any // members that are known, by name
	deep  bool           // known members are made whole
	inner int            // elements of lists in elements of lists
	mem   map[string]any // what earlier calls have set on what the object is about
}

// filler makes a filler about the thing with an id; "" if it has none. props
// are values that members of the same name repeat.
func (f *frame) filler(id string, props map[string]any) *filler {
	typ := "ALIYUN::" + f.api.Service + "::" + f.noun()
	s := &shape{name: typ, typ: &provider.Type{Name: typ}, style: styleOf(typ), refs: make(map[string]*reference), folded: make(map[string]string, len(props))}
	for name := range props {
		s.folded[strings.ToLower(name)] = name
	}
	from := f.seed
	if id != "" {
		from = newSeed(f.api.Service, id)
	}
	o := &object{key: key{typ, id}, Seed: from}
	if id == "" {
		o.ID = existingID(s.style, from, f.region)
	}
	return &filler{f: f, m: f.c.newMaker(s, o, props), inner: 1, mem: f.c.remembered[f.api.Service+" "+id]}
}

// noun gives what the API's name speaks of: "Instance" of DescribeInstances.
func (f *frame) noun() string {
	name := f.api.Name
	for i := 1; i < len(name); i++ {
		if 'A' <= name[i] && name[i] <= 'Z' {
			return singular(name[i:])
		}
	}
	return name
}

// byShape answers a call by the shape of its response.
func byShape(f *frame) (map[string]any, *provider.Error) {
	f.note()
	props := f.echoes()
	subjects, param := f.subjects()
	if f.class() != provider.ReadOnly {
		f.rememberCall(subjects)
	}
	first := ""
	if len(subjects) > 0 {
		first = subjects[0]
	}
	x := f.filler(first, props)
	members := f.c.membersOf(f.api.Service, f.api.Name)
	out := x.top(members, subjects, param)
	if f.class() != provider.ReadOnly {
		f.rememberAnswer(out)
	}
	return out, nil
}

// echoes gives the parameters that members of a response may repeat.
func (f *frame) echoes() map[string]any {
	props := make(map[string]any, len(f.args.given))
	for name, v := range f.args.given {
		if mask(map[string]any{name: ""}, 0).(map[string]any)[name] == "" {
			props[name[strings.LastIndexByte(name, '.')+1:]] = v
		}
	}
	return props
}

// subjects gives the ids of what the call is about, and the parameter that
// names them.
func (f *frame) subjects() ([]string, string) {
	best, rank := "", 0
	for _, name := range sortedKeys(f.args.given) {
		stem, ok := cutID(name)
		if !ok || name == "RegionId" || name == "ZoneId" || name == "ResourceGroupId" || len(f.args.list(name)) == 0 {
			continue
		}
		r := 1
		if len(f.args.list(name)) > 1 {
			r = 2
		}
		if strings.Contains(strings.ToLower(f.api.Name), strings.ToLower(stem)) {
			r = 3
		}
		if r > rank {
			best, rank = name, r
		}
	}
	if best == "" {
		return nil, ""
	}
	return f.args.list(best), best
}

// verbStatus is the status in which a call leaves what it is about.
var verbStatus = map[string]string{"Start": "Running", "Reboot": "Running", "Restart": "Running", "Stop": "Stopped", "Delete": "Deleted"}

// rememberCall keeps what the call sets on what it is about, so that a later
// call sees it.
func (f *frame) rememberCall(subjects []string) {
	values := f.echoes()
	delete(values, "ClientToken")
	for verb, status := range verbStatus {
		if strings.HasPrefix(f.api.Name, verb) {
			values[statusKey] = status
		}
	}
	for _, id := range subjects {
		f.c.remember(f.api.Service+" "+id, values)
	}
}

// statusKey is where the status of a thing is remembered; no parameter is named
// so.
const statusKey = "(status)"

// rememberAnswer keeps what a call set on what it made.
func (f *frame) rememberAnswer(out map[string]any) {
	for _, name := range sortedKeys(out) {
		stem, ok := cutID(name)
		id, text := out[name].(string)
		if ok && text && id != "" && strings.Contains(strings.ToLower(f.api.Name), strings.ToLower(stem)) {
			values := f.echoes()
			delete(values, "ClientToken")
			f.c.remember(f.api.Service+" "+id, values)
		}
	}
}

// top fills the members of a response. Its first list gets an element for each
// thing that was asked for.
func (x *filler) top(members []answerMember, subjects []string, param string) map[string]any {
	out := make(map[string]any, len(members))
	total := 0
	for i := range members {
		m := &members[i]
		if ofFailure(m.name) {
			continue
		}
		v := x.topMember(m, subjects, param)
		if list, ok := v.([]any); ok {
			total = max(total, len(list))
		}
		if inside, ok := v.(map[string]any); ok {
			for _, v := range inside {
				if list, ok := v.([]any); ok {
					total = max(total, len(list))
				}
			}
		}
		out[m.name] = v
	}
	for _, name := range [...]string{"TotalCount", "TotalRecordCount", "PageRecordCount", "Total", "totalCount", "total"} {
		if _, ok := out[name]; ok {
			out[name] = total
		}
	}
	return out
}

// ofFailure reports whether a member of a response tells of a failure, or of
// more pages.
func ofFailure(name string) bool {
	switch name {
	case "Code", "Message", "ErrorCode", "ErrorMessage", "ErrCode", "ErrMessage", "NextToken", "code", "message", "nextToken", "DynamicCode", "DynamicMessage":
		return true
	}
	return false
}

func (x *filler) topMember(m *answerMember, subjects []string, param string) any {
	if m.typ == provider.TypeMap && !m.list && len(m.members) == 1 && m.members[0].list && m.members[0].typ == provider.TypeMap {
		return map[string]any{m.members[0].name: x.elements(&m.members[0], subjects, param)}
	}
	if m.list && m.typ == provider.TypeMap {
		return x.elements(m, subjects, param)
	}
	return x.value(m, 0)
}

// elements fills a list of the response with an element a subject.
func (x *filler) elements(m *answerMember, subjects []string, param string) any {
	if troubled(m.name) || x.f.beyond() {
		return []any{}
	}
	if len(subjects) == 0 {
		return []any{x.object(m.members, 1)}
	}
	list := make([]any, 0, len(subjects))
	for _, id := range subjects {
		props := x.f.echoes()
		stem, _ := cutID(param)
		props[stem+"Id"] = id
		e := x.f.filler(id, props)
		if e.mem[statusKey] == "Deleted" {
			continue
		}
		list = append(list, e.object(m.members, 1))
	}
	return list
}

// beyond reports whether the call asks for a page behind the first, which is the
// only one: who asks on until a page is empty has to come to an end.
func (f *frame) beyond() bool {
	for _, name := range [...]string{"PageNumber", "pageNumber", "PageNum", "CurrentPage", "currentPage"} {
		if f.args.number(name, 1) > 1 {
			return true
		}
	}
	return false
}

// troubled reports whether a list tells of what went wrong or is forbidden.
func troubled(name string) bool {
	for _, word := range [...]string{"Fail", "Error", "Lock", "Warning", "Unsupported", "Invalid"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func (x *filler) object(members []answerMember, depth int) map[string]any {
	out := make(map[string]any, len(members))
	for i := range members {
		out[members[i].name] = x.value(&members[i], depth)
	}
	return out
}

// value makes up a member. depth counts the lists around it.
func (x *filler) value(m *answerMember, depth int) any {
	for _, from := range [...]map[string]any{x.known, x.mem} {
		if v, ok := from[m.name]; ok {
			fit := m.fit
			if x.deep {
				fit = m.complete
			}
			if v, ok := fit(v); ok {
				return v
			}
		}
	}
	if m.list {
		n := 1
		if depth > 0 {
			n = x.inner
		}
		if troubled(m.name) {
			n = 0
		}
		list := make([]any, 0, n)
		for range n {
			list = append(list, x.element(m, depth+1))
		}
		return list
	}
	return x.element(m, depth)
}

func (x *filler) element(m *answerMember, depth int) any {
	switch m.typ {
	case provider.TypeMap:
		return x.object(m.members, depth)
	case provider.TypeBoolean:
		return x.flag(m.name)
	case provider.TypeInteger, provider.TypeNumber:
		return x.count(m.name)
	}
	return x.text(m.name)
}

// fit gives a known value as the type of the member wants it.
func (m *answerMember) fit(v any) (any, bool) {
	list, isList := v.([]any)
	if m.list && !isList {
		v, ok := (&answerMember{typ: m.typ}).fit(v)
		return []any{v}, ok
	}
	if m.list {
		return list, true
	}
	_, isMap := v.(map[string]any)
	if isList || isMap != (m.typ == provider.TypeMap) {
		return nil, false
	}
	switch m.typ {
	case provider.TypeString:
		return textOf(v), true
	case provider.TypeBoolean:
		b, err := strconv.ParseBool(textOf(v))
		return b, err == nil
	case provider.TypeInteger, provider.TypeNumber:
		n := json.Number(textOf(v))
		_, err := n.Float64()
		return n, err == nil && json.Valid([]byte(n))
	}
	return v, true
}

// offFlags are words of flags that are off on what is as it should be.
var offFlags = []string{"Truncated", "HasMore", "Lock", "Protection", "Encrypted", "Spot", "Dropped", "Expired", "Delete", "Recycl", "ReadOnly", "Deprecat", "Fail", "Error"}

func (x *filler) flag(name string) bool {
	if v, ok := x.m.given(name); ok {
		return strings.EqualFold(textOf(x.m.props[v]), "true")
	}
	return !slices.ContainsFunc(offFlags, func(w string) bool { return strings.Contains(name, w) })
}

func (x *filler) count(name string) any {
	if prop, ok := x.m.given(name); ok {
		if n, ok := (&answerMember{typ: provider.TypeInteger}).fit(x.m.props[prop]); ok {
			return n
		}
	}
	low := strings.ToLower(name)
	switch {
	case low == "exitcode", strings.Contains(low, "fail"), strings.Contains(low, "error"), strings.HasPrefix(low, "dropped"):
		return 0
	case low == "httpstatuscode":
		return 200
	case low == "pagesize", low == "maxresults":
		return 10
	case strings.Contains(low, "progress"), strings.Contains(low, "percent"):
		return 100
	case strings.HasSuffix(low, "time"), strings.HasSuffix(low, "timestamp"):
		return x.f.now().UnixMilli()
	case strings.HasSuffix(low, "port"):
		return 80
	}
	return 1
}

func (x *filler) text(name string) string {
	low := strings.ToLower(name)
	if prop, ok := x.m.given(name); ok {
		if s := textOf(x.m.props[prop]); s != "" {
			return s
		}
	}
	if strings.HasSuffix(low, "status") || strings.HasSuffix(low, "state") {
		if s, ok := x.mem[statusKey].(string); ok {
			return s
		}
		return statusWord(x.f.api.Service, name)
	}
	switch {
	case strings.HasPrefix(low, "expire"), strings.HasSuffix(low, "expiredtime"), low == "endtime", strings.HasSuffix(low, "expiretime"):
		return x.f.now().AddDate(1, 0, 0).Format(timeForm)
	case strings.HasSuffix(low, "time"), strings.HasSuffix(low, "date"), strings.HasSuffix(low, "timestamp"):
		return x.f.now().Format(timeForm)
	case strings.Contains(low, "progress"):
		return "100%"
	case strings.Contains(low, "error"), strings.Contains(low, "fail"), low == "nexttoken", strings.HasSuffix(low, "reason"):
		return ""
	case low == "exitcode":
		return "0"
	}
	return x.m.word(name, 0)
}

// timeForm is how the services write times.
const timeForm = "2006-01-02T15:04:05Z"

func (f *frame) now() time.Time { return time.Now().UTC() }
