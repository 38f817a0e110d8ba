package fn

import (
	"math"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/dlclark/regexp2"

	"github.com/bianpai/bianpai/internal/value"
)

// Pattern is a regular expression in Python's syntax. It matches a text if the
// first match from the text's start, alternatives tried in their order, ends
// where the text ends. It is immutable and safe for concurrent use.
//
// Go's regexp, which takes linear time, does the work wherever it can: leading
// look-aheads become expressions of their own. What else it cannot express
// (other look-around, back references) goes to a backtracking engine, but only
// while the work is bounded by the text's length and the pattern's repeats.
type Pattern struct {
	source  string
	must    []*regexp.Regexp
	mustNot []*regexp.Regexp
	rest    *regexp.Regexp
	slow    *regexp2.Regexp
	repeats int // unbounded ones in slow; -1: nested, never tried
	states  int // of the other expressions together
}

const (
	maxPattern = 64 << 10
	maxSteps   = 50_000_000
	// maxExpanded bounds a pattern's length times its largest counted repeat:
	// repeats are compiled as if they were written out.
	maxExpanded = 8 << 20
	// maxMatch bounds states times characters of one match in linear time.
	maxMatch = 500_000_000
)

// NewPattern compiles a pattern.
func NewPattern(source string) (*Pattern, error) {
	if len(source) > maxPattern || len(source)*largestRepeat(source) > maxExpanded {
		return nil, &Error{CodePatternBig, []string{clipPattern(source)}}
	}
	p := &Pattern{source: source}
	if p.compileFast() {
		return p, nil
	}
	p.must, p.mustNot, p.rest = nil, nil, nil
	translated := strings.ReplaceAll(source, `\Z`, `\z`)
	slow, err := regexp2.Compile(`\A(?:`+translated+`)`, regexp2.RE2)
	if err != nil {
		return nil, &Error{CodePattern, []string{source}}
	}
	p.slow, p.repeats = slow, unboundedRepeats(source)
	return p, nil
}

func (p *Pattern) compileFast() bool {
	must, mustNot, rest, ok := splitLookaheads(p.source)
	if !ok {
		return false
	}
	compile := func(s string) *regexp.Regexp {
		translated, ok := translate(s)
		if !ok {
			return nil
		}
		re, err := regexp.Compile(`\A(?:` + translated + `)`)
		if err != nil {
			return nil
		}
		p.states += states(translated)
		return re
	}
	for _, group := range [...]struct {
		sources []string
		list    *[]*regexp.Regexp
	}{{must, &p.must}, {mustNot, &p.mustNot}} {
		for _, s := range group.sources {
			re := compile(s)
			if re == nil {
				return false
			}
			*group.list = append(*group.list, re)
		}
	}
	p.rest = compile(rest)
	return p.rest != nil
}

// Match reports whether the pattern matches. The error says that this cannot
// be found out within bounds.
func (p *Pattern) Match(s string) (bool, error) {
	if p.slow != nil {
		return p.matchSlow(s)
	}
	if p.states*len(s) > maxMatch {
		return false, &Error{CodePatternBig, []string{clipPattern(p.source)}}
	}
	for _, re := range p.must {
		if !re.MatchString(s) {
			return false, nil
		}
	}
	for _, re := range p.mustNot {
		if re.MatchString(s) {
			return false, nil
		}
	}
	at := p.rest.FindStringIndex(s)
	return at != nil && at[1] == len(s), nil
}

// Cost estimates the work of matching a text, at least 1.
func (p *Pattern) Cost(s string) int {
	if p.slow == nil {
		return 1 + (p.states*len(s))/64
	}
	if p.repeats < 0 {
		return 1
	}
	return 1 + int(min(math.Pow(float64(len(s)+1), float64(p.repeats)), maxSteps)/4)
}

// states counts the instructions of an expression in Go's syntax.
func states(expression string) int {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return 0
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0
	}
	return len(program.Inst)
}

func clipPattern(source string) string {
	if len(source) > 64 {
		return source[:64] + "..."
	}
	return source
}

func (p *Pattern) matchSlow(s string) (bool, error) {
	n := utf8.RuneCountInString(s)
	if p.repeats < 0 || math.Pow(float64(n+1), float64(p.repeats)) > maxSteps {
		return false, &Error{CodePatternBig, []string{clipPattern(p.source)}}
	}
	m, err := p.slow.FindStringMatch(s)
	if err != nil {
		return false, &Error{CodePatternBig, []string{clipPattern(p.source)}}
	}
	return m != nil && m.Index+m.Length == n, nil
}

// MatchPattern tells whether a pattern matches a text.
func MatchPattern(pattern, source value.Value) (value.Value, error) {
	if !hasText(pattern) {
		return value.Value{}, wrongType("pattern", "string", pattern)
	}
	if !hasText(source) {
		return value.Value{}, wrongType("value", "string", source)
	}
	work := maxMatch
	return matchWithin(pattern.Text(), source.Text(), &work)
}

// MatchWithin is MatchPattern with at most the work that is left, off which it
// takes what it does.
func MatchWithin(pattern, source value.Value, left *int) (value.Value, error) {
	if !hasText(pattern) || !hasText(source) {
		return MatchPattern(pattern, source)
	}
	return matchWithin(pattern.Text(), source.Text(), left)
}

func matchWithin(pattern, s string, left *int) (value.Value, error) {
	p, err := NewPattern(pattern)
	if err != nil {
		return value.Value{}, err
	}
	if *left -= p.Cost(s) + len(pattern); *left < 0 {
		return value.Value{}, &Error{CodePatternBig, []string{clipPattern(pattern)}}
	}
	ok, err := p.Match(s)
	return value.Bool(ok), err
}
