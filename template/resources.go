package template

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

var resourceAttributes = []string{
	"Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdatePolicy", "Metadata", "Count",
	"Description", "Version",
}

// The deletion policies.
const (
	policyDelete = "Delete"
	policyRetain = "Retain"
)

func (t *Template) readResources(section doc.Node) {
	if t.kind == Stack && section.Len() > maxResources {
		t.limit("too-many-resources", section, "Resources", strconv.Itoa(section.Len()), strconv.Itoa(maxResources))
	}
	if t.kind == Terraform && section.Len() > 0 {
		t.report(diag.Error, "resources-in-terraform", section, "Resources")
		return
	}
	t.Resources = make([]*Resource, 0, section.Len())
	all := make([]Resource, section.Len())
	for n := range section.Items() {
		if n.Kind() != doc.Map {
			t.report(diag.Error, "resource-not-map", n, "Resources."+n.Key(), n.Key(), n.Kind().String())
			continue
		}
		r := &all[len(t.Resources)]
		t.declare(n, "Resources", resourceSymbol, len(t.Resources))
		t.Resources = append(t.Resources, r)
		t.readResource(r, n)
	}
}

// readResource reads one resource in a single pass over its attributes.
func (t *Template) readResource(r *Resource, n doc.Node) {
	r.Name, r.Node, r.DeletionPolicy = n.Key(), n, policyDelete
	typed := false
	for i := range n.Len() {
		attribute := n.At(i)
		switch attribute.Key() {
		case "Type":
			typed = attribute.Kind() == doc.String && attribute.Text() != ""
			r.Type = attribute.Text()
		case "Properties":
			r.Properties = attribute
			if k := attribute.Kind(); k != doc.Map && k != doc.Null {
				t.report(diag.Error, "attribute-type", attribute, r.path("Properties"), "Properties", "map", k.String())
			}
		case "Condition":
			r.Condition, r.fixed = t.readConditionName(attribute, r.path(""))
		case "DependsOn":
			t.readDependsOn(r, attribute)
		case "DeletionPolicy":
			t.readDeletionPolicy(r, attribute)
		case "Count":
			r.Count = attribute
		case "Metadata":
			r.Metadata = attribute
			t.mapWanted(r, attribute)
		case "UpdatePolicy":
			r.UpdatePolicy = attribute
			t.mapWanted(r, attribute)
		case "Description", "Version":
		default:
			t.unknownAttribute(r, attribute)
		}
	}
	if !typed {
		t.reportAt(diag.Error, "resource-without-type", n.KeyRange(), r.path(""), r.Name)
	}
	if strings.Contains(r.Name, "/") {
		t.reportAt(diag.Error, "resource-name", n.KeyRange(), r.path(""), r.Name)
	}
}

// path gives the data path of a resource or of an attribute of it.
func (r *Resource) path(attribute string) string {
	if attribute == "" {
		return "Resources." + r.Name
	}
	return "Resources." + r.Name + "." + attribute
}

func (t *Template) mapWanted(r *Resource, n doc.Node) {
	if k := n.Kind(); k != doc.Map && k != doc.Null {
		t.report(diag.Error, "attribute-type", n, r.path(n.Key()), n.Key(), "map", k.String())
	}
}

// unknownAttribute reports what a resource does not have. Serverless services
// hold their functions as further keys.
func (t *Template) unknownAttribute(r *Resource, n doc.Node) {
	if t.NeedsTransform() && n.Kind() == doc.Map && !n.Get("Type").IsZero() {
		return
	}
	key := n.Key()
	t.reportAt(diag.Warning, "unknown-resource-attribute", n.KeyRange(), r.path(key), key, r.Name, near(key, resourceAttributes))
	t.offerKey(r.Node, n, resourceAttributes)
}

// readDependsOn reads a name or a list of names. null and the empty text are
// left out; whether the names exist is checked once all are known.
func (t *Template) readDependsOn(r *Resource, n doc.Node) {
	switch n.Kind() {
	case doc.Null:
	case doc.String:
		if n.Text() != "" {
			r.DependsOn = []string{n.Text()}
		}
	case doc.List:
		seen := make(map[string]bool, n.Len())
		for member := range n.Items() {
			name := member.Text()
			switch {
			case member.Kind() == doc.Null || name == "" && member.Kind() == doc.String || seen[name]:
			case member.Kind() == doc.String:
				seen[name] = true
				r.DependsOn = append(r.DependsOn, name)
			case isCall(member):
				r.computed = append(r.computed, member)
			default:
				t.report(diag.Error, "depends-on-shape", member, r.path("DependsOn"), r.Name, member.Kind().String())
			}
		}
	default:
		if isCall(n) {
			r.computed = append(r.computed, n)
			return
		}
		t.report(diag.Error, "depends-on-shape", n, r.path("DependsOn"), r.Name, n.Kind().String())
	}
}

func (t *Template) readDeletionPolicy(r *Resource, n doc.Node) {
	r.policy = n
	path := r.path("DeletionPolicy")
	switch n.Kind() {
	case doc.String:
		r.DeletionPolicy = n.Text()
		if r.DeletionPolicy == policyDelete || r.DeletionPolicy == policyRetain {
			return
		}
		t.report(diag.Error, "deletion-policy", n, path, clip(n.Text()), near(n.Text(), []string{policyDelete, policyRetain}))
		t.offer(n, n.Range(), n.Text(), slices.Values([]string{policyDelete, policyRetain}))
	case doc.Map:
		name, arg, _ := callOf(n)
		if name == "Ref" && arg.Kind() == doc.String {
			r.DeletionPolicy = ""
			return
		}
		t.report(diag.Error, "deletion-policy", n, path, n.Kind().String(), "")
	default:
		t.report(diag.Error, "deletion-policy", n, path, n.Kind().String(), "")
	}
	r.DeletionPolicy = policyDelete
}
