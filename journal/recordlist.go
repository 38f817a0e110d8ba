package journal

import "slices"

// listChunk is the number of records in a full chunk of a recordList.
const listChunk = 256

// recordList is a growing list of records. It grows by chunks, so that no
// record is moved once there are many. A copy of the struct is a snapshot:
// what it shows is never written again.
type recordList struct {
	full [][]Record // each of listChunk records
	last []Record
	skip int64 // records at the front that were dropped
}

func (l *recordList) len() int64 {
	return int64(len(l.full))*listChunk + int64(len(l.last)) - l.skip
}

func (l *recordList) at(i int64) *Record {
	i += l.skip
	if c := i / listChunk; c < int64(len(l.full)) {
		return &l.full[c][i%listChunk]
	}
	return &l.last[i%listChunk]
}

func (l *recordList) add(r Record) {
	if len(l.last) == listChunk {
		l.full = append(l.full, l.last)
		l.last = make([]Record, 0, listChunk)
	}
	l.last = append(l.last, r)
}

// drop takes n records off the front, so that they can be collected.
func (l *recordList) drop(n int64) {
	l.skip += n
	chunks := l.skip / listChunk
	l.skip %= listChunk
	if chunks > int64(len(l.full)) || chunks == int64(len(l.full)) && l.skip == int64(len(l.last)) {
		*l = recordList{}
		return
	}
	l.full = slices.Clone(l.full[chunks:])
	first := &l.last
	if len(l.full) > 0 {
		first = &l.full[0]
	}
	kept := make([]Record, len(*first), listChunk)
	copy(kept[l.skip:], (*first)[l.skip:])
	*first = kept
}

// clip gives a snapshot to which may be added without the original showing it.
func (l recordList) clip() recordList {
	return recordList{full: slices.Clip(l.full), last: slices.Clip(l.last), skip: l.skip}
}
