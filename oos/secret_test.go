package oos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
)

// TestSecrets looks for secrets in all that a run leaves behind: a masked
// parameter, an entry of the parameter store, what a service echoes of them, and
// what its errors say.
func TestSecrets(t *testing.T) {
	const masked, stored = "correct-horse", "battery-staple"
	tasks := `
- Name: A
  Action: ACS::ExecuteAPI
  Properties:
    Service: ECS
    API: DoA
    Parameters: {P: '{{ password }}', S: '{{ oos-secret:db/pw }}', Both: 'x-{{ password }}-{{ oos-secret:db/pw }}'}
  Outputs:
    echo: {Type: String, ValueSelector: .Echo}
    plain: {Type: String, ValueSelector: .Plain}
- Name: N
  Action: ACS::Template
  Properties: {TemplateName: child, Parameters: {p: '{{ A.echo }}', s: '{{ oos-secret:db/pw }}', literal: '{{ A.plain }}'}}
- Name: F
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: Fail, Parameters: {P: '{{ password }}', S: '{{ oos-secret:db/pw }}'}}
`
	head := "Parameters: {password: {Type: String, NoEcho: true}}\nOutputs: {echo: {Type: String, Value: '{{ A.echo }}'}}\n"
	c := newCloud()
	var seen []string
	c.on("DoA", func(_ *provider.Call, p map[string]any) (any, error) {
		seen = append(seen, fmt.Sprint(p["P"], " ", p["S"], " ", p["Both"]))
		return map[string]any{"Echo": fmt.Sprint("you said ", p["Both"]), "Plain": "{{ oos-secret:db/pw }}"}, nil
	})
	c.on("DoChild", func(_ *provider.Call, p map[string]any) (any, error) {
		seen = append(seen, fmt.Sprint(p["P"], " ", p["S"], " ", p["L"]))
		return nil, nil
	})
	c.on("Fail", func(_ *provider.Call, p map[string]any) (any, error) {
		return nil, &provider.Error{Kind: provider.Invalid, Code: "Bad", Message: fmt.Sprint("not ", p["P"], " nor ", p["S"])}
	})
	store := new(journal.Memory)
	e := engineOn(t, c, &Options{Journal: store, Sealer: testSealer(t),
		Templates: library(t, map[string]string{"child": "Parameters: {p: {Type: String}, s: {Type: String}, literal: {Type: String}}\nTasks:\n" +
			"- Name: C\n  Action: ACS::ExecuteAPI\n  Properties: {Service: ECS, API: DoChild, Parameters: {P: '{{ p }}', S: '{{ s }}', L: '{{ literal }}'}}\n"}),
		Store: func(_ context.Context, name string, secret bool) (any, bool, error) {
			return stored, name == "db/pw" && secret, nil
		}})
	x := start(t, e, &Start{Template: runbookOf(t, tasks, head), Parameters: map[string]any{"password": masked}})
	_, err := x.Wait(t.Context())
	failed, ok := errors.AsType[*FailedError](err)
	if !ok || !strings.Contains(failed.Message, "not ****** nor ******") || fmt.Sprint(failed.Outputs["echo"]) != "******" {
		t.Errorf("%v, %v", err, failed)
	}
	want := []string{
		"correct-horse battery-staple x-correct-horse-battery-staple",
		"you said x-correct-horse-battery-staple battery-staple {{ oos-secret:db/pw }}", // a text from outside is no reference
	}
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("the calls were given %q, want %q", seen, want)
	}
	var left bytes.Buffer
	left.WriteString(dump(store, x.ID()))
	for rec := range store.Read(t.Context(), executionPrefix+x.ID(), 0) {
		left.Write(rec.Data)
	}
	head1, _ := store.Head(t.Context(), executionPrefix+x.ID())
	left.Write(head1.Summary)
	for ev := range x.Events(t.Context(), 0) {
		fmt.Fprintln(&left, ev)
	}
	enc := json.NewEncoder(&left)
	info, err := e.GetExecution(t.Context(), x.ID())
	if err != nil {
		t.Fatal(err)
	}
	_ = enc.Encode(info)
	for _, id := range []string{x.ID(), x.ID() + ".t0020.0"} {
		for task, err := range e.ListTaskExecutions(t.Context(), id, nil) {
			if err != nil {
				t.Fatal(err)
			}
			_ = enc.Encode(task)
		}
	}
	fmt.Fprint(&left, err, failed)
	for _, secret := range []string{masked, stored} {
		if i := strings.Index(left.String(), secret); i >= 0 {
			t.Errorf("%s is left behind: …%s…", secret, left.String()[max(0, i-200):min(left.Len(), i+100)])
		}
	}
}

func TestSecretsNeedAKey(t *testing.T) {
	dir, err := journal.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := newCloud()
	e, err := New(c, &Options{Journal: dir})
	if err != nil {
		t.Fatal(err)
	}
	tmpl := runbookOf(t, apiTask("A", ""), "Parameters: {password: {Type: String, NoEcho: true}}")
	if _, err := e.StartExecution(t.Context(), &Start{Template: tmpl, Parameters: map[string]any{"password": "geheim"}}); err == nil || !strings.Contains(err.Error(), "oos.NewSealer") {
		t.Errorf("%v", err)
	}
	x := start(t, e, &Start{Template: runbookOf(t, apiTask("A", ""))})
	if _, err := x.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if err := e.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := dir.Close(); err != nil {
		t.Error(err)
	}
}

// TestWithoutTheKey reads an execution whose key is lost: it can be looked at,
// and is not driven.
func TestWithoutTheKey(t *testing.T) {
	store, c := new(journal.Memory), newCloud()
	e := engineOn(t, c, &Options{Journal: store, Sealer: testSealer(t)})
	tmpl := runbookOf(t, "- {Name: P, Action: 'ACS::Pause'}\n"+apiTask("A", ""), "Parameters: {password: {Type: String, NoEcho: true}}")
	x := start(t, e, &Start{Template: tmpl, Parameters: map[string]any{"password": "geheim"}})
	waitsFor(t, x, WaitPause)
	if err := e.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := engineOn(t, c, &Options{Journal: store})
	info, err := other.GetExecution(t.Context(), x.ID())
	if err != nil || info.Status != Waiting || strings.Contains(string(info.Parameters), "geheim") {
		t.Errorf("%+v, %v", info, err)
	}
	if _, err := other.Execution(t.Context(), x.ID()); err == nil {
		t.Error("it is driven without the key")
	}
	if err := other.NotifyExecution(t.Context(), x.ID(), &Notice{Type: Approve}); err == nil {
		t.Error("it is changed without the key")
	}
}
