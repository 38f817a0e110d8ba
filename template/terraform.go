package template

import (
	"path"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// File is one file of the workspace of a Terraform template.
type File struct {
	Path    string // slash-separated, relative to the workspace
	Content string
	At      diag.Range // of the content in the template's text
}

// Unplannable says what to use for a template that wraps Terraform, which no
// plan can be made of here: an error with the code terraform-template. It is
// nil for any other template.
func (t *Template) Unplannable() error {
	if t.kind != Terraform {
		return nil
	}
	n := t.Root().Get(keyTransform)
	return diag.List{diag.New(diag.Error, "terraform-template", t.Source(), n.Range(), keyTransform, t.Name, n.Text())}.Err()
}

// The limits of a workspace.
const (
	maxFiles         = 50
	maxFilePath      = 1024
	maxFilePathPart  = 255
	maxFilePathDepth = 5

	metadataFile = ".metadata"
)

// workspace reads the files of a Terraform template.
func (t *Template) workspace(n doc.Node) {
	if n.Len() > maxFiles {
		t.limit("workspace-too-many-files", n, keyWorkspace, strconv.Itoa(n.Len()), strconv.Itoa(maxFiles))
	}
	root := false
	for file := range n.Items() {
		name := file.Key()
		if fault := filePathFault(name); fault != "" {
			t.reportAt(diag.Error, "workspace-path", file.KeyRange(), keyWorkspace+"."+name, clip(name), fault)
		}
		root = root || isRootFile(name)
		if file.Kind() != doc.String && file.Kind() != doc.Null {
			t.report(diag.Error, "workspace-file", file, keyWorkspace+"."+name, name, file.Kind().String())
			continue
		}
		t.Files = append(t.Files, &File{Path: name, Content: file.Text(), At: file.Range()})
	}
	if !root && n.Len() > 0 {
		t.report(diag.Error, "workspace-no-root", n, keyWorkspace)
	}
}

// isRootFile reports whether a file belongs to the root module.
func isRootFile(name string) bool {
	return strings.HasSuffix(name, ".tf") && !strings.Contains(name, "/")
}

// filePathFault says what is wrong with the path of a file, "" if nothing is.
func filePathFault(name string) string {
	parts := strings.Split(name, "/")
	switch {
	case name == "":
		return "empty"
	case len(name) > maxFilePath:
		return "> " + strconv.Itoa(maxFilePath)
	case path.IsAbs(name):
		return "/"
	case len(parts) > maxFilePathDepth:
		return "> " + strconv.Itoa(maxFilePathDepth) + " /"
	}
	for _, part := range parts {
		if part == "" || part == "." || part == ".." || len(part) > maxFilePathPart {
			return strconv.Quote(clip(part))
		}
	}
	return ""
}

// expandTerraform gives the root of the template with the variables and outputs
// of its root module among its parameters and outputs. What the template itself
// says of one comes before what the module says.
func (t *Template) expandTerraform(root doc.Node) doc.Node {
	t.workspace(t.Workspace)
	draft := doc.Copy(root, nil)
	draft.Remove(keyWorkspace)
	m := &rootModule{t: t, parameters: doc.DraftMap(root.Range()), outputs: doc.DraftMap(root.Range())}
	for _, file := range t.Files {
		if strings.HasSuffix(file.Path, ".tf") {
			m.file(file)
		}
		if file.Path == metadataFile && draft.Get("Metadata") == nil {
			m.metadata(draft, file)
		}
	}
	m.merge(draft, "Parameters", m.parameters)
	m.merge(draft, "Outputs", m.outputs)
	return t.rebuilt(draft, root)
}

// rootModule gathers what the root module declares.
type rootModule struct {
	t                   *Template
	parameters, outputs *doc.Draft
}

func (m *rootModule) file(file *File) {
	at := m.t.Workspace.Get(file.Path).KeyRange()
	where := keyWorkspace + "." + file.Path
	body, err := parseHCL(file.Content)
	if err != nil {
		m.t.reportAt(diag.Warning, "terraform-syntax", at, where, file.Path, err.Error())
	}
	m.t.forbidden(body, at, where)
	if !isRootFile(file.Path) {
		return
	}
	for i := range body.blocks {
		block := &body.blocks[i]
		switch {
		case len(block.labels) != 1:
		case block.kind == "variable":
			m.parameters.Set(block.labels[0], variable(&block.body, at))
		case block.kind == "output":
			m.outputs.Set(block.labels[0], output(&block.body, at))
		}
	}
}

// terraformTypes are the types of parameters for the types of variables; any
// other is Json.
var terraformTypes = map[string]string{"string": typeString, "number": typeNumber, "bool": typeBoolean}

// variable makes the definition of a parameter.
func variable(b *hclBody, at diag.Range) *doc.Draft {
	p := doc.DraftMap(at)
	value := hclValue(b.attribute("default"), at)
	typ := strings.Trim(b.attribute("type"), `"`)
	kind := terraformTypes[typ]
	switch {
	case kind != "":
	case typ != "" && typ != "any":
		kind = typeJSON
	case value == nil || value.Kind == doc.String || value.Kind == doc.Null:
		kind = typeString
	case value.Kind == doc.Bool:
		kind = typeBoolean
	case value.Kind == doc.Int || value.Kind == doc.Float:
		kind = typeNumber
	default:
		kind = typeJSON
	}
	p.Set("Type", doc.DraftText(kind, at))
	if value != nil {
		p.Set("Default", value)
	}
	described(p, b, at)
	return p
}

func output(b *hclBody, at diag.Range) *doc.Draft {
	o := doc.DraftMap(at)
	described(o, b, at)
	return o
}

// described reads a description, which may be a JSON object of attributes.
func described(d *doc.Draft, b *hclBody, at diag.Range) {
	if b.attribute("sensitive") == "true" {
		d.Set("NoEcho", &doc.Draft{Kind: doc.Bool, Text: "true", At: at})
	}
	text, ok := hclText(b.attribute("description"))
	if !ok {
		return
	}
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		if attributes, found := doc.ParseJSON("", []byte(text), nil); found.Err() == nil {
			for attribute := range attributes.Root().Items() {
				d.Set(attribute.Key(), doc.Copy(attribute, &at))
			}
			return
		}
	}
	d.Set("Description", doc.DraftText(text, at))
}

