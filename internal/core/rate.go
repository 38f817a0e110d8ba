package core

// Share is a number of items, or a percentage of all items: the concurrency of
// a loop, the size of a batch, the errors that are allowed.
type Share struct {
	N       int
	Percent bool
}

// AtMost is the share of total rounded down: for the errors allowed.
func (s Share) AtMost(total int) int {
	if !s.Percent {
		return s.N
	}
	return int(int64(s.N) * int64(total) / 100)
}

// AtLeast is the share of total rounded up, and 1 or more: for a concurrency
// or the size of a batch.
func (s Share) AtLeast(total int) int {
	n := s.N
	if s.Percent {
		n = int((int64(s.N)*int64(total) + 99) / 100)
	}
	return max(n, 1)
}

// Budget says how many of the items may fail.
type Budget struct {
	Errors Share
	Total  int
}

// Spent reports whether so many failures are more than allowed: nothing new
// starts then. With 100 percent it never is.
func (b Budget) Spent(failed int) bool { return failed > b.Errors.AtMost(b.Total) }
