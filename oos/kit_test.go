package oos

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
)

// cloud is a caller whose answers a test scripts.
type cloud struct {
	mu       sync.Mutex
	handlers map[string]func(req *provider.Call, params map[string]any) (any, error)
	log      []string       // API and parameters of each call
	tokens   map[string]int // calls by token
}

func newCloud() *cloud {
	return &cloud{handlers: map[string]func(*provider.Call, map[string]any) (any, error){}, tokens: map[string]int{}}
}

// on scripts the answers to an API.
func (c *cloud) on(api string, f func(req *provider.Call, params map[string]any) (any, error)) {
	c.handlers[api] = f
}

// answers makes an API give the same answer always.
func (c *cloud) answers(api, body string) {
	c.on(api, func(*provider.Call, map[string]any) (any, error) { return json.RawMessage(body), nil })
}

func (c *cloud) Call(ctx context.Context, req *provider.Call) (*provider.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	f := c.handlers[req.API]
	c.log = append(c.log, req.API+string(req.Parameters))
	c.tokens[req.Token]++
	c.mu.Unlock()
	params := map[string]any{}
	if err := json.Unmarshal(req.Parameters, &params); err != nil {
		return nil, err
	}
	if f == nil {
		return &provider.Result{Body: json.RawMessage(`{"RequestId":"r"}`)}, nil
	}
	body, err := f(req, params)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(body)
	return &provider.Result{Body: data}, err
}

// calls lists the calls so far.
func (c *cloud) calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.log)
}

// count tells how often an API was called.
func (c *cloud) count(api string) int {
	n := 0
	for _, call := range c.calls() {
		if strings.HasPrefix(call, api+"{") {
			n++
		}
	}
	return n
}

func refuse(code string) error {
	return &provider.Error{Kind: provider.Invalid, Code: code, Message: "refused"}
}

// runbookOf makes a template of its tasks, and what comes before and after.
func runbookOf(t testing.TB, tasks string, more ...string) *Template {
	t.Helper()
	text := "FormatVersion: OOS-2019-06-01\n" + strings.Join(more, "\n") + "\nTasks:\n" + indent(tasks)
	tmpl, err := Parse("test.yml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return tmpl
}

// indent takes the common indentation off a text, and puts two blanks before.
func indent(s string) string {
	lines := strings.Split(strings.Trim(s, "\n"), "\n")
	cut := len(lines[0]) - len(strings.TrimLeft(lines[0], "\t "))
	for i, l := range lines {
		lines[i] = "  " + strings.ReplaceAll(l[min(cut, len(l)):], "\t", "  ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// engineOn makes an engine that ends with the test.
func engineOn(t testing.TB, c provider.Caller, opts *Options) *Engine {
	t.Helper()
	e, err := New(c, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

func start(t testing.TB, e *Engine, s *Start) *Execution {
	t.Helper()
	x, err := e.StartExecution(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// statuses tells the status of each task that control has come to.
func statuses(t testing.TB, e *Engine, id string) string {
	t.Helper()
	var out []string
	for r, err := range e.ListTaskExecutions(context.Background(), id, &TaskQuery{IncludeChildTaskExecution: true}) {
		if err != nil {
			t.Fatal(err)
		}
		name := r.TaskName
		if r.ParentTaskExecutionID != "" {
			name += r.TaskExecutionID[strings.LastIndexByte(r.TaskExecutionID, '.'):]
		}
		out = append(out, name+"="+string(r.Status))
	}
	return strings.Join(out, " ")
}

// waitsFor waits until an execution waits for something, and gives it.
func waitsFor(t testing.TB, x *Execution, kind WaitKind) Wait {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	root, _ := split(x.id)
	for {
		head, err := x.engine.store.Head(ctx, executionPrefix+root)
		if err != nil {
			t.Fatal(err)
		}
		waits, err := x.Waiting(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range waits {
			if w.Kind == kind {
				return w
			}
		}
		if err := x.engine.await(ctx, root, head.Tail); err != nil {
			t.Fatalf("nothing waits for %s: %v\n%s", kind, err, dump(x.engine.store, root))
		}
	}
}

// dump prints a journal, for the message of a failing test.
func dump(store journal.Store, id string) string {
	var b strings.Builder
	for rec, err := range store.Read(context.Background(), executionPrefix+id, 0) {
		if err != nil {
			return err.Error()
		}
		fmt.Fprintf(&b, "%4d %-9s %.200s\n", rec.Seq, rec.Kind, rec.Data)
	}
	return b.String()
}
