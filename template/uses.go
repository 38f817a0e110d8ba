package template

import (
	"strconv"

	"github.com/bianpai/bianpai/internal/doc"
)

// uses records the references that an evaluation meets, with the place of each
// in the resource's properties. A nil *uses records nothing.
type uses struct {
	arena []Use
	start int // of the current resource's uses in arena
	path  []step
	held  int // inside a function call the place does not change
}

// step is one part of a path: a key, or the index of a list member.
type step struct {
	key   string
	index int // of a list member; -1 for a key
}

func (u *uses) enter(key string) {
	if u != nil && u.held == 0 {
		u.path = append(u.path, step{key, -1})
	}
}

func (u *uses) index(i int) {
	if u != nil && u.held == 0 {
		u.path = append(u.path, step{"", i})
	}
}

func (u *uses) leave() {
	if u != nil && u.held == 0 {
		u.path = u.path[:len(u.path)-1]
	}
}

// hold and release surround a function call.
func (u *uses) hold() {
	if u != nil {
		u.held++
	}
}

func (u *uses) release() {
	if u != nil {
		u.held--
	}
}

// add records a reference at the current place.
func (u *uses) add(to, attribute string, call doc.Node) {
	if u == nil {
		return
	}
	if len(u.arena) == cap(u.arena) {
		// The full piece stays with the resources before; this one's uses move.
		own := u.arena[u.start:]
		size := max(min(2*cap(u.arena), 4096), 2*len(own), 32)
		u.arena = append(make([]Use, 0, size), own...)
		u.start = 0
	}
	u.arena = append(u.arena, Use{to, attribute, formatPath(u.path), call.Range()})
}

// take gives the uses recorded since it was last called.
func (u *uses) take() []Use {
	if u == nil || u.start == len(u.arena) {
		return nil
	}
	out := u.arena[u.start:len(u.arena):len(u.arena)]
	u.start = len(u.arena)
	return out
}

func formatPath(path []step) string {
	if len(path) == 1 && path[0].index < 0 {
		return path[0].key
	}
	var dst []byte
	for i, s := range path {
		switch {
		case s.index >= 0:
			dst = append(dst, '[')
			dst = strconv.AppendInt(dst, int64(s.index), 10)
			dst = append(dst, ']')
		case i > 0:
			dst = append(dst, '.')
			dst = append(dst, s.key...)
		default:
			dst = append(dst, s.key...)
		}
	}
	return string(dst)
}
