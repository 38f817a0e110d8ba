package template_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// parsed gives "line: severity code" of each finding.
func parsed(t *testing.T, src string, opts *template.ParseOptions) []string {
	t.Helper()
	tmpl, err := template.Parse("t.yml", []byte(src), opts)
	if tmpl == nil {
		t.Fatal("no template comes with the error")
	}
	if (err != nil) != (tmpl.Diagnostics().Count(diag.Error) > 0) {
		t.Errorf("the error is %v, the findings %v", err, tmpl.Diagnostics())
	}
	var out []string
	for _, d := range tmpl.Diagnostics() {
		out = append(out, fmt.Sprintf("%d: %s %s", d.Position().Line, d.Severity, d.Code))
		for _, lang := range []diag.Lang{diag.English, diag.Chinese} {
			if message, hint := d.Text(lang); message == "" || hint == "" || strings.Contains(message+hint, "{") && !strings.Contains(message+hint, "{n}") && !strings.Contains(message+hint, "${") {
				t.Errorf("%s has the texts %q, %q", d.Code, message, hint)
			}
		}
	}
	return out
}

func TestFindings(t *testing.T) {
	const head = "ROSTemplateFormatVersion: '2015-09-01'\n" // the first line of each
	for _, test := range []struct {
		name, src string
		want      []string
	}{
		{"sections", `
Resource: {}
Parameters: []
Outputs:
Mappings:
  M: 1
  N:
    top: x
    other: {a: {Ref: b}}
`, []string{"2: error unknown-section", "3: error section-not-map", "6: error mapping-not-map", "8: warning mapping-not-map", "9: error function-in-mapping"}},
		{"resources", `
Resources:
  A: text
  B: {Properties: {}}
  C/D: {Type: ALIYUN::ECS::VPC}
  E: {Type: ALIYUN::ECS::VPC, Properties: [1], Metadata: x}
  F: {Type: ALIYUN::ECS::VPC, DependsOn: 7}
  G: {Type: ALIYUN::ECS::VPC, DependsOn: [E, Z, null, '', {a: b}]}
  H: {Type: ALIYUN::ECS::VPC, DependOn: E}
  I: {Type: ALIYUN::ECS::VPC, DeletionPolicy: Snapshot}
  J: {Type: ALIYUN::ECS::VPC, DeletionPolicy: {Fn::Str: Retain}}
  K: {Type: ALIYUN::ECS::VPC, Condition: Nope}
  L: {Type: ALIYUN::ECS::VPC, Condition: 1}
  M: {Type: ALIYUN::ECS::VPC, Count: x}
  N: {Type: 'MODULE::A::B::C', Count: 1}
`, []string{"3: error resource-not-map", "4: error resource-without-type", "5: error resource-name",
			"6: error attribute-type", "6: error attribute-type", "7: error depends-on-shape", "8: error unknown-dependency", "8: error depends-on-shape",
			"9: warning unknown-resource-attribute", "10: error deletion-policy", "11: error deletion-policy",
			"12: error unknown-condition", "13: error condition-not-name", "14: error count-invalid", "15: error count-on-module"}},
		{"parameters", `
Parameters:
  A: text
  B: {Default: 1}
  C: {Type: Strin}
  D: {Type: String, MinLenght: 1}
  E: {Type: String, AllowedPattern: '('}
  F: {Type: String, MinLength: 3, MaxLength: 2}
  G: {Type: Number, MinValue: x}
  H: {Type: String, MinValue: 1}
  I: {Type: Number, Default: x}
  J: {Type: String, Default: a, AllowedValues: [b, c]}
  K: {Type: String, AllowedValues: x}
  L: {Type: String, Default: {Ref: J}}
  ALIYUN::X: {Type: String}
  Two Words: {Type: String}
  M: {Type: Boolean, Default: 'yes', AllowedValues: ['true', 'false']}
  N: {Type: String, Default: 3.5}
`, []string{"3: error parameter-not-map", "4: error parameter-type-missing", "5: error unknown-parameter-type",
			"6: warning unknown-parameter-attribute", "7: error pattern-invalid", "8: error bounds-crossed", "9: error attribute-type",
			"10: warning constraint-unfit", "11: warning default-unfit", "12: warning parameter-not-allowed", "13: error attribute-type",
			"14: error function-in-parameter", "14: warning default-unfit", "15: error name-reserved", "15: warning parameter-name-odd", "16: warning parameter-name-odd"}},
		{"names", `
Parameters: {A: {Type: String}}
Locals: {A: {Value: 1}}
Resources: {A: {Type: ALIYUN::ECS::VPC}}
`, []string{"3: error name-taken", "4: error name-taken"}},
		{"cycles", `
Conditions:
  X: {Fn::Not: Y}
  Y: {Fn::Not: X}
Locals:
  L: {Value: {Ref: M}}
  M: {Value: {Ref: L}}
Resources:
  A: {Type: ALIYUN::ECS::VPC, Properties: {P: {Ref: B}}}
  B: {Type: ALIYUN::ECS::VPC, DependsOn: C}
  C: {Type: ALIYUN::ECS::VPC, Properties: {P: {'Fn::Sub': '${A.X}'}}}
  D: {Type: ALIYUN::ECS::VPC, DependsOn: D}
`, []string{"3: error condition-cycle", "6: error local-cycle", "9: error resource-cycle", "12: error resource-cycle"}},
		{"misspelt functions", `
Resources:
  A: {Type: ALIYUN::ECS::VPC, Properties: {P: {'Fn:GetAtt': [A, B]}, Q: {'FN::Length': x}, R: {'Fn::Join': [',', []], more: 1}}}
`, []string{"3: warning function-misspelt", "3: warning function-misspelt", "3: warning function-among-keys"}},
		{"a template inside is not looked at", `
Resources:
  A: {Type: ALIYUN::ROS::Stack, Properties: {TemplateBody: {Resources: {X: {Properties: {P: {Ref: Q}}}}}, Parameters: {P: {Ref: Q}}}}
`, []string{"3: error unknown-reference"}},
		{"locals and rules", `
Locals:
  A: text
  B: {Type: Other, Value: 1}
  C: {Type: Eval}
  D: {Value: 1, Extra: 2}
  E: {Type: 'DATASOURCE::ECS::Zones', Properties: {}}
Rules:
  R: []
  S: {Assertions: x}
  T: {Assertions: [{AssertDescription: x}]}
  U: {Assertions: {Assert: {'Fn::Equals': [{Ref: D}, 1]}}}
Resources:
  X: {Type: ALIYUN::ECS::VPC, Properties: {P: {Ref: E}}}
`, []string{"3: error local-not-map", "4: error unknown-local-type", "5: error local-value", "6: error unknown-local-field",
			"9: error rule-not-map", "10: error rule-without-assertions", "11: error rule-without-assert", "12: error local-misplaced", "14: error local-data-misplaced"}},
		{"outputs", `
Outputs:
  A: text
  B: {Description: x}
  C: {Value: 1, Export: {Name: x}}
  D: {Value: {Ref: Nope}}
  E: {Value: 1, Condition: Nope}
`, []string{"3: error output-not-map", "4: error output-without-value", "5: warning unknown-output-field", "6: error unknown-reference", "7: error unknown-condition"}},
		{"terraform", `
Transform: Aliyun::Terraform-v1.5
Workspace: {main.tf: 'variable "p_q" {}'}
Parameters: {p_q: {Type: String}}
Outputs: {o: {Label: x}}
`, nil},
		{"terraform without files", `
Transform: Aliyun::Terraform-v1.5
Resources: {A: {Type: ALIYUN::ECS::VPC}}
`, []string{"2: error workspace-missing", "3: error resources-in-terraform"}},
		{"transforms", `
Transform: [Aliyun::Serverless-2018-04-03, Mine]
Resources:
  S: {Type: 'Aliyun::Serverless::Service', F: {Type: 'Aliyun::Serverless::Function'}}
  A: {Type: ALIYUN::ECS::VPC, Properties: {P: {Ref: SF}}, Odd: 1}
`, []string{"2: error unknown-transform", "5: warning unknown-resource-attribute"}},
	} {
		if got := parsed(t, head+strings.TrimPrefix(test.src, "\n"), nil); !slices.Equal(got, test.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
		}
	}
}

