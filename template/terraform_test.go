package template_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

const terraformSource = `ROSTemplateFormatVersion: '2015-09-01'
Transform: Aliyun::Terraform-v1.5
Workspace:
  main.tf: |
    # a comment with { and "
    variable "zone_id" {
      type        = string
      description = <<EOT
      {
        "AssociationProperty": "ALIYUN::ECS::ZoneId",
        "Label": {"en": "Zone", "zh-cn": "可用区"}
      }
      EOT
    }
    variable "size" {
      type    = number // trailing
      default = 20
    }
    variable "public" { default = true }
    variable "names" {
      type    = list(string)
      default = ["a", "b", /* no */ "c"]
    }
    variable "tags" {
      type    = map(object({ key = string, value = optional(string) }))
      default = { a = { key = "k}", "v w" : 1.5 }, b = null }
    }
    variable "password" {
      type      = string
      sensitive = true
      nullable  = true
      default   = null
      description = "of the ${"administrator"}"
    }
    variable "plain" {
      description = "a \"plain\" \u4e2d text"
      default     = "x$${y}"
    }
    locals { name = "${var.zone_id}-${join(",", [for n in var.names : "<${n}>"])}" }
    resource "alicloud_vpc" "vpc" {
      vpc_name = local.name
      tags = { "a" = "b" }
      user_data = <<-EOF
        #!/bin/sh
        echo "{" ${var.size}
      EOF
    }
    output "vpc_id" {
      value       = alicloud_vpc.vpc.id
      description = "the VPC"
    }
    output "secret" {
      value     = var.password
      sensitive = true
    }
  modules/net/main.tf: |
    variable "inner" {}
  .metadata: '{"ALIYUN::ROS::Interface": {"Hidden": ["size"]}}'
  run.sh: echo {
Parameters:
  size: {Label: Size, MinValue: 10}
  other: {Type: String, Default: o}
Outputs:
  vpc_id: {Label: Network}
`

