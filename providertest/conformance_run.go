package providertest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

const conformanceStack = "conformance"

// Bounds on how long one operation is driven.
const (
	mostConformanceCalls = 400
	longestOperation     = 4 * time.Hour
	mostResume           = 4 << 10
)

// conformanceRun is one check of one type in a cloud of its own.
type conformanceRun struct {
	t       *testing.T
	cfg     *ConformanceConfig
	fixture *conformanceFixture
	subject *ConformanceSubject

	want   *wanted
	notes  *conformanceNotes
	tokens int

	before int               // resources in the cloud without the subject
	req    *provider.Request // of the subject; PhysicalID is filled in by create
	made   *provider.Progress
}

// operation of a provider: Create, Update or Delete.
type providerCall func(context.Context, *provider.Request) (*provider.Progress, error)

// prepare makes what the subject needs and readies the request that makes it.
func (r *conformanceRun) prepare() error {
	var err error
	r.want, err = r.fixture.expand(cmp.Or(r.subject.Region, sampleRegion), cmp.Or(r.subject.Account, "1234567890123456"))
	if err != nil {
		return err
	}
	if r.notes, err = r.want.notes(); err != nil {
		return err
	}
	last := len(r.want.order) - 1
	for _, needed := range r.want.order[:last] {
		if err := r.makeNeeded(needed); err != nil {
			return fmt.Errorf("what it needs cannot be made: %s %s: %w", needed.LogicalID, needed.Type, err)
		}
	}
	if r.req, err = r.request(r.want.order[last]); err != nil {
		return err
	}
	r.before = r.subject.Count()
	return nil
}

func (r *conformanceRun) request(of *template.DesiredResource) (*provider.Request, error) {
	props, err := r.want.properties(of)
	if err != nil {
		return nil, err
	}
	return &provider.Request{Token: r.token(), Stack: conformanceStack, Type: of.Type, LogicalID: of.LogicalID, Desired: props}, nil
}

// token makes a token as long as any may be.
func (r *conformanceRun) token() string {
	r.tokens++
	return fmt.Sprintf("%064d", r.tokens)[:64]
}

func (r *conformanceRun) makeNeeded(of *template.DesiredResource) error {
	req, err := r.request(of)
	if err != nil {
		return err
	}
	typ, err := r.subject.Provider.Describe(r.t.Context(), of.Type)
	if err != nil {
		return err
	}
	if typ.DataSource {
		state, err := r.subject.Provider.Read(r.t.Context(), req)
		if err == nil {
			r.want.states[of.LogicalID] = state
		}
		return err
	}
	p, err := r.drive(r.subject.Provider.Create, req)
	if err != nil {
		return err
	}
	r.want.states[of.LogicalID] = &provider.State{PhysicalID: p.PhysicalID, Attributes: p.Attributes}
	return nil
}

// create makes the subject.
func (r *conformanceRun) create() error {
	if err := r.prepare(); err != nil {
		return err
	}
	p, err := r.drive(r.subject.Provider.Create, r.req)
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	r.made, r.req.PhysicalID = p, p.PhysicalID
	return nil
}

// drive calls until the operation is done, as an engine does: it waits as long
// as it is told to, and calls again after an error that may pass.
func (r *conformanceRun) drive(call providerCall, first *provider.Request) (*provider.Progress, error) {
	req, start, failed := *first, time.Now(), 0
	for range mostConformanceCalls {
		sent := req
		p, err := call(r.t.Context(), &sent)
		if time.Since(start) > longestOperation {
			return nil, fmt.Errorf("it takes more than %v", longestOperation)
		}
		if refusal, ok := errors.AsType[*provider.Error](err); ok && refusal.Kind.Retry() && failed < 20 {
			failed++
			req.Repeated = req.Repeated || refusal.Kind == provider.Transient
			if err := pause(r.t.Context(), max(refusal.After, time.Duration(failed)*time.Second)); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := wellFormed(&req, p); err != nil {
			return nil, err
		}
		if p.PhysicalID != "" {
			req.PhysicalID = p.PhysicalID
		}
		if p.Done {
			return p, nil
		}
		failed, req.Repeated, req.Resume = 0, false, p.Resume
		if err := pause(r.t.Context(), cmp.Or(p.After, time.Second)); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("it is not done after %d calls in %v", mostConformanceCalls, time.Since(start))
}

// pause waits, in the bubble's time.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wellFormed checks one report against the one before it.
func wellFormed(req *provider.Request, p *provider.Progress) error {
	switch {
	case p == nil:
		return errors.New("it reports neither progress nor an error")
	case len(p.Resume) > mostResume:
		return fmt.Errorf("it hands back %d bytes as Resume, the limit is %d", len(p.Resume), mostResume)
	case p.After < 0:
		return fmt.Errorf("it is to be asked again after %v", p.After)
	case req.PhysicalID != "" && p.PhysicalID != "" && p.PhysicalID != req.PhysicalID:
		return fmt.Errorf("the physical ID was %q and becomes %q", req.PhysicalID, p.PhysicalID)
	}
	return nil
}

// changed makes the request of a change of the subject to other properties.
func (r *conformanceRun) changed(desired map[string]any) *provider.Request {
	req := *r.req
	req.Token, req.Prior, req.Desired = r.token(), r.req.Desired, encode(desired)
	return &req
}

// removal makes the request that deletes the subject.
func (r *conformanceRun) removal() *provider.Request {
	req := *r.req
	req.Token, req.Prior, req.Desired = r.token(), r.req.Desired, nil
	return &req
}

// read looks the subject up.
func (r *conformanceRun) read() (*provider.State, error) {
	return r.subject.Provider.Read(r.t.Context(), &provider.Request{
		Stack: conformanceStack, Type: r.req.Type, LogicalID: r.req.LogicalID, PhysicalID: r.req.PhysicalID, Prior: r.req.Desired,
	})
}

// refusalKind gives the kind of a refusal; Unknown for another error.
func refusalKind(err error) provider.Kind {
	if refusal, ok := errors.AsType[*provider.Error](err); ok {
		return refusal.Kind
	}
	return provider.Unknown
}

// told reads a JSON object.
func told(data json.RawMessage, what string) (map[string]any, error) {
	m, refusal := decodeObject(bytes.TrimSpace(data))
	if refusal != nil {
		return nil, fmt.Errorf("%s are no JSON object: %s", what, data)
	}
	return m, nil
}
