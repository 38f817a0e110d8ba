package edit

import (
	"slices"
	"strings"
)

// section is a member at the top of a document: a run of the text, with the
// comments right above it.
type section struct {
	key        string
	start, end int
	rank       int
}

// rank gives each section its place: those without one stay behind those that
// have.
func rank(sections []section, order []string) {
	for i := range sections {
		s := &sections[i]
		if s.rank = slices.Index(order, s.key); s.rank < 0 {
			s.rank = len(order)
		}
	}
	slices.SortStableFunc(sections, func(a, b section) int { return a.rank - b.rank })
}

// sortSections puts the top keys of a YAML text into an order. A text that has
// anchors stays as it is, since an alias must come behind its anchor.
func sortSections(l *layout, order []string) string {
	var sections []section
	for i := range l.tokens {
		t := &l.tokens[i]
		switch {
		case t.kind == alias, t.kind == property && l.text[t.start] == '&', t.kind == marker, t.kind == question:
			return l.text
		case t.key && t.column == 0 && t.first:
			sections = append(sections, section{key: l.keyText(i), start: l.headOf(i)})
		}
	}
	if len(sections) == 0 || !strings.HasSuffix(l.text, "\n") {
		return l.text
	}
	for i := range sections {
		sections[i].end = len(l.text)
		if i+1 < len(sections) {
			sections[i].end = sections[i+1].start
		}
	}
	head := sections[0].start
	before := slices.Clone(sections)
	rank(sections, order)
	if slices.Equal(before, sections) {
		return l.text
	}
	return l.text[:head] + joinSections(l.text, sections)
}

// joinSections writes the sections one after the other. The one that was the
// last has an empty line behind it if the others have.
func joinSections(text string, sections []section) string {
	spaced := false
	for _, s := range sections {
		spaced = spaced || strings.HasSuffix(text[s.start:s.end], "\n\n")
	}
	var b strings.Builder
	for i, s := range sections {
		part := text[s.start:s.end]
		switch {
		case i+1 == len(sections):
			part = strings.TrimRight(part, "\n") + "\n"
		case spaced && s.end == len(text):
			part += "\n"
		}
		b.WriteString(part)
	}
	return b.String()
}

// keyText returns the text of a key without its quotes.
func (l *layout) keyText(i int) string {
	t := &l.tokens[i]
	for t.kind == property && i+1 < len(l.tokens) {
		i++
		t = &l.tokens[i]
	}
	return strings.Trim(l.text[t.start:t.end], `"'`)
}

// headOf returns where the comment lines start that stand right above the line
// of a token, with no empty line between; the start of that line without any.
func (l *layout) headOf(i int) int {
	column := l.tokens[i].column
	start := l.lineStart(l.tokens[i].start)
	for i--; i >= 0; i-- {
		t := &l.tokens[i]
		if t.kind != comment || !t.first || t.column != column || l.nextLine(t.end) != start {
			break
		}
		start = l.lineStart(t.start)
	}
	return start
}

// sortMembers puts the top keys of a JSON text into an order.
func sortMembers(text string, order []string) string {
	l := scan(text)
	var members []section
	for i := range l.tokens {
		switch t := &l.tokens[i]; {
		case i == 0:
		case t.flow == 1 && t.kind == colon:
			members = append(members, section{key: l.keyText(i - 1), start: l.tokens[i-1].start})
		case len(members) > 0 && (t.flow == 1 && t.kind == comma || t.flow == 0):
			members[len(members)-1].end = l.tokens[i-1].end
		}
	}
	if len(members) == 0 {
		return text
	}
	before := slices.Clone(members)
	rank(members, order)
	var b strings.Builder
	at := 0
	for i, m := range before {
		b.WriteString(text[at:m.start])
		b.WriteString(text[members[i].start:members[i].end])
		at = m.end
	}
	b.WriteString(text[at:])
	return b.String()
}
