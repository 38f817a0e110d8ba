package template

import (
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
)

const (
	keyVersion   = "ROSTemplateFormatVersion"
	rosVersion   = "2015-09-01"
	oosVersion   = "OOS-2019-06-01"
	keyTransform = "Transform"
	keyWorkspace = "Workspace"
)

// Detect tells what a document is by its content. A broken text is judged by
// what can be read of it.
func Detect(src []byte) Kind {
	d, _ := doc.Parse("", src, nil)
	return detect(d.Root())
}

func detect(root doc.Node) Kind {
	if root.Kind() != doc.Map {
		return NotTemplate
	}
	switch {
	case !root.Get(keyVersion).IsZero():
	case strings.HasPrefix(root.Get("FormatVersion").Text(), "OOS-"):
		return Runbook
	case root.Get("Tasks").Kind() == doc.List:
		return Runbook
	case !root.Get(keyWorkspace).IsZero(), len(transforms(root.Get(keyTransform))) > 0:
	case !looksLikeResources(root.Get("Resources")):
		return NotTemplate
	}
	if isTerraform(root) {
		return Terraform
	}
	return Stack
}

// looksLikeResources reports whether a section holds at least one resource
// type of the service.
func looksLikeResources(section doc.Node) bool {
	for resource := range section.Items() {
		typ := resource.Get("Type").Text()
		for _, prefix := range [...]string{"ALIYUN::", "DATASOURCE::", "MODULE::", "Aliyun::"} {
			if strings.HasPrefix(typ, prefix) {
				return true
			}
		}
	}
	return false
}

func isTerraform(root doc.Node) bool {
	for _, name := range transforms(root.Get(keyTransform)) {
		if isTerraformTransform(name) {
			return true
		}
	}
	return !root.Get(keyWorkspace).IsZero()
}

func isTerraformTransform(name string) bool {
	return strings.HasPrefix(name, "Aliyun::Terraform-") || strings.HasPrefix(name, "Aliyun::OpenTofu-")
}

// transforms reads the Transform section, a text or a list of texts.
func transforms(n doc.Node) []string {
	switch n.Kind() {
	case doc.String:
		return []string{n.Text()}
	case doc.List:
		var names []string
		for member := range n.Items() {
			if member.Kind() == doc.String {
				names = append(names, member.Text())
			}
		}
		return names
	}
	return nil
}