func TestFindingsWithoutHead(t *testing.T) {
	for src, want := range map[string]string{
		"[1]": "1: error root-not-map",
		"ROSTemplateFormatVersion: '2016'\nResources: {}\n": "1: error unknown-version",
		"Resources: {A: {Type: ALIYUN::ECS::VPC}}\n":        "1: error version-missing",
		"FormatVersion: OOS-2019-06-01\nTasks: []\n":        "1: error template-is-runbook",
	} {
		if got := parsed(t, src, nil); len(got) != 1 || got[0] != want {
			t.Errorf("%q: %v, want %s", src, got, want)
		}
	}
}

func TestNearNames(t *testing.T) {
	src := "ROSTemplateFormatVersion: '2015-09-01'\nParameters: {ZoneName: {Type: String}}\nResources:\n  A: {Type: T, Properties: {P: {Ref: ZoneNam}}}\n"
	_, err := template.Parse("t.yml", []byte(src), nil)
	if err == nil || !strings.Contains(err.Error(), "t.yml:4:") {
		t.Fatalf("error %v has no place", err)
	}
	tmpl, _ := template.Parse("t.yml", []byte(src), nil)
	d := tmpl.Diagnostics()[0]
	if !strings.Contains(d.Hint, "ZoneName") || d.Path != "Resources.A.Properties.P" {
		t.Errorf("hint %q, path %q", d.Hint, d.Path)
	}
}

