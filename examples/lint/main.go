// Command lint tells what is wrong with ROS and OOS templates before anything is
// created.
//
//	go run ./examples/lint [-snippet] [-json | -sarif] [-fix] [-lang zh] [-strict] [-off CODES] [-v] PATH...
//
// A PATH is a file, or a folder that is searched for *.yml, *.yaml and *.json.
// What a file is, its content tells: a ROS template is checked by the rules of
// package template/rule, an OOS template against the rules of its language,
// anything else is skipped (-v says which). Findings are turned off by code with
// -off, or in a template, where they are, with a reason:
//
//	# bianpai:ignore deprecated-property the old name works in this region
//
// With -fix, what a finding knows a remedy for is mended in the file, and the
// rest is told. The last line counts. The exit code is 1 if there is an error in
// a template, 2 if the command was misused.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/examples/internal/console"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

const (
	exitFound  = 1 // at least one error in a template
	exitMisuse = 2 // flags or paths that cannot be used
)

// run is the whole command.
func run(args []string, stdout, stderr io.Writer) int {
	l := &linter{types: schema.Default(), stdout: stdout, stderr: stderr}
	paths, err := l.parseFlags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return exitMisuse
	}
	files, err := findFiles(paths)
	if err != nil {
		fmt.Fprintln(stderr, "lint:", err)
		return exitMisuse
	}
	for _, f := range files {
		if err := l.lintFile(f); err != nil {
			fmt.Fprintln(stderr, "lint:", err)
			return exitMisuse
		}
	}
	if err := l.finish(); err != nil {
		fmt.Fprintln(stderr, "lint:", err)
		return exitMisuse
	}
	if l.errors > 0 {
		return exitFound
	}
	return 0
}

// linter holds the settings and what has been found so far.
type linter struct {
	types          *schema.Catalogue
	stdout, stderr io.Writer
	print          diag.PrintOptions
	json, sarif    bool
	fix            bool
	strict         bool
	off            []diag.Code
	verbose        bool

	files, errors, warnings, fixed int
	found                          diag.List // for -json and -sarif, which print one document
}

func (l *linter) parseFlags(args []string) ([]string, error) {
	fs := console.NewFlags("lint", l.stderr)
	fs.BoolVar(&l.print.Snippet, "snippet", false, "show the lines at fault")
	fs.BoolVar(&l.json, "json", false, "print one JSON array, for machines; the counts go to standard error")
	fs.BoolVar(&l.sarif, "sarif", false, "print a SARIF 2.1.0 log, for code scanning; the counts go to standard error")
	fs.BoolVar(&l.fix, "fix", false, "mend in the files what has one remedy")
	fs.BoolVar(&l.strict, "strict", false, "make the service's limits, and the names it documents, errors instead of warnings")
	fs.Func("off", "codes, with commas between, that are not reported", func(s string) error {
		for code := range strings.SplitSeq(s, ",") {
			if !slices.Contains(diag.Codes(), diag.Code(code)) {
				return fmt.Errorf("there is no code %q", code)
			}
			l.off = append(l.off, diag.Code(code))
		}
		return nil
	})
	fs.BoolVar(&l.verbose, "v", false, "tell which files are skipped or checked in part")
	fs.Func("lang", "language of the messages: en or zh", func(s string) error {
		switch s {
		case "en":
			l.print.Lang = diag.English
		case "zh":
			l.print.Lang = diag.Chinese
		default:
			return errors.New("want en or zh")
		}
		return nil
	})
	return console.Paths(fs, args)
}

func (l *linter) lintFile(f file) error {
	src, err := os.ReadFile(f.path)
	if err != nil {
		return err
	}
	found, checked, err := l.check(f, src)
	if err != nil || !checked {
		return err
	}
	if l.fix {
		if found, err = l.mend(f, src, found); err != nil {
			return err
		}
	}
	l.files++
	l.errors += found.Count(diag.Error)
	l.warnings += found.Count(diag.Warning)
	if l.json || l.sarif {
		l.found = append(l.found, found...)
		return nil
	}
	return diag.Fprint(l.stdout, found, &l.print)
}

// check gives the findings of a file; checked is false if it is no template.
func (l *linter) check(f file, src []byte) (found diag.List, checked bool, err error) {
	t, err := template.Parse(f.path, src, &template.ParseOptions{Strict: l.strict})
	if _, faulty := errors.AsType[*diag.ListError](err); err != nil && !faulty {
		return nil, false, err
	}
	switch kindOf(t, src, f.named) {
	case template.NotTemplate:
		if l.verbose || f.named {
			l.note(f.path, "skipped: not a template")
		}
		return nil, false, nil
	case template.Runbook:
		b, _ := runbook.Parse(f.path, src, &runbook.ParseOptions{Strict: l.strict}) // its findings come with it
		return slices.DeleteFunc(slices.Clone(b.Validate(nil)), func(d diag.Diagnostic) bool { return slices.Contains(l.off, d.Code) }), true, nil
	case template.Terraform:
		l.noteIfVerbose(f.path, "a Terraform template: its modules are not checked")
	}
	found = rule.Check(t, &rule.Options{Types: l.types, Off: l.off, Strict: l.strict})
	if t.Kind() == template.NotTemplate {
		found = textOnly(found) // nothing else can be told of what is not read
	}
	return found, true, nil
}

// mend makes the fixes of the findings that have just one, and gives the
// findings of the mended file.
func (l *linter) mend(f file, src []byte, found diag.List) (diag.List, error) {
	var fixes []diag.Fix
	for _, d := range found {
		// Ranges are of the text as UTF-8; only there are they the file's.
		if len(d.Fixes) == 1 && d.Source != nil && bytes.Equal(d.Source.Text(), src) {
			fixes = append(fixes, d.Fixes[0])
		}
	}
	out, made := diag.Apply(src, fixes)
	if len(made) == 0 {
		return found, nil
	}
	info, err := os.Stat(f.path)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(f.path, out, info.Mode().Perm()); err != nil {
		return nil, err
	}
	l.fixed += len(made)
	found, _, err = l.check(f, out)
	return found, err
}

func (l *linter) note(path, text string) {
	fmt.Fprintf(l.stderr, "%s: %s\n", path, text)
}

func (l *linter) noteIfVerbose(path, text string) {
	if l.verbose {
		l.note(path, text)
	}
}

// finish prints the counts, and the document of -json or -sarif before them.
func (l *linter) finish() error {
	counts := l.stdout
	var err error
	switch {
	case l.sarif:
		counts, err = l.stderr, diag.FprintSARIF(l.stdout, l.found, "bianpai-lint")
	case l.json:
		counts, err = l.stderr, diag.FprintJSON(l.stdout, l.found)
	}
	if err != nil {
		return err
	}
	if l.fixed > 0 {
		fmt.Fprintf(l.stderr, "%d findings are mended\n", l.fixed)
	}
	_, err = fmt.Fprintf(counts, "%d files, %d errors, %d warnings\n", l.files, l.errors, l.warnings)
	return err
}
