package template

// Holds tells whether a condition is true in a scope.
func (s *Scope) Holds(condition string) bool { return s.holds(condition) }
