package fn

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/value"
)

// maxExpression is the longest expression that Calculate reads.
const maxExpression = 4096

// Calculate evaluates an expression of numbers, parentheses and the operators
// + - * / // %, in which {n} stands for the n-th of numbers. Between integers
// / drops the fraction; % and // are Python's. The result is rounded to
// digits; without decimal digits it is an integer.
func Calculate(expression, digits, numbers value.Value) (value.Value, error) {
	if !hasText(expression) {
		return value.Value{}, wrongType("expression", "string", expression)
	}
	n, ok := whole(digits)
	if !ok {
		return value.Value{}, wrongType("digits", "integer", digits)
	}
	source, err := insertNumbers(expression.Text(), numbers)
	if err != nil {
		return value.Value{}, err
	}
	c := calculator{source: source}
	result, ok := c.sum(0)
	if c.zero {
		return value.Value{}, &Error{CodeZero, []string{source}}
	}
	if c.blanks(); !ok || c.pos < len(source) {
		return value.Value{}, &Error{CodeExpression, []string{source}}
	}
	if result.whole != nil && n >= 0 {
		return bigInt(result.whole), nil
	}
	return round(result.asFloat(), n), nil
}

// insertNumbers puts the text of numbers in the place of {n}.
func insertNumbers(expression string, numbers value.Value) (string, error) {
	var b strings.Builder
	for rest := expression; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			break
		}
		inner, tail, closed := strings.Cut(after, "}")
		i, err := strconv.Atoi(strings.TrimSpace(inner))
		if !closed || err != nil || i < 0 {
			return "", &Error{CodeExpression, []string{expression}}
		}
		if numbers.Kind() != value.KindList {
			return "", wrongType("numbers", "list", numbers)
		}
		if i >= numbers.Len() {
			return "", &Error{CodeRange, []string{"{" + inner + "}", strconv.Itoa(i), "0.." + strconv.Itoa(numbers.Len()-1)}}
		}
		number, ok := Number(numbers.At(i))
		if !ok {
			return "", wrongType("{"+inner+"}", "number", numbers.At(i))
		}
		b.Write(AppendText(nil, number, ""))
		if b.Len() > maxExpression {
			return "", &Error{CodeExpression, []string{expression}}
		}
		rest = tail
	}
	if b.Len() > maxExpression {
		return "", &Error{CodeExpression, []string{expression[:64] + "..."}}
	}
	return b.String(), nil
}

// operand is an integer, or a float where whole is nil.
type operand struct {
	whole *big.Int
	float float64
}

func (o operand) asFloat() float64 {
	if o.whole == nil {
		return o.float
	}
	f, _ := new(big.Float).SetInt(o.whole).Float64()
	return f
}

// calculator is a parser by recursive descent that computes as it goes.
type calculator struct {
	source string
	pos    int
	zero   bool
}

// maxParentheses bounds the recursion.
const maxParentheses = 200

func (c *calculator) blanks() {
	for c.pos < len(c.source) && strings.IndexByte(" \t\r\n", c.source[c.pos]) >= 0 {
		c.pos++
	}
}

func (c *calculator) accept(op string) bool {
	c.blanks()
	if !strings.HasPrefix(c.source[c.pos:], op) {
		return false
	}
	c.pos += len(op)
	return true
}

func (c *calculator) sum(depth int) (operand, bool) {
	left, ok := c.product(depth)
	for ok {
		var right operand
		switch {
		case c.accept("+"):
			if right, ok = c.product(depth); ok {
				left = combine(left, right, (*big.Int).Add, func(a, b float64) float64 { return a + b })
			}
		case c.accept("-"):
			if right, ok = c.product(depth); ok {
				left = combine(left, right, (*big.Int).Sub, func(a, b float64) float64 { return a - b })
			}
		default:
			return left, true
		}
	}
	return operand{}, false
}

func (c *calculator) product(depth int) (operand, bool) {
	left, ok := c.unary(depth)
	for ok {
		op := ""
		for _, candidate := range [...]string{"**", "//", "*", "/", "%"} {
			if c.accept(candidate) {
				op = candidate
				break
			}
		}
		switch op {
		case "":
			return left, true
		case "**": // a power could grow without bound
			return operand{}, false
		}
		var right operand
		if right, ok = c.unary(depth); !ok {
			break
		}
		if op == "*" {
			left = combine(left, right, (*big.Int).Mul, func(a, b float64) float64 { return a * b })
			continue
		}
		if right.asFloat() == 0 {
			c.zero = true
			return operand{}, false
		}
		left = divide(op, left, right)
	}
	return operand{}, false
}

func divide(op string, left, right operand) operand {
	switch op {
	case "%":
		return combine(left, right, floorMod, func(a, b float64) float64 {
			m := math.Mod(a, b)
			if m != 0 && (m < 0) != (b < 0) {
				m += b
			}
			return m
		})
	case "//":
		return combine(left, right, floorDiv, func(a, b float64) float64 { return math.Floor(a / b) })
	}
	return combine(left, right, floorDiv, func(a, b float64) float64 { return a / b })
}

// floorDiv divides such that the quotient is rounded down.
func floorDiv(z, a, b *big.Int) *big.Int {
	var m big.Int
	z.QuoRem(a, b, &m)
	if m.Sign() != 0 && m.Sign() != b.Sign() {
		z.Sub(z, big.NewInt(1))
	}
	return z
}

// floorMod gives a remainder that has the sign of the divisor.
func floorMod(z, a, b *big.Int) *big.Int {
	z.Rem(a, b)
	if z.Sign() != 0 && z.Sign() != b.Sign() {
		z.Add(z, b)
	}
	return z
}

func combine(a, b operand, whole func(z, a, b *big.Int) *big.Int, float func(a, b float64) float64) operand {
	if a.whole != nil && b.whole != nil {
		return operand{whole: whole(new(big.Int), a.whole, b.whole)}
	}
	return operand{float: float(a.asFloat(), b.asFloat())}
}

func (c *calculator) unary(depth int) (operand, bool) {
	negative := false
	for {
		if c.accept("-") {
			negative = !negative
		} else if !c.accept("+") {
			break
		}
	}
	o, ok := c.atom(depth)
	if negative && ok {
		if o.whole != nil {
			o.whole = new(big.Int).Neg(o.whole)
		}
		o.float = -o.float
	}
	return o, ok
}

func (c *calculator) atom(depth int) (operand, bool) {
	if c.accept("(") {
		if depth >= maxParentheses {
			return operand{}, false
		}
		o, ok := c.sum(depth + 1)
		return o, ok && c.accept(")")
	}
	c.blanks()
	start := c.pos
	for c.pos < len(c.source) && (c.source[c.pos] >= '0' && c.source[c.pos] <= '9' || c.source[c.pos] == '.') {
		c.pos++
	}
	literal := c.source[start:c.pos]
	if rest := c.source[c.pos:]; strings.HasPrefix(rest, "e+") || strings.HasPrefix(rest, "e-") {
		literal = c.exponent(start)
	}
	if i, ok := new(big.Int).SetString(literal, 10); ok {
		return operand{whole: i}, true
	}
	f, err := strconv.ParseFloat(literal, 64)
	return operand{float: f}, err == nil
}

// exponent takes the exponent in, which only an inserted float has: e+20.
func (c *calculator) exponent(start int) string {
	for c.pos += 2; c.pos < len(c.source) && c.source[c.pos] >= '0' && c.source[c.pos] <= '9'; {
		c.pos++
	}
	return c.source[start:c.pos]
}
