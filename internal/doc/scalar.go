package doc

import (
	"math"
	"strconv"
	"strings"
)

// resolve gives the kind of a plain scalar by the rules of YAML 1.1 as the
// services apply them: yes, no, on and off are booleans; a leading 0 makes an
// octal; 1:30 is in base 60; dates are strings. truth is the value of a Bool.
func resolve(s string) (kind Kind, truth bool) {
	if s == "" {
		return Null, false
	}
	switch s[0] {
	case '~', 'n', 'N', 't', 'T', 'f', 'F', 'y', 'Y', 'o', 'O':
		return resolveWord(s)
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '-', '.':
		return resolveNumber(s), false
	}
	return String, false
}

func resolveWord(s string) (kind Kind, truth bool) {
	switch s {
	case "~", "null", "Null", "NULL":
		return Null, false
	case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON":
		return Bool, true
	case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF":
		return Bool, false
	}
	return String, false
}

func resolveNumber(s string) Kind {
	digits := s
	if s[0] == '+' || s[0] == '-' {
		digits = s[1:]
	}
	switch {
	case isInt(digits):
		if _, ok := intValue(s); !ok {
			return Float // does not fit: the digits stay in the literal
		}
		return Int
	case isFloat(digits, len(digits) < len(s)):
		return Float
	}
	return String
}

// isInt matches an integer without sign.
func isInt(s string) bool {
	switch {
	case s == "":
		return false
	case s == "0":
		return true
	case strings.HasPrefix(s, "0b"):
		return someDigits(s[2:], isBinary)
	case strings.HasPrefix(s, "0x"):
		return someDigits(s[2:], isHex)
	case s[0] == '0':
		return someDigits(s[1:], isOctal) || strings.Trim(s[1:], "_") == ""
	}
	head, parts, base60 := strings.Cut(s, ":")
	return isDecimal(head) && head[0] != '0' && (!base60 || isBase60(parts))
}

// isFloat matches a number with a dot, without sign; an exponent has a sign.
func isFloat(s string, signed bool) bool {
	switch s {
	case ".inf", ".Inf", ".INF":
		return true
	case ".nan", ".NaN", ".NAN":
		return !signed
	}
	whole, frac, dot := strings.Cut(s, ".")
	if !dot {
		return false
	}
	if head, parts, base60 := strings.Cut(whole, ":"); base60 {
		return isDecimal(head) && isBase60(parts) && allOf(frac, isDigitOrLine)
	}
	if i := strings.IndexAny(frac, "eE"); i >= 0 {
		if !isExponent(frac[i+1:]) {
			return false
		}
		frac = frac[:i]
	}
	if whole == "" {
		return !signed && isDecimal(frac)
	}
	return isDecimal(whole) && allOf(frac, isDigitOrLine)
}

func isExponent(s string) bool {
	return len(s) > 1 && (s[0] == '+' || s[0] == '-') && allOf(s[1:], isDigit)
}

// isBase60 matches the parts after the first colon, each from 0 to 59.
func isBase60(s string) bool {
	for part := range strings.SplitSeq(s, ":") {
		if part == "" || len(part) > 2 || !allOf(part, isDigit) || len(part) == 2 && part[0] > '5' {
			return false
		}
	}
	return true
}

func isDecimal(s string) bool   { return s != "" && isDigit(s[0]) && allOf(s, isDigitOrLine) }
func isDigit(c byte) bool       { return c >= '0' && c <= '9' }
func isDigitOrLine(c byte) bool { return isDigit(c) || c == '_' }
func isBinary(c byte) bool      { return c == '0' || c == '1' }
func isOctal(c byte) bool       { return c >= '0' && c <= '7' }
func isHex(c byte) bool         { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func allOf(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

// someDigits matches digits with underlines between, at least one digit.
func someDigits(s string, ok func(byte) bool) bool {
	some := false
	for i := range len(s) {
		switch {
		case ok(s[i]):
			some = true
		case s[i] != '_':
			return false
		}
	}
	return some
}

// intValue reads what isInt matched, with a sign; false if it does not fit.
func intValue(s string) (int64, bool) {
	sign, digits := int64(1), s
	switch s[0] {
	case '-':
		sign, digits = -1, s[1:]
	case '+':
		digits = s[1:]
	}
	if digits == "0" || digits[0] != '0' {
		if v, err := strconv.ParseInt(s, 10, 64); err == nil {
			return v, true
		}
	}
	digits = strings.ReplaceAll(digits, "_", "")
	base := 10
	switch {
	case strings.Contains(digits, ":"):
		return base60(digits, sign)
	case strings.HasPrefix(digits, "0b"):
		base, digits = 2, digits[2:]
	case strings.HasPrefix(digits, "0x"):
		base, digits = 16, digits[2:]
	case len(digits) > 1 && digits[0] == '0':
		base, digits = 8, digits[1:]
	}
	if sign < 0 {
		digits = "-" + digits
	}
	v, err := strconv.ParseInt(digits, base, 64)
	return v, err == nil
}

func base60(digits string, sign int64) (int64, bool) {
	total := int64(0)
	for part := range strings.SplitSeq(digits, ":") {
		v, err := strconv.ParseInt(part, 10, 64)
		if err != nil || total > (math.MaxInt64-v)/60 {
			return 0, false
		}
		total = total*60 + v
	}
	return sign * total, true
}

// floatValue reads a number of either language.
func floatValue(s string) float64 {
	s = strings.ReplaceAll(s, "_", "")
	sign, digits := 1.0, strings.TrimLeft(s, "+-")
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	switch strings.ToLower(digits) {
	case ".inf", "infinity":
		return math.Inf(int(sign))
	case ".nan", "nan":
		return math.NaN()
	}
	if strings.Contains(digits, ":") {
		total := 0.0
		for part := range strings.SplitSeq(digits, ":") {
			v, _ := strconv.ParseFloat(part, 64)
			total = total*60 + v
		}
		return sign * total
	}
	base := 0
	switch {
	case strings.HasPrefix(digits, "0b"):
		base = 2
	case strings.HasPrefix(digits, "0x"):
		base = 16
	case len(digits) > 1 && allOf(digits, isOctal) && digits[0] == '0':
		return sign * bigInt(digits, 8)
	}
	if base != 0 {
		return sign * bigInt(digits[2:], base)
	}
	v, _ := strconv.ParseFloat(digits, 64) // out of range gives an infinity, as in Python
	return sign * v
}

// bigInt reads an integer that does not fit 64 bits.
func bigInt(digits string, base int) float64 {
	total := 0.0
	for i := range len(digits) {
		d, _ := strconv.ParseUint(digits[i:i+1], base, 8)
		total = total*float64(base) + float64(d)
	}
	return total
}

// PlainKind returns the kind that a YAML scalar without quotes has by its text.
func PlainKind(text string) Kind {
	kind, _ := resolve(text)
	return kind
}
