package host

import (
	"container/heap"
	"time"
)

// maxSleep bounds one sleep of a driver. A machine that was suspended or whose
// clock was set is at most this late.
const maxSleep = 10 * time.Minute

// timers is a heap of calls by the time they are due, then by the order in
// which they came.
type timers []*call

func (t timers) Len() int { return len(t) }

func (t timers) Less(i, j int) bool {
	if c := t[i].due.Compare(t[j].due); c != 0 {
		return c < 0
	}
	return t[i].seq < t[j].seq
}

func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].pos, t[j].pos = i, j
}

// Push implements heap.Interface.
func (t *timers) Push(x any) {
	c := x.(*call)
	c.pos = len(*t)
	*t = append(*t, c)
}

// Pop implements heap.Interface.
func (t *timers) Pop() any {
	old := *t
	c := old[len(old)-1]
	old[len(old)-1] = nil
	*t = old[:len(old)-1]
	return c
}

// add puts a call in, or moves it to its new due time.
func (t *timers) add(c *call) {
	if c.place == waiting {
		heap.Fix(t, c.pos)
		return
	}
	c.place = waiting
	heap.Push(t, c)
}

func (t *timers) remove(c *call) { heap.Remove(t, c.pos) }

// next takes the first call that is due, nil if none is.
func (t *timers) next(now time.Time) *call {
	if len(*t) == 0 || (*t)[0].due.After(now) {
		return nil
	}
	return heap.Pop(t).(*call)
}
