package runbook

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// The prefixes of references into the parameter store.
const (
	storePrefix  = "oos:"
	secretPrefix = "oos-secret:"
	pseudoPrefix = "ACS::"
)

// referenceKind tells what a reference refers to.
type referenceKind uint8

const (
	toParameter referenceKind = iota + 1
	toPseudo
	toOutput
	toRaw // a path into the raw result of a task
	toStore
)

// reference is the inner text of {{ … }}, resolved.
type reference struct {
	kind    referenceKind
	text    string // as written, without braces and blanks
	node    doc.Node
	index   int    // of a parameter
	name    string // of a parameter, a task or an entry of the store
	output  string // of a task
	program *fn.Program
	pseudo  pseudo
	secret  bool
}

func (r *reference) eval(s *Scope) (value.Value, error) {
	v, err := r.lookup(s)
	if err == nil && s.Store != nil && v.HasUnknown() {
		return Resolve(v, s.Store)
	}
	return orNull(v), err
}

func (r *reference) lookup(s *Scope) (value.Value, error) {
	switch r.kind {
	case toParameter:
		return s.Values.at(r.index, r.name), nil
	case toPseudo:
		return r.pseudo.value(s), nil
	case toOutput:
		if s.Output == nil {
			return value.Null(), nil
		}
		v, _ := s.Output(r.name, r.output)
		return v, nil
	case toRaw:
		if s.Raw == nil {
			return value.Null(), nil
		}
		raw, ok := s.Raw(r.name)
		if !ok {
			return value.Null(), nil
		}
		v, err := r.program.All(raw)
		if err != nil {
			return v, functionError(r.node, err, raw.HasSensitive())
		}
		return v, nil
	case toStore:
		v, err := fromStore(s.Store, r.name, r.secret)
		if e, ok := err.(*Error); ok {
			return v, failedAt(r.node, e.Finding.Code, e.Finding.Args...)
		}
		return v, err
	}
	return value.Null(), nil
}

// pseudo is a pseudo parameter.
type pseudo uint8

const (
	pseudoRegion pseudo = iota
	pseudoAccount
	pseudoExecution
	pseudoUser
	pseudoTime
	pseudoDate
	pseudoItem
	pseudoUtil
)

// pseudoNames are the pseudo parameters without their prefix, by number.
var pseudoNames = [...]string{
	"RegionId", "AccountId", "ExecutionId", "ExecuteUser", "CurrentUTCTime", "CurrentDate", "TaskLoopItem",
	"OOSUtilVersion",
}

// utcTime is how the service writes times.
const utcTime = "2006-01-02T15:04:05Z"

func (p pseudo) value(s *Scope) value.Value {
	if p == pseudoItem {
		return s.Item
	}
	w := s.World
	if w == nil {
		return value.Null()
	}
	switch p {
	case pseudoRegion:
		return value.String(w.Region)
	case pseudoAccount:
		return value.String(w.AccountID)
	case pseudoExecution:
		return value.String(w.ExecutionID)
	case pseudoUser:
		return value.String(w.ExecuteUser)
	case pseudoTime:
		return value.String(w.Now.UTC().Format(utcTime))
	case pseudoDate:
		return value.String(w.Now.UTC().Format("2006-01-02"))
	case pseudoUtil:
		return value.String(w.UtilVersion)
	}
	return value.Null()
}

// findPseudo finds a pseudo parameter, ignoring case.
func findPseudo(name string) (pseudo, bool) {
	for i, known := range pseudoNames {
		if strings.EqualFold(known, name) {
			return pseudo(i), true
		}
	}
	return 0, false
}

// maxSearched bounds the text in which a faulty reference is looked for.
const maxSearched = 32 << 10

// place is where the reference stands: its braces, where the document has the
// text as it is, else the whole text.
func (r *reference) place() diag.Range {
	whole := r.node.Range()
	if whole.End-whole.Start > maxSearched {
		return whole
	}
	source := string(r.node.Doc().Source().Text()[whole.Start:whole.End])
	for at := 0; ; {
		start, end, inner, ok := nextReference(source[at:])
		if !ok {
			return whole
		}
		if inner == r.text {
			return diag.Range{Start: whole.Start + uint32(at+start), End: whole.Start + uint32(at+end)}
		}
		at += end
	}
}

// nextReference finds the first {{ … }} in a text: the offset of its braces and
// the text inside. Braces without a reference between them are plain text.
func nextReference(s string) (start, end int, inner string, ok bool) {
	for from := 0; ; {
		i := strings.Index(s[from:], "{{")
		if i < 0 {
			return 0, 0, "", false
		}
		start = from + i
		j := strings.IndexAny(s[start+2:], "{}\r\n")
		if j < 0 {
			return 0, 0, "", false
		}
		inner = strings.TrimSpace(s[start+2 : start+2+j])
		if inner != "" && strings.HasPrefix(s[start+2+j:], "}}") {
			return start, start + 4 + j, inner, true
		}
		from = start + 1
	}
}

// isName reports whether a text can be the name of a parameter, task or output.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c == '_' || c == '-') {
			return false
		}
	}
	return s != ""
}
