package diag

import "io"

// PrintOptions says how Fprint prints. The zero value is plain English text
// without snippets.
type PrintOptions struct {
	Snippet bool // show the source line with the range underlined
	Color   bool // ANSI colours, for terminals
	Lang    Lang
}

// Fprint writes the findings for people.
func Fprint(w io.Writer, l List, opts *PrintOptions) error { return nil }

// FprintJSON writes the findings as one JSON array.
func FprintJSON(w io.Writer, l List) error { return nil }
