package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/provider/calls"
)

type service struct{ name, version, style string }

// writer writes blocks.
type writer struct {
	products map[string]service
	b        strings.Builder
	api      string // of the block at hand
	typ      string
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

// block writes a type. The order of the lines is fixed.
func (w *writer) block(n doc.Node) string {
	w.b.Reset()
	w.typ, w.api = n.Key(), n.Get("api").Text()
	w.line("type %s", w.typ)
	w.line("api %s", w.api)
	id := n.Get("id").Text()
	if better, ok := ids[w.typ]; ok {
		id = better
	}
	w.line("id %s", id)
	create := n.Get("create").At(0).Get("do").Text()
	for _, verb := range []string{"create", "after"} {
		for s := range n.Get(verb).Items() {
			w.step(verb, s, create)
		}
	}
	w.wait("ready", n.Get("ready"))
	w.step("read", n.Get("read"), create)
	for s := range n.Get("reads").Items() {
		w.step("read:"+s.Key(), s, create)
	}
	for a := range n.Get("attrs").Items() {
		name, source, ok := strings.Cut(a.Text(), "=")
		if ok {
			name += " = " + source
		}
		w.line("attr %s", name)
	}
	w.words("secret", n.Get("secret"), " ")
	for s := range n.Get("update").Items() {
		w.step("update", s, create)
	}
	w.text("tags", n.Get("tags"))
	w.text("resource-group", n.Get("resourceGroup"))
	for s := range n.Get("delete").Items() {
		w.step("delete", s, create)
	}
	w.wait("delete-wait", n.Get("deleteWait"))
	for _, k := range [][2]string{
		{"gone", "gone"}, {"deleteGone", "delete-gone"}, {"goneStates", "gone-states"},
		{"createRetry", "retry-create"}, {"updateRetry", "retry-update"}, {"deleteRetry", "retry-delete"},
	} {
		w.words(k[1], n.Get(k[0]), ", ")
	}
	w.words("replace", n.Get("replace"), " ")
	w.words("listed-fixed", n.Get("docFixed"), " ")
	w.words("local", n.Get("engine"), " ")
	return w.b.String()
}

func (w *writer) text(key string, n doc.Node) {
	if !n.IsZero() {
		w.line("%s %s", key, n.Text())
	}
}

// words writes a list. A name in doubt loses its question mark here: the
// documentation lists those.
func (w *writer) words(key string, n doc.Node, sep string) {
	if n.IsZero() {
		return
	}
	if n.Kind() != doc.List {
		w.text(key, n)
		return
	}
	var list []string
	for item := range n.Items() {
		list = append(list, strings.TrimSuffix(item.Text(), "?"))
	}
	if sep == " " {
		slices.Sort(list)
	}
	if len(list) > 0 {
		w.line("%s %s", key, strings.Join(list, sep))
	}
}

func (w *writer) wait(key string, n doc.Node) {
	if n.IsZero() {
		return
	}
	line := key
	if f := n.Get("field"); !f.IsZero() {
		field := f.Text()
		if better, ok := fields[field]; ok {
			field = better
		}
		line += " " + field
	} else {
		line += " -"
	}
	for _, set := range []string{"ok", "busy", "fail"} {
		var list []string
		for item := range n.Get(set).Items() {
			word, _, _ := strings.Cut(strings.ReplaceAll(item.Text(), ";", ""), " ")
			list = append(list, word)
		}
		if len(list) > 0 {
			line += " " + set + "=" + strings.Join(list, ",")
		}
	}
	if n.Get("gone").Text() == "true" {
		line += " gone"
	}
	if n.Get("every").Text() == "true" {
		line += " every"
	}
	if when := n.Get("when"); !when.IsZero() {
		line += " when " + when.Text()
	}
	w.line("%s", line)
}

// step writes a call and its parameters.
func (w *writer) step(verb string, n doc.Node, create string) {
	if n.IsZero() {
		return
	}
	action := n.Get("do").Text()
	key := w.api
	if other, rest, ok := strings.Cut(action, ":"); ok {
		key, action = other, rest
	}
	api, known := lookUp(w.products[key], action)
	line := verb + " "
	if key != w.api {
		line += key + ":"
	}
	line += action
	http := n.Get("http").Text()
	if http != "" {
		line += " " + http
	}
	switch token := n.Get("token").Text(); {
	case token != "":
		line += " token=" + token
	case known && api.Token && (verb == "create" || verb == "after" || verb == "update" || verb == "delete"):
		for _, p := range api.Parameters {
			if strings.EqualFold(p.Name, "ClientToken") {
				line += " token=" + p.Name
			}
		}
	}
	if http != "" && n.Get("form").Text() == "true" {
		line += " form"
	}
	item := n.Get("item").Text()
	if item != "" {
		line += " at=" + item
	}
	if verb == "update" && partial.MatchString(action) && action != create {
		line += " partial"
	}
	if when := n.Get("when"); !when.IsZero() {
		line += " when " + when.Text()
	}
	w.line("%s", line)
	w.parameters(n, http, api)
}

// partial are calls that set what they are given and leave the rest.
var partial = regexp.MustCompile(`^(Modify|Update|Set)\w*(Attributes?|Description|Name)$`)

func (w *writer) parameters(n doc.Node, http string, api *calls.API) {
	place := func(name string) string {
		if http == "" || strings.Contains(http, "["+name+"]") {
			return ""
		}
		if inQuery(http, api, name) {
			return "?"
		}
		return ""
	}
	for by := range n.Get("by").Items() {
		value := by.Text()
		if listParameter[by.Key()] && (strings.HasPrefix(value, "$add.") || strings.HasPrefix(value, "$del.") || strings.HasPrefix(value, "$p.") || strings.HasPrefix(value, "$old.")) {
			value += "|json"
		}
		w.line("\t%s%s = %s", place(by.Key()), by.Key(), value)
	}
	for m := range n.Get("in").Items() {
		text := w.mapping(m.Text())
		if constant, ok := strings.CutPrefix(text, "="); ok {
			name, value, _ := strings.Cut(constant, ":")
			w.line("\t%s%s = %s", place(name), name, value)
			continue
		}
		if name := targetOf(text); place(name) != "" {
			if head, rest, ok := strings.Cut(text, ">"); ok {
				text = head + ">?" + rest
			} else if head, codec, ok := strings.Cut(text, "|"); ok {
				text = head + ">?" + head + "|" + codec
			} else {
				text += ">?" + text
			}
		}
		w.line("\t%s", text)
	}
}

// listParameter are parameters that take a list as JSON text.
var listParameter = map[string]bool{"BackendServers": true, "OldBackendServers": true, "AclEntrys": true, "InstanceIds": true, "diskIds": true}

// targetOf gives the first part of the parameter that a mapping writes.
func targetOf(text string) string {
	if _, target, ok := strings.Cut(text, ">"); ok {
		text = target
	}
	return text[:len(text)-len(strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"))]
}

func inQuery(http string, api *calls.API, name string) bool {
	method, _, _ := strings.Cut(http, " ")
	if api != nil {
		for _, p := range api.Parameters {
			if p.Name == name {
				return p.Place == calls.Query
			}
		}
	}
	return method == "GET" || method == "DELETE"
}

func lookUp(s service, action string) (*calls.API, bool) {
	for known := range calls.Default().Services() {
		if strings.EqualFold(known.Product, s.name) && known.Version == s.version {
			return calls.Default().API(known.Code, action)
		}
	}
	return nil, false
}
