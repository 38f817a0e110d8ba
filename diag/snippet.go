package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	tabWidth = 4
	// A minified document is one line: only this many columns are shown, of
	// which lead stand before the finding.
	snippetWidth = 100
	snippetLead  = 40
)

// snippet writes the first line of the range with the range underlined.
func (p *printer) snippet(src *Source, r Range, color string) {
	pos := src.Position(r.Start)
	line := src.Line(pos.Line)
	from := max(min(r.Start, line.End), line.Start)
	to := max(min(r.End, line.End), from)

	head, cutHead := lastColumns(src.text[line.Start:from], snippetLead)
	body, cutBody := firstColumns(src.text[from:to], snippetWidth-snippetLead)
	tail, cutTail := "", cutBody
	if !cutBody {
		tail, cutTail = firstColumns(src.text[to:line.End], max(snippetWidth-width(head)-width(body), 0))
	}
	if cutHead {
		head = "…" + head
	}
	if cutTail {
		tail += "…"
	}
	number := fmt.Sprintf("%5d", pos.Line)
	mark := strings.Repeat("^", max(width(body), 1))
	if p.opts.Color {
		mark = color + mark + reset
	}
	fmt.Fprintf(p, "%s | %s\n", number, strings.TrimRight(head+body+tail, " "))
	fmt.Fprintf(p, "%*s | %s%s\n", len(number), "", strings.Repeat(" ", width(head)), mark)
}

// firstColumns renders the start of the text, at most limit columns of it.
func firstColumns(text []byte, limit int) (shown string, cut bool) {
	var b strings.Builder
	for used := 0; len(text) > 0; {
		r, size := utf8.DecodeRune(text)
		s := visible(r)
		if used += width(s); used > limit {
			return b.String(), true
		}
		b.WriteString(s)
		text = text[size:]
	}
	return b.String(), false
}

// lastColumns renders the end of the text, at most limit columns of it.
func lastColumns(text []byte, limit int) (shown string, cut bool) {
	start := len(text)
	for used := 0; start > 0; {
		r, size := utf8.DecodeLastRune(text[:start])
		if used += width(visible(r)); used > limit {
			cut = true
			break
		}
		start -= size
	}
	shown, _ = firstColumns(text[start:], limit)
	return shown, cut
}

// visible is what stands for a character in a snippet.
func visible(r rune) string {
	switch {
	case r == '\t':
		return strings.Repeat(" ", tabWidth)
	case r == '\ufeff':
		return ""
	case unicode.IsControl(r):
		return "\ufffd"
	}
	return string(r)
}

// width returns the number of columns that a terminal gives to the text.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), r >= 0x1160 && r <= 0x11ff: // the last: jamo that join the one before
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// wide holds the blocks whose characters take two columns (East Asian Wide and
// Fullwidth), with unassigned places inside a block left in.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, // Hangul initial consonants
		{Lo: 0x231a, Hi: 0x231b, Stride: 1}, // signs that are shown as pictures
		{Lo: 0x2329, Hi: 0x232a, Stride: 1},
		{Lo: 0x23e9, Hi: 0x23ec, Stride: 1},
		{Lo: 0x23f0, Hi: 0x23f3, Stride: 3},
		{Lo: 0x25fd, Hi: 0x25fe, Stride: 1},
		{Lo: 0x2614, Hi: 0x2615, Stride: 1},
		{Lo: 0x2648, Hi: 0x2653, Stride: 1},
		{Lo: 0x267f, Hi: 0x2693, Stride: 20},
		{Lo: 0x26a1, Hi: 0x26a1, Stride: 1},
		{Lo: 0x26aa, Hi: 0x26ab, Stride: 1},
		{Lo: 0x26bd, Hi: 0x26be, Stride: 1},
		{Lo: 0x26c4, Hi: 0x26c5, Stride: 1},
		{Lo: 0x26ce, Hi: 0x26d4, Stride: 6},
		{Lo: 0x26ea, Hi: 0x26ea, Stride: 1},
		{Lo: 0x26f2, Hi: 0x26f3, Stride: 1},
		{Lo: 0x26f5, Hi: 0x26fa, Stride: 5},
		{Lo: 0x26fd, Hi: 0x2705, Stride: 8},
		{Lo: 0x270a, Hi: 0x270b, Stride: 1},
		{Lo: 0x2728, Hi: 0x274c, Stride: 36},
		{Lo: 0x274e, Hi: 0x2753, Stride: 5},
		{Lo: 0x2754, Hi: 0x2755, Stride: 1},
		{Lo: 0x2757, Hi: 0x2757, Stride: 1},
		{Lo: 0x2795, Hi: 0x2797, Stride: 1},
		{Lo: 0x27b0, Hi: 0x27bf, Stride: 15},
		{Lo: 0x2b1b, Hi: 0x2b1c, Stride: 1},
		{Lo: 0x2b50, Hi: 0x2b55, Stride: 5},
		{Lo: 0x2e80, Hi: 0x303e, Stride: 1}, // radicals, CJK punctuation
		{Lo: 0x3041, Hi: 0x4dbf, Stride: 1}, // kana, enclosed, extension A
		{Lo: 0x4e00, Hi: 0xa4cf, Stride: 1}, // ideographs, Yi
		{Lo: 0xa960, Hi: 0xa97f, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}, // Hangul syllables
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1}, // compatibility ideographs
		{Lo: 0xfe10, Hi: 0xfe19, Stride: 1},
		{Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1}, // fullwidth forms
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x16fe0, Hi: 0x18cff, Stride: 1}, // Tangut
		{Lo: 0x1b000, Hi: 0x1b2ff, Stride: 1}, // kana supplements
		{Lo: 0x1f004, Hi: 0x1f0cf, Stride: 0xcb},
		{Lo: 0x1f18e, Hi: 0x1f18e, Stride: 1},
		{Lo: 0x1f191, Hi: 0x1f19a, Stride: 1},
		{Lo: 0x1f200, Hi: 0x1f265, Stride: 1},
		{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1}, // pictographs
		{Lo: 0x1f680, Hi: 0x1f6ff, Stride: 1},
		{Lo: 0x1f7e0, Hi: 0x1f7f0, Stride: 1},
		{Lo: 0x1f900, Hi: 0x1f9ff, Stride: 1},
		{Lo: 0x1fa70, Hi: 0x1faff, Stride: 1},
		{Lo: 0x20000, Hi: 0x3fffd, Stride: 1}, // further ideographs
	},
}
