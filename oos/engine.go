package oos

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/seal"
	"github.com/bianpai/bianpai/internal/secret"
	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/oos/products"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

const (
	executionPrefix = "execution/"

	defaultRegion  = "cn-hangzhou"
	defaultWorkers = 100
)

// Retry is a rule for the tries of one call; see its fields.
type Retry = core.Retry

// Sealer keeps secrets: it gives a keyed digest of a value, and encrypts what
// a journal must hold. NewSealer makes one from a key.
type Sealer = seal.Sealer

// NewSealer makes a Sealer from a key of 32 bytes that the host program keeps.
// Every engine that is to go on with an execution's secrets needs the same key.
func NewSealer(key []byte) (Sealer, error) { return seal.New(key) }

// Options are the settings of an Engine; the zero value is the default.
type Options struct {
	// Journal keeps the executions; nil keeps them in memory.
	Journal journal.Store
	// Sealer encrypts secrets before they reach the journal. nil takes a key that
	// lives as long as the engine, which goes with a journal in memory alone:
	// with another, what has secrets is refused.
	Sealer Sealer
	// Region and Account name where executions run; empty: cn-hangzhou, and no
	// account. User is who starts them unless Start says so.
	Region, Account, User string
	// UtilVersion is ACS::OOSUtilVersion.
	UtilVersion string
	// Templates finds a template by name; an empty version is the latest. An
	// error of type *TemplateNotFoundError, or nil without an error, sends the
	// engine on to the built-in product actions.
	Templates func(ctx context.Context, name, version string) (*Template, error)
	// Notify sends the messages of ACS::Notify and ACS::Approve. With nil an
	// ACS::Notify fails; an ACS::Approve waits without one.
	Notify func(ctx context.Context, n *Notification) error
	// Store reads the parameter store for {{ oos:name }} and {{ oos-secret:name
	// }}: a string, or a list of strings. It is asked when a call is made, and
	// what it gives for a secret goes nowhere else.
	Store func(ctx context.Context, name string, secret bool) (v any, found bool, err error)
	// Class says what may be done about a call whose answer was lost. nil: what
	// the package provider/calls knows.
	Class func(service, api string) provider.CallClass
	// Risky says which calls cannot be undone, and so need a confirmation under
	// ConfirmEveryHighRiskTask. nil: those whose names begin with Delete, Remove,
	// Terminate or Drop.
	Risky func(service, api string) bool
	// SafetyCheck is that of executions which do not say; empty: SkipCheck.
	SafetyCheck SafetyCheck
	// HandledErrors lets an execution end in Success although a task failed, if
	// the task's OnError names another task. The service ends it Failed then,
	// unless the task has IsCritical: false.
	HandledErrors bool
	// Workers bounds the calls at the same time over all executions; 0: 100.
	Workers int
	Retry   Retry
	// Owner names this process to others that share the journal; see
	// journal.Leaser.
	Owner string
	// Logger hears of executions that can no longer be driven; nil is silent.
	Logger *slog.Logger
}

// settings are what machine and effector know of the options.
type settings struct {
	sealer    seal.Sealer
	retry     core.Retry
	templates *templateCache
	notify    func(ctx context.Context, n *Notification) error
	store     func(ctx context.Context, name string, secret bool) (any, bool, error)
	class     func(service, api string) provider.CallClass
	risky     func(service, api string) bool
}

// Engine starts and drives executions. Its methods may be called concurrently.
type Engine struct {
	store journal.Store
	set   *settings
	opts  Options
	host  *host.Host
	roots *host.Journals // by the ID of the root execution
	def   *host.Definition
}

// New makes an engine on a caller. It starts nothing until an execution is
// touched; Shutdown ends what it then started.
func New(c provider.Caller, opts *Options) (*Engine, error) {
	if c == nil {
		return nil, errors.New("oos: New needs a caller")
	}
	o := Options{}
	if opts != nil {
		o = *opts
	}
	e := &Engine{store: o.Journal}
	sealer := o.Sealer
	if sealer == nil {
		if _, inMemory := o.Journal.(*journal.Memory); o.Journal == nil || inMemory {
			sealer = seal.NewEphemeral()
		} else {
			sealer = secret.Keyless("oos")
		}
	}
	if e.store == nil {
		e.store = &journal.Memory{}
	}
	if o.Region == "" {
		o.Region = defaultRegion
	}
	if o.Workers == 0 {
		o.Workers = defaultWorkers
	}
	if o.SafetyCheck == "" {
		o.SafetyCheck = SkipCheck
	}
	e.opts = o
	e.set = &settings{
		sealer: sealer, retry: o.Retry, templates: &templateCache{}, notify: o.Notify, store: o.Store,
		class: o.Class, risky: o.Risky,
	}
	if e.set.class == nil {
		e.set.class = remembered(calls.Default().Class)
	}
	if e.set.risky == nil {
		e.set.risky = riskyByName
	}
	e.host = host.New(e.store, &host.Options{Workers: o.Workers, Logger: o.Logger, Owner: o.Owner})
	e.def = &host.Definition{
		New:      func() core.Machine { return newMachine(e.set) },
		Codec:    codec,
		Effector: &effector{set: e.set, caller: c, engine: e},
	}
	e.roots = e.host.Journals(executionPrefix, e.def)
	return e, nil
}

// remembered keeps the classes that were looked up: a loop asks for one call
// again and again. A template cannot make it grow without bound.
func remembered(class func(service, api string) provider.CallClass) func(service, api string) provider.CallClass {
	type name struct{ service, api string }
	var mu sync.RWMutex
	known := map[name]provider.CallClass{}
	return func(service, api string) provider.CallClass {
		key := name{service, api}
		mu.RLock()
		c, ok := known[key]
		mu.RUnlock()
		if ok {
			return c
		}
		c = class(service, api)
		mu.Lock()
		defer mu.Unlock()
		if len(known) < 10_000 {
			known[key] = c
		}
		return c
	}
}

// Shutdown stops driving. The executions stay as they are: Resume, here or in
// another process, goes on with them.
func (e *Engine) Shutdown(ctx context.Context) error { return e.host.Shutdown(ctx) }

// look calls f with the machine of a root execution: the one that is driven
// here, or one folded from the journal for this call.
func (e *Engine) look(ctx context.Context, root string, f func(*machine)) error {
	return e.roots.Look(ctx, root, func(m core.Machine) { f(m.(*machine)) })
}

// findTemplate finds a template by name: the host program's, then those built
// in.
func (e *Engine) findTemplate(ctx context.Context, name, version string, child bool) (text []byte, t *Template, err error) {
	if e.opts.Templates != nil {
		t, err = e.opts.Templates(ctx, name, version)
		if _, missing := errors.AsType[*TemplateNotFoundError](err); err != nil && !missing {
			return nil, nil, err
		}
	}
	if t != nil {
		text = []byte(t.Source().Text())
		if t.Root().Doc() != nil && child { // a child is read as one: it has no trigger
			t, err = e.set.templates.parse(name, text, true)
		} else {
			err = t.Diagnostics().Err()
		}
		return text, t, err
	}
	text, ok := products.Lookup(name)
	if !ok {
		return nil, nil, &TemplateNotFoundError{Name: name, Version: version}
	}
	t, err = e.set.templates.parse(name, text, child)
	return text, t, err
}

// split gives the ID of the root and the path of an execution's full ID, or of
// a task execution's.
func split(id string) (root, path string) {
	root, path, _ = strings.Cut(id, ".")
	return root, path
}
