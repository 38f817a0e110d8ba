package oos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// library gives templates by name.
func library(t testing.TB, texts map[string]string) func(context.Context, string, string) (*Template, error) {
	return func(_ context.Context, name, _ string) (*Template, error) {
		text, ok := texts[name]
		if !ok {
			return nil, &TemplateNotFoundError{Name: name}
		}
		return Parse(name, []byte("FormatVersion: OOS-2019-06-01\n"+text))
	}
}

const greeter = `
Parameters:
  who: {Type: String, Default: nobody}
  more: {Type: Json, Default: {}}
Tasks:
- Name: G
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: Greet, Parameters: {Who: '{{ who }}', In: '{{ ACS::ExecutionId }}'}}
  Outputs: {text: {Type: String, ValueSelector: .Text}}
Outputs:
  text: {Type: String, Value: '{{ G.text }}'}
`

func greet(c *cloud) {
	c.on("Greet", func(_ *provider.Call, p map[string]any) (any, error) {
		if p["Who"] == "rude" {
			return nil, refuse("Rude")
		}
		return map[string]any{"Text": fmt.Sprint("hello ", p["Who"])}, nil
	})
}

func TestChildren(t *testing.T) {
	c := newCloud()
	greet(c)
	e := engineOn(t, c, &Options{Templates: library(t, map[string]string{
		"greeter": greeter, "ACS::TEST::Greet": greeter, "loud": "Parameters: {who: {Type: String}}\nTasks:\n- Name: In\n  Action: ACS::TEST::Greet\n  Properties: {who: '{{ who }}'}\n  Outputs: {t: {Type: String, ValueSelector: text}}\nOutputs: {t: {Type: String, Value: '{{ In.t }}!'}}\n",
	})})
	tasks := `
- Name: One
  Action: ACS::Template
  Properties: {TemplateName: loud, Parameters: {who: li}}
  Outputs: {said: {Type: String, ValueSelector: t}}
- Name: Two
  Action: ACS::TEST::Greet
  Properties: {who: {'Fn::If': [{'Fn::Equals': [1, 1]}, null, x]}}
  Outputs: {said: {Type: String, ValueSelector: text}}
- Name: Three
  Action: ACS::Template
  Properties:
    Parameters: {n: 3}
    TemplateContent:
      FormatVersion: OOS-2019-06-01
      Parameters: {n: {Type: Number}}
      Tasks:
      - Name: G
        Action: ACS::ExecuteAPI
        Properties: {Service: ECS, API: Greet, Parameters: {Who: '{{ n }}'}}
        Outputs: {text: {Type: String, ValueSelector: .Text}}
      Outputs: {o: {Type: String, Value: '{{ G.text }}'}}
  Outputs: {said: {Type: String, ValueSelector: o}}
- Name: Four
  Action: ACS::Loop
  Properties:
    LoopItems: [a, b]
    LoopRateControl: {Mode: Concurrency, Concurrency: 2}
    LoopTasks:
    - Name: F
      Action: ACS::ExecuteAPI
      Properties: {Service: ECS, API: Greet, Parameters: {Who: '{{ ACS::TaskLoopItem }} {{ One.said }}'}}
      Outputs: {text: {Type: String, ValueSelector: .Text}}
    - Name: H
      Action: ACS::ExecuteAPI
      Properties: {Service: ECS, API: Greet, Parameters: {Who: '{{ F.text }}'}}
      Outputs: {text: {Type: String, ValueSelector: .Text}}
  Outputs: {all: {Type: List, ValueSelector: '{{ H.text }}'}}
`
	head := "Outputs:\n  one: {Type: String, Value: '{{ One.said }}'}\n  two: {Type: String, Value: '{{ Two.said }}'}\n  three: {Type: String, Value: '{{ Three.said }}'}\n  four: {Type: List, Value: '{{ Four.all }}'}\n"
	x := start(t, e, &Start{Template: runbookOf(t, tasks, head)})
	res, err := x.Wait(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, dump(e.store, x.ID()))
	}
	got, _ := json.Marshal(res.Outputs)
	want := `{"four":["hello hello a hello li!","hello hello b hello li!"],"one":"hello li!","three":"hello 3","two":"hello nobody"}`
	if string(got) != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	children := 0
	for line, err := range e.ListExecutions(t.Context(), &ExecutionQuery{ParentExecutionID: x.ID()}) {
		if children++; err != nil || line.Status != Success {
			t.Errorf("%+v, %v", line, err)
		}
	}
	if children != 5 {
		t.Errorf("%d children", children)
	}
	inner := x.ID() + ".t0010.0.t0010.0"
	info, err := e.GetExecution(t.Context(), inner)
	if err != nil || info.TemplateName != "ACS::TEST::Greet" || string(info.Parameters) != `{"who":"li","more":{}}` || info.ParentExecutionID != x.ID()+".t0010.0" {
		t.Errorf("%+v, %v", info, err)
	}
	if !strings.Contains(strings.Join(c.calls(), ""), inner) {
		t.Error("the child does not know its own ID")
	}
	child, err := e.Execution(t.Context(), inner)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := child.Wait(t.Context()); err != nil || res.Outputs["text"] != "hello li" {
		t.Errorf("%v, %v", res, err)
	}
}

