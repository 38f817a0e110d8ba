package edit

import "github.com/bianpai/bianpai/internal/doc"

// changedAt returns a check that a tree is as before but for the members of one
// list or map, the last of way; members compares those.
func changedAt(way []doc.Node, members func(before, after doc.Node) bool) expected {
	return func(root doc.Node) bool { return sameBut(way, root, members) }
}

func sameBut(way []doc.Node, after doc.Node, members func(before, after doc.Node) bool) bool {
	before := way[0]
	if before.Kind() != after.Kind() {
		return false
	}
	if len(way) == 1 {
		return members(before, after)
	}
	if before.Len() != after.Len() {
		return false
	}
	for i := range before.Len() {
		x, y := before.At(i), after.At(i)
		if x.Key() != y.Key() {
			return false
		}
		if x == way[1] {
			if !sameBut(way[1:], y, members) {
				return false
			}
		} else if !Equal(x, y) {
			return false
		}
	}
	return true
}

// member is a member as it should be after a change.
type member struct {
	key   string
	value doc.Node
}

// membersOf lists the members of a list or map.
func membersOf(n doc.Node) []member {
	out := make([]member, 0, n.Len()+1)
	for child := range n.Items() {
		out = append(out, member{child.Key(), child})
	}
	return out
}

// holdsExactly returns a check for the members of a list or map.
func holdsExactly(want []member) func(before, after doc.Node) bool {
	return func(_, after doc.Node) bool {
		if after.Len() != len(want) {
			return false
		}
		for i, m := range want {
			if got := after.At(i); got.Key() != m.key || !Equal(got, m.value) {
				return false
			}
		}
		return true
	}
}
