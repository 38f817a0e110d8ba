package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/providertest"
)

// library finds OOS templates in a folder by the names of their files.
type library struct{ files map[string]string } // by name in lower case

func newLibrary(dir string) (*library, error) {
	l := &library{files: make(map[string]string)}
	if dir == "" {
		return l, nil
	}
	files, err := findFiles([]string{dir}, nil)
	for _, path := range files {
		name := strings.ToLower(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
		if l.files[name] == "" {
			l.files[name] = path
		}
	}
	return l, err
}

// find is oos.Options.Templates.
func (l *library) find(_ context.Context, name, version string) (*oos.Template, error) {
	path := l.files[strings.ToLower(name)]
	if path == "" {
		return nil, &oos.TemplateNotFoundError{Name: name, Version: version}
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return oos.Parse(name, src)
}

// simulateRunbook gives the report of an OOS template.
func simulateRunbook(ctx context.Context, path string, src []byte, set *settings) *providertest.Simulation {
	t, err := oos.Parse(path, src)
	if _, faulty := errors.AsType[*diag.ListError](err); err != nil && !faulty {
		return failed(path, "parse", err)
	}
	return providertest.SimulateRunbook(ctx, t, &providertest.RunbookOptions{Limit: set.limit, Templates: set.actions.find})
}

// notSimulated tells what of a runbook was not: the calls that were answered by
// the shape of their response alone, and the runbooks that were stood in for.
func notSimulated(r *providertest.Simulation) string {
	var parts []string
	if len(r.Shaped) > 0 {
		calls := slices.Clone(r.Shaped)
		for i, call := range calls {
			if api, _, _ := strings.Cut(call, " "); slices.Contains(r.Fitted, api) {
				calls[i] += " fitted"
			}
		}
		parts = append(parts, "answered by shape: "+strings.Join(calls, ", "))
	}
	if len(r.StandIns) > 0 {
		parts = append(parts, "stood in for: "+strings.Join(r.StandIns, ", "))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}
