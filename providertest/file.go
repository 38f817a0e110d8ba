package providertest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/bianpai/bianpai/provider"
)

// stateFile is the log in which a cloud keeps its state: a line a change, each
// a checksum and JSON. What is written survives the death of the process; a
// line that was cut short is dropped at the next start.
type stateFile struct {
	f       *os.File
	objects map[key]*object // changed since the last line
	gone    map[key]bool

	remembered  map[string]map[string]any // set since the last line
	invocations []*invocation             // made since the last line
}

// stateFormat is the version of the file's form.
const stateFormat = 1

// entry is one line of the file.
type entry struct {
	Format    int        `json:"format,omitempty"` // of the first line
	Objects   []*object  `json:"objects,omitempty"`
	Gone      []key      `json:"gone,omitempty"`
	Operation *operation `json:"operation,omitempty"`
	// Of raw calls.
	Answered    []*answered               `json:"answered,omitempty"`
	Remembered  map[string]map[string]any `json:"remembered,omitempty"`
	Invocations []*invocation             `json:"invocations,omitempty"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (e *entry) line() ([]byte, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	line := fmt.Appendf(nil, "%08x ", crc32.Checksum(data, castagnoli))
	return append(append(line, data...), '\n'), nil
}

func parseLine(line []byte) (*entry, error) {
	sum, data, found := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
	want, err := strconv.ParseUint(string(sum), 16, 32)
	if !found || err != nil || crc32.Checksum(data, castagnoli) != uint32(want) {
		return nil, errors.New("checksum does not fit")
	}
	e := new(entry)
	if err := json.Unmarshal(data, e); err != nil {
		return nil, err
	}
	return e, nil
}

// openFile reads the state and goes on writing behind it.
func (c *Cloud) openFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	lines, end, err := c.load(f)
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	c.file = &stateFile{f: f, objects: make(map[key]*object), gone: make(map[key]bool)}
	if lines == 0 {
		return c.file.write(&entry{Format: stateFormat})
	}
	if lines > 1000 && lines > 4*(len(c.objects)+len(c.ops)) {
		return c.compact(name)
	}
	return nil
}

// load reads lines up to the end, or up to a last one that was cut short.
func (c *Cloud) load(f *os.File) (lines int, end int64, err error) {
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return lines, end, nil // what is left of a line was never whole
		}
		if err != nil {
			return lines, end, err
		}
		e, err := parseLine(line)
		if err != nil {
			if _, more := r.Peek(1); errors.Is(more, io.EOF) {
				return lines, end, nil
			}
			return lines, end, fmt.Errorf("line %d: %w", lines+1, err)
		}
		if lines == 0 && e.Format != stateFormat {
			return lines, end, fmt.Errorf("format %d, want %d: written by another version", e.Format, stateFormat)
		}
		c.replay(e)
		lines++
		end += int64(len(line))
	}
}

func (c *Cloud) replay(e *entry) {
	for _, k := range e.Gone {
		if o := c.objects[k]; o != nil {
			c.unindex(o)
			delete(c.objects, k)
			delete(c.users, k)
		}
	}
	for _, o := range e.Objects {
		c.put(o)
		c.order = max(c.order, o.Order)
	}
	if op := e.Operation; op != nil {
		c.ops[op.Token] = op
	}
	c.replayCalls(e)
}

// compact writes the state anew, in the place of the old file.
func (c *Cloud) compact(name string) error {
	tmp, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	next := &stateFile{f: tmp}
	err = next.write(&entry{Format: stateFormat})
	if err == nil {
		err = next.write(&entry{Objects: c.inOrder()})
	}
	for _, op := range c.ops {
		if err == nil {
			err = next.write(&entry{Operation: op})
		}
	}
	if err == nil {
		err = next.write(c.callEntry())
	}
	if err == nil {
		err = tmp.Sync()
	}
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return errors.Join(err, tmp.Close(), os.Remove(tmp.Name()))
	}
	old := c.file.f
	c.file.f = tmp
	return old.Close()
}

func (s *stateFile) write(e *entry) error {
	line, err := e.line()
	if err != nil {
		return err
	}
	_, err = s.f.Write(line)
	return err
}

func (s *stateFile) close() error { return s.f.Close() }

// changed notes that an object is to be written.
func (s *stateFile) changed(o *object) {
	if s == nil {
		return
	}
	s.objects[o.key] = o
	delete(s.gone, o.key)
}

// removed notes that an object is gone.
func (s *stateFile) removed(k key) {
	if s == nil {
		return
	}
	s.gone[k] = true
	delete(s.objects, k)
}

// save writes all changes since the last line, and an operation, in one line.
func (c *Cloud) save(op *operation) error {
	s := c.file
	if s == nil {
		return nil
	}
	e := &entry{Operation: op}
	if op != nil && op.Token == "" {
		e.Operation = nil
	}
	for _, o := range s.objects {
		e.Objects = append(e.Objects, o)
	}
	for k := range s.gone {
		e.Gone = append(e.Gone, k)
	}
	if err := s.write(e); err != nil {
		return &provider.Error{Kind: provider.Transient, Code: "InternalError", Message: "The cloud cannot keep its state.", Err: err}
	}
	clear(s.objects)
	clear(s.gone)
	return nil
}
