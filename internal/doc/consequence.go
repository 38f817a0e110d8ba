package doc

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// Unforced gives the findings about what a document says without those that may
// follow from a fault of its text alone. Where a part could not be read, what
// stood there is missing, unknown and not used elsewhere, and what follows may
// have slipped into another place. The faults are there themselves; the rest is
// for when they are mended.
func (d *Doc) Unforced(found diag.List) diag.List {
	if d == nil || !d.holed {
		return found
	}
	var faults []int // their lines
	for _, f := range found {
		if f.Severity == diag.Error && ofText(f.Code) {
			faults = append(faults, f.Position().Line)
		}
	}
	if len(faults) == 0 {
		return found
	}
	first := slices.Min(faults)
	return slices.DeleteFunc(slices.Clone(found), func(f diag.Diagnostic) bool {
		line := f.Position().Line
		switch {
		case ofText(f.Code):
			return false
		case forced(f.Code):
			return true
		}
		if line < first {
			return !slices.Contains(ofValues, f.Code) && !slices.Contains(ofKeys, f.Code)
		}
		// Brackets that are missing move all that follows; indentation does not.
		return d.json || slices.Contains(faults, line) || !slices.Contains(ofValues, f.Code)
	})
}

// ofText reports whether a code is one of the reader's own.
func ofText(code diag.Code) bool {
	text := string(code)
	return strings.HasPrefix(text, "yaml-") || strings.HasPrefix(text, "json-") || slices.Contains(textCodes, code)
}

var textCodes = []diag.Code{
	"unquoted-braces", "unknown-anchor", "recursive-alias", "control-character", "invalid-encoding", "several-documents", "key-not-scalar", "merge-not-map",
	"document-empty", "document-too-deep", "document-too-large", "document-too-many-nodes", "too-many-aliases", "too-many-merged", "alias-growth", "unknown-tag", "tag-value-mismatch",
}

// ofValues are codes of findings about one value, which is right or wrong
// wherever the text around it belongs.
var ofValues = []diag.Code{
	"wrong-type", "value-not-listed", "value-out-of-range", "length-out-of-range", "pattern-mismatch", "unknown-type", "unknown-parameter-type",
}

// ofKeys are codes of findings about one key, which stand as long as the text
// before it could be read.
var ofKeys = []diag.Code{
	"unknown-section", "unknown-property", "unknown-version", "unknown-resource-attribute", "unknown-parameter-attribute", "unknown-key", "unknown-function",
	"function-misspelt", "duplicate-key", "duplicate-key-first", "deprecated-property", "read-only-property",
}

// namesThere are codes of names that are not among those of the document.
var namesThere = []diag.Code{
	"unknown-reference", "unknown-resource", "unknown-condition", "unknown-dependency", "unknown-mapping-key", "unknown-parameter-reference", "unknown-form-reference",
	"unknown-form-name", "unknown-task-reference", "unknown-target", "unknown-output", "unknown-output-field", "undeclared-output", "unknown-local-field",
}

// forced reports whether what a finding misses may stand in text that could not
// be read.
func forced(code diag.Code) bool {
	text := string(code)
	for _, begin := range [...]string{"unused-", "reference-", "missing-"} {
		if strings.HasPrefix(text, begin) {
			return true
		}
	}
	for _, end := range [...]string{"-missing", "-not-map", "-not-list", "-unused", "-unreachable", "-undecided"} {
		if strings.HasSuffix(text, end) {
			return true
		}
	}
	return strings.Contains(text, "-without-") || slices.Contains(namesThere, code)
}
