package core

import (
	"reflect"
	"strings"
	"testing"
)

type (
	plainFact struct {
		N int `json:"n"`
	}
	pieceFact struct{ Piece }
	bareFact  struct{ Bare }
	handFact  struct{ N int }
	oddFact   struct{}
)

func (f *handFact) AppendRecord(dst []byte) []byte { return append(dst, `{"N":7}`...) }

func TestFacts(t *testing.T) {
	codec := NewFacts("toy", func() Event { return &oddFact{} }, map[string]func() Event{
		"plain": func() Event { return &plainFact{} },
		"piece": func() Event { return &pieceFact{} },
		"bare":  func() Event { return &bareFact{} },
		"hand":  func() Event { return &handFact{} },
	})
	for kind, test := range map[string]struct {
		fact Event
		data string
	}{
		"plain": {&plainFact{3}, `{"n":3}`},
		"piece": {&pieceFact{Piece{[]byte("not json")}}, "not json"},
		"bare":  {&bareFact{}, ""},
		"hand":  {&handFact{7}, `{"N":7}`},
	} {
		rec, err := codec.Encode(test.fact)
		if err != nil || rec.Kind != kind || string(rec.Data) != test.data {
			t.Errorf("%s is kept as %s %s, %v", kind, rec.Kind, rec.Data, err)
		}
		if got, err := codec.Decode(rec); err != nil || !reflect.DeepEqual(got, test.fact) {
			t.Errorf("%s is read as %+v, %v", kind, got, err)
		}
	}
	if got, err := codec.Decode(Record{Kind: "of the future"}); err != nil || !reflect.DeepEqual(got, &oddFact{}) {
		t.Errorf("an unknown kind is %v, %v", got, err)
	}
	if _, err := codec.Encode(&oddFact{}); err == nil || !strings.Contains(err.Error(), "toy") {
		t.Errorf("a fact of no kind: %v", err)
	}
	if _, err := codec.Decode(Record{Kind: "plain", Data: []byte("{")}); err == nil || !strings.Contains(err.Error(), `"plain"`) {
		t.Errorf("a damaged record: %v", err)
	}
}
