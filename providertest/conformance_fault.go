package providertest

import (
	"context"
	"errors"
	"fmt"

	"github.com/bianpai/bianpai/provider"
)

// repeats asks for the same creation twice, the second time as one that has lost
// all that the first one was told.
func (r *conformanceRun) repeats() (string, error) {
	if err := r.create(); err != nil {
		return "", err
	}
	made := r.subject.Count()
	again := *r.req
	again.PhysicalID, again.Repeated = "", true
	p, err := r.drive(r.subject.Provider.Create, &again)
	if n := r.subject.Count(); n != made {
		return "", fmt.Errorf("the same creation made %d resources the first time and %d more the second", made-r.before, n-made)
	}
	if refusalKind(err) == provider.InDoubt {
		return "in doubt", nil
	}
	if err != nil {
		return "", fmt.Errorf("create with the same token: %w", err)
	}
	if p.PhysicalID != r.req.PhysicalID {
		return "", fmt.Errorf("the same creation made %s the first time, and %s the second", r.req.PhysicalID, p.PhysicalID)
	}
	return "", nil
}

// fault makes the next call go wrong, if the cloud can.
func (r *conformanceRun) fault(f ConformanceFault) error {
	if r.subject.Fault == nil {
		return &notApplicable{"the cloud makes no faults"}
	}
	r.subject.Fault(f)
	return nil
}

// losesCreate loses the answer of the call that makes the subject.
func (r *conformanceRun) losesCreate() (string, error) {
	if err := r.prepare(); err != nil {
		return "", err
	}
	if err := r.fault(FaultLost); err != nil {
		return "", err
	}
	p, err := r.drive(r.subject.Provider.Create, r.req)
	made := r.subject.Count()
	if refusalKind(err) == provider.InDoubt {
		return r.settles()
	}
	if err != nil {
		return "", fmt.Errorf("create, repeated because the answer was lost: %w", err)
	}
	r.made, r.req.PhysicalID = p, p.PhysicalID
	if _, err := r.read(); err != nil {
		return "", fmt.Errorf("read after it: %w", err)
	}
	if _, err := r.drive(r.subject.Provider.Delete, r.removal()); err != nil {
		return "", fmt.Errorf("delete after it: %w", err)
	}
	if err := r.gone(); err != nil {
		return "", fmt.Errorf("%d resources were made, and after one was deleted: %w", made-r.before, err)
	}
	return "", nil
}

// settles looks a creation up that was left in doubt.
func (r *conformanceRun) settles() (string, error) {
	finder, ok := r.subject.Provider.(provider.Finder)
	if !ok {
		return "in doubt, and no Finder", nil
	}
	state, err := finder.Find(r.t.Context(), r.req)
	switch {
	case refusalKind(err) == provider.InDoubt:
		return "in doubt", nil
	case err != nil:
		return "", fmt.Errorf("a creation is in doubt, and was made; Find says %w", err)
	case state.PhysicalID == "":
		return "", errors.New("Find found something without a physical ID")
	}
	return "in doubt, and found", nil
}

// losesUpdate loses the answer of the first call that changes the subject.
func (r *conformanceRun) losesUpdate() (string, error) {
	if err := r.create(); err != nil {
		return "", err
	}
	names, err := r.propertiesThat(provider.EffectUpdate)
	if err != nil {
		return "", err
	}
	if r.subject.Fault == nil {
		return "", r.fault(FaultLost)
	}
	for _, name := range names {
		desired, err := told(r.req.Desired, "properties")
		if err != nil {
			return "", err
		}
		values, _, err := r.otherValues(name, desired[name])
		if err != nil {
			return "", err
		}
		for _, v := range values {
			desired[name] = v
			req := r.changed(desired)
			r.subject.Fault(FaultLost)
			p, err := r.drive(r.subject.Provider.Update, req)
			switch refusalKind(err) {
			case provider.Invalid, provider.NotFound, provider.Quota, provider.Unavailable:
				continue // checked without the fault
			case provider.InDoubt:
				return name + ": in doubt", nil
			}
			if err != nil {
				return "", fmt.Errorf("changing %s to %s, repeated because the answer was lost: %w", name, encode(v), err)
			}
			r.req.Desired = req.Desired
			return name, r.followed(p)
		}
	}
	return "", &notApplicable{"no property can be changed in place that has a value to vary"}
}

// losesDelete loses the answer of the first call that removes the subject.
func (r *conformanceRun) losesDelete() (string, error) {
	if err := r.create(); err != nil {
		return "", err
	}
	if err := r.fault(FaultLost); err != nil {
		return "", err
	}
	if _, err := r.drive(r.subject.Provider.Delete, r.removal()); err != nil {
		return "", fmt.Errorf("delete, repeated because the answer was lost: %w", err)
	}
	return "", r.gone()
}

// isCancelled calls with a context that has ended.
func (r *conformanceRun) isCancelled() (string, error) {
	if err := r.prepare(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	cancel()
	if r.notes.Local {
		return "", &notApplicable{"it may be made without a call"}
	}
	_, err := r.subject.Provider.Create(ctx, r.req)
	if !errors.Is(err, context.Canceled) {
		return "", fmt.Errorf("with a context that was cancelled, Create says %v", err)
	}
	if n := r.subject.Count(); n != r.before {
		return "", fmt.Errorf("with a context that was cancelled, Create made %d resources", n-r.before)
	}
	return "", nil
}

// isThrottled is refused once, and succeeds then.
func (r *conformanceRun) isThrottled() (string, error) {
	return r.isRefused(FaultThrottled, provider.Throttled)
}

// isDenied is refused once; somebody grants the permission, and it succeeds.
func (r *conformanceRun) isDenied() (string, error) {
	return r.isRefused(FaultDenied, provider.Denied)
}

func (r *conformanceRun) isRefused(fault ConformanceFault, kind provider.Kind) (string, error) {
	if err := r.prepare(); err != nil {
		return "", err
	}
	if r.notes.Local {
		return "", &notApplicable{"it may be made without a call"}
	}
	if err := r.fault(fault); err != nil {
		return "", err
	}
	_, err := r.subject.Provider.Create(r.t.Context(), r.req)
	if refusalKind(err) != kind {
		return "", fmt.Errorf("the cloud refuses with %s; Create says %v", kind, err)
	}
	if n := r.subject.Count(); n != r.before {
		return "", fmt.Errorf("the cloud refused; there were %d resources before, and are %d now", r.before, n)
	}
	p, err := r.drive(r.subject.Provider.Create, r.req)
	if err != nil {
		return "", fmt.Errorf("create after a refusal: %w", err)
	}
	r.req.PhysicalID = p.PhysicalID
	if _, err := r.read(); err != nil {
		return "", fmt.Errorf("read after it: %w", err)
	}
	return "", nil
}
