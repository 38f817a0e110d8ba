package template

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// serverlessTransform is the transform that is expanded while a template is
// read, as the service does before all else.
const serverlessTransform = "Aliyun::Serverless-2018-04-03"

const serverlessPrefix = "Aliyun::Serverless::"

// serverless expands the resources of the Serverless transform into ordinary
// ones. What it makes points to the lines that it was made of.
type serverless struct {
	t    *Template
	made []*doc.Draft // resources, in order
	// inner gives the logical ids of what was written inside another resource,
	// but for names that a resource beside the others has too.
	inner map[string]string
}

// expandServerless gives the root of the template with its serverless
// resources expanded.
func (t *Template) expandServerless(root doc.Node) doc.Node {
	draft := doc.Copy(root, nil)
	resources := draft.Get("Resources")
	if resources == nil || resources.Kind != doc.Map {
		t.expanded = true
		return root
	}
	x := &serverless{t: t, inner: make(map[string]string)}
	outer := make(map[string]bool, len(resources.Items))
	for _, r := range resources.Items {
		outer[r.Key] = true
	}
	for _, r := range resources.Items {
		x.resource(r)
	}
	resources.Items = x.made
	renames := renamer{rename: func(name string) string {
		if id, ok := x.inner[name]; ok && !outer[name] {
			return id
		}
		return name
	}}
	for _, section := range [...]string{"Resources", "Outputs"} {
		renames.section(draft.Get(section))
	}
	return t.rebuilt(draft, root)
}

// rebuilt makes a document of a changed root.
func (t *Template) rebuilt(draft *doc.Draft, root doc.Node) doc.Node {
	d, found := doc.Build(t.doc.Source(), draft, nil)
	t.findings = append(t.findings, found...)
	t.expanded = true
	if d.Root().IsZero() {
		return root
	}
	t.nodes += d.Nodes()
	return d.Root()
}

// resource expands one resource; others stay as they are.
func (x *serverless) resource(r *doc.Draft) {
	kind, ok := strings.CutPrefix(typeOf(r), serverlessPrefix)
	if !ok {
		x.made = append(x.made, r)
		return
	}
	switch kind {
	case "Service":
		x.service(r)
	case "Log":
		x.log(r)
	case "TableStore":
		x.tableStore(r)
	case "MNSTopic":
		x.topic(r)
	case "CustomDomain":
		x.domain(r)
	case "Flow":
		x.flow(r)
	case "Api":
		x.api(r)
	case "Function", "Log::Logstore", "TableStore::Table":
		owner, _, _ := strings.Cut(kind, "::")
		if owner == kind {
			owner = "Service"
		}
		x.report(r, "serverless-outside", r.Key, typeOf(r), serverlessPrefix+owner)
	default:
		x.report(r, "serverless-type", r.Key, typeOf(r))
	}
}

func typeOf(r *doc.Draft) string {
	if typ := r.Get("Type"); typ != nil && typ.Kind == doc.String {
		return typ.Text
	}
	return ""
}

func (x *serverless) report(r *doc.Draft, code diag.Code, args ...string) {
	x.t.reportAt(diag.Error, code, r.KeyAt, "Resources."+r.Key, args...)
}

// ordinary is what every resource may have; the other keys of a serverless
// resource are resources in it.
var ordinary = map[string]bool{
	"Type": true, "Properties": true, "Condition": true, "DependsOn": true, "DeletionPolicy": true,
	"Metadata": true, "UpdatePolicy": true, "Description": true, "Events": true,
}

// children calls f for each resource inside another, with the logical id that
// it gets, and reports those of a kind that has no place there.
func (x *serverless) children(r *doc.Draft, kind string, f func(child *doc.Draft, id string)) {
	for _, child := range r.Items {
		if ordinary[child.Key] || child.Kind != doc.Map {
			continue
		}
		if typeOf(child) != serverlessPrefix+kind {
			x.report(child, "serverless-child", child.Key, r.Key, serverlessPrefix+kind)
			continue
		}
		id := r.Key + child.Key
		if _, taken := x.inner[child.Key]; !taken {
			x.inner[child.Key] = id
		}
		f(child, id)
	}
}

// add makes a resource of a type. It has the condition and the policies of the
// one that it comes from.
func (x *serverless) add(id, typ string, from *doc.Draft, properties *doc.Draft) *doc.Draft {
	made := doc.DraftMap(from.At)
	made.Key, made.KeyAt = id, from.KeyAt
	at := from.KeyAt
	if t := from.Get("Type"); t != nil {
		at = t.At
	}
	made.Set("Type", doc.DraftText(typ, at))
	for _, key := range [...]string{"Condition", "DependsOn", "DeletionPolicy"} {
		if v := from.Get(key); v != nil {
			made.Set(key, v.Clone())
		}
	}
	made.Set("Properties", properties)
	x.made = append(x.made, made)
	return made
}

// needs adds to what a resource depends on.
func needs(r *doc.Draft, ids ...string) {
	list := doc.DraftList(r.KeyAt)
	switch old := r.Get("DependsOn"); {
	case old == nil:
	case old.Kind == doc.List:
		list.Items = append(list.Items, old.Items...)
	case old.Kind == doc.String:
		list.Items = append(list.Items, old)
	}
	for _, id := range ids {
		list.Items = append(list.Items, doc.DraftText(id, r.KeyAt))
	}
	if len(list.Items) > 0 {
		r.Set("DependsOn", list)
	}
}

// properties copies the properties of a resource but for some.
func properties(r *doc.Draft, without ...string) *doc.Draft {
	out := doc.DraftMap(r.At)
	if p := r.Get("Properties"); p != nil && p.Kind == doc.Map {
		out = p.Clone()
	}
	for _, key := range without {
		out.Remove(key)
	}
	return out
}

// The expressions that expanded templates are made of.

func callDraft(at diag.Range, name string, arg *doc.Draft) *doc.Draft {
	return doc.DraftMap(at).Set(name, arg)
}

func refDraft(at diag.Range, name string) *doc.Draft {
	return callDraft(at, "Ref", doc.DraftText(name, at))
}

func getAttDraft(at diag.Range, resource, attribute string) *doc.Draft {
	return callDraft(at, "Fn::GetAtt", doc.DraftList(at, doc.DraftText(resource, at), doc.DraftText(attribute, at)))
}

// uniqueName is a name with the last part of the stack's id behind it, so that
// two stacks of one template get along.
func uniqueName(at diag.Range, name string) *doc.Draft {
	parts := callDraft(at, "Fn::Split", doc.DraftList(at, doc.DraftText("-", at), refDraft(at, "ALIYUN::StackId")))
	suffix := callDraft(at, "Fn::Select", doc.DraftList(at, doc.DraftText("-1", at), parts))
	return callDraft(at, "Fn::Join", doc.DraftList(at, doc.DraftText("-", at), doc.DraftList(at, doc.DraftText(name, at), suffix)))
}
