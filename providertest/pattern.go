package providertest

import (
	"iter"
	"regexp/syntax"
	"strings"
)

// textsOf yields texts that a pattern probably matches, at lengths from least
// to most, for the caller to try: look-arounds are ignored, and what they ask
// for is left to chance.
func textsOf(pattern string, least, most int) iter.Seq[string] {
	return func(yield func(string) bool) {
		tree, err := syntax.Parse(unicodeEscape.ReplaceAllString(withoutLookarounds(pattern), `\x{$1}`), syntax.Perl)
		if err != nil {
			return
		}
		tree = tree.Simplify()
		for n := range 400 {
			g := generator{from: newSeed(pattern).at(n), repeat: n % 24}
			g.write(tree, 0)
			text := []rune(g.out.String())
			if len(text) > most && most > 0 {
				text = text[:most]
			}
			if len(text) < least {
				g.repeat = least
				g.out.Reset()
				g.write(tree, 0)
				text = []rune(g.out.String())
			}
			if !yield(string(text)) {
				return
			}
		}
	}
}

// withoutLookarounds takes (?=…), (?!…), (?<=…) and (?<!…) out of a pattern.
func withoutLookarounds(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); {
		if p[i] == '\\' && i+1 < len(p) {
			b.WriteString(p[i : i+2])
			i += 2
			continue
		}
		if p[i] == '[' {
			n := classLength(p[i:])
			b.WriteString(p[i : i+n])
			i += n
			continue
		}
		if isLookaround(p[i:]) {
			i += groupLength(p[i:])
			continue
		}
		b.WriteByte(p[i])
		i++
	}
	return b.String()
}

func isLookaround(p string) bool {
	for _, start := range [...]string{"(?=", "(?!", "(?<=", "(?<!"} {
		if strings.HasPrefix(p, start) {
			return true
		}
	}
	return false
}

// groupLength gives the length of the group that begins p.
func groupLength(p string) int {
	depth := 0
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '[':
			i += classLength(p[i:]) - 1
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(p)
}

// classLength gives the length of the class of letters that begins p.
func classLength(p string) int {
	i := 1
	if strings.HasPrefix(p[i:], "^") {
		i++
	}
	if strings.HasPrefix(p[i:], "]") {
		i++ // a first bracket is a letter
	}
	for ; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case ']':
			return i + 1
		}
	}
	return len(p)
}

// generator writes one text along the tree of a pattern.
type generator struct {
	from   seed
	repeat int // how often what may be repeated is, if its bounds allow
	out    strings.Builder
}

func (g *generator) write(re *syntax.Regexp, depth int) {
	if depth > 100 || g.out.Len() > 4096 {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			g.out.WriteRune(r)
		}
	case syntax.OpCharClass:
		g.letter(re.Rune)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		g.letter([]rune{'a', 'z', 'A', 'Z', '0', '9', '-', '-', '_', '_', '@', '@'})
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			g.write(sub, depth+1)
		}
	case syntax.OpAlternate:
		g.write(re.Sub[int(g.from.next()%uint64(len(re.Sub)))], depth+1)
	case syntax.OpCapture:
		g.write(re.Sub[0], depth+1)
	case syntax.OpStar:
		g.times(re.Sub[0], 0, -1, depth)
	case syntax.OpPlus:
		g.times(re.Sub[0], 1, -1, depth)
	case syntax.OpQuest:
		g.times(re.Sub[0], 0, 1, depth)
	case syntax.OpRepeat:
		g.times(re.Sub[0], re.Min, re.Max, depth)
	}
}

func (g *generator) times(re *syntax.Regexp, low, high, depth int) {
	n := max(low, g.repeat)
	if high >= 0 {
		n = min(n, high)
	}
	for range n {
		g.write(re, depth+1)
	}
}

// letter picks from ranges of letters: mostly common ones, if there are any,
// and each kind of letter as often as the others.
func (g *generator) letter(ranges []rune) {
	kinds := [...]struct{ low, high rune }{{'a', 'z'}, {'A', 'Z'}, {'0', '9'}, {'!', '/'}, {':', '@'}, {'[', '`'}}
	start := int(g.from.next() % uint64(len(kinds)))
	for k := range kinds {
		kind := kinds[(start+k)%len(kinds)]
		var choices []rune
		for i := 0; i+1 < len(ranges); i += 2 {
			for r := max(ranges[i], kind.low); r <= min(ranges[i+1], kind.high); r++ {
				choices = append(choices, r)
			}
		}
		if len(choices) > 0 {
			g.out.WriteRune(choices[g.from.next()%uint64(len(choices))])
			return
		}
	}
	if len(ranges) > 0 {
		g.out.WriteRune(ranges[0])
	}
}
