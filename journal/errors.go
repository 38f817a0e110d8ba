package journal

import (
	"fmt"
	"time"
)

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
// the oldest that is still kept.
type TrimmedError struct {
	ID           string
	After, First int64
}

func (e *TrimmedError) Error() string {
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
