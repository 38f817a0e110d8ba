package diag

// Lang is a language of the catalogue.
type Lang uint8

// The languages; the zero value is English.
const (
	English Lang = iota
	Chinese
)

// New makes a finding with its texts from the catalogue.
func New(sev Severity, code Code, src *Source, r Range, path string, args ...string) Diagnostic {
	d := Diagnostic{Severity: sev, Code: code, Source: src, Range: r, Path: path, Args: args}
	d.Message, d.Hint = d.Text(English)
	return d
}

// Text returns message and hint in a language.
func (d Diagnostic) Text(lang Lang) (message, hint string) {
	return string(d.Code), ""
}
