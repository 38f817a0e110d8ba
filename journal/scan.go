package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// indexEvery is the distance, in bytes of file, between the frames whose
// places are kept in memory, so that a read need not start at the front.
const indexEvery = 64 << 10

// place tells where the records after a position start.
type place struct{ after, off int64 }

// appendPlace adds the next frame if it is far enough from the last in the
// index. The first frame is always there.
func appendPlace(index []place, p place) []place {
	if n := len(index); n > 0 && p.off-index[n-1].off < indexEvery {
		return index
	}
	return append(index, p)
}

// scanned is what one walk over a file finds out.
type scanned struct {
	head  Head
	end   int64   // of the last whole frame
	last  place   // of the last whole frame; its off is 0 when there is none
	index []place // rising
}

// scanFile walks over the whole file once. It gives nil for a file in which
// not one append became whole. It refuses damage with *CorruptError and newer
// formats with *FormatError. What it finds past end is torn; with clean (the
// store was closed in order, so nothing can be torn) that is damage as well.
//
// It only reads.
func scanFile(src io.ReaderAt, size int64, path, name string, clean bool) (*scanned, error) {
	r := &fileReader{src: src, seed: seed(name), size: size}
	front, err := r.window(0, headerFixed+MaxID)
	if err != nil {
		return nil, err
	}
	h, ok := parseHeader(front)
	if ok && h.version != formatVersion {
		return nil, &FormatError{Path: path, Found: h.version, Known: formatVersion}
	}
	if !ok {
		torn := couldBeTorn(front) && !clean
		return nil, tornOrDamaged(r, &brokenFrame{0, "it has no header of a journal"}, path, torn)
	}
	if fileName(h.id) != name {
		return nil, &CorruptError{Path: path, Reason: fmt.Sprintf("it is the file of journal %q", h.id)}
	}
	r.off, r.tail = h.size, h.first
	s := &scanned{end: h.size, head: Head{ID: h.id, Tail: h.first, First: h.first + 1}}
	broken := s.walk(r)
	if b, ok := errors.AsType[*brokenFrame](broken); ok {
		// A trimmed file is whole before it takes the old one's place.
		torn := !clean && (s.last.off > 0 || h.first == 0)
		broken = tornOrDamaged(r, b, path, torn)
	}
	if broken != nil {
		return nil, broken
	}
	if s.last.off == 0 {
		if clean || h.first > 0 {
			return nil, &CorruptError{Path: path, Offset: h.size, Reason: "it has no records"}
		}
		return nil, nil
	}
	return s, nil
}

// walk takes in all frames. It returns nil at the end of the file.
func (s *scanned) walk(r *fileReader) error {
	summary := []byte(nil)
	for {
		f, err := r.next()
		if err != nil {
			s.head.Summary = bytes.Clone(summary)
			if err == io.EOF {
				return nil
			}
			return err
		}
		s.take(f, r.off)
		if f.batch.summary != nil {
			summary = append(summary[:0], f.batch.summary...)
		}
	}
}

// take notes a frame that ends at end.
func (s *scanned) take(f frame, end int64) {
	if f.batch.base > 0 {
		s.head.Base = f.after + f.batch.base
	}
	s.head.Tail = f.after + f.batch.count
	s.last, s.end = place{f.after, f.off}, end
	s.index = appendPlace(s.index, s.last)
}

// tornOrDamaged returns nil when what stands at a broken frame can be the rest
// of a write that a crash cut short.
func tornOrDamaged(r *fileReader, b *brokenFrame, path string, couldBeTorn bool) error {
	later, err := r.findFrame(b.off + 1)
	switch {
	case err != nil:
		return err
	case later >= 0:
		return &CorruptError{Path: path, Offset: b.off, Reason: fmt.Sprintf("%s, but another follows at byte %d", b.reason, later)}
	case !couldBeTorn:
		return &CorruptError{Path: path, Offset: b.off, Reason: b.reason + ", and no crash explains it"}
	}
	return nil
}
