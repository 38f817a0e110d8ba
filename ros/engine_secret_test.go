package ros

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

// secretive has secrets from all sides: a parameter, what is made of it, a
// property that its type calls secret, an attribute that its type calls secret,
// and a cloud that gives back and tells of all that it was given.
const secretive = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Pass: {Type: String, NoEcho: true}
  Size: {Type: Number, Default: 1}
Resources:
  Db:
    Type: ALIYUN::Test::Db
    Metadata: {Note: {Ref: Pass}}
    Properties: {Pass: {Ref: Pass}, Url: {'Fn::Sub': 'db://${Pass}@host'}, Size: {Ref: Size}}
  User:
    Type: Custom::Thing
    Properties: {Token: {'Fn::GetAtt': [Db, Token]}, Text: {'Fn::Join': ['-', [{Ref: Pass}, {'Fn::GetAtt': [Db, Token]}]]}}
  Fixed:
    Type: ALIYUN::Test::Db
    Properties: {Pass: CANARY-written-down, Size: 1}
  Last:
    Type: Custom::Thing
    DependsOn: [User, Fixed]
    Properties: {Of: {Ref: User}}
Outputs:
  Url: {Value: {'Fn::GetAtt': [Db, Url]}}
  Token: {Value: {'Fn::GetAtt': [Db, Token]}}
  Pass: {Value: {Ref: Pass}}
