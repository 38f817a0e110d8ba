package fn

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
	"github.com/itchyny/gojq"
)

// patternPrelude defines jq's functions of patterns on top of one that can look
// around and charges the meter.
const patternPrelude = `
def match($re; $flags): bounded_match($re; $flags; false)[];
def match($re): if $re | type == "array" then match($re[0]; $re[1]) else match($re; null) end;
def test($re; $flags): bounded_match($re; $flags; true);
def test($re): if $re | type == "array" then test($re[0]; $re[1]) else test($re; null) end;
def capture($re; $flags): reduce (match($re; $flags).captures[] | select(.name != null)) as $c ({}; .[$c.name] = $c.string);
def capture($re): capture($re; null);
def scan($re; $flags): match($re; "g" + ($flags // ""))
  | if .captures == [] then .string else [.captures[].string] end;
def scan($re): scan($re; null);
def splits($re; $flags): . as $in | [match($re; "g" + ($flags // "")) | [.offset, .offset + .length]] as $cuts
  | range(0; ($cuts | length) + 1) as $k
  | $in[(if $k == 0 then 0 else $cuts[$k - 1][1] end):(if $k < ($cuts | length) then $cuts[$k][0] else null end)];
def splits($re): splits($re; null);
def split($re; $flags): [splits($re; $flags)];
def sub($re; text; $flags): . as $in
  | reduce match($re; $flags) as $m ({at: 0, out: ""};
      .out = .out + $in[.at:$m.offset]
        + ((reduce ($m.captures[] | select(.name != null)) as $c ({}; .[$c.name] = $c.string)) | text)
      | .at = $m.offset + $m.length)
  | .out + $in[.at:];
def sub($re; text): sub($re; text; null);
def gsub($re; text; $flags): sub($re; text; "g" + ($flags // ""));
def gsub($re; text): sub($re; text; "g");
.`

// patternCache keeps the patterns of one run's program compiled.
type patternCache struct {
	meter    *jqMeter
	compiled map[string]searcher
}

const maxPatterns = 64

// searcher finds matches: each a list of pairs of rune offsets, the whole match
// first, -1 for a group that took no part.
type searcher interface {
	find(s string, most int) ([][]int, error)
	names() []string
}

func (c *patternCache) function() gojq.CompilerOption {
	return gojq.WithFunction("bounded_match", 3, 3, func(in any, args []any) any {
		s, ok := in.(string)
		pattern, isText := args[0].(string)
		flags, hasFlags := args[1].(string)
		if !ok || !isText || args[1] != nil && !hasFlags {
			return fmt.Errorf("cannot match %s with %s", gojq.TypeOf(in), gojq.TypeOf(args[0]))
		}
		if err := c.meter.charge(1 + len(s)/16 + len(pattern)/16); err != nil {
			return err
		}
		re, err := c.searcher(pattern, flags)
		if err != nil {
			return err
		}
		most := 1
		if strings.Contains(flags, "g") {
			most = -1
		}
		found, err := re.find(s, most)
		if err != nil {
			return err
		}
		if args[2] == true {
			return len(found) > 0
		}
		if err := c.meter.charge(len(found) * (len(re.names()) + 1)); err != nil {
			return err
		}
		return matches(s, found, re.names())
	})
}

func (c *patternCache) searcher(pattern, flags string) (searcher, error) {
	key := flags + "/" + pattern
	if re, ok := c.compiled[key]; ok {
		return re, nil
	}
	if len(pattern) > maxPattern {
		return nil, errors.New("a pattern is too long")
	}
	re, err := newSearcher(pattern, flags)
	if err != nil {
		return nil, err
	}
	if c.compiled == nil || len(c.compiled) >= maxPatterns {
		c.compiled = make(map[string]searcher)
	}
	c.compiled[key] = re
	return re, nil
}

// newSearcher compiles a pattern in the syntax of Oniguruma as far as Go's and
// .NET's syntax agree with it, which they do but for rarities. Go's engine,
// which takes linear time, is preferred.
func newSearcher(pattern, flags string) (searcher, error) {
	mode, extended := "", false
	slow := regexp2.RegexOptions(regexp2.None)
	for _, flag := range flags {
		switch flag {
		case 'g', 'n', 'l':
		case 'i':
			mode, slow = mode+"i", slow|regexp2.IgnoreCase
		case 's', 'p':
			mode, slow = mode+"s", slow|regexp2.Singleline
		case 'x':
			extended, slow = true, slow|regexp2.IgnorePatternWhitespace
		default:
			return nil, fmt.Errorf("there is no flag %q of patterns", flag)
		}
	}
	if !extended { // Go's engine has no such syntax
		if re, err := regexp.Compile("(?" + mode + ":" + pattern + ")"); err == nil {
			return fastSearcher{re}, nil
		}
	}
	re, err := regexp2.Compile(pattern, slow)
	if err != nil {
		return nil, fmt.Errorf("the pattern %q is invalid", pattern)
	}
	return slowSearcher{re, unboundedRepeats(pattern)}, nil
}

type fastSearcher struct{ *regexp.Regexp }

func (f fastSearcher) names() []string { return f.SubexpNames() }

func (f fastSearcher) find(s string, most int) ([][]int, error) {
	found := f.FindAllStringSubmatchIndex(s, most)
	if len(found) == 0 || utf8.RuneCountInString(s) == len(s) {
		return found, nil
	}
	runes, n := make([]int, len(s)+1), 0
	for i := range s {
		runes[i] = n
		n++
	}
	runes[len(s)] = n
	for _, m := range found {
		for i, offset := range m {
			if offset > 0 {
				m[i] = runes[offset]
			}
		}
	}
	return found, nil
}

type slowSearcher struct {
	*regexp2.Regexp
	repeats int
}

func (r slowSearcher) names() []string {
	numbers := r.GetGroupNumbers()
	names := make([]string, len(numbers))
	for i, n := range numbers {
		if name := r.GroupNameFromNumber(n); name != strconv.Itoa(n) {
			names[i] = name
		}
	}
	return names
}

func (r slowSearcher) find(s string, most int) ([][]int, error) {
	n := utf8.RuneCountInString(s)
	if r.repeats < 0 || math.Pow(float64(n+1), float64(r.repeats+1)) > maxSteps {
		return nil, errors.New("the pattern may take too long for this text")
	}
	var found [][]int
	m, err := r.FindStringMatch(s)
	for err == nil && m != nil {
		offsets := make([]int, 0, 2*m.GroupCount())
		for _, group := range m.Groups() {
			if len(group.Captures) == 0 {
				offsets = append(offsets, -1, -1)
				continue
			}
			offsets = append(offsets, group.Index, group.Index+group.Length)
		}
		if found = append(found, offsets); len(found) == most {
			break
		}
		m, err = r.FindNextMatch(m)
	}
	return found, err
}

// matches makes jq's match objects.
func matches(s string, found [][]int, names []string) []any {
	runes := []rune(s)
	object := func(from, to int) map[string]any {
		if from < 0 {
			return map[string]any{"offset": -1, "length": 0, "string": nil}
		}
		return map[string]any{"offset": from, "length": to - from, "string": string(runes[from:to])}
	}
	list := make([]any, len(found))
	for i, m := range found {
		captures := make([]any, 0, len(m)/2-1)
		for g := 1; g < len(m)/2; g++ {
			capture := object(m[2*g], m[2*g+1])
			if capture["name"] = nil; g < len(names) && names[g] != "" {
				capture["name"] = names[g]
			}
			captures = append(captures, capture)
		}
		whole := object(m[0], m[1])
		whole["captures"] = captures
		list[i] = whole
	}
	return list
}
