package graph

import "math/bits"

// readySet is a set of integers below a fixed bound that gives up its smallest
// member first: a tree of 64-bit words in which each bit says whether the word
// below it has any member. Three levels hold 262,144 nodes, so that an order
// with ties broken by insertion costs as good as linear time, which a binary
// heap would not.
type readySet struct {
	levels [][]uint64 // levels[0] holds the members, the last level is one word
}

func newReadySet(bound int) *readySet {
	s := &readySet{}
	for words := (bound + 63) / 64; ; words = (words + 63) / 64 {
		s.levels = append(s.levels, make([]uint64, max(words, 1)))
		if words <= 1 {
			return s
		}
	}
}

func (s *readySet) add(i int) {
	for _, words := range s.levels {
		words[i/64] |= 1 << (i % 64)
		i /= 64
	}
}

// takeMin removes the smallest member and gives it, or -1 when there is none.
func (s *readySet) takeMin() int {
	top := len(s.levels) - 1
	if s.levels[top][0] == 0 {
		return -1
	}
	i := 0
	for l := top; l >= 0; l-- {
		i = i*64 + bits.TrailingZeros64(s.levels[l][i])
	}
	s.remove(i)
	return i
}

func (s *readySet) remove(i int) {
	for _, words := range s.levels {
		words[i/64] &^= 1 << (i % 64)
		if words[i/64] != 0 {
			return
		}
		i /= 64
	}
}
