package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// staticcheck is pinned: a new release of it must not break an old commit.
const staticcheck = "honnef.co/go/tools/cmd/staticcheck@v0.8.2"

type stage struct {
	name, what string
	run        func(*runner) error
}

// stages stands in the order in which they run: what fails fast comes first.
var stages = []stage{
	{"gofmt", "every Go file is formatted", (*runner).gofmt},
	{"vet", "go vet", func(r *runner) error { return r.show("go", "vet", "./...") }},
	{"tidy", "go.mod and go.sum list what is needed", (*runner).tidy},
	{"staticcheck", staticcheck, func(r *runner) error { return r.show("go", "run", staticcheck, "./...") }},
	{"lint", "the rules of this module (internal/lint)", func(r *runner) error { return r.show("go", "test", "-count=1", "./internal/lint") }},
	{"generated", "generated files are what the generators make", (*runner).generated},
	{"cross", "other systems compile", (*runner).cross},
	{"race", "all tests with the race detector", (*runner).race},
	{"fuzz", "each fuzz target for a moment", (*runner).fuzz},
	{"clients", "generated clients of the SDK against the gateway", (*runner).clients},
	{"schema", "examples/schema against a validator of schemas", func(r *runner) error { return r.show("go", "-C", "examples/schema/validate", "test", "./...") }},
	{"readme", "the commands of the README", (*runner).readme},
}

func (r *runner) gofmt() error {
	var bad []string
	err := eachFile(".go", func(path string) error {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		formatted, err := format.Source(text)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !bytes.Equal(text, formatted) {
			bad = append(bad, path)
		}
		return nil
	})
	if err == nil && len(bad) > 0 {
		err = fmt.Errorf("run gofmt -w %s", strings.Join(bad, " "))
	}
	return err
}

// eachFile visits the files of the checkout with a suffix, except hidden
// folders and test data.
func eachFile(suffix string, visit func(path string) error) error {
	return filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name == "testdata" || len(name) > 1 && name[0] == '.' {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, suffix) {
			return visit(path)
		}
		return nil
	})
}

// tidy looks at every module of the checkout.
func (r *runner) tidy() error {
	var all []error
	err := eachFile("go.mod", func(path string) error {
		if err := r.show("go", "-C", filepath.Dir(path), "mod", "tidy", "-diff"); err != nil {
			all = append(all, fmt.Errorf("%s is not tidy: %w", path, err))
		}
		return nil
	})
	return errors.Join(append(all, err)...)
}

// generated makes the catalogue of resource types anew, where its source is at
// hand, and compares.
func (r *runner) generated() error {
	source := filepath.Join(os.Getenv("BIANPAI_DATA"), "ros-resource-types.json")
	if given("BIANPAI_DATA") != "given" {
		return skip("BIANPAI_DATA names no folder with the sources")
	}
	dir, err := os.MkdirTemp("", "bianpai-check-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	made, kept := filepath.Join(dir, "types.txt"), "provider/schema/types.txt"
	if err := r.show("go", "run", "./tools/gen-schema", "-in", source, "-out", made); err != nil {
		return err
	}
	a, err := os.ReadFile(made)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(kept)
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return fmt.Errorf("%s is not what the generator makes: run go run ./tools/gen-schema -in %s", kept, source)
	}
	return nil
}

func (r *runner) cross() error {
	for _, system := range []string{"darwin", "windows"} {
		fmt.Fprintf(r.out, "$ GOOS=%s go build ./...\n", system)
		cmd := r.command([]string{"go", "build", "./..."})
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=arm64", "CGO_ENABLED=0")
		cmd.Stdout, cmd.Stderr = r.out, r.out
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("GOOS=%s: %w", system, err)
		}
	}
	return nil
}

func (r *runner) race() error {
	args := []string{"go", "test", "-timeout", "25m"}
	if r.long {
		args = []string{"go", "test", "-timeout", "4h", "-count=1"}
	}
	cgo, err := r.read("go", "env", "CGO_ENABLED")
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(cgo)) == "1" {
		args = append(args, "-race")
	} else {
		fmt.Fprintln(r.out, "no C compiler here, which the race detector needs: tests run without it")
	}
	return r.show(append(args, "./...")...)
}

// clients runs the tests that a build tag keeps out of the others: what they
// import compiles for minutes, and is slower still with the race detector.
func (r *runner) clients() error {
	return r.show("go", "test", "-timeout", "15m", "-tags", "sdkclients", "./providertest/gateway/internal/sdktest")
}

// fuzz runs every target, one after the other; go test takes one at a time.
func (r *runner) fuzz() error {
	targets, err := r.targets("Fuzz")
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("no fuzz target was found")
	}
	var failed []error
	for _, t := range targets {
		if r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		if err := r.show("go", "test", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", r.fuzzTime.String(), t.pkg); err != nil {
			failed = append(failed, fmt.Errorf("%s in %s (the input is kept under testdata/fuzz of the package): %w", t.name, t.pkg, err))
		}
	}
	fmt.Fprintf(r.out, "%d fuzz targets, %d failed\n", len(targets), len(failed))
	return errors.Join(failed...)
}
