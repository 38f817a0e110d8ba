// Package validate holds the schema that examples/schema writes against a
// validator of schemas. It is a module of its own: the validator is nothing that
// users of the main module need.
package validate

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

const root = "../../.."

// compiled is the schema, made once for all tests.
var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	cmd := exec.Command("go", "run", "./examples/schema")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("ros.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("ros.json")
})

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// value gives a template as data, read as the service reads it.
func value(t *testing.T, name string, src []byte) (any, *template.Template) {
	t.Helper()
	tmpl, _ := template.Parse(name, src, nil)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(tmpl.Root().AppendJSON(nil)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v, tmpl
}

func TestSoundTemplatesValidate(t *testing.T) {
	s := compiledSchema(t)
	names, err := filepath.Glob(root + "/template/rule/testdata/sound/*")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := value(t, name, src); s.Validate(v) != nil {
			t.Errorf("%s: %v", name, s.Validate(v))
		}
	}
}

// faults are the codes of findings that a schema finds too.
var faults = strings.Fields("unknown-property missing-property unknown-parameter-attribute unknown-resource-attribute unknown-type type-needs-transform " +
	"parameter-type-missing parameter-not-map unknown-section function-misspelt function-among-keys unknown-function wrong-type duplicate-key")

// TestCorpusValidates checks the templates of BIANPAI_CORPUS: those in which the
// rules find nothing that a schema could find are valid.
func TestCorpusValidates(t *testing.T) {
	corpus := os.Getenv("BIANPAI_CORPUS")
	if corpus == "" {
		t.Skip("BIANPAI_CORPUS is not set: no corpus of public templates")
	}
	s := compiledSchema(t)
	var templates, valid, faulty, refused int
	var took time.Duration
	err := filepath.WalkDir(filepath.Join(corpus, "ros"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".yml", ".yaml", ".json"}, filepath.Ext(path)) {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if kind := template.Detect(src); kind != template.Stack && kind != template.Terraform {
			return nil
		}
		v, tmpl := value(t, path, src)
		known := slices.ContainsFunc(rule.Check(tmpl, &rule.Options{Types: schema.Default()}), func(d diag.Diagnostic) bool {
			return d.Severity <= diag.Warning && slices.Contains(faults, string(d.Code))
		})
		templates++
		start := time.Now()
		bad := s.Validate(v)
		took += time.Since(start)
		switch {
		case bad == nil && !known:
			valid++
		case known && bad != nil:
			faulty++
		case known:
			refused++
		default:
			t.Errorf("%s: %v", path, bad)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d templates: %d valid, %d refused for known faults, %d valid in spite of one; %v for one", templates, valid, faulty, refused, took/time.Duration(max(templates, 1)))
}

// TestMistakes breaks a sound template in the ways that a schema can see.
func TestMistakes(t *testing.T) {
	s := compiledSchema(t)
	src, err := os.ReadFile(root + "/template/rule/testdata/sound/06-servers.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, from, to string }{
		{"version", "2015-09-01", "2015-09-02"},
		{"section", "Outputs:", "Output:"},
		{"type", "ALIYUN::ECS::VSwitch", "ALIYUN::ECS::VSwich"},
		{"property", "ZoneId:", "ZoneID:"},
		{"required property", "      CidrBlock: 172.20.8.0/24\n", ""},
		{"member of a property", "SourceCidrIp: 172", "SourceCidr: 172"},
		{"wrong kind", "SystemDiskSize: 40", "SystemDiskSize: forty"},
		{"out of range", "MaxAmount: {Ref: Amount}", "MaxAmount: 100000"},
		{"parameter's type", "Type: Number", "Type: Integer"},
		{"parameter's attribute", "NoEcho", "NoEko"},
		{"resource's attribute", "Properties: {CidrBlock", "Property: {CidrBlock"},
		{"function", "Fn::Join", "Fn::Jion"},
		{"arguments", "Fn::GetAtt: [Servers, InstanceIds]", "Fn::GetAtt: [Servers]"},
		{"output without Value", "  Ids:\n    Value:", "  Ids:\n    Description:"},
	} {
		if bytes.Count(src, []byte(test.from)) == 0 {
			t.Fatalf("%s: %q does not occur", test.name, test.from)
		}
		broken := bytes.Replace(src, []byte(test.from), []byte(test.to), 1)
		if v, _ := value(t, test.name, broken); s.Validate(v) == nil {
			t.Errorf("%s: no error", test.name)
		}
	}
}