func TestTerraform(t *testing.T) {
	tmpl, err := template.Parse("main.tf.yml", []byte(terraformSource), nil)
	if err != nil {
		t.Fatal(err)
	}
	var files, params, outputs []string
	for _, f := range tmpl.Files {
		files = append(files, f.Path)
	}
	for _, p := range tmpl.Parameters {
		params = append(params, fmt.Sprintf("%s %s %v %v %s", p.Name, p.Type, p.Default, p.NoEcho, p.AssociationProperty))
	}
	for _, o := range tmpl.Outputs {
		outputs = append(outputs, fmt.Sprintf("%s %v %s%s", o.Name, o.NoEcho, o.Description.Text(), o.Label.Text()))
	}
	if got := strings.Join(files, " "); got != "main.tf modules/net/main.tf .metadata run.sh" || !strings.HasPrefix(tmpl.Files[0].Content, "# a comment") {
		t.Errorf("files %s", got)
	}
	want := []string{
		"zone_id String (absent) false ALIYUN::ECS::ZoneId",
		"size Number 20 false ",
		"public Boolean true false ",
		`names Json ["a","b","c"] false `,
		`tags Json {"a":{"key":"k}","v w":1.5},"b":null} false `,
		"password String null true ",
		`plain String "x${y}" false `,
		`other String "o" false `,
	}
	if strings.Join(params, "\n") != strings.Join(want, "\n") {
		t.Errorf("parameters:\n%s\nwant:\n%s", strings.Join(params, "\n"), strings.Join(want, "\n"))
	}
	if p := tmpl.Parameter("size"); *p.MinValue != 10 || p.Label.Text() != "Size" {
		t.Errorf("size is %+v", p)
	}
	if p := tmpl.Parameter("plain"); p.Description.Text() != "a \"plain\" 中 text" || tmpl.Parameter("zone_id").Label.Get("en").Text() != "Zone" {
		t.Errorf("descriptions are lost: %q", p.Description.Text())
	}
	if got := strings.Join(outputs, ", "); got != "vpc_id false the VPCNetwork, secret true " {
		t.Errorf("outputs %s", got)
	}
	if tmpl.Metadata.Get("ALIYUN::ROS::Interface").IsZero() {
		t.Error("the metadata in the workspace is not read")
	}
	var codes []string
	for _, d := range tmpl.Diagnostics() {
		codes = append(codes, string(d.Code)+" "+d.Path)
	}
	if got := strings.Join(codes, ", "); got != "terraform-no-variable Parameters.other" {
		t.Errorf("findings %s", got)
	}
	scope, err := tmpl.Bind(map[string]any{"zone_id": "z", "names": `["n"]`}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := scope.Parameter("names"); v.Len() != 1 {
		t.Errorf("names is %v", v)
	}
	if _, err := tmpl.Bind(nil, nil); codeOf(t, err) != "parameter-missing" {
		t.Errorf("a variable without a default: %v", err)
	}
	if err := tmpl.Unplannable(); codeOf(t, err) != "terraform-template" || !strings.Contains(err.Error(), "Terraform") {
		t.Errorf("unplannable: %v", err)
	}
	native, err := template.Parse("n.yml", []byte("ROSTemplateFormatVersion: '2015-09-01'\n"), nil)
	if err != nil || native.Unplannable() != nil {
		t.Errorf("a native template: %v, %v", err, native.Unplannable())
	}
}

func TestTerraformFaults(t *testing.T) {
	file := func(name, content string) string {
		return fmt.Sprintf("ROSTemplateFormatVersion: '2015-09-01'\nTransform: Aliyun::Terraform-v1.5\nWorkspace:\n  main.tf: ''\n  %s: |\n    %s\n", name, strings.ReplaceAll(content, "\n", "\n    "))
	}
	for _, test := range []struct{ src, want string }{
		{file("a.tf", "terraform {\n  backend \"oss\" {}\n}"), "error terraform-forbidden"},
		{file("a.tf", "resource \"a\" \"b\" {\n  provisioner \"local-exec\" { command = \"x\" }\n}"), "error terraform-forbidden"},
		{file("a.tf", "data \"terraform_remote_state\" \"s\" {}"), "error terraform-forbidden"},
		{file("a.tf", "module \"m\" { source = \"terraform-alicloud-modules/vpc\" }"), "error terraform-module-source"},
		{file("a.tf", "module \"m\" { source = \"./modules/m\" }"), ""},
		{file("a.tf", "locals { a = templatefile(\"x\", {}) }"), "warning terraform-forbidden"},
		{file("a.tf", "locals { a = file(\"${path.module}/a/b.sh\") }"), ""},
		{file("a.tf", "locals { a = file(\"${path.module}/../b.sh\") }"), "warning terraform-file-path"},
		{file("a.tf", "locals { a = file(var.name) }"), "warning terraform-file-path"},
		{file("a.tf", "locals {"), "warning terraform-syntax"},
		{file("a.tf", "a = \"x"), "warning terraform-syntax"},
		{file("a.tf", "a = [1"), "warning terraform-syntax"},
		{file("a.tf", "}"), "warning terraform-syntax"},
		{file("a.tf", "a = <<E\nx"), "warning terraform-syntax"},
		{file("/a.tf", ""), "error workspace-path"},
		{file("a/../b.tf", ""), "error workspace-path"},
		{file("a/b/c/d/e/f.tf", ""), "error workspace-path"},
		{file(".metadata", "[1]"), "warning terraform-metadata"},
		{"ROSTemplateFormatVersion: '2015-09-01'\nTransform: Aliyun::Terraform-v1.5\nWorkspace: {main.tf: {a: b}}\n", "error workspace-file"},
		{"ROSTemplateFormatVersion: '2015-09-01'\nTransform: Aliyun::Terraform-v1.5\nWorkspace: {a/main.tf: ''}\n", "error workspace-no-root"},
		{"ROSTemplateFormatVersion: '2015-09-01'\nTransform: Aliyun::Terraform-v1.5\nWorkspace: {main.tf: '" + strings.Repeat("x {", 200) + "'}\n", "warning terraform-syntax"},
	} {
		tmpl, _ := template.Parse("t.yml", []byte(test.src), nil)
		var got []string
		for _, d := range tmpl.Diagnostics() {
			got = append(got, d.Severity.String()+" "+string(d.Code))
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s\ngives %v, want %s", test.src, got, test.want)
		}
	}
}

// FuzzTerraform takes any text as a file of a workspace.
func FuzzTerraform(f *testing.F) {
	f.Add("variable \"a\" {\n  default = {a = [1, \"x\", <<E\nE\n]}\n}\n")
	f.Add("x = \"${\"${1}\"}\" # c\n/* */ y {}")
	f.Add(terraformSource)
	f.Fuzz(func(t *testing.T, text string) {
		src := fmt.Appendf(nil, `{"ROSTemplateFormatVersion":"2015-09-01","Transform":"Aliyun::Terraform-v1.5","Workspace":{"main.tf":%q}}`, text)
		tmpl, _ := template.Parse("t.json", src, nil)
		if tmpl.Diagnostics().Count(diag.Error) == 0 {
			if _, err := tmpl.Bind(madeUp(tmpl), nil); err != nil {
				codeOf(t, err)
			}
		}
	})
}
