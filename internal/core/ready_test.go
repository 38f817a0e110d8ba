package core

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// naive is a Ready that anyone can see is right.
type naive struct {
	set         map[int]bool
	slots, busy int
}

func (n *naive) next() []int {
	var all []int
	for i := range n.set {
		all = append(all, i)
	}
	slices.Sort(all)
	free := len(all)
	if n.slots > 0 {
		free = max(min(free, n.slots-n.busy), 0)
	}
	return all[:free]
}

// compare plays operations on both and compares them after each.
func compare(t *testing.T, slots int, ops []byte, spread int) {
	t.Helper()
	r, n := Ready{Slots: slots}, naive{set: make(map[int]bool), slots: slots}
	for k := 0; k+2 < len(ops); k += 3 {
		i := (int(ops[k+1])<<8 | int(ops[k+2])) * spread % 300_000
		switch ops[k] % 4 {
		case 0, 1:
			r.Add(i)
			n.set[i] = true
		case 2:
			if ops[k] > 127 {
				r.Drop(i)
				delete(n.set, i)
			} else if r.Busy() > 0 {
				r.Release()
				n.busy--
			}
		case 3:
			for first := range r.Next() {
				i = first
				break
			}
			r.Start(i)
			delete(n.set, i)
			n.busy++
		}
		if got, want := slices.Collect(r.Next()), n.next(); !slices.Equal(got, want) {
			t.Fatalf("after operation %d: %v, want %v", k/3, got, want)
		}
		if r.Len() != len(n.set) || r.Busy() != n.busy || r.Has(i) != n.set[i] {
			t.Fatalf("after operation %d: %d ready, %d busy", k/3, r.Len(), r.Busy())
		}
	}
}

func TestReady(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		ops := make([]byte, 3*rng.IntN(300))
		for i := range ops {
			ops[i] = byte(rng.Uint32())
		}
		compare(t, rng.IntN(5), ops, 1+rng.IntN(9))
	}
}

func FuzzReady(f *testing.F) {
	f.Add(uint8(2), []byte{0, 0, 1, 0, 70, 0, 3, 0, 0, 130, 0, 1}, uint8(3))
	f.Fuzz(func(t *testing.T, slots uint8, ops []byte, spread uint8) {
		compare(t, int(slots%8), ops[:min(len(ops), 600)], int(spread)+1)
	})
}

// BenchmarkReady takes a million steps through the set, a hundred under way.
func BenchmarkReady(b *testing.B) {
	const n = 1_000_000
	for b.Loop() {
		r := Ready{Slots: 100}
		for i := range n {
			r.Add(n - 1 - i)
		}
		for r.Len() > 0 {
			for i := range r.Next() {
				r.Start(i)
				break
			}
			if r.Busy() == 100 {
				r.Release()
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/step")
}
