package journal

import (
	"context"
	"iter"
	"time"
)

// Record is one entry of a journal. The store never looks inside Data.
//
// Append copies what it keeps: the writer may use its slices again. What a
// store gives out is the store's own memory: it stays as it is for as long as
// the reader holds it, and must not be changed. A reader that keeps few of many
// records for long should copy their Data, since a slice can hold on to the
// block in which it was read (a few hundred KiB).
type Record struct {
	Seq  int64     // position, from 1, without gaps; set by the store, Append ignores it
	At   time.Time // when the writer took it in; kept as UTC, at least to the microsecond
	Kind string    // the writer's name for the format of Data; UTF-8, at most MaxKind bytes
	// Base marks the first record of a run that is complete on its own: a
	// reader may start here and ignore all that came before.
	Base bool
	Data []byte
}

// Append is one atomic write: all records become the tail, or none does.
type Append struct {
	ID    string   // the journal's name: non-empty, at most 255 bytes of UTF-8
	After int64    // the position that the writer believes is the tail; 0 for a new journal
	Fence int64    // from the writer's lease; 0 without one
	Recs  []Record // at least one
	// Summary, when not nil, replaces the journal's summary, in the same atomic
	// write. At most MaxRecord bytes.
	Summary []byte
}

// Head is what is known of a journal without reading it.
type Head struct {
	ID      string
	Tail    int64 // position of the last record
	Base    int64 // position of the last base record; 0 for none
	First   int64 // position of the first record still kept
	Summary []byte
}

// Query selects journals for List.
type Query struct {
	Prefix string // of the ID
	After  string // only IDs greater than this: the cursor of a page
}

// Store keeps journals. All its methods may be called from several goroutines
// at once.
type Store interface {
	// Append writes all records or none. What a.Validate refuses is refused
	// with the same error. It returns *ConflictError when the tail is not
	// a.After and *FencedError when a.Fence is older than the newest lease
	// (0, no lease, is older than any). When it returns nil, the records
	// survive a crash. After any other error the caller cannot know whether
	// they were written, and must read before it writes again. A context that
	// is done before the write starts stops it; later it has no effect.
	Append(ctx context.Context, a *Append) error
	// Read gives the records after a position, in order, up to the tail at the
	// time of the call. The iteration ends with at most one error. A journal
	// that does not exist is empty. It returns *TrimmedError when records
	// after that position were trimmed away. The loop's body may call the
	// store.
	Read(ctx context.Context, id string, after int64) iter.Seq2[Record, error]
	// Head tells where a journal stands. A journal that does not exist has
	// Tail 0 and no error.
	Head(ctx context.Context, id string) (Head, error)
	// List gives the heads of the journals that match, by rising ID (order of
	// bytes). An error comes last: those of journals that cannot be read do
	// not hide the others.
	List(ctx context.Context, q *Query) iter.Seq2[Head, error]
	// Trim drops the records before a position, which must not lie past the
	// last base record, else *InvalidError. The positions of the others stay.
	// before = tail+1 drops the whole journal, its name too: the next record
	// under that name is number 1. Records that are gone already are no error.
	Trim(ctx context.Context, id string, before int64) error
}

// Watcher is an optional ability of a Store. Watch returns nil when the tail
// of the journal is past after, or the context's error.
type Watcher interface {
	Watch(ctx context.Context, id string, after int64) error
}

// Lease is the right to drive one journal. Fence rises with each lease of the
// same journal.
type Lease struct {
	ID    string
	Owner string
	Fence int64
	Until time.Time
}

// Leaser is an optional ability of a Store that several drivers share.
//
// A lease makes it rare that two drive one journal; the fence, checked by
// Append, keeps the journal right when it happens (a driver that was paused
// for longer than its lease).
type Leaser interface {
	// Acquire returns *HeldError while another owner's lease runs. The same
	// owner gets a new lease, which fences its old one. Once it returns, no
	// append with an older fence succeeds.
	Acquire(ctx context.Context, id, owner string, ttl time.Duration) (*Lease, error)
	// Renew makes the lease run for ttl from now and sets l.Until. It returns
	// *FencedError when there is a newer one or it was released. A lease that
	// ran out can be renewed as long as nobody took over.
	Renew(ctx context.Context, l *Lease, ttl time.Duration) error
	// Release ends the lease early. A lease that is over already is no error.
	Release(ctx context.Context, l *Lease) error
}
