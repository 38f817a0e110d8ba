package oos

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/journal"
)

// recordsOf gives the journal of a story.
func recordsOf(t *testing.T, s *story) (recs []core.Record, e *Engine) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{store: new(journal.Memory), effects: map[string]int{}}
		s.live(t, w.store, w)
		for rec, err := range w.store.Read(t.Context(), executionPrefix+w.id, 0) {
			if err != nil {
				t.Fatal(err)
			}
			recs = append(recs, core.Record{Kind: rec.Kind, Data: rec.Data})
		}
	})
	return recs, s.engine(t, new(journal.Memory), nil)
}

// TestEvolveIsTotal folds journals whose records are missing, doubled, moved or
// changed: whatever a journal holds, folding it is no panic.
func TestEvolveIsTotal(t *testing.T) {
	for _, s := range stories {
		recs, e := recordsOf(t, &s)
		rng := rand.New(rand.NewPCG(1, 2))
		for range 3000 {
			m := newMachine(e.set)
			m.keep = rng.IntN(4) == 0
			for i := 0; i < len(recs); i++ {
				rec := recs[i]
				switch rng.IntN(12) {
				case 0:
					continue
				case 1:
					rec = recs[rng.IntN(len(recs))]
				case 2:
					i = max(0, i-rng.IntN(3)-1)
					if rng.IntN(3) > 0 {
						i = min(len(recs)-1, i+2)
					}
				case 3:
					rec.Data = changed(rng, rec.Data)
				}
				ev, err := codec.Decode(rec)
				if err != nil {
					continue
				}
				m.Evolve(ev)
			}
			m.Changes()
			m.Outstanding()
			m.Summary()
			for range 20 {
				for _, ev := range m.Advance(time.Unix(0, 0)) {
					m.Evolve(ev)
				}
			}
			if m.root != nil {
				m.view(m.root)
				m.waitsBelow(m.root)
			}
			m.Snapshot()
		}
		if err := e.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// changed gives another number in the place of some in a record.
func changed(rng *rand.Rand, data []byte) []byte {
	var fields map[string]any
	if json.Unmarshal(data, &fields) != nil {
		return data
	}
	for key, v := range fields {
		if _, number := v.(float64); number && rng.IntN(2) == 0 {
			fields[key] = []int{-1, 0, 1, 2, 7, 1000}[rng.IntN(6)]
		}
		if text, ok := v.(string); ok && rng.IntN(4) == 0 {
			fields[key] = strings.Repeat(text, rng.IntN(3))
		}
	}
	out, err := json.Marshal(fields)
	if err != nil {
		return data
	}
	return out
}
