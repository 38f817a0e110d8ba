package alicloud

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
)

// Provider drives Alibaba Cloud. Make one with [New]. All methods may be called
// concurrently.
type Provider struct {
	transport Transport
	region    string
	account   string
	types     func(string) *provider.Type
	signals   Signals

	decoded sync.Map // type -> *descriptor

	identity  sync.Mutex // guards asked
	asked     string     // the account's ID, once it was asked for
	overlayed sync.Map   // type -> *provider.Type
}

var (
	_ provider.Provider = (*Provider)(nil)
	_ provider.Planner  = (*Provider)(nil)
	_ provider.Finder   = (*Provider)(nil)
)

// Options are what a provider needs to know.
type Options struct {
	Region string // required: "cn-hangzhou"
	// Account is the ID of the account, for the names of resources that have it
	// in them. Empty: the service is asked when it is needed.
	Account string
	// Types finds what is known of a type; nil stands for the catalogue of
	// package schema.
	Types func(name string) *provider.Type
	// Signals is where instances send the signals that wait conditions wait for.
	// Without it, wait conditions and their handles are absent.
	Signals Signals
}

// New makes a provider that calls by way of a transport.
func New(t Transport, opts *Options) (*Provider, error) {
	switch {
	case t == nil:
		return nil, errNoTransport
	case opts == nil || opts.Region == "":
		return nil, errors.New("alicloud: Options.Region is empty")
	}
	p := &Provider{transport: t, region: opts.Region, account: opts.Account, types: opts.Types, signals: opts.Signals}
	if p.types == nil {
		p.types = schema.Default().Type
	}
	return p, nil
}

// descriptor finds what is known of the calls behind a type; nil if nothing is.
func (p *Provider) descriptor(typ string) *descriptor {
	if d, ok := p.decoded.Load(typ); ok {
		return d.(*descriptor)
	}
	text, line := findBlock(typ)
	if text == "" {
		return nil
	}
	d, err := decodeBlock(text, line)
	if err != nil {
		return nil // a test decodes all of them
	}
	kept, _ := p.decoded.LoadOrStore(typ, d)
	return kept.(*descriptor)
}

// usable finds a descriptor that can be worked with.
func (p *Provider) usable(typ string) (*descriptor, error) {
	d := p.descriptor(typ)
	switch why := p.lacks(typ); {
	case why != "":
		return nil, &provider.Error{Kind: provider.Unsupported, Code: "UnsupportedType", Message: "this provider cannot handle " + typ + ": " + why}
	case d == nil:
		return nil, &provider.Error{Kind: provider.Unsupported, Code: "UnsupportedType", Message: "this provider does not know the calls behind " + typ}
	}
	return d, nil
}

// lacks says what keeps a type that has a descriptor or is built in from being
// handled; empty: nothing.
func (p *Provider) lacks(typ string) string {
	if b := builtins[typ]; b != nil && b.lacks != nil {
		return b.lacks(p)
	}
	if d := p.descriptor(typ); d != nil {
		return d.absent()
	}
	return ""
}

// Describe implements [provider.Provider]. It refuses a type that the provider
// cannot handle, so that a plan with it fails before anything is made.
func (p *Provider) Describe(_ context.Context, typ string) (*provider.Type, error) {
	if t, ok := p.overlayed.Load(typ); ok {
		return t.(*provider.Type), nil
	}
	base := p.types(typ)
	over := &provider.Type{Name: typ, Grade: provider.GradeDescribed}
	if p.builtin(typ) == nil {
		d, err := p.usable(typ)
		if refusal, ok := errors.AsType[*provider.Error](err); ok {
			refusal.Kind = provider.NotFound
			refusal.Message += "; take the resource out of the template, or run it with a provider that has the type"
			return nil, refusal
		}
		over.Properties = d.mutability(base)
		over.Attributes = map[string]provider.Attribute{}
		for _, a := range d.attributes {
			over.Attributes[a.name] = provider.Attribute{Sensitive: slices.Contains(d.secret, a.name)}
		}
	}
	if proven(typ) {
		over.Grade = provider.GradeProven
	}
	t := provider.Overlay(base, over)
	if d := p.descriptor(typ); d != nil {
		t = d.honest(t)
	}
	kept, _ := p.overlayed.LoadOrStore(typ, t)
	return kept.(*provider.Type), nil
}

// TypeGrade is how far a type is supported.
type TypeGrade struct {
	Name  string
	Grade provider.Grade
	// Why says what keeps a type from being handled, of an absent one.
	Why string
}

// Types tells the grade of every type that has a descriptor or is handled here
// without the service, ordered by name. All others are absent.
func (p *Provider) Types() iter.Seq[TypeGrade] {
	return func(yield func(TypeGrade) bool) {
		names := slices.Collect(describedTypes())
		for name := range builtins {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			g := TypeGrade{Name: name, Grade: provider.GradeDescribed}
			if _, err := p.usable(name); p.builtin(name) == nil && err != nil {
				g.Grade, g.Why = provider.GradeAbsent, p.lacks(name)
			}
			if g.Why == "" && proven(name) {
				g.Grade = provider.GradeProven
			}
			if !yield(g) {
				return
			}
		}
	}
}

// needsAccount reports whether the account's ID is in something that the type
// says.
func (d *descriptor) needsAccount() bool {
	for _, a := range d.attributes {
		for _, s := range a.sources {
			if s.text != nil && slices.ContainsFunc(s.text.expressions(), func(e *expression) bool { return e.kind == exprAccount }) {
				return true
			}
		}
	}
	return false
}

// accountID asks for the account's ID, once.
func (p *Provider) accountID(ctx context.Context) (string, error) {
	p.identity.Lock()
	defer p.identity.Unlock()
	if p.asked != "" {
		return p.asked, nil
	}
	body, err := p.send(ctx, &Request{Product: "Sts", Version: "2015-04-01", API: "GetCallerIdentity", Region: p.region, Query: map[string]string{}})
	if err != nil {
		return "", err
	}
	m, _ := body.(map[string]any)
	p.asked = textOf(m["AccountId"])
	return p.asked, nil
}
