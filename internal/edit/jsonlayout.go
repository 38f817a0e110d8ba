package edit

import (
	"strings"
	"unicode/utf8"
)

// inlineWidth is the widest line, in characters, on which a list or map of JSON
// stays together.
const inlineWidth = 80

// layoutJSON lays a JSON text out anew: a member a line, but for a list or map
// that stood on one line, fits there, and holds nothing or scalars only, or is
// the call of a function. Every token stays as it is written.
func layoutJSON(text string, step int) string {
	l := scan(text)
	j := &jsonLayout{layout: l, step: step, spans: spansOf(l)}
	j.out.Grow(len(text) + len(text)/2)
	for i := range l.tokens {
		j.token(i)
	}
	j.out.WriteByte('\n')
	return j.out.String()
}

type jsonLayout struct {
	*layout
	step   int
	spans  []span // of the token that opens a list or map
	out    strings.Builder
	levels []bool // whether each open list or map stays on its line
	column int
}

// span is what is known of a list or map.
type span struct {
	closing int  // index of its closing token
	width   int  // of all of it on one line
	single  bool // it stood on one line
	deep    bool // it holds lists or maps
	call    bool // it is a call of a function
}

// spansOf measures every list and map.
func spansOf(l *layout) []span {
	spans := make([]span, len(l.tokens))
	var open []int
	width := 0
	before := make([]int, len(l.tokens)) // width of all before a token
	for i := range l.tokens {
		t := &l.tokens[i]
		before[i] = width
		width += utf8.RuneCountInString(l.text[t.start:t.end])
		switch t.kind {
		case comma, colon:
			width++ // the space behind
		case opening:
			if n := len(open); n > 0 {
				spans[open[n-1]].deep = true
			}
			open = append(open, i)
		case closing:
			if n := len(open); n > 0 {
				start := open[n-1]
				open = open[:n-1]
				s := &spans[start]
				s.closing, s.width = i, width-before[start]
				s.single = l.lineOf(l.tokens[start].start) == l.lineOf(t.start)
				s.call = isCall(l, start, i)
			}
		}
	}
	return spans
}

// isCall reports whether the map from one token to another is the call of a
// function: it has one key, Ref or with the prefix Fn::.
func isCall(l *layout, open, end int) bool {
	if end < open+3 || l.text[l.tokens[open].start] != '{' {
		return false
	}
	key := strings.Trim(l.text[l.tokens[open+1].start:l.tokens[open+1].end], `"`)
	if key != "Ref" && !strings.HasPrefix(key, "Fn::") {
		return false
	}
	flow := l.tokens[open].flow + 1
	for i := open + 1; i < end; i++ {
		if t := &l.tokens[i]; t.kind == comma && t.flow == flow {
			return false
		}
	}
	return true
}

func (j *jsonLayout) write(s string) {
	j.out.WriteString(s)
	j.column += utf8.RuneCountInString(s)
}

func (j *jsonLayout) breakLine() {
	j.out.WriteByte('\n')
	j.column = j.step * len(j.levels)
	for range j.column {
		j.out.WriteByte(' ')
	}
}

func (j *jsonLayout) inline() bool { return len(j.levels) > 0 && j.levels[len(j.levels)-1] }

func (j *jsonLayout) token(i int) {
	t := &j.tokens[i]
	text := j.text[t.start:t.end]
	switch t.kind {
	case opening:
		s := &j.spans[i]
		// One more for the comma that may follow.
		stays := s.closing == i+1 || j.inline() || len(j.levels) > 0 && s.single && (!s.deep || s.call) && j.column+s.width < inlineWidth
		j.write(text)
		j.levels = append(j.levels, stays)
		if !stays {
			j.breakLine()
		}
	case closing:
		stays := j.inline()
		j.levels = j.levels[:max(len(j.levels)-1, 0)]
		if !stays {
			j.breakLine()
		}
		j.write(text)
	case comma:
		j.write(text)
		if j.inline() {
			j.write(" ")
		} else {
			j.breakLine()
		}
	case colon:
		j.write(": ")
	default:
		j.write(text)
	}
}