`

// gossip is a cloud that repeats secrets in notes and errors.
type gossip struct{ *fakeCloud }

func (c *gossip) heard(req *provider.Request) string {
	return "it was asked for " + string(req.Desired)
}

func gossiping(store journal.Store, sealer Sealer) func(*fakeCloud, *Options) provider.Provider {
	return func(c *fakeCloud, o *Options) provider.Provider {
		c.types["ALIYUN::Test::Db"] = &provider.Type{
			Name: "ALIYUN::Test::Db", Coverage: provider.CoverageTop,
			Properties: map[string]*provider.Property{
				"Pass": {Type: provider.TypeString, Update: provider.UpdateInPlace, Sensitive: true},
				"Url":  {Type: provider.TypeString, Update: provider.UpdateInPlace},
				"Size": {Type: provider.TypeAny, Update: provider.UpdateInPlace},
			},
			Attributes: map[string]provider.Attribute{"Token": {Sensitive: true}, "Url": {}, "Pass": {}, "Size": {}, "Id": {}},
		}
		o.Journal, o.Sealer = store, sealer
		return &gossip{c}
	}
}

// secretsShown lists the canaries that a text holds.
func secretsShown(text string) (found []string) {
	for _, canary := range []string{"CANARY-parameter", "CANARY-attribute", "CANARY-written-down", "CANARY-next"} {
		if strings.Contains(text, canary) {
			found = append(found, canary)
		}
	}
	return found
}

// TestSecretsStayIn looks for secrets wherever something is written or told.
func TestSecretsStayIn(t *testing.T) {
	store := new(journal.Memory)
	onBench(t, gossiping(store, key(t, "k")), func(t *testing.T, b *bench) {
		quiet := func(where string, told any) {
			t.Helper()
			text := fmt.Sprintf("%+v", told)
			if data, err := json.Marshal(told); err == nil {
				text += string(data)
			}
			if found := secretsShown(text); len(found) > 0 {
				t.Errorf("%s tells %v: %.600s", where, found, text)
			}
		}
		b.cloud.polls = 1
		change := func(pass string, size int) *Change {
			return b.change(secretive, map[string]any{"Pass": pass, "Size": size})
		}
		tell := func(c *Change, fail string) {
			t.Helper()
			b.cloud.refuse = nil
			if fail != "" {
				verb, id, _ := strings.Cut(fail, " ")
				b.cloud.refuse = on(verb, id, &provider.Error{Kind: provider.Denied, Code: "No", Message: "no CANARY-parameter, no CANARY-next, no CANARY-attribute, no CANARY-written-down for db://CANARY-parameter@host"})
			}
			p, err := b.e.Plan(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			quiet("the plan", p)
			var printed strings.Builder
			if err := p.Print(&printed, nil); err != nil {
				t.Fatal(err)
			}
			quiet("the printed plan", printed.String())
			run, err := b.e.Apply(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			_, err = run.Wait(t.Context())
			quiet("the error", err)
			if failed, ok := err.(*FailedError); ok {
				quiet("the failure", *failed)
			}
			for ev, err := range run.Events(t.Context(), 0) {
				quiet("an event", ev)
				quiet("an error of events", err)
			}
			quiet("the stack", *b.stack())
			quiet("the journal", bytesOf(t, store))
		}
		tell(change("CANARY-parameter", 1), "")
		if s := b.stack(); s.Status != CreateComplete || len(s.Outputs) != 3 {
			t.Fatalf("%s %v", s.Status, s.Outputs)
		}
		for _, want := range []string{`"Pass":"CANARY-parameter"`, `"Token":"CANARY-attribute"`, "CANARY-parameter-CANARY-attribute", "db://CANARY-parameter@host"} {
			if !strings.Contains(b.cloud.given, want) {
				t.Errorf("the cloud was not given %s: %s", want, b.cloud.given)
			}
		}
		tell(change("CANARY-next", 1), "update Db")
		tell(change("CANARY-next", 2), "create None")
		if s := b.stack(); s.Status != UpdateComplete {
			t.Errorf("%s", s.Status)
		}
		if p, err := b.e.Plan(t.Context(), change("CANARY-next", 2)); err != nil || !p.Empty() {
			t.Errorf("the same again: %v %v", p, err)
		}
		previous := &Change{Stack: "web", Template: mustParse(t, secretive), UsePreviousParameters: true}
		if p, err := b.e.Plan(t.Context(), previous); err != nil || !p.Empty() {
			t.Errorf("the parameters it has: %v %v", p, err)
		}
	})
}

// Without the right key a stack can be read, and nothing of it is changed or
// driven, not even what is under way.
func TestWrongKey(t *testing.T) {
	store := new(journal.Memory)
	var id string
	onBench(t, gossiping(store, key(t, "right")), func(t *testing.T, b *bench) {
		b.cloud.polls = 1 << 30
		run, err := b.e.CreateStack(t.Context(), b.change(secretive, map[string]any{"Pass": "CANARY-parameter"}))
		if err != nil {
			t.Fatal(err)
		}
		id = run.StackID()
	})
	onBench(t, gossiping(store, key(t, "wrong")), func(t *testing.T, b *bench) {
		s, err := b.e.Stack(t.Context(), id)
		if err != nil || s.Status != CreateInProgress || len(s.Resources) != 4 {
			t.Fatalf("not readable: %+v, %v", s, err)
		}
		for run, err := range b.e.Resume(t.Context()) {
			if !is[*KeyError](err) {
				t.Errorf("resumed: %v, %v", run, err)
			}
		}
		for name, err := range map[string]error{
			"run":    second(b.e.Run(t.Context(), id)),
			"update": second(b.e.UpdateStack(t.Context(), b.change(secretive, map[string]any{"Pass": "x12345"}))),
			"delete": second(b.e.DeleteStack(t.Context(), id, nil)),
		} {
			if !is[*KeyError](err) && !is[*BusyError](err) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, err := range b.e.Events(t.Context(), id, 0) {
			if err != nil {
				t.Error(err)
			}
		}
		if len(b.cloud.calls) > 0 {
			t.Errorf("calls: %v", b.cloud.calls)
		}
	})
	onBench(t, gossiping(store, key(t, "right")), func(t *testing.T, b *bench) {
		for run, err := range b.e.Resume(t.Context()) {
			b.expect(finish(t, run, err), CreateComplete)
		}
		if !strings.Contains(b.cloud.given, `"Pass":"CANARY-parameter"`) {
			t.Errorf("the cloud was given %s", b.cloud.given)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// Without any key a journal that outlives the process takes no secret: not from
// a parameter, not from a property, not from an attribute.
func TestNoKey(t *testing.T) {
	dir, err := journal.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dir.Close() })
	c := newFakeCloud()
	p := gossiping(dir, nil)(c, &Options{})
	e := newTestEngine(t, p, &Options{Journal: dir})
	const head = "ROSTemplateFormatVersion: '2015-09-01'\n"
	for name, src := range map[string]string{
		"parameter": head + "Parameters: {P: {Type: String, NoEcho: true, Default: abcdef}}\nResources: {A: {Type: Custom::Thing, Properties: {P: {Ref: P}}}}\n",
		"property":  head + "Resources: {A: {Type: ALIYUN::Test::Db, Properties: {Pass: abcdef}}}\n",
		"attribute": head + "Resources: {A: {Type: ALIYUN::Test::Db}}\n",
	} {
		tmpl, err := template.Parse(name, []byte(src), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.CreateStack(t.Context(), &Change{Stack: "s", Template: tmpl}); err == nil || !strings.Contains(err.Error(), "NewSealer") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(c.calls) > 0 {
		t.Errorf("calls: %v", c.calls)
	}
	// What has no secrets needs no key, and is the same to the next process.
	run, err := e.CreateStack(t.Context(), &Change{Stack: "s", Template: mustParse(t, single)})
	if got := finish(t, run, err); got != CreateComplete {
		t.Errorf("ended in %s", got)
	}
	next := newTestEngine(t, p, &Options{Journal: dir})
	if _, err := next.UpdateStack(t.Context(), &Change{Stack: "s", Template: mustParse(t, single)}); !is[*NoChangeError](err) {
		t.Errorf("the same again: %v", err)
	}
}
