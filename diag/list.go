package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// List is a list of findings. It is not an error by itself: see Err.
type List []Diagnostic

// Err returns a *ListError if at least one finding is an Error, else nil.
func (l List) Err() error {
	if l.Count(Error) == 0 {
		return nil
	}
	return &ListError{List: l}
}

// Sort orders the findings by the source's name, place, severity and code.
// Findings without a source come first. Equals keep their order.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.sourceName(), b.sourceName()),
			cmp.Compare(a.Range.Start, b.Range.Start),
			cmp.Compare(a.Range.End, b.Range.End),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code),
		)
	})
}

func (d *Diagnostic) sourceName() string {
	if d.Source == nil {
		return ""
	}
	return d.Source.name
}

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

// ListError is a List with at least one Error, as an error. Find it with
// errors.AsType[*ListError].
type ListError struct {
	List List // all findings, warnings too
}

// maxPrinted bounds the text of a ListError: it ends up in logs.
const maxPrinted = 10

// Error prints the first ten findings, errors before others, one a line as
// "file:line:col: severity code: message", and how many more there are.
func (e *ListError) Error() string {
	var b strings.Builder
	left := maxPrinted
	for _, sev := range [...]Severity{Error, Warning, Advice} {
		for i := range e.List {
			if e.List[i].Severity != sev || left == 0 {
				continue
			}
			if left < maxPrinted {
				b.WriteByte('\n')
			}
			b.WriteString(e.List[i].line(English))
			left--
		}
	}
	if more := len(e.List) - maxPrinted; more > 0 {
		fmt.Fprintf(&b, "\nand %d more", more)
	}
	return b.String()
}

// line is the finding on one line, without its hint.
func (d *Diagnostic) line(lang Lang) string {
	message, _ := d.Text(lang)
	return fmt.Sprintf("%s%s %s: %s", place(d.Source, d.Range), d.Severity, d.Code, clean(message))
}

// place prints "file:line:col: ", or nothing without a source.
func place(src *Source, r Range) string {
	if src == nil {
		return ""
	}
	p := src.Position(r.Start)
	return fmt.Sprintf("%s:%d:%d: ", clean(src.name), p.Line, p.Column)
}
