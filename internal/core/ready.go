package core

import (
	"iter"
	"math/bits"
)

// Ready holds the steps that could start, by their index, and the slots that
// those under way take. It gives them out lowest index first, whatever the
// order they came in. Each operation takes constant time for practical sizes
// (one word for each factor of 64), and the set one bit for each index.
//
// Advance reads Next; Evolve calls Add, Start, Drop and Release, so that a fold
// comes to the same set. The zero value has no limit of slots.
type Ready struct {
	// Slots bounds the steps under way; 0 means no bound.
	Slots int

	busy   int
	len    int
	levels [][]uint64 // bit i of a level: index i, or the word i of the level below, is not empty
}

// Len is the number of steps that could start.
func (r *Ready) Len() int { return r.len }

// Busy is the number of steps under way.
func (r *Ready) Busy() int { return r.busy }

// Add says that a step could start.
func (r *Ready) Add(i int) {
	r.grow(i)
	if r.Has(i) {
		return
	}
	r.len++
	for _, level := range r.levels {
		level[i/64] |= 1 << (i % 64)
		i /= 64
	}
}

// Has reports whether a step could start.
func (r *Ready) Has(i int) bool {
	return len(r.levels) > 0 && i/64 < len(r.levels[0]) && r.levels[0][i/64]&(1<<(i%64)) != 0
}

// Drop says that a step cannot start any more.
func (r *Ready) Drop(i int) {
	if !r.Has(i) {
		return
	}
	r.len--
	for _, level := range r.levels {
		level[i/64] &^= 1 << (i % 64)
		if level[i/64] != 0 {
			return
		}
		i /= 64
	}
}

// Start says that a step is under way. It takes a slot, even where none is
// free: facts are not refused.
func (r *Ready) Start(i int) {
	r.Drop(i)
	r.busy++
}

// Release gives a slot back.
func (r *Ready) Release() { r.busy-- }

// Next gives the steps that may start now: as many as slots are free. The set
// must not change meanwhile.
func (r *Ready) Next() iter.Seq[int] {
	return func(yield func(int) bool) {
		free := r.len
		if r.Slots > 0 {
			free = min(free, r.Slots-r.busy)
		}
		for i := 0; free > 0; free-- {
			i = r.from(i)
			if !yield(i) {
				return
			}
			i++
		}
	}
}

// from is the lowest index in the set that is i or more, -1 for none.
func (r *Ready) from(i int) int {
	for l := 0; l < len(r.levels); l++ {
		word := i / 64
		if word < len(r.levels[l]) {
			if w := r.levels[l][word] >> (i % 64); w != 0 {
				return r.down(l, i+bits.TrailingZeros64(w))
			}
		}
		i = word + 1
	}
	return -1
}

// down goes from a bit of a level to the lowest index below it.
func (r *Ready) down(l, i int) int {
	for l--; l >= 0; l-- {
		i = i*64 + bits.TrailingZeros64(r.levels[l][i])
	}
	return i
}

// grow makes room for an index. The top level is always one word.
func (r *Ready) grow(i int) {
	if len(r.levels) > 0 && i/64 < len(r.levels[0]) {
		return
	}
	for l := 0; ; l++ {
		if l == len(r.levels) {
			r.levels = append(r.levels, nil)
			if l > 0 && len(r.levels[l-1]) > 0 && r.levels[l-1][0] != 0 {
				r.levels[l] = []uint64{1}
			}
		}
		words := i/64 + 1
		if have := len(r.levels[l]); have < words {
			r.levels[l] = append(r.levels[l], make([]uint64, words-have)...)
		}
		if i /= 64; i == 0 && len(r.levels[l]) == 1 {
			return
		}
	}
}
