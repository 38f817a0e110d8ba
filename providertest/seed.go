package providertest

import "strings"

// seed is where made-up values come from. It is derived from the token of the
// operation, so that a cloud that is asked the same gives the same answer,
// whatever else goes on at that time.
type seed uint64

const (
	base36 = "0123456789abcdefghijklmnopqrstuvwxyz"
	hexits = "0123456789abcdef"
	digits = "0123456789"
	mixed  = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
)

func newSeed(parts ...string) seed {
	h := uint64(14695981039346656037)
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint64(p[i])) * 1099511628211
		}
		h = (h ^ 0xff) * 1099511628211
	}
	return seed(h)
}

// with gives the seed of a part of what s is the seed of.
func (s seed) with(tag string) seed {
	h := uint64(s)
	for i := range len(tag) {
		h = (h ^ uint64(tag[i])) * 1099511628211
	}
	return seed((h ^ 0xff) * 1099511628211)
}

// at gives the seed of the i-th of several equal parts.
func (s seed) at(i int) seed {
	return seed((uint64(s) ^ uint64(i)) * 1099511628211)
}

func (s *seed) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// number gives a number below n.
func (s seed) number(n int) int {
	return int(s.next() % uint64(n))
}

// text gives n letters of an alphabet.
func (s seed) text(alphabet string, n int) string {
	var b strings.Builder
	b.Grow(n)
	s.write(&b, alphabet, n)
	return b.String()
}

func (s *seed) write(b *strings.Builder, alphabet string, n int) {
	for range n {
		b.WriteByte(alphabet[s.next()%uint64(len(alphabet))])
	}
}

func (s seed) uuid() string {
	h := s.text(hexits, 32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}
