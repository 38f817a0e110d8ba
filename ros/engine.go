package ros

import (
	"context"
	"errors"
	"log/slog"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/seal"
	"github.com/bianpai/bianpai/internal/secret"
	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

const (
	stackPrefix = "stack/"
	namePrefix  = "name/"

	defaultRegion  = "cn-hangzhou"
	defaultWorkers = 100
)

// Retry is a rule for the tries of one call: how often, and how long to wait
// between them. Its zero value waits from one second to one minute and tries
// five times, a hundred times when throttled.
type Retry = core.Retry

// Options are the settings of an Engine; the zero value is the default.
type Options struct {
	// Journal keeps the stacks; nil keeps them in memory.
	Journal journal.Store
	// Sealer encrypts secrets before they reach the journal. nil takes a key
	// that lives as long as the engine, which goes with a journal in memory
	// alone: with another, a template that has secrets is refused.
	Sealer Sealer
	// Region and Account name where the stacks live; empty: cn-hangzhou, and
	// no account.
	Region, Account string
	// Workers bounds the provider calls at the same time over all stacks; 0:
	// 100.
	Workers int
	Retry   Retry
	// World answers what templates ask of the world outside: the parameter
	// store, images of the marketplace, zones. What it lacks of data sources in
	// Locals and of outputs of this engine's stacks the engine answers itself.
	World *template.World
	// Owner names this process to others that share the journal; see
	// journal.Leaser.
	Owner string
	// Logger hears of stacks that can no longer be driven; nil is silent.
	Logger *slog.Logger
}

// Engine plans and drives stacks. Its methods may be called concurrently.
type Engine struct {
	provider provider.Provider
	store    journal.Store
	sealer   Sealer
	types    *typeCache
	host     *host.Host
	stacks   *host.Journals // by stack ID
	def      *host.Definition
	region   string
	account  string
	outside  template.World
}

// New makes an engine on a provider. It starts nothing until a stack is
// touched; Shutdown ends what it then started.
func New(p provider.Provider, opts *Options) (*Engine, error) {
	if p == nil {
		return nil, errors.New("ros: New needs a provider")
	}
	o := Options{}
	if opts != nil {
		o = *opts
	}
	e := &Engine{provider: p, store: o.Journal, sealer: o.Sealer, region: o.Region, account: o.Account, types: newTypeCache(p)}
	if o.World != nil {
		e.outside = *o.World
	}
	if e.region == "" {
		e.region = defaultRegion
	}
	if e.sealer == nil {
		if _, inMemory := o.Journal.(*journal.Memory); o.Journal == nil || inMemory {
			e.sealer = seal.NewEphemeral()
		} else {
			e.sealer = secret.Keyless("ros")
		}
	}
	if e.store == nil {
		e.store = &journal.Memory{}
	}
	if o.Workers == 0 {
		o.Workers = defaultWorkers
	}
	e.host = host.New(e.store, &host.Options{Workers: o.Workers, Logger: o.Logger, Owner: o.Owner})
	e.def = &host.Definition{
		New:      func() core.Machine { return newMachine("", e.sealer, o.Retry) },
		Codec:    codec,
		Effector: &effector{provider: p, types: e.types},
	}
	e.stacks = e.host.Journals(stackPrefix, e.def)
	return e, nil
}

// Shutdown stops driving. The stacks stay as they are: Resume, here or in
// another process, goes on with them.
func (e *Engine) Shutdown(ctx context.Context) error { return e.host.Shutdown(ctx) }

// look calls f with the machine of a stack: the one that is driven here, or
// one folded from the journal for this call.
func (e *Engine) look(ctx context.Context, id string, f func(*machine)) error {
	return e.stacks.Look(ctx, id, func(m core.Machine) { f(m.(*machine)) })
}
