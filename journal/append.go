package journal

import (
	"bytes"
	"fmt"
	"time"
	"unicode/utf8"
)

// Limits of every store, in bytes.
const (
	// MaxRecord is the largest Data of one record. Writers split what is
	// larger into runs of records.
	MaxRecord = 64 << 10
	// MaxAppend is the largest sum over one append, where a record counts as
	// its Data, its Kind and 32 bytes.
	MaxAppend = 256 << 20
	// MaxID is the longest name of a journal.
	MaxID = 255
	// MaxKind is the longest Kind of a record.
	MaxKind = 255
)

const recordOverhead = 32 // at least what a store adds to a record

// ValidID tells whether a text can name a journal; the error is *InvalidError.
func ValidID(id string) error {
	switch {
	case id == "":
		return &InvalidError{ID: id, Reason: "a journal needs a name"}
	case len(id) > MaxID:
		return &InvalidError{ID: id, Reason: fmt.Sprintf("the name has %d bytes, at most %d are allowed", len(id), MaxID)}
	case !utf8.ValidString(id):
		return &InvalidError{ID: id, Reason: "the name is not UTF-8"}
	}
	return nil
}

// Validate tells whether a store can take the append at all, apart from what
// the journal holds. The error is *InvalidError or *SizeError. Stores call it;
// writers need not.
func (a *Append) Validate() error {
	if err := ValidID(a.ID); err != nil {
		return err
	}
	if len(a.Recs) == 0 {
		return &InvalidError{ID: a.ID, Reason: "an append needs at least one record"}
	}
	if a.After < 0 {
		return &InvalidError{ID: a.ID, Reason: fmt.Sprintf("there is no position %d", a.After)}
	}
	if n := len(a.Summary); n > MaxRecord {
		return &SizeError{ID: a.ID, Part: "summary", Index: -1, Size: n, Max: MaxRecord}
	}
	total := 0
	for i := range a.Recs {
		r := &a.Recs[i]
		if n := len(r.Data); n > MaxRecord {
			return &SizeError{ID: a.ID, Part: "data", Index: i, Size: n, Max: MaxRecord}
		}
		if n := len(r.Kind); n > MaxKind {
			return &SizeError{ID: a.ID, Part: "kind", Index: i, Size: n, Max: MaxKind}
		}
		if !utf8.ValidString(r.Kind) {
			return &InvalidError{ID: a.ID, Reason: fmt.Sprintf("the kind of record %d of the append is not UTF-8", i)}
		}
		total += len(r.Data) + len(r.Kind) + recordOverhead
	}
	if total > MaxAppend {
		return &SizeError{ID: a.ID, Part: "append", Index: -1, Size: total, Max: MaxAppend}
	}
	return nil
}

// advance gives the head after the append.
func (h Head) advance(a *Append) Head {
	h.ID = a.ID
	if h.First == 0 {
		h.First = h.Tail + 1
	}
	for i := range a.Recs {
		h.Tail++
		if a.Recs[i].Base {
			h.Base = h.Tail
		}
	}
	if a.Summary != nil {
		h.Summary = bytes.Clone(a.Summary)
	}
	return h
}

// checkTrim tells what a trim has to do: nothing, cut, or drop the journal.
func (h Head) checkTrim(id string, before int64) (cut, drop bool, err error) {
	switch {
	case before == h.Tail+1:
		return false, h.Tail > 0, nil
	case before <= h.First || before <= 1:
		return false, false, nil
	case before > h.Base:
		return false, false, &InvalidError{ID: id, Reason: fmt.Sprintf(
			"cannot trim before %d: the last base record is %d, and the tail %d", before, h.Base, h.Tail)}
	}
	return true, false, nil
}

// stamp is the form in which a store keeps a time.
func stamp(t time.Time) time.Time { return t.Round(0).UTC() }
