package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// file is one file to look at; named says that the command line names it, not
// only a folder above it.
type file struct {
	path  string
	named bool
}

var extensions = []string{".yml", ".yaml", ".json"}

// findFiles lists the files that the paths stand for, each once.
func findFiles(paths []string) ([]file, error) {
	var files []file
	seen := map[string]bool{}
	add := func(path string, named bool) {
		if path = filepath.Clean(path); !seen[path] {
			seen[path] = true
			files = append(files, file{path, named})
		}
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			add(path, true)
			continue
		}
		err = filepath.WalkDir(path, func(p string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.Type().IsRegular() && slices.Contains(extensions, strings.ToLower(filepath.Ext(p))):
				add(p, false)
			case entry.IsDir() && p != path && strings.HasPrefix(entry.Name(), "."):
				return fs.SkipDir // .git and its like
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// meantAsTemplate finds the line that makes a file a template, in one that is
// too broken to be read that far.
var meantAsTemplate = regexp.MustCompile(`(?m)^\s*["']?(ROSTemplateFormatVersion|FormatVersion["']?\s*:\s*["']?OOS-)`)

// kindOf tells what a file is. One with a text that cannot be read counts as a
// template if the command line names it or it was meant to be one.
func kindOf(t *template.Template, src []byte, named bool) template.Kind {
	if kind := t.Kind(); kind != template.NotTemplate && !t.Root().IsZero() {
		return kind
	}
	if broken := slices.ContainsFunc(t.Diagnostics(), isAboutText); broken && (named || meantAsTemplate.Match(src)) {
		return template.Stack
	}
	return template.NotTemplate
}

// isAboutText reports whether a finding says that a text is neither YAML nor
// JSON.
func isAboutText(d diag.Diagnostic) bool {
	return d.Severity == diag.Error && (strings.HasPrefix(string(d.Code), "yaml-") || strings.HasPrefix(string(d.Code), "json-"))
}

// textOnly leaves only what keeps a text from being read.
func textOnly(found diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool { return !isAboutText(d) })
}
