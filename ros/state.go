package ros

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/bianpai/bianpai/internal/secret"

	"github.com/bianpai/bianpai/internal/value"
)

// stackState is what the journal of a stack folds to: the machine's memory,
// and what a plan is made from.
type stackState struct {
	Ref        StackRef        `json:"ref"`
	Status     Status          `json:"status,omitempty"`
	Reason     string          `json:"reason,omitempty"`
	RootReason string          `json:"rootReason,omitempty"` // why the phase before a failed rollback failed
	Generation int64           `json:"generation"`           // rises with each run that starts and each that ends
	Runs       int64           `json:"runs"`
	Created    time.Time       `json:"created,omitzero"`
	Updated    time.Time       `json:"updated,omitzero"`
	Settings   Settings        `json:"settings"`
	Digest     string          `json:"digest,omitempty"`
	Born       string          `json:"born,omitempty"`  // the digest that the stack was created with
	Scope      json.RawMessage `json:"scope,omitempty"` // of the last operation that was not rolled back
	// Resources keeps the order in which logical IDs were first planned.
	Resources []*resource `json:"resources,omitempty"`
	index     map[string]*resource
}

// resource is one logical ID of a stack.
type resource struct {
	LogicalID string      `json:"logicalId"`
	Active    *instance   `json:"active,omitempty"`  // nil: planned or deleted
	Deposed   []*instance `json:"deposed,omitempty"` // replaced, and waiting to be deleted
	Status    Status      `json:"status,omitempty"`
	Reason    string      `json:"reason,omitempty"`
	// Last is the highest number that an instance of the logical ID has had.
	Last int `json:"last,omitempty"`
}

// instance is one resource in the cloud, or on its way there.
type instance struct {
	Number         int             `json:"number"`
	Type           string          `json:"type"`
	PhysicalID     string          `json:"physicalId,omitempty"`
	Token          string          `json:"token,omitempty"`      // of its create call
	Applied        json.RawMessage `json:"applied,omitempty"`    // wire: the properties last applied
	Attributes     json.RawMessage `json:"attributes,omitempty"` // wire
	Ref            json.RawMessage `json:"ref,omitempty"`        // wire: the value of Ref, where it is not PhysicalID
	Needs          []string        `json:"needs,omitempty"`
	DeletionPolicy string          `json:"deletionPolicy,omitempty"`
	Metadata       string          `json:"metadata,omitempty"`
	Failed         bool            `json:"failed,omitempty"` // its last operation did not end well

	// Doubtful says that its create call failed in a way that does not tell
	// whether it had an effect.
	Doubtful bool `json:"doubtful,omitempty"`

	attributes value.Value // parsed from Attributes on first use
}

// resource finds a logical ID; nil if the stack has never had it.
func (s *stackState) resource(logicalID string) *resource { return s.index[logicalID] }

// obtain finds a logical ID, or starts it.
func (s *stackState) obtain(logicalID string) *resource {
	if r := s.index[logicalID]; r != nil {
		return r
	}
	r := &resource{LogicalID: logicalID}
	s.Resources = append(s.Resources, r)
	s.index[logicalID] = r
	return r
}

// reindex makes the index anew, after the state was read from a snapshot.
func (s *stackState) reindex() {
	s.index = make(map[string]*resource, len(s.Resources))
	for _, r := range s.Resources {
		s.index[r.LogicalID] = r
	}
}

// prune forgets the logical IDs of which there is nothing any more.
func (s *stackState) prune() {
	s.Resources = slices.DeleteFunc(s.Resources, func(r *resource) bool {
		gone := r.Active == nil && len(r.Deposed) == 0
		if gone {
			delete(s.index, r.LogicalID)
		}
		return gone
	})
}

// ref gives what Ref of a logical ID is; false while it is not known.
func (s *stackState) ref(logicalID string, v *secret.Vault) (value.Value, bool) {
	r := s.index[logicalID]
	if r == nil || r.Active == nil || r.Active.PhysicalID == "" && r.Active.Ref == nil {
		return value.Value{}, false
	}
	if r.Active.Ref == nil {
		return value.String(r.Active.PhysicalID), true
	}
	ref, err := v.Parse(r.Active.Ref)
	return ref, err == nil
}

// attribute gives an attribute of a logical ID: null if the resource has no
// such attribute, false while the resource is not there.
func (s *stackState) attribute(logicalID, name string, v *secret.Vault) (value.Value, bool) {
	r := s.index[logicalID]
	if r == nil || r.Active == nil || r.Active.Attributes == nil {
		return value.Value{}, false
	}
	if r.Active.attributes.Kind() == value.Absent {
		parsed, err := v.Parse(r.Active.Attributes)
		if err != nil {
			return value.Value{}, false
		}
		r.Active.attributes = parsed
	}
	if attr, ok := r.Active.attributes.Get(name); ok {
		return attr, true
	}
	return value.Null(), true
}

// instance finds an instance by its number; nil if there is none.
func (r *resource) instance(number int) *instance {
	if r == nil {
		return nil
	}
	if r.Active != nil && r.Active.Number == number {
		return r.Active
	}
	for _, in := range r.Deposed {
		if in.Number == number {
			return in
		}
	}
	return nil
}

// depose moves the active instance to those that wait to be deleted.
func (r *resource) depose() {
	if r.Active != nil {
		r.Deposed = append(r.Deposed, r.Active)
		r.Active = nil
	}
}

// remove takes an instance out of the stack.
func (r *resource) remove(number int) {
	if r.Active != nil && r.Active.Number == number {
		r.Active = nil
	}
	r.Deposed = slices.DeleteFunc(r.Deposed, func(in *instance) bool { return in.Number == number })
}

// reinstate makes a deposed instance the active one again.
func (r *resource) reinstate(number int) {
	for i, in := range r.Deposed {
		if in.Number == number {
			r.Active = in
			r.Deposed = slices.Delete(r.Deposed, i, i+1)
			return
		}
	}
}
