package ros

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// bench is an engine on a fake cloud, in a bubble, and the words in which the
// engine tests speak.
type bench struct {
	t     *testing.T
	cloud *fakeCloud
	e     *Engine
}

// onBench runs a test in a bubble. edit may change what the engine is made of.
func onBench(t *testing.T, edit func(*fakeCloud, *Options) provider.Provider, f func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, cloud: newFakeCloud()}
		opts := &Options{}
		var p provider.Provider = b.cloud
		if edit != nil {
			p = edit(b.cloud, opts)
		}
		b.e = newTestEngine(t, p, opts)
		f(t, b)
	})
}

func (b *bench) change(src string, params map[string]any) *Change {
	b.t.Helper()
	return &Change{Stack: "web", Template: mustParse(b.t, src), Parameters: params}
}

func (b *bench) create(src string, params map[string]any) Status {
	b.t.Helper()
	run, err := b.e.CreateStack(b.t.Context(), b.change(src, params))
	return finish(b.t, run, err)
}

func (b *bench) update(src string, params map[string]any) Status {
	b.t.Helper()
	run, err := b.e.UpdateStack(b.t.Context(), b.change(src, params))
	return finish(b.t, run, err)
}

func (b *bench) delete() Status {
	b.t.Helper()
	run, err := b.e.DeleteStack(b.t.Context(), "web", nil)
	return finish(b.t, run, err)
}

func (b *bench) stack() *Stack {
	b.t.Helper()
	s, err := b.e.Stack(b.t.Context(), "web")
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// resource is one resource of the stack; the zero one if it has none of that
// name.
func (b *bench) resource(logicalID string) StackResource {
	b.t.Helper()
	for _, r := range b.stack().Resources {
		if r.LogicalID == logicalID {
			return r
		}
	}
	return StackResource{}
}

// expect compares statuses.
func (b *bench) expect(got, want Status) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("ended in %s, want %s; calls: %v", got, want, b.cloud.calls)
	}
}

// leaves compares what is in the cloud.
func (b *bench) leaves(want ...string) {
	b.t.Helper()
	if got := strings.Join(b.cloud.living(), " "); got != strings.Join(want, " ") {
		b.t.Errorf("in the cloud: %q, want %q; calls: %v", got, want, b.cloud.calls)
	}
}

// on makes calls of one verb on one resource fail.
func on(verb, logicalID string, err error) func(string, string, int) error {
	return func(v, id string, _ int) error {
		if v == verb && id == logicalID {
			return err
		}
		return nil
	}
}

func refusal(kind provider.Kind) error {
	return &provider.Error{Kind: kind, Code: "Code." + kind.String(), Message: "as the test wants it"}
}

// blind is a cloud that cannot be asked what a token made.
type blind struct{ provider.Provider }

// slowly is a cloud whose calls take time, whether or not the caller waits.
type slowly struct {
	*fakeCloud
	takes map[string]time.Duration // by verb and logical ID
}

func (c *slowly) wait(verb string, req *provider.Request) {
	time.Sleep(c.takes[verb+" "+req.LogicalID])
}

func (c *slowly) Create(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	c.wait("create", req)
	return c.fakeCloud.Create(ctx, req)
}

func (c *slowly) Update(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	c.wait("update", req)
	return c.fakeCloud.Update(ctx, req)
}

func (c *slowly) Delete(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	c.wait("delete", req)
	return c.fakeCloud.Delete(ctx, req)
}

// typed says that some properties of Custom::Typed can be changed in place.
func typed(c *fakeCloud, _ *Options) provider.Provider {
	c.types["ALIYUN::Test::Typed"] = &provider.Type{
		Name: "ALIYUN::Test::Typed", Coverage: provider.CoverageFull,
		Properties: map[string]*provider.Property{
			"Size": {Type: provider.TypeAny, Update: provider.UpdateInPlace},
			"Of":   {Type: provider.TypeAny, Update: provider.UpdateInPlace},
			"Zone": {Type: provider.TypeAny, Update: provider.UpdateReplaces},
			"In":   {Type: provider.TypeAny, Update: provider.UpdateReplaces},
		},
		Attributes: map[string]provider.Attribute{"Id": {}, "Size": {}, "Zone": {}},
	}
	slot := *c.types["ALIYUN::Test::Typed"]
	slot.Name, slot.ReplaceOrder = "ALIYUN::Test::Slot", provider.DeleteFirst
	c.types[slot.Name] = &slot
	return c
}

// failedBy gives the error of an operation that did not end well.
func failedBy(t *testing.T, r *Run, err error) *FailedError {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Wait(t.Context())
	failed, ok := errors.AsType[*FailedError](err)
	if !ok {
		t.Fatalf("got %v, %v, want a *FailedError", res, err)
	}
	return failed
}

// key makes a Sealer for tests.
func key(t *testing.T, text string) Sealer {
	t.Helper()
	s, err := NewSealer([]byte((text + strings.Repeat("-", 32))[:32]))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// bytesOf gives all that is in the journals of a store.
func bytesOf(t *testing.T, store journal.Store) string {
	t.Helper()
	var b strings.Builder
	for head, err := range store.List(t.Context(), &journal.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(head.ID)
		b.Write(head.Summary)
		for rec, err := range store.Read(t.Context(), head.ID, 0) {
			if err != nil {
				t.Fatal(err)
			}
			b.Write(rec.Data)
		}
	}
	return b.String()
}

var _ template.Types = (*typeSet)(nil)

// reported puts the made-up attribute into what a provider reports.
func (c *report) reported(req *provider.Request, p *provider.Progress, err error) (*provider.Progress, error) {
	if err == nil && p.Done && req.LogicalID == "A" {
		p.Attributes = []byte(`{"Id":"` + p.PhysicalID + `","Size":` + c.size + `}`)
	}
	return p, err
}

func (c *report) Create(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	p, err := c.fakeCloud.Create(ctx, req)
	return c.reported(req, p, err)
}

func (c *report) Update(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	p, err := c.fakeCloud.Update(ctx, req)
	return c.reported(req, p, err)
}

func (c *gossip) Create(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	p, err := c.fakeCloud.Create(ctx, req)
	return c.told(req, p, err)
}

func (c *gossip) Update(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	p, err := c.fakeCloud.Update(ctx, req)
	return c.told(req, p, err)
}

func (c *gossip) told(req *provider.Request, p *provider.Progress, err error) (*provider.Progress, error) {
	c.mu.Lock()
	c.given += string(req.Desired)
	c.mu.Unlock()
	if err != nil {
		return p, err
	}
	if p.Note = c.heard(req); p.Done && req.Type == "ALIYUN::Test::Db" {
		p.Attributes = append(p.Attributes[:len(p.Attributes)-1], []byte(`,"Token":"CANARY-attribute"}`)...)
	}
	return p, nil
}

// pass lets time go by that is virtual: it is called in the bubble of onBench.
func pass(d time.Duration) { time.Sleep(d) }
