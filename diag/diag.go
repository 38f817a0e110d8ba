package diag

// Severity says how bad a finding is. Its zero value is invalid, so that a
// finding without one is noticed.
type Severity uint8

// The severities, worst first.
const (
	Error   Severity = iota + 1 // the service would refuse the document
	Warning                     // accepted, but most likely not what was meant
	Advice                      // a reviewer's remark
)

// String returns "error", "warning" or "advice".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Advice:
		return "advice"
	}
	return "invalid severity"
}

// Code names a kind of finding. Codes are stable, lower-case and made of words
// joined by hyphens: "unknown-reference".
type Code string

// Range is a half-open run of bytes of one source: [Start, End).
type Range struct {
	Start, End uint32
}

// Related is a second place that helps to understand a finding.
type Related struct {
	Source  *Source
	Range   Range
	Message string
}

// Edit replaces the bytes of a range of the finding's source.
type Edit struct {
	Range Range
	Text  string
}

// Fix is one way to mend a finding: all its edits or none.
type Fix struct {
	Title string
	Edits []Edit
}

// Diagnostic is one finding. Message and Hint are in English; Text renders
// both in another language from the catalogue.
type Diagnostic struct {
	Severity Severity
	Code     Code
	Message  string         // what is wrong, with the names
	Hint     string         // what to do about it; may be empty
	Args     []string       // what the catalogue's texts were filled with
	Words    map[Lang]Words // texts of a code that the catalogue does not have; may be nil
	Source   *Source        // nil where the finding has no place in a document
	Range    Range          // the smallest construct at fault
	Path     string         // data path: Resources.Web.Properties.VpcId
	Related  []Related
	Fixes    []Fix
}
