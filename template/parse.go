package template

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// sections are the keys at the top, as the service names them.
var sections = []string{
	keyVersion, "Description", "Metadata", "Parameters", "Mappings", "Conditions", "Rules", "Locals",
	"Resources", "Outputs", keyTransform, keyWorkspace,
}

// Parse reads a template, YAML or JSON, and checks all that can be checked
// without knowing resource types: sections, references, functions, names,
// cycles. All faults are found in one run: the error is a *diag.ListError if
// any finding is an error. The template, as far as it could be read, comes
// along with it. The name is for messages; nil options are the default.
func Parse(name string, src []byte, opts *ParseOptions) (*Template, error) {
	if opts == nil {
		opts = &ParseOptions{}
	}
	d, found := doc.Parse(name, src, &opts.Limits)
	t := &Template{Name: name, doc: d, findings: found, strict: opts.Strict, module: opts.Module, names: make(map[string]symbol)}
	if root := d.Root(); !root.IsZero() && (root.Kind() == doc.Map || found.Err() == nil) {
		t.read(root, len(src))
	}
	t.findings = d.Unforced(t.findings)
	t.findings.Sort()
	return t, t.findings.Err()
}

// symbolKind tells what a name stands for. Parameters, locals and resources
// share one namespace.
type symbolKind uint8

const (
	parameterSymbol symbolKind = iota + 1
	localSymbol
	resourceSymbol
)

type symbol struct {
	kind  symbolKind
	index int32
}

func (t *Template) read(root doc.Node, size int) {
	t.kind = detect(root)
	if root.Kind() != doc.Map {
		t.report(diag.Error, "root-not-map", root, "", root.Kind().String())
		return
	}
	if t.kind == Runbook {
		t.report(diag.Error, "template-is-runbook", root, "")
		return
	}
	if size > maxTemplateBytes {
		t.limit("template-too-large", root, "", strconv.Itoa(size), strconv.Itoa(maxTemplateBytes))
	}
	t.nodes = t.doc.Nodes()
	t.readTop(root)
	if slices.Contains(t.Transforms, serverlessTransform) {
		root = t.expandServerless(root)
	}
	if t.kind == Stack && t.module != nil {
		root = t.expandModules(root, t.module)
	}
	if t.kind == Terraform && t.Workspace.Kind() == doc.Map {
		root = t.expandTerraform(root)
	}
	t.Description = root.Get("Description")
	t.Metadata = root.Get("Metadata")
	t.readParameters(t.section(root, "Parameters"))
	t.Mappings = t.section(root, "Mappings")
	t.readMappings()
	t.readConditions(t.section(root, "Conditions"))
	t.readLocals(t.section(root, "Locals"))
	t.readResources(t.section(root, "Resources"))
	t.readRules(t.section(root, "Rules"))
	t.readOutputs(t.section(root, "Outputs"))
	t.verify()
}

func (t *Template) readTop(root doc.Node) {
	version := root.Get(keyVersion)
	switch {
	case version.IsZero():
		t.reportAt(diag.Error, "version-missing", diag.Range{Start: root.Range().Start, End: root.Range().Start}, "")
	case version.Text() != rosVersion:
		t.report(diag.Error, "unknown-version", version, keyVersion, version.Literal())
	}
	for section := range root.Items() {
		if key := section.Key(); !slices.Contains(sections, key) {
			t.reportAt(diag.Error, "unknown-section", section.KeyRange(), key, key, near(key, sections))
			t.offerKey(root, section, sections)
		}
	}
	t.readTransform(root.Get(keyTransform))
	t.Workspace = root.Get(keyWorkspace)
	if t.kind == Terraform && t.Workspace.Kind() != doc.Map {
		n := t.Workspace
		if n.IsZero() {
			n = root.Get(keyTransform)
		}
		t.report(diag.Error, "workspace-missing", n, keyWorkspace)
	}
}

func (t *Template) readTransform(n doc.Node) {
	if n.IsZero() || n.Kind() == doc.Null {
		return
	}
	t.Transforms = transforms(n)
	if len(t.Transforms) == 0 {
		t.report(diag.Error, "transform-not-text", n, keyTransform, n.Kind().String())
	}
	for _, name := range t.Transforms {
		if !knownTransform(name) {
			t.report(diag.Error, "unknown-transform", n, keyTransform, name)
		}
	}
}

func knownTransform(name string) bool {
	return name == serverlessTransform || isTerraformTransform(name)
}

// section returns a section that must be a map; null is an empty one.
func (t *Template) section(root doc.Node, name string) doc.Node {
	n := root.Get(name)
	if n.IsZero() || n.Kind() == doc.Null {
		return doc.Node{}
	}
	if n.Kind() != doc.Map {
		t.report(diag.Error, "section-not-map", n, name, name, n.Kind().String())
		return doc.Node{}
	}
	return n
}

// declare enters a name into the namespace of parameters, locals and
// resources.
func (t *Template) declare(n doc.Node, section string, kind symbolKind, index int) {
	name := n.Key()
	path := section + "." + name
	if strings.HasPrefix(name, pseudoPrefix) && kind != resourceSymbol {
		t.reportAt(diag.Error, "name-reserved", n.KeyRange(), path, name)
		return
	}
	if earlier, ok := t.names[name]; ok {
		t.reportAt(diag.Error, "name-taken", n.KeyRange(), path, name, earlier.kind.section())
		return
	}
	t.names[name] = symbol{kind, int32(index)}
}

func (k symbolKind) section() string {
	switch k {
	case parameterSymbol:
		return "Parameters"
	case localSymbol:
		return "Locals"
	}
	return "Resources"
}
