package console

import (
	"fmt"
	"io"
	"os"
)

// Terminal writes what people read. Colours and what moves are for a terminal
// alone; a file or a pipe gets plain lines.
type Terminal struct {
	io.Writer
	Color bool
	Live  bool // what was written can be written over
}

// New looks at what is written to.
func New(w io.Writer) *Terminal {
	t := &Terminal{Writer: w}
	f, ok := w.(*os.File)
	if !ok {
		return t
	}
	info, err := f.Stat()
	term := os.Getenv("TERM")
	t.Live = err == nil && info.Mode()&os.ModeCharDevice != 0 && term != "" && term != "dumb"
	t.Color = t.Live && os.Getenv("NO_COLOR") == ""
	return t
}

// Printf writes; an output that is gone is noticed elsewhere.
func (t *Terminal) Printf(format string, args ...any) { _, _ = fmt.Fprintf(t, format, args...) }

// The styles of a text.
const (
	Bold  = "\x1b[1m"
	Faint = "\x1b[2m"
	Red   = "\x1b[31m"
	Green = "\x1b[32m"
)

// Style gives a text in a style, where there are colours.
func (t *Terminal) Style(style, text string) string {
	if !t.Color || text == "" {
		return text
	}
	return style + text + "\x1b[0m"
}

// spinner moves while something goes on.
var spinner = [...]string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// up goes to the first of so many lines that were drawn.
func up(lines int) string {
	if lines == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA", lines)
}

// endLine clears what is left of a line that was longer before.
const endLine = "\x1b[K\n"
