package runbook

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// The service's limits. Past one, a template gets a warning, or an error if
// parsed strictly.
const (
	maxTemplateBytes = 64 << 10
	maxNameLength    = 200
	maxItems         = 1000
)

func (t *Template) report(sev diag.Severity, code diag.Code, r diag.Range, path string, args ...string) {
	t.findings = append(t.findings, diag.New(sev, code, t.doc.Source(), r, path, args...))
}

// reader reports findings about nodes while a template is read.
type reader struct {
	t      *Template
	prefix string // the path of a template inside another one, with a dot
}

func (r *reader) report(sev diag.Severity, code diag.Code, n doc.Node, path string, args ...string) {
	r.t.report(sev, code, n.Range(), r.prefix+path, args...)
}

// reportKey reports at the key of a node.
func (r *reader) reportKey(sev diag.Severity, code diag.Code, n doc.Node, path string, args ...string) {
	r.t.report(sev, code, n.KeyRange(), r.prefix+path, args...)
}

// limit reports that a limit of the service is passed.
func (r *reader) limit(code diag.Code, n doc.Node, path string, args ...string) {
	sev := diag.Warning
	if r.t.options.Strict {
		sev = diag.Error
	}
	r.report(sev, code, n, path, args...)
}

// keys reports the keys of a map that it cannot have.
func (r *reader) keys(n doc.Node, path, what string, known []string) {
	for member := range n.Items() {
		if key := member.Key(); !slices.Contains(known, key) {
			r.reportKey(diag.Error, "unknown-key", member, below(path, key), key, what, near(key, known))
		}
	}
}

func below(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// kind reports a node that is not of a kind; null counts as absent.
func (r *reader) kind(n doc.Node, path string, want ...doc.Kind) bool {
	if n.IsZero() || n.Kind() == doc.Null {
		return false
	}
	if slices.Contains(want, n.Kind()) {
		return true
	}
	names := make([]string, len(want))
	for i, k := range want {
		names[i] = k.String()
	}
	r.report(diag.Error, "wrong-kind", n, path, lastOf(path), strings.Join(names, " / "), n.Kind().String())
	return false
}

func lastOf(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// near gives the closest of some names for a hint, or the first few of them if
// none is close.
func near(name string, among []string) string { return diag.Propose(name, slices.Values(among)) }
