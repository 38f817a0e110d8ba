package template

import "github.com/bianpai/bianpai/internal/value"

// Parameter gives the value that a parameter was bound to, as its type made
// it; false for a name that the template does not declare.
func (s *Scope) Parameter(name string) (value.Value, bool) {
	for i := range s.params {
		if s.params[i].name == name {
			return s.params[i].value, true
		}
	}
	return value.Value{}, false
}
