package template

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

const modulePrefix = "MODULE::"

// maxModuleLevel is how deep modules may stand in modules.
const maxModuleLevel = 3

// modules expands the resources of MODULE:: types into those of the modules'
// templates, named <module>.<resource>. What it makes points to the resource
// that uses the module.
type modules struct {
	t    *Template
	load func(typ, version string) ([]byte, error)
	// sections of the template that grow
	conditions, mappings, locals *doc.Draft
	made                         []*doc.Draft // resources, in order
	outputs                      map[string]map[string]*doc.Draft
	members                      map[string][]string // logical ids, by module
}

// expandModules gives the root of the template with its modules expanded. A
// module whose template the host program does not have stays a resource.
func (t *Template) expandModules(root doc.Node, load func(typ, version string) ([]byte, error)) doc.Node {
	if !usesModules(root.Get("Resources")) {
		return root
	}
	draft := doc.Copy(root, nil)
	m := &modules{
		t: t, load: load,
		conditions: sectionOf(draft, "Conditions"), mappings: sectionOf(draft, "Mappings"), locals: sectionOf(draft, "Locals"),
		outputs: make(map[string]map[string]*doc.Draft), members: make(map[string][]string),
	}
	resources := draft.Get("Resources")
	for _, r := range resources.Items {
		m.resource(r, r.Key, typeOf(r), 1)
	}
	resources.Items = m.made
	m.connect(draft)
	for key, section := range map[string]*doc.Draft{"Conditions": m.conditions, "Mappings": m.mappings, "Locals": m.locals} { //bianpai:unordered each goes to a place of its own
		if len(section.Items) == 0 {
			draft.Remove(key)
		}
	}
	return t.rebuilt(draft, root)
}

func usesModules(resources doc.Node) bool {
	for r := range resources.Items() {
		if strings.HasPrefix(r.Get("Type").Text(), modulePrefix) {
			return true
		}
	}
	return false
}

// sectionOf gives a section of the root, made if there is none.
func sectionOf(root *doc.Draft, name string) *doc.Draft {
	if s := root.Get(name); s != nil && s.Kind == doc.Map {
		return s
	}
	s := doc.DraftMap(root.At)
	root.Set(name, s)
	return s
}

// resource adds a resource, expanded if it is a module.
func (m *modules) resource(r *doc.Draft, id, types string, level int) {
	r.Key = id
	typ := typeOf(r)
	if !strings.HasPrefix(typ, modulePrefix) {
		m.made = append(m.made, r)
		return
	}
	version := "default"
	if v := r.Get("Version"); v != nil && v.Text != "" {
		version = v.Text
	}
	src, err := m.load(typ, version)
	switch {
	case err != nil:
		m.report(r, "module-unavailable", id, typ, version, clipLong(err.Error()))
	case src == nil:
		m.made = append(m.made, r)
	case r.Get("Count") != nil:
		m.report(r, "count-on-module", id)
	case level > maxModuleLevel:
		m.report(r, "module-too-deep", id, strconv.Itoa(maxModuleLevel))
	default:
		m.module(r, id, types, src, level)
	}
}

func (m *modules) report(r *doc.Draft, code diag.Code, args ...string) {
	m.t.reportAt(diag.Error, code, r.KeyAt, "Resources."+r.Key, args...)
}

// module expands one module from its template's text.
func (m *modules) module(r *doc.Draft, id, types string, src []byte, level int) {
	d, found := doc.Parse(typeOf(r), src, nil)
	if err := found.Err(); err != nil {
		m.report(r, "module-faulty", id, typeOf(r), clipLong(err.Error()))
		return
	}
	if d.Root().Kind() != doc.Map {
		m.report(r, "module-faulty", id, typeOf(r), d.Root().Kind().String())
		return
	}
	at := r.KeyAt
	inner := doc.Copy(d.Root(), &at)
	if fault := moduleFault(inner); fault != "" {
		m.report(r, "module-faulty", id, typeOf(r), fault)
		return
	}
	x := &moduleExpansion{modules: m, r: r, id: id, inner: inner, values: m.values(r, inner)}
	x.names = renamer{rename: x.rename, replace: x.replace, condition: x.named("Conditions"), mapping: x.named("Mappings")}
	x.sections()
	x.resources(types, level)
	x.outputs()
}

