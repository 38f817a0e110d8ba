package main

import (
	"errors"
	"strings"
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// trigger takes an example as far as it goes, as a program would, and gives all
// findings on the way.
func trigger(e *example) diag.List {
	t := &trial{}
	src := []byte(e.text)
	switch _, found := doc.Parse("example.yml", src, nil); {
	case found.Count(diag.Error) > 0:
		t.found = append(t.found, found...)
	case e.runbook || template.Detect(src) == template.Runbook || strings.HasPrefix(e.text, "FormatVersion"):
		t.runbook(e)
	}
	t.template(src, e.parameters)
	return t.found
}

type trial struct{ found diag.List }

// take adds the findings of an error.
func (t *trial) take(err error) {
	if list, ok := errors.AsType[*diag.ListError](err); ok {
		t.found = append(t.found, list.List...)
	}
	if e, ok := errors.AsType[*runbook.Error](err); ok {
		t.found = append(t.found, e.Finding)
	}
}

func (t *trial) template(src []byte, params map[string]any) {
	tmpl, _ := template.Parse("example.yml", src, nil)
	t.found = append(t.found, rule.Check(tmpl, &rule.Options{Types: schema.Default()})...)
	t.take(tmpl.Unplannable())
	scope, err := tmpl.Bind(params, &template.Pseudo{Region: "cn-hangzhou", StackID: "stack-0", StackName: "example", Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	if err != nil {
		t.take(err)
		return
	}
	desired, err := scope.Expand()
	t.take(err)
	if err == nil {
		for _, r := range desired.Resources {
			_, err := scope.Resolve(r.Properties, known{})
			t.take(err)
		}
	}
	_, found := scope.Outputs(known{})
	t.found = append(t.found, found...)
}

// known answers every question about a resource with a text.
type known struct{}

func (known) Ref(id string) (value.Value, bool)          { return value.String(id), true }
func (known) Attribute(id, _ string) (value.Value, bool) { return value.String(id), true }

func (t *trial) runbook(e *example) {
	tmpl, _ := runbook.Parse("example.yml", []byte(e.text), nil)
	options := &runbook.ValidateOptions{Templates: func(name, _ string) *runbook.Template {
		if e.child == "" || name != "child" {
			return nil
		}
		child, _ := runbook.Parse("child.yml", []byte(e.child), nil)
		return child
	}}
	t.found = append(t.found, tmpl.Validate(options)...)
	world := &runbook.World{Region: "cn-hangzhou"}
	values, err := tmpl.Bind(e.parameters, world)
	if err != nil {
		t.take(err)
		return
	}
	scope := &runbook.Scope{Template: tmpl, Values: values, World: world, Item: value.String("item")}
	for _, task := range tmpl.Tasks {
		_, err := scope.Condition(task.When)
		t.take(err)
		_, err = scope.Render(task.Properties)
		t.take(err)
		if task.Loop == nil {
			continue
		}
		items, err := scope.Items(task.Loop)
		t.take(err)
		if err == nil {
			_, err = scope.Rate(task.Loop, items.Len())
			t.take(err)
		}
	}
}
