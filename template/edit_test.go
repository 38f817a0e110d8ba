package template_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/edit"
	"github.com/bianpai/bianpai/template"
)

const editable = `# a web server
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Size: {Type: String, AssociationPropertyMetadata: {Visible: {Condition: {Fn::Equals: ['${Size}', x]}}, Other: Size, LocaleKey: Size}}
Conditions:
  Big: {Fn::Equals: [{Ref: Size}, big]}
  Both: {Fn::And: [Big, {Fn::Not: [Big]}, {Condition: Big}]}
Mappings: {Zones: {a: {b: c}}}
Resources:
  Web:   # the server
    Type: T
    Count: 2
    Condition: Big
  App:
    Type: T
    DependsOn: [Web, "Web[0]"]
    Properties:
      A: !Ref Web
      B: !GetAtt Web.Id
      C: {Fn::GetAtt: ["Web[1]", Id]}
      D:
        Fn::Sub: |
          echo ${Web.Id} ${ Web } ${!Web} ${Website} ${Size}
      E: {Fn::Sub: ['${Web} ${Size}', {Web: {Ref: Web}}]}
      F: {Fn::If: [Big, {Fn::FindInMap: [Zones, a, b]}, "Web"]}
Outputs:
  Web: {Value: {Fn::GetAtt: [Web, Id]}, Condition: Big}
Metadata:
  ALIYUN::ROS::Interface: {ParameterGroups: [{Parameters: [Size]}], Hidden: [Size], Outputs: [Web]}
`

func TestRename(t *testing.T) {
	for _, c := range []struct{ section, from, to, before, after string }{
		{"Resources", "Web", "Site", "", ""},
		{"Parameters", "Size", "Grösse 1", "", ""},
		{"Conditions", "Big", "'Big'", "Big", ""},
		{"Mappings", "Zones", "Z", "Zones", ""},
		{"Outputs", "Web", "W", "", ""},
	} {
		e := newEditor(t, editable)
		if err := e.Rename(c.section, c.from, c.to); err != nil {
			t.Errorf("%s.%s: %v", c.section, c.from, err)
			continue
		}
		out := string(e.Bytes())
		golden(t, "rename_"+strings.ToLower(c.section)+".yml", out)
		if err := e.Rename(c.section, c.to, c.from); err != nil {
			t.Errorf("%s.%s back: %v", c.section, c.to, err)
		}
	}
}

// golden compares with a file; with UPDATE_GOLDEN it is written.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "edit", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s (%v): got\n%s", name, err, got)
	}
}

