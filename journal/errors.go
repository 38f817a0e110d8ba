package journal

import (
	"errors"
	"fmt"
	"time"
)

// ErrClosed says that the store was closed.
var ErrClosed = errors.New("journal: the store is closed")

// InvalidError says that a request makes no sense to any store: a name that is
// not allowed, an append without records, a trim past the last base.
type InvalidError struct {
	ID     string
	Reason string
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("journal %q: %s", e.ID, e.Reason)
}

// SizeError says that a part of an append is larger than a store takes. Part
// is "data" or "kind" of the record Index, or "summary" or "append" as a whole
// (then Index is -1). Size and Max are bytes.
type SizeError struct {
	ID        string
	Part      string
	Index     int
	Size, Max int
}

func (e *SizeError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("journal %q: %s of %d bytes, at most %d are allowed", e.ID, e.Part, e.Size, e.Max)
	}
	return fmt.Sprintf("journal %q: %s of record %d of the append has %d bytes, at most %d are allowed", e.ID, e.Part, e.Index, e.Size, e.Max)
}

// ConflictError says that the journal's tail is not where the writer believed.
// Another writer was there; the reader must fold again.
type ConflictError struct {
	ID          string
	After, Tail int64
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("journal %q: append after %d refused, the tail is %d: another writer was here", e.ID, e.After, e.Tail)
}

// FencedError says that a newer lease exists: the writer must stop.
type FencedError struct {
	ID             string
	Fence, Current int64
}

func (e *FencedError) Error() string {
	return fmt.Sprintf("journal %q: fence %d is older than %d: another process has taken over", e.ID, e.Fence, e.Current)
}

// TrimmedError says that records after the asked position are gone. First is
// the oldest that is still kept; 0 means that the whole journal was dropped
// while it was read.
type TrimmedError struct {
	ID           string
	After, First int64
}

func (e *TrimmedError) Error() string {
	if e.First == 0 {
		return fmt.Sprintf("journal %q: it was dropped while records after %d were read", e.ID, e.After)
	}
	return fmt.Sprintf("journal %q: records after %d were trimmed, the first kept is %d: read from the base", e.ID, e.After, e.First)
}

// HeldError says that another owner holds the lease of a journal.
type HeldError struct {
	ID, Owner string
	Until     time.Time
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("journal %q: %q drives it until %s", e.ID, e.Owner, e.Until.Format(time.RFC3339))
}

// LockedError says that another process has the directory open.
type LockedError struct {
	Dir string
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("journal directory %s is in use by another process; stop that process or use another directory", e.Dir)
}

// FormatError says that a journal was written by a newer release.
type FormatError struct {
	Path         string
	Found, Known int
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s has journal format %d, this release knows up to %d: update the program, nothing was changed", e.Path, e.Found, e.Known)
}

// CorruptError says that a record before the tail cannot be read, which a
// crash cannot explain.
type CorruptError struct {
	Path   string
	Offset int64
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("%s is damaged at byte %d (%s); restore the file from a backup, nothing was changed", e.Path, e.Offset, e.Reason)
}

// BrokenError says that an earlier write to the journal failed in a way that
// leaves its file in doubt, so that nothing more is written to it until the
// directory is closed and opened again. Err is the failure.
type BrokenError struct {
	ID, Path string
	Err      error
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("journal %q: a write to %s failed (%v): close the directory and open it again", e.ID, e.Path, e.Err)
}

func (e *BrokenError) Unwrap() error { return e.Err }
