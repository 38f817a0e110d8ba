package ros

import (
	"context"
	"errors"
	"log/slog"
	"sync"

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
	def      *host.Definition
	region   string
	account  string
	outside  template.World

	mu      sync.Mutex
	drivers map[string]*host.Driver // by stack ID
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
	e := &Engine{provider: p, store: o.Journal, sealer: o.Sealer, region: o.Region, account: o.Account, types: newTypeCache(p), drivers: map[string]*host.Driver{}}
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
		Codec:    codec{},
		Effector: &effector{provider: p, types: e.types},
	}
	return e, nil
}

// Shutdown stops driving. The stacks stay as they are: Resume, here or in
// another process, goes on with them.
func (e *Engine) Shutdown(ctx context.Context) error { return e.host.Shutdown(ctx) }

// drive opens the journal of a stack and goes on with what is under way.
func (e *Engine) drive(ctx context.Context, id string) (*host.Driver, error) {
	d, err := e.host.Open(ctx, stackPrefix+id, e.def)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	e.drivers[id] = d
	e.mu.Unlock()
	return d, nil
}

// driver is the driver of a stack, nil if this engine does not drive it now.
func (e *Engine) driver(id string) *host.Driver {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.drivers[id]
	if d == nil {
		return nil
	}
	select {
	case <-d.Stopped():
		return nil // and kept, to tell why it stopped
	default:
		return d
	}
}

// last is the driver that this engine had of a stack last, stopped or not; nil
// if it had none.
func (e *Engine) last(id string) *host.Driver {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.drivers[id]
}

// look calls f with the machine of a stack: the one that is driven here, or
// one folded from the journal for this call.
func (e *Engine) look(ctx context.Context, id string, f func(*machine)) error {
	if d := e.driver(id); d != nil {
		err := d.Inspect(ctx, func(m core.Machine) { f(m.(*machine)) })
		if _, stopped := errors.AsType[*host.StoppedError](err); !stopped {
			return err
		}
	}
	replica, err := host.Fold(ctx, e.store, stackPrefix+id, e.def)
	if err != nil {
		return err
	}
	f(replica.Machine().(*machine))
	return nil
}
