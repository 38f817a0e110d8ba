package providertest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
	"github.com/bianpai/bianpai/provider/schema"
)

// Types tells what is known of a resource type; nil stands for an unknown one.
// *schema.Catalogue implements it.
type Types interface {
	Type(name string) *provider.Type
}

// Options say how a Cloud behaves. The zero value is a cloud in memory, in
// cn-hangzhou, whose operations take no time.
type Options struct {
	// Types are the resource types on offer. Nil stands for the embedded
	// catalogue.
	Types Types
	// Region is the region that ids, endpoints and zones speak of.
	Region string
	// AccountID is the account that ARNs and endpoints speak of.
	AccountID string
	// File keeps the state across processes. A process that is killed loses
	// nothing that a call has answered. Only one process at a time may use the
	// file. Empty: memory only.
	File string
	// Latency says how long an operation takes from its first call until it is
	// done, by verb ("Create", "Update", "Delete") and type. Nil: long-running
	// types report not done a few times, a millisecond apart; the others are
	// done at once, ALIYUN::ROS::Sleep too. It also says how long what a raw
	// call starts takes: "Start", "Stop" and "Reboot" of an instance, "Create"
	// of an image, "Invoke" of an ALIYUN::ECS::Command. Nil: no time.
	Latency func(verb, typ string) time.Duration
	// SignalDefault says how the instances behind a wait condition answer
	// unless Signals says otherwise. The zero value: as many successes as the
	// condition counts, at once.
	SignalDefault Signals
}

// Cloud is an in-memory Alibaba Cloud. It implements provider.Provider,
// provider.Finder and provider.Caller. All methods may be called concurrently.
type Cloud struct {
	types   Types
	region  string
	account string
	latency func(verb, typ string) time.Duration

	mu        sync.Mutex // never held while waiting
	shapes    map[string]*shape
	objects   map[key]*object
	byID      map[string][]*object // by physical id and by every id attribute
	users     map[key]map[key]link // who lives on an object
	names     map[string]*object   // by unique name
	vswitches map[string][]*object // by the id of their VPC
	addresses map[string]key       // who has a private address
	check     checker
	scripts   map[string]map[string]any // attributes by logical id
	ops       map[string]*operation
	order     int64
	calls     []Op
	forgotten int // calls that were dropped from calls
	faults    []*injection
	signals   signalBoard
	file      *stateFile

	// Of raw calls.
	index       *calls.Index
	answers     map[string][]answerMember // of responses, by service and API
	answered    map[string]*answered
	remembered  map[string]map[string]any // what calls answered by shape have set, by service and id
	invocations map[string]*invocation
	callScripts []*CallScript
	commands    func(Command) CommandResult
	proposal    func(*provider.Call, json.RawMessage) (json.RawMessage, bool)
	shaped      map[string]int // how often an API was answered by shape
}

var (
	_ provider.Provider = (*Cloud)(nil)
	_ provider.Finder   = (*Cloud)(nil)
	_ provider.Caller   = (*Cloud)(nil)
)

// NewCloud makes a cloud. With Options.File it starts with what that file
// holds; an error tells that the file cannot be read or is of a newer format.
func NewCloud(opts *Options) (*Cloud, error) {
	if opts == nil {
		opts = new(Options)
	}
	c := &Cloud{
		types:     opts.Types,
		region:    opts.Region,
		account:   opts.AccountID,
		latency:   opts.Latency,
		shapes:    make(map[string]*shape),
		objects:   make(map[key]*object),
		byID:      make(map[string][]*object),
		users:     make(map[key]map[key]link),
		names:     make(map[string]*object),
		vswitches: make(map[string][]*object),
		addresses: make(map[string]key),
		scripts:   make(map[string]map[string]any),
		ops:       make(map[string]*operation),

		index:       calls.Default(),
		answers:     make(map[string][]answerMember),
		answered:    make(map[string]*answered),
		remembered:  make(map[string]map[string]any),
		invocations: make(map[string]*invocation),
		shaped:      make(map[string]int),
	}
	if c.types == nil {
		c.types = schema.Default()
	}
	if c.region == "" {
		c.region = "cn-hangzhou"
	}
	if c.account == "" {
		c.account = "1234567890123456"
	}
	c.signals.fallback = opts.SignalDefault
	if opts.File != "" {
		if err := c.openFile(opts.File); err != nil {
			return nil, fmt.Errorf("open the cloud's state: %w", err)
		}
	}
	return c, nil
}

// New makes a cloud for a test and fails the test if it cannot.
func New(t testing.TB, opts *Options) *Cloud {
	t.Helper()
	c, err := NewCloud(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// Close gives the state file back. A cloud in memory needs no Close.
func (c *Cloud) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file == nil {
		return nil
	}
	err := c.file.close()
	c.file = nil
	return err
}

// Region returns the cloud's region.
func (c *Cloud) Region() string { return c.region }

// Account returns the id of the cloud's account.
func (c *Cloud) Account() string { return c.account }

// Describe implements provider.Provider.
func (c *Cloud) Describe(ctx context.Context, typ string) (*provider.Type, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := c.types.Type(typ)
	if t == nil {
		return nil, unknownType(typ)
	}
	return t, nil
}
