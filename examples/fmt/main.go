// Command fmt formats ROS and OOS templates, YAML and JSON, as gofmt formats Go.
//
//	go run ./examples/fmt [-w] [-d] [-l] [-s] [-to yaml|json] PATH...
//
// Without flags the formatted text goes to standard output. A PATH is a file, or
// a folder that is searched for *.yml, *.yaml and *.json; what is no template is
// skipped there. "-" is standard input. The exit code is 1 if a file cannot be
// formatted, 2 if the command was misused.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/bianpai/bianpai/examples/internal/console"
	"github.com/bianpai/bianpai/internal/edit"
	"github.com/bianpai/bianpai/template"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

const (
	exitFailed = 1 // a file could not be formatted
	exitMisuse = 2 // flags or paths that cannot be used
)

// run is the whole command.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := &formatter{stdin: stdin, stdout: stdout, stderr: stderr}
	paths, err := f.parseFlags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return exitMisuse
	}
	code := 0
	for _, path := range paths {
		files, err := findFiles(path)
		if err != nil {
			fmt.Fprintln(stderr, "fmt:", err)
			return exitMisuse
		}
		for _, file := range files {
			if err := f.file(file, file != path); err != nil {
				fmt.Fprintln(stderr, "fmt:", err)
				code = exitFailed
			}
		}
	}
	return code
}

// formatter holds the settings.
type formatter struct {
	stdin             io.Reader
	stdout, stderr    io.Writer
	write, diff, list bool
	options           template.FormatOptions
}

func (f *formatter) parseFlags(args []string) ([]string, error) {
	fs := console.NewFlags("fmt", f.stderr)
	fs.BoolVar(&f.write, "w", false, "write the result to the file; with -to, to one with the other extension")
	fs.BoolVar(&f.diff, "d", false, "print what would change")
	fs.BoolVar(&f.list, "l", false, "list the files whose formatting differs")
	fs.BoolVar(&f.options.SortSections, "s", false, "put the sections into the service's order")
	fs.Func("to", "convert to yaml or json; comments are lost", func(s string) error {
		switch s {
		case "yaml":
			f.options.Syntax = template.YAML
		case "json":
			f.options.Syntax = template.JSON
		default:
			return errors.New("want yaml or json")
		}
		return nil
	})
	return console.Paths(fs, args)
}

// file formats one file. One that was only found is left alone if it is no
// template.
func (f *formatter) file(path string, found bool) error {
	src, err := f.read(path)
	if err != nil {
		return err
	}
	if found && template.Detect(src) == template.NotTemplate {
		return nil
	}
	out, err := template.Format(path, src, &f.options)
	if err != nil {
		return err
	}
	if lost := f.lostComments(src, out); lost > 0 {
		fmt.Fprintf(f.stderr, "%s: %d comments are lost\n", path, lost)
	}
	return f.give(path, src, out)
}

func (f *formatter) read(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(f.stdin)
	}
	return os.ReadFile(path)
}

// lostComments counts the comments that a conversion to JSON drops.
func (f *formatter) lostComments(src, out []byte) int {
	if f.options.Syntax != template.JSON || bytes.HasPrefix(bytes.TrimSpace(src), []byte("{")) {
		return 0
	}
	return len(edit.Comments(string(src)))
}

// give hands the result over as the flags say.
func (f *formatter) give(path string, src, out []byte) error {
	same := bytes.Equal(src, out)
	if f.list && !same {
		fmt.Fprintln(f.stdout, path)
	}
	if f.diff && !same {
		if _, err := f.stdout.Write(unified(path, string(src), string(out))); err != nil {
			return err
		}
	}
	target := f.target(path)
	switch {
	case f.write && path == "-":
		return errors.New("-w cannot write to standard input")
	case f.write && (!same || target != path):
		return replaceFile(path, target, out)
	case !f.write && !f.list && !f.diff:
		_, err := f.stdout.Write(out)
		return err
	}
	return nil
}

// target is the file to write to: one with another extension if the syntax
// changes and the extension would tell a lie.
func (f *formatter) target(path string) string {
	ext := filepath.Ext(path)
	stem := strings.TrimSuffix(path, ext)
	switch {
	case f.options.Syntax == template.JSON && !strings.EqualFold(ext, ".json"):
		return stem + ".json"
	case f.options.Syntax == template.YAML && strings.EqualFold(ext, ".json"):
		return stem + ".yml"
	}
	return path
}
