package journal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"time"
)

// A journal's file is a header and then one frame for each append. Numbers are
// little-endian; checksums are CRC-32C.
//
//	header: magic [8], format version u32, checksum u32 of the rest,
//	        position before the first record u64, length of the name u16, name
//	frame:  mark u32, length of the batch u32, checksum of the batch u32,
//	        position before its first record u64, checksum of these 20 bytes u32,
//	        batch
//	batch:  number of records, number (from 1) of the last base record among
//	        them or 0, 0 or 1 + length of the summary, summary, records
//	record: length of Data * 2 + 1 if Base, seconds since the record before it
//	        (since 1970 for the first), nanoseconds, length of Kind, Kind, Data
//
// The numbers of batch and record are varints. A batch is written with one
// write and has one checksum, so that it is there whole or not at all.
//
// The checksums of the frames' heads start from a seed that the file's name and
// the offset make. So bytes that look like a frame are one
// only if they were written as a frame of this file at this place: Data that
// holds a copy of some journal, or a block that strayed, is not taken for one.
const (
	formatVersion = 1
	fileMagic     = "\x8fbpjrn\r\n" // not text, and damaged by transfers that change line ends
	frameMark     = 0xb19a71f5
	headerFixed   = 8 + 4 + 4 + 8 + 2
	frameHead     = 24
	maxBatch      = MaxAppend + MaxRecord + 64 // what a valid append can become
	minRecord     = 4                          // bytes of the smallest record
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func seed(name string) uint32 { return crc32.Checksum([]byte(name), castagnoli) }

func headSum(seed uint32, off int64, b []byte) uint32 {
	var o [8]byte
	binary.LittleEndian.PutUint64(o[:], uint64(off))
	return crc32.Update(crc32.Update(seed, castagnoli, o[:]), castagnoli, b)
}

func appendHeader(dst []byte, id string, first int64) []byte {
	at := len(dst)
	dst = append(dst, fileMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, formatVersion)
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(first))
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(id)))
	dst = append(dst, id...)
	binary.LittleEndian.PutUint32(dst[at+12:], crc32.Checksum(dst[at+16:], castagnoli))
	return dst
}

// appendFrame appends the frame that stands at offset off of its file.
func appendFrame(dst []byte, seed uint32, off, after int64, recs []Record, summary []byte) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, frameHead)...)
	dst = appendBatch(dst, recs, summary)
	head, batch := dst[at:at+frameHead], dst[at+frameHead:]
	binary.LittleEndian.PutUint32(head[0:], frameMark)
	binary.LittleEndian.PutUint32(head[4:], uint32(len(batch)))
	binary.LittleEndian.PutUint32(head[8:], crc32.Checksum(batch, castagnoli))
	binary.LittleEndian.PutUint64(head[12:], uint64(after))
	binary.LittleEndian.PutUint32(head[20:], headSum(seed, off, head[:20]))
	return dst
}

func appendBatch(dst []byte, recs []Record, summary []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(recs)))
	base := 0
	for i := range recs {
		if recs[i].Base {
			base = i + 1
		}
	}
	dst = binary.AppendUvarint(dst, uint64(base))
	if summary == nil {
		dst = append(dst, 0)
	} else {
		dst = binary.AppendUvarint(dst, uint64(len(summary))+1)
		dst = append(dst, summary...)
	}
	var seconds int64
	for i := range recs {
		r := &recs[i]
		n := uint64(len(r.Data)) << 1
		if r.Base {
			n |= 1
		}
		dst = binary.AppendUvarint(dst, n)
		dst = binary.AppendVarint(dst, r.At.Unix()-seconds)
		seconds = r.At.Unix()
		dst = binary.AppendUvarint(dst, uint64(r.At.Nanosecond()))
		dst = binary.AppendUvarint(dst, uint64(len(r.Kind)))
		dst = append(dst, r.Kind...)
		dst = append(dst, r.Data...)
	}
	return dst
}

// frameInfo is a frame's head, its checksum verified.
type frameInfo struct {
	size  int64 // of the batch
	sum   uint32
	after int64
}

