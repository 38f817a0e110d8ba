package diag

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PrintOptions says how Fprint prints. The zero value, as nil, is plain
// English text without snippets.
type PrintOptions struct {
	Snippet bool // show the source line with the range underlined
	Color   bool // ANSI colours, for terminals
	Lang    Lang
}

const (
	bold  = "\x1b[1m"
	reset = "\x1b[0m"
)

// colors are the ANSI colours of the severities.
var colors = map[Severity]string{Error: "\x1b[1;31m", Warning: "\x1b[1;33m", Advice: "\x1b[1;36m"}

// Fprint writes the findings for people in the order of the list, each as
// "file:line:col: severity code: message", then the snippet if wanted, then
// hint and related places. Control characters of a document are never written
// as they are.
func Fprint(w io.Writer, l List, opts *PrintOptions) error {
	if opts == nil {
		opts = &PrintOptions{}
	}
	p := &printer{Writer: bufio.NewWriter(w), opts: opts}
	for i := range l {
		p.diagnostic(&l[i])
	}
	return p.Flush()
}

type printer struct {
	*bufio.Writer // remembers the first error until Flush
	opts          *PrintOptions
}

func (p *printer) diagnostic(d *Diagnostic) {
	if p.opts.Color {
		message, _ := d.Text(p.opts.Lang)
		fmt.Fprintf(p, "%s%s%s%s%s%s %s: %s\n", bold, place(d.Source, d.Range), reset,
			colors[d.Severity], d.Severity, reset, d.Code, clean(message))
	} else {
		fmt.Fprintln(p, d.line(p.opts.Lang))
	}
	if p.opts.Snippet && d.Source != nil {
		p.snippet(d.Source, d.Range, colors[d.Severity])
	}
	if _, hint := d.Text(p.opts.Lang); hint != "" {
		fmt.Fprintf(p, "    %s\n", clean(hint))
	}
	for _, r := range d.Related {
		fmt.Fprintf(p, "    %s%s\n", place(r.Source, r.Range), clean(r.Message))
	}
}

// clean makes a text safe for one line of a terminal.
func clean(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) && utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// finding is the JSON form of a Diagnostic.
type finding struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Severity  string `json:"severity"`
	Code      Code   `json:"code"`
	Message   string `json:"message"`
	Hint      string `json:"hint"`
	Path      string `json:"path"`
}

// FprintJSON writes the findings as one JSON array of objects with the members
// file, line, column, endLine, endColumn, severity, code, message, hint, path;
// all are always there. Lines and columns count from 1, endColumn is the one
// after the last; without a source they are 0 and file is "".
func FprintJSON(w io.Writer, l List) error {
	out := make([]finding, len(l))
	for i := range l {
		d := &l[i]
		f := finding{Severity: d.Severity.String(), Code: d.Code, Path: d.Path}
		f.Message, f.Hint = d.Text(English)
		if d.Source != nil {
			start, end := d.Source.Position(d.Range.Start), d.Source.Position(max(d.Range.Start, d.Range.End))
			f.File, f.Line, f.Column = d.Source.name, start.Line, start.Column
			f.EndLine, f.EndColumn = end.Line, end.Column
		}
		out[i] = f
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// Clip shortens a long text for a message.
func Clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
