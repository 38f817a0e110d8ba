package template

import (
	"regexp"
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// forbidden reports what the service does not run in a workspace.
func (t *Template) forbidden(body *hclBody, at diag.Range, where string) {
	for i := range body.blocks {
		block := &body.blocks[i]
		label := ""
		if len(block.labels) > 0 {
			label = block.labels[0]
		}
		switch {
		case block.kind == "backend", block.kind == "provisioner":
			t.reportAt(diag.Error, "terraform-forbidden", at, where, block.kind+" "+label)
		case block.kind == "data" && label == "terraform_remote_state":
			t.reportAt(diag.Error, "terraform-forbidden", at, where, label)
		case block.kind == "module":
			if source, ok := hclText(block.body.attribute("source")); !ok || !strings.HasPrefix(source, "./") && !strings.HasPrefix(source, "../") {
				t.reportAt(diag.Error, "terraform-module-source", at, where, label, clip(block.body.attribute("source")))
			}
		}
		t.forbidden(&block.body, at, where)
	}
	for _, attribute := range body.attributes {
		t.forbiddenCalls(attribute.expr, at, where)
	}
}

// readsPath finds the calls that look into the file system, with what follows.
var readsPath = regexp.MustCompile(`\b(abspath|dirname|pathexpand|templatefile|filebase64|fileexists|fileset|file)\s*\(\s*(.{0,200})`)

// plainPath is a path in the workspace that the service takes.
var plainPath = regexp.MustCompile(`^"\$\{(path\.module|path\.root|path\.cwd|terraform\.workspace)\}(/[A-Za-z0-9_.-]+)+"`)

func (t *Template) forbiddenCalls(expr string, at diag.Range, where string) {
	for _, call := range readsPath.FindAllStringSubmatch(expr, -1) {
		switch call[1] {
		case "abspath", "dirname", "pathexpand", "templatefile":
			t.reportAt(diag.Warning, "terraform-forbidden", at, where, call[1])
		default:
			if p := plainPath.FindString(call[2]); p == "" || strings.Contains(p, "/../") || strings.Contains(p, "/./") {
				t.reportAt(diag.Warning, "terraform-file-path", at, where, call[1], clip(call[2]))
			}
		}
	}
}
