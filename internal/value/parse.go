package value

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds how deep lists and maps may nest in parsed JSON.
const maxDepth = 512

// SyntaxError says where a JSON text is broken.
type SyntaxError struct {
	Offset int // in bytes
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Reason)
}

// ParseJSON parses one JSON text. Keys keep their order, the last of equal
// keys wins; a number without point and exponent is an integer if it fits 64
// bits, else a float. The error is a *SyntaxError.
func ParseJSON(data []byte) (Value, error) {
	p := parser{data: data}
	return p.document()
}

type parser struct {
	data []byte
	pos  int
	// wire asks for the wire form: keys that begin with $ have a meaning.
	wire bool
	open func(ref string) (Value, bool)
}

func (p *parser) document() (Value, error) {
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	p.space()
	if p.pos < len(p.data) {
		return Value{}, p.fail("text after the end of the value")
	}
	return v, nil
}

func (p *parser) fail(reason string) error {
	return &SyntaxError{Offset: p.pos, Reason: reason}
}

func (p *parser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.pos < len(p.data) {
		return p.data[p.pos]
	}
	return 0
}

func (p *parser) value(depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, p.fail("nested too deep")
	}
	p.space()
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.list(depth)
	case c == '"':
		s, err := p.text()
		return String(s), err
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case p.word("null"):
		return Null(), nil
	case p.word("true"):
		return Bool(true), nil
	case p.word("false"):
		return Bool(false), nil
	case p.pos >= len(p.data):
		return Value{}, p.fail("the text ends too early")
	}
	return Value{}, p.fail("a value is expected")
}

func (p *parser) word(w string) bool {
	if !strings.HasPrefix(string(p.data[p.pos:min(len(p.data), p.pos+len(w))]), w) {
		return false
	}
	p.pos += len(w)
	return true
}

func (p *parser) list(depth int) (Value, error) {
	p.pos++
	var items []Value
	for {
		p.space()
		if p.peek() == ']' && len(items) == 0 {
			p.pos++
			return List(items), nil
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		items = append(items, v)
		p.space()
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			return List(items), nil
		default:
			return Value{}, p.fail("a comma or ] is expected")
		}
	}
}

func (p *parser) object(depth int) (Value, error) {
	p.pos++
	p.space()
	if p.peek() == '}' {
		p.pos++
		return Map(nil), nil
	}
	var m entries
	for {
		key, err := p.key()
		if err != nil {
			return Value{}, err
		}
		if p.wire && strings.HasPrefix(key, "$") {
			if !strings.HasPrefix(key, "$$") {
				return p.special(key, depth)
			}
			key = key[1:]
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		m.set(key, v)
		p.space()
		switch p.peek() {
		case ',':
			p.pos++
		case '}':
			p.pos++
			return Map(m.list), nil
		default:
			return Value{}, p.fail("a comma or } is expected")
		}
	}
}

// key reads a key and its colon.
func (p *parser) key() (string, error) {
	p.space()
	if p.peek() != '"' {
		return "", p.fail("a key in double quotes is expected")
	}
	key, err := p.text()
	if err != nil {
		return "", err
	}
	p.space()
	if p.peek() != ':' {
		return "", p.fail("a colon is expected")
	}
	p.pos++
	return key, nil
}

// entries collects the members of a map of which the last of equal keys wins.
type entries struct {
	list  []Entry
	index map[string]int // once the list is long
}

func (m *entries) set(key string, v Value) {
	if i := m.find(key); i >= 0 {
		m.list[i].Value = v
		return
	}
	if m.index != nil {
		m.index[key] = len(m.list)
	}
	m.list = append(m.list, Entry{key, v})
}

func (m *entries) find(key string) int {
	if m.index == nil {
		if len(m.list) < indexedFrom {
			for i := range m.list {
				if m.list[i].Key == key {
					return i
				}
			}
			return -1
		}
		m.index = make(map[string]int, 2*len(m.list))
		for i := range m.list {
			m.index[m.list[i].Key] = i
		}
	}
	if i, ok := m.index[key]; ok {
		return i
	}
	return -1
}

func (p *parser) number() (Value, error) {
	start := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	integer := true
	if p.peek() == '0' {
		p.pos++
	} else if !p.digits() {
		return Value{}, p.fail("a digit is expected")
	}
	if p.peek() == '.' {
		integer = false
		p.pos++
		if !p.digits() {
			return Value{}, p.fail("a digit is expected after the point")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		integer = false
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if !p.digits() {
			return Value{}, p.fail("a digit is expected in the exponent")
		}
	}
	text := string(p.data[start:p.pos])
	if integer {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return Int(i), nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return Value{}, p.fail("the number cannot be read")
	}
	return Float(f), nil
}

func (p *parser) digits() bool {
	start := p.pos
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.pos++
	}
	return p.pos > start
}

// text reads a string.
func (p *parser) text() (string, error) {
	p.pos++
	start := p.pos
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == '"':
			s := string(p.data[start:p.pos])
			p.pos++
			return strings.ToValidUTF8(s, "\ufffd"), nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", p.fail("a control character in a string must be escaped")
		}
		p.pos++
	}
	return "", p.fail("the string does not end")
}

// escaped reads the rest of a string that holds escapes.
func (p *parser) escaped(start int) (string, error) {
	buf := append([]byte(nil), p.data[start:p.pos]...)
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == '"':
			p.pos++
			return strings.ToValidUTF8(string(buf), "\ufffd"), nil
		case c == '\\':
			var err error
			if buf, err = p.escape(buf); err != nil {
				return "", err
			}
		case c < 0x20:
			return "", p.fail("a control character in a string must be escaped")
		default:
			buf = append(buf, c)
			p.pos++
		}
	}
	return "", p.fail("the string does not end")
}

func (p *parser) escape(buf []byte) ([]byte, error) {
	p.pos++
	c := p.peek()
	p.pos++
	switch c {
	case '"', '\\', '/':
		return append(buf, c), nil
	case 'b':
		return append(buf, '\b'), nil
	case 'f':
		return append(buf, '\f'), nil
	case 'n':
		return append(buf, '\n'), nil
	case 'r':
		return append(buf, '\r'), nil
	case 't':
		return append(buf, '\t'), nil
	case 'u':
		r, ok := p.hex4()
		if !ok {
			return nil, p.fail("four hexadecimal digits are expected")
		}
		if utf16.IsSurrogate(r) && p.peek() == '\\' && p.pos+1 < len(p.data) && p.data[p.pos+1] == 'u' {
			back := p.pos
			p.pos += 2
			low, ok := p.hex4()
			if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
				return utf8.AppendRune(buf, pair), nil
			}
			p.pos = back
		}
		return utf8.AppendRune(buf, r), nil
	}
	p.pos--
	return nil, p.fail("unknown escape")
}

func (p *parser) hex4() (rune, bool) {
	if p.pos+4 > len(p.data) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.data[p.pos:p.pos+4]), 16, 32)
	if err != nil {
		return 0, false
	}
	p.pos += 4
	return rune(n), true
}
