package fn

import (
	"strings"

	"github.com/bianpai/bianpai/internal/value"
)

// Error says why a function cannot give a result. Code is the code of a
// finding (package diag) that Args fill.
type Error struct {
	Code string
	Args []string
}

func (e *Error) Error() string {
	if len(e.Args) == 0 {
		return e.Code
	}
	return e.Code + ": " + strings.Join(e.Args, ", ")
}

// The codes of errors, with the meaning of their arguments.
const (
	CodeType       = "function-argument-type"  // argument, wanted kind, kind found
	CodeRange      = "function-argument-range" // argument, value, bounds
	CodeBase64     = "base64-invalid"
	CodeJSON       = "json-invalid"        // reason
	CodeSlice      = "slice-invalid"       // slice
	CodeIndex      = "index-invalid"       // index
	CodeExpression = "expression-invalid"  // expression
	CodeZero       = "division-by-zero"    // expression
	CodeCIDR       = "cidr-invalid"        // block
	CodeCIDRCount  = "cidr-too-many"       // block, count, bits
	CodePattern    = "pattern-invalid"     // pattern
	CodePatternBig = "pattern-uncheckable" // pattern
	CodeZone       = "time-zone-unknown"   // zone
	CodeTime       = "time-format-invalid" // directive
	CodeJq         = "jq-failed"           // reason
	CodeTooLarge   = "result-too-large"    // limit in bytes
	CodeMember     = "member-invalid"      // member
	CodeMixed      = "operands-mixed"      // kind, kind
	CodeManyLists  = "lists-in-one-map"
	CodeFewMembers = "members-too-few" // wanted, found
)

// MaxResult is the most bytes of text or members of a list that a function
// may give.
const MaxResult = 4 << 20

func wrongType(argument, want string, got value.Value) error {
	return &Error{CodeType, []string{argument, want, got.Kind().String()}}
}

func tooLarge() error { return &Error{CodeTooLarge, []string{"4194304"}} }

func hasText(v value.Value) bool { return v.Kind() == value.KindString }

func empty(v value.Value) bool {
	return v.Kind() == value.KindNull || v.Kind() == value.Absent
}

// whole returns an integer, taking a boolean as 0 or 1.
func whole(v value.Value) (int64, bool) {
	if v.Kind() == value.KindInt || v.Kind() == value.KindBool {
		return v.Int(), true
	}
	return 0, false
}