func parseFrameHead(seed uint32, off int64, b []byte) (frameInfo, bool) {
	if len(b) < frameHead || binary.LittleEndian.Uint32(b) != frameMark ||
		binary.LittleEndian.Uint32(b[20:]) != headSum(seed, off, b[:20]) {
		return frameInfo{}, false
	}
	f := frameInfo{
		size:  int64(binary.LittleEndian.Uint32(b[4:])),
		sum:   binary.LittleEndian.Uint32(b[8:]),
		after: int64(binary.LittleEndian.Uint64(b[12:])),
	}
	return f, f.size <= maxBatch && f.after >= 0
}

// batch is a decoded batch; its records are still encoded in rest.
type batch struct {
	count   int64
	base    int64  // number of the last base record, 0 for none
	summary []byte // nil for none
	rest    decoder
}

// parseBatch gives false for what no appendBatch writes.
func parseBatch(b []byte) (batch, bool) {
	d := decoder{b: b}
	p := batch{count: int64(d.uvarint()), base: int64(d.uvarint())}
	if n := d.uvarint(); n > 0 {
		p.summary = d.bytes(n - 1)
	}
	p.rest = d
	ok := !d.bad && p.count > 0 && p.count <= int64(len(d.b)/minRecord) && p.base >= 0 && p.base <= p.count
	return p, ok
}

// decoder takes values off the front of b. What does not fit sets bad, and
// from then on all values are zero.
type decoder struct {
	b       []byte
	bad     bool
	seconds int64             // of the record before
	kinds   map[string]string // so that a kind is allocated once, not once a record
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.b, d.bad = nil, true
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.b, d.bad = nil, true
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) bytes(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.b, d.bad = nil, true
		return nil
	}
	v := d.b[:n:n]
	d.b = d.b[n:]
	return v
}

// maxKinds bounds the table of kinds, in case a writer makes up kinds without
// end.
const maxKinds = 256

func (d *decoder) kind(n uint64) string {
	b := d.bytes(n)
	if s, ok := d.kinds[string(b)]; ok {
		return s
	}
	s := string(b)
	if d.kinds != nil && len(d.kinds) < maxKinds {
		d.kinds[s] = s
	}
	return s
}

// record takes the next record. Its Data aliases the batch.
func (d *decoder) record(seq int64) (Record, bool) {
	n := d.uvarint()
	d.seconds += d.varint()
	nanos := d.uvarint()
	r := Record{Seq: seq, Base: n&1 == 1, Kind: d.kind(d.uvarint())}
	r.Data = d.bytes(n >> 1)
	if d.bad || nanos >= uint64(time.Second) {
		return Record{}, false
	}
	r.At = time.Unix(d.seconds, int64(nanos)).UTC()
	return r, true
}

// fileHeader is what the header of a file says.
type fileHeader struct {
	id      string
	first   int64 // position before the first record of the file
	size    int64
	version int
}

// parseHeader reads the header at the front of b, which has the front of the
// file. ok is false when it is not whole; a version that this code does not
// know comes back with ok and nothing else.
func parseHeader(b []byte) (h fileHeader, ok bool) {
	if len(b) < headerFixed || string(b[:8]) != fileMagic {
		return h, false
	}
	h.version = int(binary.LittleEndian.Uint32(b[8:]))
	if h.version != formatVersion {
		return h, h.version != 0
	}
	n := headerFixed + int(binary.LittleEndian.Uint16(b[24:]))
	if len(b) < n || binary.LittleEndian.Uint32(b[12:]) != crc32.Checksum(b[16:n], castagnoli) {
		return h, false
	}
	h.first = int64(binary.LittleEndian.Uint64(b[16:]))
	h.id, h.size = string(b[headerFixed:n]), int64(n)
	return h, h.first >= 0 && ValidID(h.id) == nil
}

// couldBeTorn tells whether a file whose header is not whole can be what a
// crash leaves of a new journal: the front of a header, then blocks that were
// never filled.
func couldBeTorn(b []byte) bool {
	n := 0
	for n < min(len(b), len(fileMagic)) && b[n] == fileMagic[n] {
		n++
	}
	return n == len(fileMagic) || len(bytes.TrimLeft(b[n:], "\x00")) == 0
}
