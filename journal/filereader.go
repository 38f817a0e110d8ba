package journal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// readChunk is how much of a file is read at once, unless a frame is larger.
const readChunk = 256 << 10

// fileReader walks over the frames of a journal's file. It holds one chunk of
// the file, and more only for a frame that is larger: never more than there is
// of the file.
type fileReader struct {
	src  io.ReaderAt
	seed uint32
	size int64 // where to stop
	off  int64 // of the next frame
	tail int64 // position before the next frame

	// keep makes the reader leave chunks alone once they are read, because
	// what it gave out aliases them.
	keep bool

	buf   []byte // the file from bufAt
	bufAt int64
}

// frame is one frame with its checksums verified.
type frame struct {
	off   int64
	after int64
	batch batch
}

// brokenFrame says that the bytes at an offset are not the frame that belongs
// there. Whether that is a torn tail or damage is for the caller to find out.
type brokenFrame struct {
	off    int64
	reason string
}

func (e *brokenFrame) Error() string { return e.reason }

// window gives n bytes of the file at an offset, fewer at the end. It reads a
// whole chunk if it has to read.
func (r *fileReader) window(off, n int64) ([]byte, error) {
	n = max(min(n, r.size-off), 0)
	if off >= r.bufAt && off+n <= r.bufAt+int64(len(r.buf)) {
		return r.buf[off-r.bufAt:][:n], nil
	}
	want := min(max(n, readChunk), r.size-off)
	if r.keep || int64(cap(r.buf)) < want {
		r.buf = make([]byte, want)
	}
	r.buf = r.buf[:want]
	got, err := r.src.ReadAt(r.buf, off)
	r.buf, r.bufAt = r.buf[:got], off
	if int64(got) >= n {
		return r.buf[:n], nil
	}
	r.buf = r.buf[:0]
	if err == nil || err == io.EOF {
		// The caller knows the size: a file that is shorter has changed under it.
		err = io.ErrUnexpectedEOF
	}
	return nil, err
}

// next gives the next frame, io.EOF after the last, *brokenFrame, or the error
// of the file.
func (r *fileReader) next() (frame, error) {
	if r.off == r.size {
		return frame{}, io.EOF
	}
	head, err := r.window(r.off, frameHead)
	if err != nil {
		return frame{}, err
	}
	if len(head) < frameHead {
		return frame{}, &brokenFrame{r.off, "the head of a frame is cut off"}
	}
	info, ok := parseFrameHead(r.seed, r.off, head)
	if !ok {
		return frame{}, &brokenFrame{r.off, "no frame starts here"}
	}
	if info.after != r.tail {
		return frame{}, &brokenFrame{r.off, "the frame does not follow the one before it"}
	}
	if info.size > r.size-r.off-frameHead {
		return frame{}, &brokenFrame{r.off, "the frame is cut off"}
	}
	whole, err := r.window(r.off, frameHead+info.size)
	if err != nil {
		return frame{}, err
	}
	body := whole[frameHead:]
	if crc32.Checksum(body, castagnoli) != info.sum {
		return frame{}, &brokenFrame{r.off, "the checksum of the frame is wrong"}
	}
	b, ok := parseBatch(body)
	if !ok {
		return frame{}, &brokenFrame{r.off, "the frame cannot be decoded"}
	}
	f := frame{off: r.off, after: info.after, batch: b}
	r.off += frameHead + info.size
	r.tail += b.count
	return f, nil
}

// findFrame looks for the head of a frame anywhere after an offset, and gives
// where it stands or -1. Since an append starts only after the one before it is
// on disk, a frame that was at least begun after a broken one shows that the
// broken one was whole once.
func (r *fileReader) findFrame(from int64) (int64, error) {
	var mark [4]byte
	binary.LittleEndian.PutUint32(mark[:], frameMark)
	for off := from; off+frameHead <= r.size; {
		if _, err := r.window(off, frameHead); err != nil {
			return -1, err
		}
		b := r.buf[off-r.bufAt:]
		i := bytes.Index(b, mark[:])
		switch {
		case i < 0:
			off += int64(len(b) - len(mark) + 1)
		case len(b)-i < frameHead:
			off += int64(i) // the rest of this head is in the next chunk
		default:
			off += int64(i)
			if info, ok := parseFrameHead(r.seed, off, b[i:i+frameHead]); ok && info.after >= r.tail {
				return off, nil
			}
			off++
		}
	}
	return -1, nil
}