func (m *rootModule) metadata(root *doc.Draft, file *File) {
	n := m.t.Workspace.Get(file.Path)
	d, found := doc.ParseJSON("", []byte(file.Content), nil)
	if found.Err() != nil || d.Root().Kind() != doc.Map {
		m.t.report(diag.Warning, "terraform-metadata", n, keyWorkspace+"."+file.Path, file.Path)
		return
	}
	at := n.KeyRange()
	root.Set("Metadata", doc.Copy(d.Root(), &at))
}

// merge puts what the module declares into a section of the template.
func (m *rootModule) merge(root *doc.Draft, section string, declared *doc.Draft) {
	written := root.Get(section)
	if written != nil && written.Kind == doc.Map {
		for _, entry := range written.Items {
			known := declared.Get(entry.Key)
			if known == nil && section == "Parameters" {
				m.t.reportAt(diag.Warning, "terraform-no-variable", entry.KeyAt, section+"."+entry.Key, entry.Key)
			}
			if known == nil || entry.Kind != doc.Map {
				declared.Set(entry.Key, entry)
				continue
			}
			known.At, known.KeyAt = entry.At, entry.KeyAt
			for _, attribute := range entry.Items {
				known.Set(attribute.Key, attribute)
			}
		}
		declared.At = written.At
	} else if written != nil && written.Kind != doc.Null {
		return // reported as it is read
	}
	if len(declared.Items) > 0 || written != nil {
		root.Set(section, declared)
	}
}
