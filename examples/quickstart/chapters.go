package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

//go:embed templates faulty
var files embed.FS

// load reads a template and checks it against the catalogue. A template with
// faults is still checked, so that all of them are told at once.
func load(name string) (*template.Template, error) {
	t, err := template.ParseFS(files, name, nil)
	if t == nil {
		return nil, err
	}
	return t, check(t).Err()
}

// check gives all that can be told of a template.
func check(t *template.Template) diag.List {
	found := rule.Check(t, &rule.Options{Types: schema.Default()})
	return slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return d.Severity == diag.Advice })
}

func (s *story) read(context.Context) error {
	began := time.Now()
	t, err := load("templates/shop.yaml")
	if err != nil {
		return err
	}
	s.say("%s: %d parameters, %d resources, %d outputs; read and checked in %d ms",
		t.Name, len(t.Parameters), len(t.Resources), len(t.Outputs), time.Since(began).Milliseconds())
	s.check(len(check(t)) == 0, "nothing to complain about")
	return nil
}

// readFaulty shows that all faults come at once, each with its place and a
// remedy.
func (s *story) readFaulty(context.Context) error {
	_, err := load("faulty/shop.yaml")
	faulty, ok := errors.AsType[*diag.ListError](err)
	if !ok {
		return errors.New("the faulty template was accepted")
	}
	if err := diag.Fprint(s.out, faulty.List, &diag.PrintOptions{Snippet: true, Color: s.out.Color}); err != nil {
		return err
	}
	s.out.Printf("\n")
	s.check(faulty.List.Count(diag.Error) == 3, "three errors and a warning, found before anything was created")
	return nil
}

// plan makes the plan of the first create and stores it: a plan is plain data
// that a person can approve and another process can apply.
func (s *story) plan(ctx context.Context) error {
	t, err := load("templates/shop.yaml")
	if err != nil {
		return err
	}
	return s.place.with(func(w *world) error {
		plan, err := w.engine.Plan(ctx, &ros.Change{
			Stack:      stackName,
			Template:   t,
			Parameters: map[string]any{"DatabasePassword": password},
		})
		if err != nil {
			return err
		}
		if err := plan.Print(s.out, &ros.PrintOptions{Color: s.out.Color}); err != nil {
			return err
		}
		data, err := json.Marshal(plan)
		if err != nil {
			return err
		}
		s.out.Printf("\n")
		s.check(len(w.cloud.Resources()) == 0, "nothing was done yet; the plan is %d KiB of JSON, secrets sealed", (len(data)+1023)/1024)
		return os.WriteFile(s.place.path("plan.json"), data, 0o600)
	})
}
