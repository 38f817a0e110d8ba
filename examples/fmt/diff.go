package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// around is how many equal lines stand around a change.
const around = 3

// unified prints the difference of two texts, line by line, in the form of
// diff -u. Formatting keeps the order of lines, so that walking both texts side
// by side, with a look ahead at where they meet again, finds what changed.
func unified(name, before, after string) []byte {
	a, b := slices.Collect(strings.Lines(before)), slices.Collect(strings.Lines(after))
	changes := changesOf(a, b)
	var out bytes.Buffer
	fmt.Fprintf(&out, "--- %s\n+++ %s (formatted)\n", name, name)
	for len(changes) > 0 {
		n := 1
		for n < len(changes) && changes[n].a-changes[n-1].aEnd <= 2*around {
			n++
		}
		hunk(&out, a, b, changes[:n])
		changes = changes[n:]
	}
	return out.Bytes()
}

// change says that the lines [a, aEnd) become [b, bEnd).
type change struct{ a, aEnd, b, bEnd int }

// ahead is how far to look for where the texts meet again.
const ahead = 200

func changesOf(a, b []string) []change {
	var out []change
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		if i < len(a) && j < len(b) && a[i] == b[j] {
			i, j = i+1, j+1
			continue
		}
		ni, nj := meet(a, b, i, j)
		out = append(out, change{i, ni, j, nj})
		i, j = ni, nj
	}
	return out
}

// meet finds the nearest place behind i and j from which two lines are equal.
func meet(a, b []string, i, j int) (int, int) {
	for d := 1; d < ahead; d++ {
		for x := 0; x <= d; x++ {
			if p, q := i+x, j+d-x; p < len(a) && q < len(b) && a[p] == b[q] && strings.TrimSpace(a[p]) != "" {
				return p, q
			}
		}
	}
	return len(a), len(b)
}

func hunk(out *bytes.Buffer, a, b []string, changes []change) {
	first, last := changes[0], changes[len(changes)-1]
	from := max(first.a-around, 0)
	to := min(last.aEnd+around, len(a))
	start := first.b - (first.a - from)
	end := last.bEnd + to - last.aEnd
	fmt.Fprintf(out, "@@ -%d,%d +%d,%d @@\n", from+1, to-from, start+1, end-start)
	at := from
	for _, c := range changes {
		lines(out, ' ', a[at:c.a])
		lines(out, '-', a[c.a:c.aEnd])
		lines(out, '+', b[c.b:c.bEnd])
		at = c.aEnd
	}
	lines(out, ' ', a[at:to])
}

func lines(out *bytes.Buffer, mark byte, text []string) {
	for _, line := range text {
		out.WriteByte(mark)
		out.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}
