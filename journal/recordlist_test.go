package journal

import (
	"math/rand/v2"
	"testing"
)

// TestRecordList compares a list with a plain slice, and its snapshots with
// what they were when taken.
func TestRecordList(t *testing.T) {
	type snapshot struct {
		list recordList
		want []int64
	}
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		var l recordList
		var want []int64
		var taken []snapshot
		next := int64(0)
		for range 60 {
			switch rnd.IntN(4) {
			case 0, 1:
				for range rnd.IntN(400) {
					next++
					l.add(Record{Seq: next})
					want = append(want, next)
				}
			case 2:
				n := rnd.Int64N(l.len() + 1)
				l.drop(n)
				want = want[n:]
			case 3:
				taken = append(taken, snapshot{l, want}, snapshot{l.clip(), want})
			}
			taken = append(taken, snapshot{l, want})
			c := l.clip()
			c.add(Record{Seq: -1}) // shows nowhere else
		}
		for _, s := range taken {
			if s.list.len() != int64(len(s.want)) {
				t.Fatalf("seed %d: length %d, want %d", seed, s.list.len(), len(s.want))
			}
			for i, seq := range s.want {
				if got := s.list.at(int64(i)).Seq; got != seq {
					t.Fatalf("seed %d: record %d of %d is %d, want %d", seed, i, len(s.want), got, seq)
				}
			}
		}
	}
}
