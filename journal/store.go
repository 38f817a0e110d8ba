package journal

import (
	"context"
	"iter"
	"time"
)

// MaxRecord is the largest Data of one record, in bytes. Writers split what is
// larger into runs of records.
const MaxRecord = 64 << 10

// Record is one entry of a journal. The store never looks inside Data.
type Record struct {
	Seq  int64     // position, from 1, without gaps; set by the store
	At   time.Time // when the writer took it in; UTC
	Kind string    // the writer's name for the format of Data
	// Base marks the first record of a run that is complete on its own: a
	// reader may start here and ignore all that came before.
	Base bool
	Data []byte
}

// Append is one atomic write: all records become the tail, or none does.
type Append struct {
	ID    string // the journal's name: non-empty, at most 255 bytes of UTF-8
	After int64  // the position that the writer believes is the tail; 0 for a new journal
	Fence int64  // from the writer's lease; 0 without one
	Recs  []Record
	// Summary, when not nil, replaces the journal's summary.
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
	// Append writes all records or none. It returns *ConflictError when the
	// tail is not a.After and *FencedError when a.Fence is older than the
	// newest lease. When it returns nil, the records survive a crash. After
	// any other error the caller cannot know whether they were written, and
	// must read before it writes again.
	Append(ctx context.Context, a *Append) error
	// Read gives the records after a position, in order, up to the tail at the
	// time of the call. The iteration ends with at most one error. A journal
	// that does not exist is empty. It returns *TrimmedError when records
	// after that position were trimmed away.
	Read(ctx context.Context, id string, after int64) iter.Seq2[Record, error]
	// Head tells where a journal stands. A journal that does not exist has
	// Tail 0 and no error.
	Head(ctx context.Context, id string) (Head, error)
	// List gives the heads of the journals that match, by rising ID.
	List(ctx context.Context, q *Query) iter.Seq2[Head, error]
	// Trim drops the records before a position, which must not lie past the
	// last base record. before = tail+1 drops the whole journal, its name too.
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

// Leaser is an optional ability of a Store that several processes share.
// Acquire returns *HeldError while another owner's lease runs.
type Leaser interface {
	Acquire(ctx context.Context, id, owner string, ttl time.Duration) (*Lease, error)
	Renew(ctx context.Context, l *Lease, ttl time.Duration) error
	Release(ctx context.Context, l *Lease) error
}
