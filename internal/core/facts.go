package core

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Facts is a Codec over a table: the kind of the record by which each fact is
// kept. The kinds are a format: they are added to, never changed. A fact is kept
// as JSON unless it is a Raw. Facts is immutable.
type Facts struct {
	machine string
	unknown func() Event
	made    map[string]func() Event
	kinds   map[reflect.Type]string
}

// Raw is a fact that writes its record itself. If it is a RawReader too, it also
// reads it; else the record is JSON.
type Raw interface {
	AppendRecord(dst []byte) []byte
}

// RawReader is a fact that reads its record itself.
type RawReader interface {
	ReadRecord(data []byte)
}

// NewFacts makes the codec of a machine, whose name is for errors. unknown makes
// what stands for a record of a kind that this release does not know; made
// makes an empty fact, by kind.
func NewFacts(machine string, unknown func() Event, made map[string]func() Event) *Facts {
	f := &Facts{machine: machine, unknown: unknown, made: made, kinds: make(map[reflect.Type]string, len(made))}
	for _, kind := range slices.Sorted(maps.Keys(made)) {
		f.kinds[reflect.TypeOf(made[kind]())] = kind
	}
	return f
}

// Encode implements Codec.
func (f *Facts) Encode(ev Event) (Record, error) {
	kind := f.kinds[reflect.TypeOf(ev)]
	if kind == "" {
		return Record{}, fmt.Errorf("%s: no record kind for %T", f.machine, ev)
	}
	if raw, ok := ev.(Raw); ok {
		return Record{Kind: kind, Data: raw.AppendRecord(nil)}, nil
	}
	data, err := json.Marshal(ev)
	return Record{Kind: kind, Data: data}, err
}

// Decode implements Codec.
func (f *Facts) Decode(rec Record) (Event, error) {
	fact := f.made[rec.Kind]
	if fact == nil {
		return f.unknown(), nil
	}
	ev := fact()
	if raw, ok := ev.(RawReader); ok {
		raw.ReadRecord(rec.Data)
		return ev, nil
	}
	if err := json.Unmarshal(rec.Data, ev); err != nil {
		return nil, fmt.Errorf("%s: record of kind %q: %w", f.machine, rec.Kind, err)
	}
	return ev, nil
}

// Piece is a part of bytes that are kept in several records, since one may not
// be so long. A machine embeds it in facts of its own.
type Piece struct{ Bytes []byte }

// AppendRecord implements Raw.
func (p *Piece) AppendRecord(dst []byte) []byte {
	if dst == nil {
		return p.Bytes
	}
	return append(dst, p.Bytes...)
}

// ReadRecord implements RawReader.
func (p *Piece) ReadRecord(data []byte) { p.Bytes = data }

// Bare is a fact that is all in its kind.
type Bare struct{}

// AppendRecord implements Raw.
func (*Bare) AppendRecord(dst []byte) []byte { return dst }

// ReadRecord implements RawReader.
func (*Bare) ReadRecord([]byte) {}