func TestLimits(t *testing.T) {
	var b strings.Builder
	b.WriteString("ROSTemplateFormatVersion: '2015-09-01'\nResources:\n")
	for i := range 301 {
		fmt.Fprintf(&b, "  R%d: {Type: ALIYUN::ECS::VPC}\n", i)
	}
	deep := "ROSTemplateFormatVersion: '2015-09-01'\nLocals: {A: {Value: {Ref: B}}, B: {Value: {Ref: C}}, C: {Value: {Ref: D}}, D: {Value: {Ref: E}}, E: {Value: {Ref: F}}, F: {Value: 1}}\n"
	if got := parsed(t, deep, nil); len(got) != 1 || got[0] != "2: warning local-depth" {
		t.Errorf("six levels of locals: %v", got)
	}
	for strict, want := range map[bool]string{false: "warning", true: "error"} {
		got := parsed(t, b.String(), &template.ParseOptions{Strict: strict})
		if len(got) != 1 || !strings.HasSuffix(got[0], want+" too-many-resources") {
			t.Errorf("strict %v: %v", strict, got)
		}
	}
}

func TestDetect(t *testing.T) {
	for src, want := range map[string]template.Kind{
		"ROSTemplateFormatVersion: '2015-09-01'\n":                               template.Stack,
		"Resources: {A: {Type: 'ALIYUN::ECS::VPC'}}\n":                           template.Stack,
		`{"ROSTemplateFormatVersion": "2015-09-01", "Workspace": {}}`:            template.Terraform,
		"Transform: Aliyun::OpenTofu-v1.8\nROSTemplateFormatVersion: 2015-09-01": template.Terraform,
		"Transform: Aliyun::Serverless-2018-04-03\nResources: {A: {Type: a}}\n":  template.Stack,
		"FormatVersion: OOS-2019-06-01\nTasks: []\n":                             template.Runbook,
		"Tasks: [{Name: a}]\n":                                                   template.Runbook,
		"Resources: {A: {Type: AWS::EC2::VPC}}\n":                                template.NotTemplate,
		"a: 1": template.NotTemplate, "": template.NotTemplate, "- 1": template.NotTemplate, "x: [": template.NotTemplate,
	} {
		if got := template.Detect([]byte(src)); got != want {
			t.Errorf("%q is %v, want %v", src, got, want)
		}
	}
}

func TestParseFS(t *testing.T) {
	fsys := fstest.MapFS{"a.yml": {Data: []byte("ROSTemplateFormatVersion: '2015-09-01'\nResources: {A: {Type: T}}\n")}}
	tmpl, err := template.ParseFS(fsys, "a.yml", nil)
	if err != nil || tmpl.Resource("A") == nil || tmpl.Resource("B") != nil || tmpl.Parameter("A") != nil || tmpl.Kind() != template.Stack {
		t.Errorf("%v, %v", tmpl, err)
	}
	if _, err := template.ParseFS(fsys, "b.yml", nil); err == nil {
		t.Error("a missing file is no error")
	}
}

// TestExpandCycles checks that a cycle counts only among what exists.
func TestExpandCycles(t *testing.T) {
	const src = `ROSTemplateFormatVersion: '2015-09-01'
Parameters: {First: {Type: Boolean}}
Conditions: {F: {Ref: First}}
Resources:
  A: {Type: T, Properties: {P: {Fn::If: [F, {Ref: B}, x]}}}
  B: {Type: T, Properties: {P: {Fn::If: [F, %s, {Ref: A}]}}}
`
	for other, fails := range map[string]bool{"x": false, "{Ref: A}": true} {
		tmpl, err := template.Parse("t.yml", fmt.Appendf(nil, src, other), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, first := range []bool{true, false} {
			scope, err := tmpl.Bind(map[string]any{"First": first}, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = scope.Expand()
			if wrong := fails && first; (err != nil) != wrong {
				t.Errorf("%s, %v: %v", other, first, err)
			} else if wrong && !strings.Contains(err.Error(), "A → B → A") {
				t.Errorf("%v does not name the cycle", err)
			}
		}
	}
}