// values gives what stands in the place of each parameter of a module: the
// property given, or the default if there is none or it is removed. The
// module's constraints do not bind.
func (m *modules) values(r, inner *doc.Draft) map[string]*doc.Draft {
	values := make(map[string]*doc.Draft)
	section := inner.Get("Parameters")
	if section == nil {
		return values
	}
	given := r.Get("Properties")
	for _, p := range section.Items {
		v, fallback := given.Get(p.Key), p.Get("Default")
		_, _, computed := callOfDraft(v)
		switch {
		case v == nil && fallback == nil:
			m.report(r, "module-parameter-missing", r.Key, p.Key)
			values[p.Key] = &doc.Draft{Kind: doc.Null, Text: "null", At: r.KeyAt}
		case v == nil:
			values[p.Key] = fallback
		case computed && fallback != nil:
			values[p.Key] = callDraft(v.At, "Fn::Select", doc.DraftList(v.At,
				doc.DraftText(p.Key, v.At), doc.DraftMap(v.At).Set(p.Key, v.Clone()), fallback.Clone()))
		default:
			values[p.Key] = v
		}
	}
	if given != nil {
		for _, v := range given.Items {
			if section.Get(v.Key) == nil {
				m.report(r, "module-parameter-unknown", r.Key, v.Key)
			}
		}
	}
	return values
}

// moduleFault says what a module's template has that a module must not have, ""
// if nothing.
func moduleFault(inner *doc.Draft) string {
	for _, key := range [...]string{keyTransform, keyWorkspace, "HeatTemplateFormatVersion"} {
		if inner.Get(key) != nil {
			return key
		}
	}
	if rules := inner.Get("Rules"); rules != nil && len(rules.Items) > 0 {
		return "Rules"
	}
	for section, chars := range map[string]string{"Parameters": ".:", "Locals": ".:", "Resources": ".", "Outputs": ".", "Conditions": "&"} { //bianpai:unordered one fault is enough
		names := inner.Get(section)
		if names == nil {
			continue
		}
		for _, entry := range names.Items {
			if strings.ContainsAny(entry.Key, chars) {
				return section + "." + entry.Key
			}
		}
	}
	if asksForOutput(inner.Get("Resources")) || asksForOutput(inner.Get("Outputs")) {
		return askOutput
	}
	return ""
}

func asksForOutput(d *doc.Draft) bool {
	if d == nil {
		return false
	}
	if name, _, ok := callOfDraft(d); ok && name == askOutput {
		return true
	}
	for _, item := range d.Items {
		if asksForOutput(item) {
			return true
		}
	}
	return false
}

// connect puts outputs of modules in the place of what reads them, and the
// resources of a module in the place of its name in DependsOn.
func (m *modules) connect(root *doc.Draft) {
	names := renamer{rename: func(name string) string { return name }}
	depth := 0
	names.replace = func(name, attribute string) *doc.Draft {
		v := m.outputs[name][attribute]
		if v == nil || depth > maxModuleLevel {
			return nil
		}
		depth++
		defer func() { depth-- }()
		v = v.Clone()
		names.walk(v)
		return v
	}
	for _, r := range m.made {
		names.resource(r)
		if d := r.Get("DependsOn"); d != nil {
			m.dependsOn(r, d)
		}
	}
	if outputs := root.Get("Outputs"); outputs != nil {
		names.section(outputs)
	}
}

func (m *modules) dependsOn(r, declared *doc.Draft) {
	list := doc.DraftList(declared.At)
	items := declared.Items
	if declared.Kind == doc.String {
		items = []*doc.Draft{declared}
	} else if declared.Kind != doc.List {
		return
	}
	for _, item := range items {
		ids, ok := m.members[item.Text]
		if !ok {
			list.Items = append(list.Items, item)
			continue
		}
		for _, id := range ids {
			list.Items = append(list.Items, doc.DraftText(id, item.At))
		}
	}
	r.Set("DependsOn", list)
}
