package runbook

import (
	"math"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// maxExpression is the longest expression of Fn::Eval, maxNesting its deepest.
const (
	maxExpression = 4096
	maxNesting    = 100
)

// evaluate computes an expression of numbers: + - * / % and parentheses, and a
// comparison of two such. A result without a fraction is an integer.
func evaluate(v value.Value) (value.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	text, err := textOf("expression", v)
	if err != nil {
		return value.Null(), err
	}
	a := arithmetic{text: text}
	invalid := &fn.Error{Code: fn.CodeExpression, Args: []string{text}}
	if len(text) > maxExpression {
		return value.Null(), invalid
	}
	left := a.sum(0)
	for _, op := range [...]string{"==", "!=", "<=", ">=", "<", ">"} {
		if !a.failed && a.accept(op) {
			right := a.sum(0)
			if a.failed || !a.atEnd() {
				return value.Null(), invalid
			}
			return value.Bool(compareNumbers(op, left, right)), nil
		}
	}
	switch {
	case a.byZero:
		return value.Null(), &fn.Error{Code: fn.CodeZero, Args: []string{text}}
	case a.failed || !a.atEnd() || math.IsInf(left, 0) || math.IsNaN(left):
		return value.Null(), invalid
	case left == math.Trunc(left) && math.Abs(left) < 1<<53:
		return value.Int(int64(left)), nil
	}
	return value.Float(left), nil
}

func compareNumbers(op string, a, b float64) bool {
	switch op {
	case "==":
		return a == b
	case "!=":
		return a != b
	case "<=":
		return a <= b
	case ">=":
		return a >= b
	case "<":
		return a < b
	}
	return a > b
}

// arithmetic is a parser by recursive descent that computes as it goes.
type arithmetic struct {
	text   string
	at     int
	failed bool
	byZero bool
}

func (a *arithmetic) blanks() {
	for a.at < len(a.text) && strings.IndexByte(" \t\r\n", a.text[a.at]) >= 0 {
		a.at++
	}
}

func (a *arithmetic) accept(op string) bool {
	a.blanks()
	if !strings.HasPrefix(a.text[a.at:], op) {
		return false
	}
	a.at += len(op)
	return true
}

func (a *arithmetic) atEnd() bool {
	a.blanks()
	return a.at == len(a.text)
}

func (a *arithmetic) sum(depth int) float64 {
	left := a.product(depth)
	for !a.failed {
		switch {
		case a.accept("+"):
			left += a.product(depth)
		case a.accept("-"):
			left -= a.product(depth)
		default:
			return left
		}
	}
	return left
}

func (a *arithmetic) product(depth int) float64 {
	left := a.operand(depth)
	for !a.failed {
		switch {
		case a.accept("*"):
			left *= a.operand(depth)
		case a.accept("/"):
			left /= a.divisor(depth)
		case a.accept("%"):
			right := a.divisor(depth)
			left -= right * math.Floor(left/right)
		default:
			return left
		}
	}
	return left
}

func (a *arithmetic) divisor(depth int) float64 {
	d := a.operand(depth)
	if d == 0 && !a.failed {
		a.failed, a.byZero = true, true
	}
	return d
}

func (a *arithmetic) operand(depth int) float64 {
	sign := 1.0
	for {
		if a.accept("-") {
			sign = -sign
		} else if !a.accept("+") {
			break
		}
	}
	if a.accept("(") {
		if depth >= maxNesting {
			a.failed = true
			return 0
		}
		v := a.sum(depth + 1)
		if !a.accept(")") {
			a.failed = true
		}
		return sign * v
	}
	a.blanks()
	start := a.at
	for a.at < len(a.text) && (a.text[a.at] >= '0' && a.text[a.at] <= '9' || a.text[a.at] == '.') {
		a.at++
	}
	v, err := strconv.ParseFloat(a.text[start:a.at], 64)
	if err != nil {
		a.failed = true
	}
	return sign * v
}
