package journal

import (
	"slices"
	"strings"
)

// choose sorts the names and keeps those that match; nil matches all.
func (q *Query) choose(ids []string) []string {
	if q != nil {
		ids = slices.DeleteFunc(ids, func(id string) bool {
			return !strings.HasPrefix(id, q.Prefix) || (q.After != "" && id <= q.After)
		})
	}
	slices.Sort(ids)
	return ids
}
