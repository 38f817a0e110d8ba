package journal

import (
	"bytes"
	"context"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory keeps journals in memory: for tests, and for programs that need none
// of them after they end. The zero value is an empty store, ready for use; it
// must not be copied after first use. It is a Watcher and a Leaser.
type Memory struct {
	mu       sync.RWMutex
	journals map[string]*memoryJournal
	sorted   []string // the names, for List; nil when they have changed
	watchers watchers
}

var (
	_ Store   = (*Memory)(nil)
	_ Watcher = (*Memory)(nil)
	_ Leaser  = (*Memory)(nil)
)

type memoryJournal struct {
	mu    sync.Mutex
	gone  bool // dropped from the map: look the name up again
	head  Head
	recs  recordList // from head.First
	lease leaseState
}

// Append implements Store.
func (m *Memory) Append(ctx context.Context, a *Append) error {
	if err := a.Validate(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := m.append(a); err != nil {
		return err
	}
	m.watchers.wake(a.ID)
	return nil
}

func (m *Memory) append(a *Append) error {
	j := m.lock(a.ID)
	defer j.mu.Unlock()
	if err := j.lease.check(a.ID, a.Fence); err != nil {
		return err
	}
	if a.After != j.head.Tail {
		m.forget(a.ID, j)
		return &ConflictError{ID: a.ID, After: a.After, Tail: j.head.Tail}
	}
	size := 0
	for i := range a.Recs {
		size += len(a.Recs[i].Data)
	}
	block := make([]byte, 0, size) // one block for the data of all records
	for i := range a.Recs {
		r := a.Recs[i]
		from := len(block)
		block = append(block, r.Data...)
		r.Data = block[from:len(block):len(block)]
		r.Seq = a.After + int64(i) + 1
		r.At = stamp(r.At)
		j.recs.add(r)
	}
	j.head = j.head.advance(a)
	return nil
}

// lock gives the journal of that name with its lock held; it makes it when
// there is none.
func (m *Memory) lock(id string) *memoryJournal {
	for {
		j := m.find(id)
		if j == nil {
			m.mu.Lock()
			if j = m.journals[id]; j == nil {
				if m.journals == nil {
					m.journals = make(map[string]*memoryJournal)
				}
				j = &memoryJournal{head: Head{ID: id}}
				m.journals[id], m.sorted = j, nil
			}
			m.mu.Unlock()
		}
		j.mu.Lock()
		if !j.gone {
			return j
		}
		j.mu.Unlock()
	}
}

func (m *Memory) find(id string) *memoryJournal {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.journals[id]
}

func (m *Memory) state(id string) (Head, recordList) {
	j := m.find(id)
	if j == nil {
		return Head{ID: id}, recordList{}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.head, j.recs
}

// Read implements Store.
func (m *Memory) Read(ctx context.Context, id string, after int64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		head, recs := m.state(id)
		skip, err := head.skip(id, after)
		if err != nil {
			yield(Record{}, err)
			return
		}
		for i := skip; i < recs.len(); i++ {
			if (i-skip)%checkEvery == 0 && ctx.Err() != nil {
				yield(Record{}, ctx.Err())
				return
			}
			if !yield(*recs.at(i), nil) {
				return
			}
		}
	}
}

// checkEvery is the number of records after which a reader looks at its
// context: to ask it each time costs more than to read from memory.
const checkEvery = 64

// skip gives the number of kept records up to a position.
func (h Head) skip(id string, after int64) (int64, error) {
	after = max(after, 0)
	if h.Tail == 0 {
		return 0, nil
	}
	if after < h.First-1 {
		return 0, &TrimmedError{ID: id, After: after, First: h.First}
	}
	return min(after, h.Tail) - (h.First - 1), nil
}

// Head implements Store.
func (m *Memory) Head(ctx context.Context, id string) (Head, error) {
	if err := ctx.Err(); err != nil {
		return Head{}, err
	}
	head, _ := m.state(id)
	return head, nil
}

// List implements Store.
func (m *Memory) List(ctx context.Context, q *Query) iter.Seq2[Head, error] {
	return func(yield func(Head, error) bool) {
		for id := range q.choose(m.ids()) {
			if err := ctx.Err(); err != nil {
				yield(Head{}, err)
				return
			}
			head, _ := m.state(id)
			if head.Tail > 0 && !yield(head, nil) {
				return
			}
		}
	}
}

func (m *Memory) ids() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sorted == nil {
		m.sorted = slices.Sorted(maps.Keys(m.journals))
	}
	return m.sorted
}

// Trim implements Store.
func (m *Memory) Trim(ctx context.Context, id string, before int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := ValidID(id); err != nil {
		return err
	}
	j := m.lock(id)
	defer j.mu.Unlock()
	cut, drop, err := j.head.checkTrim(id, before)
	switch {
	case cut:
		j.recs.drop(before - j.head.First)
		j.head.First = before
	case drop:
		j.head, j.recs = Head{ID: id}, recordList{}
	}
	m.forget(id, j)
	return err
}

// forget drops an empty journal from the map, with its lock held. A name that
// was ever leased stays: its fence has to go on rising.
func (m *Memory) forget(id string, j *memoryJournal) {
	if j.head.Tail > 0 || j.lease.fence > 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	j.gone = true
	delete(m.journals, id)
	m.sorted = nil
}

// Watch implements Watcher.
func (m *Memory) Watch(ctx context.Context, id string, after int64) error {
	return m.watchers.wait(ctx, id, func() (bool, error) {
		head, _ := m.state(id)
		return head.Tail > after, nil
	})
}

// Acquire implements Leaser.
func (m *Memory) Acquire(ctx context.Context, id, owner string, ttl time.Duration) (*Lease, error) {
	if err := validLease(id, owner, ttl); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	j := m.lock(id)
	defer j.mu.Unlock()
	return j.lease.acquire(id, owner, ttl, time.Now())
}

// Renew implements Leaser.
func (m *Memory) Renew(ctx context.Context, l *Lease, ttl time.Duration) error {
	if err := validLease(l.ID, l.Owner, ttl); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	j := m.lock(l.ID)
	defer j.mu.Unlock()
	return j.lease.renew(l, ttl, time.Now())
}

// Release implements Leaser.
func (m *Memory) Release(_ context.Context, l *Lease) error {
	j := m.lock(l.ID)
	defer j.mu.Unlock()
	j.lease.release(l)
	m.forget(l.ID, j)
	return nil
}

// Clone gives a store with the same journals and no leases, as another process
// would find them after this one died. Later writes to one do not show in the
// other.
func (m *Memory) Clone() *Memory {
	c := &Memory{journals: make(map[string]*memoryJournal)}
	for _, id := range m.ids() {
		head, recs := m.state(id)
		if head.Tail > 0 {
			head.Summary = bytes.Clone(head.Summary)
			c.journals[id] = &memoryJournal{head: head, recs: recs.clip()}
		}
	}
	return c
}
