package oos

import (
	"io/fs"

	"github.com/bianpai/bianpai/internal/runbook"
)

// Template is a parsed OOS template. It is immutable and safe for concurrent
// use.
type Template = runbook.Template

// Parse reads a template, YAML or JSON. All faults are found in one run: the
// error is a *diag.ListError, and the template, as far as it could be read,
// comes along with it. The name is for messages, and the TemplateName of
// executions that are started from the template itself.
func Parse(name string, src []byte) (*Template, error) {
	return runbook.Parse(name, src, nil)
}

// ParseFS parses a file of a file system.
func ParseFS(fsys fs.FS, name string) (*Template, error) {
	return runbook.ParseFS(fsys, name, nil)
}
