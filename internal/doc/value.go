package doc

import "github.com/bianpai/bianpai/internal/value"

// Value gives what a node says, taken literally: functions in it are maps with
// one key. An absent node is null.
func (n Node) Value() value.Value {
	switch n.Kind() {
	case List:
		items := make([]value.Value, 0, n.Len())
		for member := range n.Items() {
			items = append(items, member.Value())
		}
		return value.List(items)
	case Map:
		entries := make([]value.Entry, 0, n.Len())
		for member := range n.Items() {
			entries = append(entries, value.Entry{Key: member.Key(), Value: member.Value()})
		}
		return value.Map(entries)
	}
	return n.Scalar()
}

// Scalar is Value for a node that is neither list nor map; it gives null for
// those.
func (n Node) Scalar() value.Value {
	switch n.Kind() {
	case String:
		return value.String(n.Text())
	case Int:
		if i, ok := n.Int(); ok {
			return value.Int(i)
		}
		return value.Float(n.Float())
	case Bool:
		return value.Bool(n.Bool())
	case Float:
		return value.Float(n.Float())
	}
	return value.Null()
}