func newEditor(t testing.TB, text string) *template.Editor {
	t.Helper()
	e, err := template.NewEditor("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const editableRunbook = `FormatVersion: OOS-2019-06-01
Parameters:
  instance-id: {Type: String}
  other: {Type: String, Default: 'x-{{ Instance-Id }}', AssociationPropertyMetadata: {InstanceId: '${instance-id}'}}
Tasks:
  - Name: check
    Action: ACS::ExecuteAPI
    OnError: repair
    Properties: {Parameters: {Id: '{{ instance-id }}', Text: "a\t{{instance-id}} {{ instance-id.x }} {{ oos:instance-id }} {{ {{instance-id}}"}}
    Outputs: {state: {ValueSelector: .}}
  - Name: choose
    Action: ACS::Choice
    Properties:
      DefaultTask: repair
      Choices: [{When: {Fn::Equals: ['{{ Check.state }}', x]}, NextTask: Check}]
  - Name: repair # it
    Action: ACS::Sleep
    When:
      Fn::Equals:
        - |
          {{ check.state }} {{ checkmate.state }}
        - y
Outputs:
  state: {Value: '{{ check.state }}'}
`

func TestRenameRunbook(t *testing.T) {
	for _, c := range [][3]string{{"Parameters", "instance-id", "vm"}, {"Tasks", "check", "look"}, {"Tasks", "repair", "mend"}, {"Outputs", "state", "s"}} {
		e := newEditor(t, editableRunbook)
		if err := e.Rename(c[0], c[1], c[2]); err != nil {
			t.Errorf("%v: %v", c, err)
			continue
		}
		golden(t, "rename_runbook_"+c[1]+".yml", string(e.Bytes()))
	}
}

func TestRenameRefused(t *testing.T) {
	terraform := "ROSTemplateFormatVersion: '2015-09-01'\nTransform: Aliyun::Terraform-v1.5\nWorkspace: {main.tf: ''}\nParameters: {p: {Type: String}}\n"
	for _, c := range [][4]string{
		{editable, "Resources", "Nothing", "X"}, {editable, "Resources", "Web", "App"}, {editable, "Resources", "Web", "Size"},
		{editable, "Parameters", "Size", "ALIYUN::X"}, {editable, "Parameters", "Size", ""}, {editable, "Parameters", "Size", "a}b"},
		{editable, "Metadata", "X", "Y"}, {editableRunbook, "Tasks", "check", "Repair"}, {editableRunbook, "Resources", "a", "b"},
		{terraform, "Parameters", "p", "q"}, {"a: 1\n", "Resources", "a", "b"},
	} {
		e := newEditor(t, c[0])
		err := e.Rename(c[1], c[2], c[3])
		if _, ok := errors.AsType[*template.EditError](err); !ok || string(e.Bytes()) != c[0] {
			t.Errorf("%v: %v", c[1:], err)
		}
	}
}

// TestRenameCorpus renames every entry of every real template and back: the
// text is as before, and in between the template has no other findings.
func TestRenameCorpus(t *testing.T) {
	done, files := 0, 0
	visit := func(path string, src []byte) {
		e, err := template.NewEditor(path, src)
		if err != nil {
			return
		}
		tmpl, _ := template.Parse(path, src, nil)
		if k := tmpl.Kind(); k != template.Stack && k != template.Runbook {
			return
		}
		files++
		names := [][2]string{}
		for _, section := range []string{"Parameters", "Resources", "Conditions", "Tasks", "Outputs"} {
			n := tmpl.Root().Get(section)
			for member := range n.Items() {
				name := member.Key()
				if section == "Tasks" {
					name = member.Get("Name").Text()
				}
				names = append(names, [2]string{section, name})
			}
		}
		if len(names) > 6 { // not all of a long one
			names = slices.Concat(names[:2], names[len(names)/2:len(names)/2+2], names[len(names)-2:])
		}
		for _, name := range names {
			if len(name[1]) < 2 {
				continue // YAML's y and n get quotes
			}
			if err := e.Rename(name[0], name[1], "Renamed1"); err != nil {
				t.Logf("%s: %s: %v", path, name, err)
				continue
			}
			done++
			again, _ := template.Parse(path, e.Bytes(), nil)
			if a, b := codes(tmpl.Diagnostics()), codes(again.Diagnostics()); a != b {
				t.Errorf("%s: %s: findings %s, before %s", path, name, b, a)
			}
			if err := e.Rename(name[0], "Renamed1", name[1]); err != nil {
				t.Errorf("%s: %s back: %v", path, name, err)
			}
			if name[0] == "Tasks" || name[0] == "Parameters" && tmpl.Kind() == template.Runbook {
				e, _ = template.NewEditor(path, src) // case is not kept
			} else if !bytes.Equal(e.Bytes(), src) {
				t.Errorf("%s: %s: not as before", path, name)
				e, _ = template.NewEditor(path, src)
			}
		}
	}
	bothKinds(t, visit)
	t.Logf("%d names in %d templates", done, files)
}

// bothKinds visits the public templates of ROS and OOS.
func bothKinds(t *testing.T, visit func(path string, src []byte)) {
	t.Helper()
	corpus.Walk(t, "ros", visit)
	corpus.Walk(t, "oos", visit)
}

// TestFormatCorpus sorts the sections of every real template: the sections have
// the same values, the comments are kept, and a second run changes nothing.
func TestFormatCorpus(t *testing.T) {
	files, changed := 0, 0
	bothKinds(t, func(path string, src []byte) {
		opts := &template.FormatOptions{SortSections: true}
		out, err := template.Format(path, src, opts)
		if err != nil {
			return
		}
		files++
		if !bytes.Equal(out, src) {
			changed++
		}
		before, _ := doc.Parse(path, src, nil)
		after, _ := doc.Parse(path, out, nil)
		if before.Root().Len() != after.Root().Len() {
			t.Errorf("%s: sections are lost", path)
		}
		for section := range before.Root().Items() {
			if before.Root().Kind() == doc.Map && !edit.Equal(section, after.Root().Get(section.Key())) {
				t.Errorf("%s: %s differs", path, section.Key())
			}
		}
		if before.Syntax() == doc.YAML {
			a, b := edit.Comments(string(src)), edit.Comments(string(out))
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) {
				t.Errorf("%s: comments differ", path)
			}
		}
		if again, err := template.Format(path, out, opts); err != nil || !bytes.Equal(again, out) {
			t.Errorf("%s: not idempotent (%v)", path, err)
		}
	})
	t.Logf("%d formatted, %d changed", files, changed)
}

func codes(l diag.List) string {
	var out []string
	for _, d := range l {
		out = append(out, string(d.Code))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestFormat(t *testing.T) {
	messy := "Resources:\r\n    A:   \n        Type: T # t\n\n\n\n# the version\nROSTemplateFormatVersion: '2015-09-01'"
	out, err := template.Format("t", []byte(messy), &template.FormatOptions{SortSections: true})
	if want := "# the version\nROSTemplateFormatVersion: '2015-09-01'\n\nResources:\n  A:\n    Type: T # t\n"; err != nil || string(out) != want {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = template.Format("t", []byte(messy), &template.FormatOptions{Syntax: template.JSON, SortSections: true})
	if want := "{\n  \"ROSTemplateFormatVersion\": \"2015-09-01\",\n  \"Resources\": {\n    \"A\": {\"Type\": \"T\"}\n  }\n}\n"; err != nil || string(out) != want {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = template.Format("t", out, &template.FormatOptions{Syntax: template.YAML, Indent: 4})
	if want := "ROSTemplateFormatVersion: '2015-09-01'\nResources:\n    A:\n        Type: T\n"; err != nil || string(out) != want {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := template.Format("t", []byte("a: ["), nil); err == nil {
		t.Error("no error")
	}
}
