package main

import (
	"fmt"
	"os"
)

// terminal writes what people read. Colours and what moves are for a terminal
// alone; a file or a pipe gets plain lines.
type terminal struct {
	*os.File
	color bool
	live  bool
}

func newTerminal(f *os.File) *terminal {
	info, err := f.Stat()
	term := os.Getenv("TERM")
	live := err == nil && info.Mode()&os.ModeCharDevice != 0 && term != "" && term != "dumb"
	return &terminal{File: f, live: live, color: live && os.Getenv("NO_COLOR") == ""}
}

func (t *terminal) printf(format string, args ...any) { fmt.Fprintf(t, format, args...) }

// The styles of a text.
const (
	bold  = "\x1b[1m"
	faint = "\x1b[2m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
)

func (t *terminal) style(style, text string) string {
	if !t.color || text == "" {
		return text
	}
	return style + text + "\x1b[0m"
}
