package graph

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strings"
	"unicode"
)

// Measures of the drawing, in pixels.
const (
	svgChar    = 7.2 // width of a narrow character at 12 px
	svgLine    = 16  // height of a line of text
	svgPad     = 10  // between a box and its text
	svgRowGap  = 14  // between boxes of a column
	svgColGap  = 70  // between columns
	svgMargin  = 20
	svgMaxText = 48 // characters a line, the rest is cut
)

type box struct{ x, y, w, h float64 }

// WriteSVG draws the graph as one self-contained SVG image: columns by level,
// arrows from what comes first to what needs it, edges inside a cycle in red.
// It needs no script, font or style from elsewhere; the full label of a node is
// its tooltip.
func (g *Graph[K]) WriteSVG(w io.Writer, o *ExportOptions) error {
	l := g.layout()
	labels := make([][]string, g.Len())
	for i := range labels {
		labels[i] = svgLines(g.label(o, i))
	}
	top := float64(svgMargin)
	if o.title() != "" {
		top += 1.5 * svgLine
	}
	boxes, width, height := place(l.columns, labels, top)

	b := bufio.NewWriter(w)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="monospace" font-size="12">`+"\n",
		width, height, width, height)
	b.WriteString(`<defs><marker id="a" markerWidth="8" markerHeight="8" refX="7" refY="3.5" orient="auto"><path d="M0 0L7 3.5L0 7z" fill="context-stroke"/></marker></defs>` + "\n")
	fmt.Fprintf(b, `<rect width="%.0f" height="%.0f" fill="white"/>`+"\n", width, height)
	if t := o.title(); t != "" {
		fmt.Fprintf(b, `<title>%s</title><text x="%d" y="%d" font-size="15" font-weight="bold">%s</text>`+"\n",
			html.EscapeString(printable(t)), svgMargin, svgMargin+svgLine, html.EscapeString(printable(t)))
	}
	b.WriteString(`<g fill="none" stroke="#8a94a6" marker-end="url(#a)">` + "\n")
	g.eachEdge(func(from, to int) {
		svgEdge(b, boxes[to], boxes[from], l.component[from] == l.component[to])
	})
	b.WriteString("</g>\n")
	for i := range g.keys {
		svgNode(b, boxes[i], labels[i], g.label(o, i), o.color(i))
	}
	b.WriteString("</svg>\n")
	return b.Flush()
}

// place gives each node its box; columns are centred on the tallest one.
func place(columns [][]int, labels [][]string, top float64) (boxes []box, width, height float64) {
	boxes = make([]box, len(labels))
	x, tallest := float64(svgMargin), 0.0
	heights := make([]float64, len(columns))
	for c, column := range columns {
		widest := 0.0
		for _, i := range column {
			text := 0
			for _, line := range labels[i] {
				text = max(text, textWidth(line))
			}
			boxes[i] = box{x: x, w: float64(text)*svgChar + 2*svgPad, h: float64(len(labels[i])*svgLine + svgPad)}
			widest = max(widest, boxes[i].w)
			heights[c] += boxes[i].h + svgRowGap
		}
		tallest = max(tallest, heights[c])
		x += widest + svgColGap
	}
	for c, column := range columns {
		y := top + (tallest-heights[c])/2
		for _, i := range column {
			boxes[i].y = y
			y += boxes[i].h + svgRowGap
		}
	}
	if len(columns) > 0 {
		x -= svgColGap
	}
	return boxes, x + svgMargin, top + tallest + svgMargin
}

func svgEdge(w io.Writer, first, then box, inCycle bool) {
	x1, y1 := first.x+first.w, first.y+first.h/2
	x2, y2 := then.x, then.y+then.h/2
	color := ""
	if inCycle {
		color = ` stroke="#d93025"`
	}
	bend := max((x2-x1)/2, svgColGap/2)
	fmt.Fprintf(w, `<path%s d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f"/>`+"\n", color, x1, y1, x1+bend, y1, x2-bend, y2, x2, y2)
}

func svgNode(w io.Writer, b box, lines []string, full, color string) {
	if color == "" {
		color = "#f4f7fb"
	}
	fmt.Fprintf(w, `<g><title>%s</title><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="5" fill="%s" stroke="#4a5568"/>`,
		html.EscapeString(printable(full)), b.x, b.y, b.w, b.h, html.EscapeString(printable(color)))
	for n, line := range lines {
		fmt.Fprintf(w, `<text x="%.1f" y="%.1f">%s</text>`, b.x+svgPad, b.y+float64((n+1)*svgLine), html.EscapeString(line))
	}
	fmt.Fprint(w, "</g>\n")
}

// svgLines splits a label into lines short enough to draw.
func svgLines(label string) []string {
	lines := strings.Split(printable(label), "\n")
	for n, line := range lines {
		if runes := []rune(line); len(runes) > svgMaxText {
			lines[n] = string(runes[:svgMaxText-1]) + "…"
		}
	}
	return lines
}

// printable replaces what XML cannot hold.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ', r == 0xfffe, r == 0xffff:
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}

// textWidth counts columns: East Asian wide characters take two.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n++
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0xff01 && r <= 0xff60 || r >= 0x3000 && r <= 0x303f {
			n++
		}
	}
	return n
}
