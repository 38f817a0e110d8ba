package diag

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"strings"
)

// The parts of SARIF 2.1.0 that are written.
type (
	sarifLog struct {
		Version string     `json:"version"`
		Schema  string     `json:"$schema"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID Code `json:"id"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    Code            `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
		Fixes     []sarifFix      `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

// levels are SARIF's words for the severities.
var levels = map[Severity]string{Error: "error", Warning: "warning", Advice: "note"}

// FprintSARIF writes the findings as a SARIF 2.1.0 log with one run, the form
// that code scanning services read. Each code is a rule; columns count
// characters; places, related places and fixes come along. The tool's name is
// for the log.
func FprintSARIF(w io.Writer, l List, tool string) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: tool, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints",
		Results:    make([]sarifResult, 0, len(l)),
	}
	rules := map[Code]int{}
	for i := range l {
		d := &l[i]
		message, hint := d.Text(English)
		index, ok := rules[d.Code]
		if !ok {
			index = len(rules)
			rules[d.Code] = index
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: d.Code})
		}
		if hint != "" {
			message += ". " + hint
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: d.Code, RuleIndex: index, Level: levels[d.Severity], Message: sarifText{message},
			Locations: d.sarifLocations(), Related: d.sarifRelated(), Fixes: d.sarifFixes(),
		})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{Version: "2.1.0", Schema: "https://json.schemastore.org/sarif-2.1.0.json", Runs: []sarifRun{run}})
}

func (d *Diagnostic) sarifLocations() []sarifLocation {
	if d.Source == nil && d.Path == "" {
		return nil
	}
	var at sarifLocation
	if d.Source != nil {
		at.Physical = d.Source.sarifPhysical(d.Range)
	}
	if d.Path != "" {
		at.Logical = []sarifLogical{{d.Path}}
	}
	return []sarifLocation{at}
}

func (d *Diagnostic) sarifRelated() []sarifLocation {
	var out []sarifLocation
	for _, r := range d.Related {
		if r.Source != nil {
			out = append(out, sarifLocation{Physical: r.Source.sarifPhysical(r.Range), Message: &sarifText{r.Message}})
		}
	}
	return out
}

func (d *Diagnostic) sarifFixes() []sarifFix {
	var out []sarifFix
	for _, f := range d.Fixes {
		if d.Source == nil || len(f.Edits) == 0 {
			continue
		}
		change := sarifChange{Artifact: d.Source.sarifArtifact()}
		for _, e := range f.Edits {
			change.Replacements = append(change.Replacements, sarifReplacement{d.Source.sarifRegion(e.Range), sarifText{e.Text}})
		}
		out = append(out, sarifFix{Description: sarifText{f.Title}, Changes: []sarifChange{change}})
	}
	return out
}

func (s *Source) sarifPhysical(r Range) *sarifPhysical {
	return &sarifPhysical{s.sarifArtifact(), s.sarifRegion(r)}
}

// sarifArtifact names the source as a URI: the path as it was given, relative
// or absolute.
func (s *Source) sarifArtifact() sarifArtifact {
	path := filepath.ToSlash(s.name)
	u := url.URL{Path: path}
	if strings.HasPrefix(path, "/") {
		u.Scheme = "file"
	}
	return sarifArtifact{u.String()}
}

func (s *Source) sarifRegion(r Range) sarifRegion {
	start, end := s.Position(r.Start), s.Position(max(r.Start, r.End))
	return sarifRegion{start.Line, start.Column, end.Line, end.Column}
}