func TestChildFails(t *testing.T) {
	c := newCloud()
	greet(c)
	e := engineOn(t, c, &Options{Templates: library(t, map[string]string{
		"greeter": greeter, "endless": "Tasks:\n- {Name: E, Action: 'ACS::Template', Properties: {TemplateName: endless}}\n",
		"broken": "Tasks:\n- {Name: E, Action: 'ACS::Nothing'}\n",
	})})
	for _, test := range []struct{ task, message string }{
		{"{TemplateName: greeter, Parameters: {who: rude}}", "Rude"},
		{"{TemplateName: greeter, Parameters: {more: 'no json'}}", "more"},
		{"{TemplateName: nothing}", "EntityNotExists.Template"},
		{"{TemplateName: endless}", "TooDeep"},
		{"{TemplateName: broken}", "ACS::Nothing"},
	} {
		tasks := "- Name: T\n  Action: ACS::Template\n  OnError: C\n  Properties: " + test.task + "\n" + apiTask("B", "") + apiTask("C", "")
		x := start(t, e, &Start{Template: runbookOf(t, tasks)})
		_, err := x.Wait(t.Context())
		failed, ok := errors.AsType[*FailedError](err)
		if !ok || !strings.Contains(failed.Message, test.message) {
			t.Errorf("%s: %v", test.task, err)
		}
		if got := statuses(t, e, x.ID()); got != "T=Failed C=Success" {
			t.Errorf("%s: %s", test.task, got)
		}
	}
}

// TestCancelChildren cancels a loop of children that wait for people.
func TestCancelChildren(t *testing.T) {
	c := newCloud()
	e := engineOn(t, c, &Options{Templates: library(t, map[string]string{
		"asks": "Parameters: {n: {Type: Number}}\nTasks:\n- {Name: P, Action: 'ACS::Pause'}\n" + apiTask("A", ""),
	})})
	tasks := "- Name: L\n  Action: ACS::Template\n  Properties: {TemplateName: asks, Parameters: {n: '{{ ACS::TaskLoopItem }}'}}\n" +
		"  Loop: {Items: [1, 2, 3], RateControl: {Concurrency: 3, MaxErrors: 1}}\n"
	x := start(t, e, &Start{Template: runbookOf(t, tasks)})
	for range 100 {
		if waits, err := x.Waiting(t.Context()); err != nil || len(waits) == 3 {
			break
		}
		waitsFor(t, x, WaitPause)
	}
	if err := x.Approve(t.Context(), "P", Decision{}); err == nil {
		t.Error("one of three was approved without saying which")
	}
	// A child that is cancelled is an item that failed.
	if err := e.CancelExecution(t.Context(), x.ID()+".t0010.2", "this one"); err != nil {
		t.Fatal(err)
	}
	if err := x.Approve(t.Context(), x.ID()+".t0010.1.t0010", Decision{}); err != nil {
		t.Fatal(err)
	}
	if err := e.NotifyExecution(t.Context(), x.ID()+".t0010.3", &Notice{Type: Approve}); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Wait(t.Context()); err != nil || c.count("DoA") != 2 {
		t.Errorf("%v, %v", err, c.calls())
	}
	y := start(t, e, &Start{Template: runbookOf(t, tasks)})
	waitsFor(t, y, WaitPause)
	if err := y.Cancel(t.Context(), "all"); err != nil {
		t.Fatal(err)
	}
	if _, err := y.Wait(t.Context()); err == nil {
		t.Error("it was not cancelled")
	}
	if got := statuses(t, e, y.ID()); got != "L=Cancelled L.1=Cancelled L.2=Cancelled L.3=Cancelled" {
		t.Errorf("%s\n%s", got, dump(e.store, y.ID()))
	}
}
