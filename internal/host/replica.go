package host

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/journal"
)

const (
	// flushBytes is how much a batch may hold before it is written early.
	flushBytes = 1 << 20
	// keepRecords is the largest record buffer that is kept between batches.
	keepRecords = 4096
	// defaultSnapshotEvery is Options.SnapshotEvery when that is zero.
	defaultSnapshotEvery = 50_000
)

// Replica is a machine and the end of its journal: what Take and Advance
// decide is evolved at once and written by the next Flush. After an error
// other than a refusal the machine may be ahead of its journal, and the
// replica must be dropped. It belongs to one goroutine.
type Replica struct {
	store   journal.Store
	id      string
	codec   core.Codec
	machine core.Machine
	fence   int64
	tail    int64
	summary []byte

	recs  []journal.Record // decided and evolved, not yet written
	bytes int

	// The tail since the last base: what a snapshot would make superfluous.
	sinceBase int64
	baseBytes int64
	snapshot  int64 // consider a snapshot when sinceBase is past this; 0 never
	every     int64
}

// Fold reads a journal from its last base into a fresh machine.
func Fold(ctx context.Context, store journal.Store, id string, def *Definition) (*Replica, error) {
	r := &Replica{store: store, id: id, codec: def.Codec, machine: def.New()}
	r.SetSnapshotEvery(0)
	head, err := store.Head(ctx, id)
	if err != nil {
		return nil, err
	}
	start := max(head.Base, 1)
	r.tail, r.summary = start-1, head.Summary
	for rec, err := range store.Read(ctx, id, start-1) {
		if err != nil {
			return nil, err
		}
		if rec.Seq != r.tail+1 {
			return nil, fmt.Errorf("journal %q: the store gave record %d after %d", id, rec.Seq, r.tail)
		}
		if rec.Base && r.sinceBase > 0 {
			// A base that was written after the head was read.
			r.machine, r.sinceBase, r.baseBytes = def.New(), 0, 0
		}
		ev, err := r.codec.Decode(core.Record{Kind: rec.Kind, Data: rec.Data})
		if err != nil {
			return nil, fmt.Errorf("journal %q, record %d of kind %q: %w", id, rec.Seq, rec.Kind, err)
		}
		r.machine.Evolve(ev)
		r.tail = rec.Seq
		r.sinceBase++
		r.baseBytes += int64(len(rec.Data))
	}
	if r.tail < head.Tail {
		return nil, fmt.Errorf("journal %q: the store gave records up to %d of %d", id, r.tail, head.Tail)
	}
	return r, nil
}

// SetSnapshotEvery sets after how many records since the last base a snapshot
// is considered: 0 takes the default, below 0 never.
func (r *Replica) SetSnapshotEvery(n int64) {
	if n == 0 {
		n = defaultSnapshotEvery
	}
	r.every, r.snapshot = max(n, 0), max(n, 0)
}

// Machine is the machine. Between Flush and the next Take or Advance all that
// it knows is durable.
func (r *Replica) Machine() core.Machine { return r.machine }

// Tail is the position of the last durable record.
func (r *Replica) Tail() int64 { return r.tail }

// Take decides and evolves an input. refused is the machine's answer to a
// Request, or says why its facts cannot be kept; the machine has not changed
// then. err is fatal.
func (r *Replica) Take(in core.Input) (refused, err error) {
	evs, err := r.machine.Decide(in)
	if err == nil {
		err = r.add(evs, in.At)
	}
	if err == nil || in.Request != nil {
		return err, nil
	}
	return nil, fmt.Errorf("answer of command %q: %w", in.Command, err)
}

// Advance evolves the facts that follow from the state alone. It stops after
// limit events, which bounds a batch, and then says that there may be more.
func (r *Replica) Advance(at time.Time, limit int) (more bool, err error) {
	for n := 0; n < limit; {
		evs := r.machine.Advance(at)
		if len(evs) == 0 {
			return false, nil
		}
		if err := r.add(evs, at); err != nil {
			return false, err
		}
		n += len(evs)
	}
	return true, nil
}

// Full reports that the batch should be flushed before more is taken.
func (r *Replica) Full() bool { return r.bytes >= flushBytes }

// add encodes all events before it evolves the first: events that cannot be
// encoded leave the machine as it was.
func (r *Replica) add(evs []core.Event, at time.Time) error {
	n, size := len(r.recs), 0
	for _, ev := range evs {
		rec, err := r.encode(ev, at)
		if err != nil {
			clear(r.recs[n:])
			r.recs = r.recs[:n]
			return err
		}
		r.recs = append(r.recs, rec)
		size += len(rec.Data)
	}
	for _, ev := range evs {
		r.machine.Evolve(ev)
	}
	r.bytes += size
	return nil
}

func (r *Replica) encode(ev core.Event, at time.Time) (journal.Record, error) {
	rec, err := r.codec.Encode(ev)
	if err != nil {
		return journal.Record{}, fmt.Errorf("encode %T: %w", ev, err)
	}
	if len(rec.Data) > journal.MaxRecord {
		return journal.Record{}, fmt.Errorf("a record of kind %q has %d bytes, the limit is %d", rec.Kind, len(rec.Data), journal.MaxRecord)
	}
	return journal.Record{At: at, Kind: rec.Kind, Data: rec.Data}, nil
}

// Flush writes what was decided since the last Flush, in one append. Without
// events it writes nothing.
func (r *Replica) Flush(ctx context.Context) error {
	if len(r.recs) == 0 {
		return nil
	}
	if err := r.append(ctx, r.recs); err != nil {
		return err
	}
	r.sinceBase += int64(len(r.recs))
	r.baseBytes += int64(r.bytes)
	clear(r.recs)
	if r.recs = r.recs[:0]; cap(r.recs) > keepRecords {
		r.recs = nil
	}
	r.bytes = 0
	return nil
}

func (r *Replica) append(ctx context.Context, recs []journal.Record) error {
	a := journal.Append{ID: r.id, After: r.tail, Fence: r.fence, Recs: recs}
	if s := r.machine.Summary(); !bytes.Equal(s, r.summary) {
		a.Summary = s
	}
	if err := r.store.Append(ctx, &a); err != nil {
		return err
	}
	r.tail += int64(len(recs))
	if a.Summary != nil {
		r.summary = bytes.Clone(a.Summary)
	}
	return nil
}

// Snapshot writes a base when the records since the last one have grown
// enough and a base would be much smaller than they are. It must be called
// between batches.
func (r *Replica) Snapshot(ctx context.Context, at time.Time) error {
	if r.snapshot == 0 || r.sinceBase < r.snapshot {
		return nil
	}
	evs := r.machine.Snapshot()
	recs, size := make([]journal.Record, 0, len(evs)), int64(0)
	for _, ev := range evs {
		rec, err := r.encode(ev, at)
		if err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
		recs = append(recs, rec)
		size += int64(len(rec.Data))
	}
	n := int64(len(recs))
	if n == 0 || 2*size > r.baseBytes {
		// Asking again only when the tail has doubled keeps the cost of
		// snapshots in proportion to the work.
		r.snapshot = 2 * r.sinceBase
		return nil
	}
	recs[0].Base = true
	if err := r.append(ctx, recs); err != nil {
		return err
	}
	r.sinceBase, r.baseBytes = n, size
	r.snapshot = n + max(n, r.every)
	return nil
}
