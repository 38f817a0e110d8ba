package rule_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// soundPieces are the least number of templates in testdata/precision.
const soundPieces = 150

// TestRareButLegal holds that what authors seldom write, and the service takes,
// is no error. Each file of testdata/precision has many small templates, each
// below a line with its name; the version is added where it is not given.
func TestRareButLegal(t *testing.T) {
	files, err := filepath.Glob("testdata/precision/*")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, piece := range strings.Split(string(src), "#### ")[1:] {
			count++
			name, text, _ := strings.Cut(piece, "\n")
			t.Run(filepath.Base(file)+"/"+name, func(t *testing.T) {
				text = withVersion(text)
				for form, text := range map[string]string{
					"as it is": text, "byte order mark": "\ufeff" + text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"),
					"blanks at the ends": strings.ReplaceAll(text, "\n", "  \n"), "no last line break": strings.TrimRight(text, "\n"),
				} {
					noErrors(t, form, text)
				}
			})
		}
	}
	if count < soundPieces {
		t.Errorf("%d templates, want at least %d", count, soundPieces)
	}
}

// withVersion adds the version to a text in block or in flow style that has none.
func withVersion(text string) string {
	if strings.Contains(text, "ROSTemplateFormatVersion") {
		return text
	}
	text = strings.TrimPrefix(text, "---\n")
	if strings.HasPrefix(text, "{") {
		return "{ROSTemplateFormatVersion: '2015-09-01'," + text[1:]
	}
	return "ROSTemplateFormatVersion: '2015-09-01'\n" + text
}

func noErrors(t *testing.T, form, text string) {
	t.Helper()
	tmpl, _ := template.Parse("t.yml", []byte(text), nil)
	for _, d := range rule.Check(tmpl, &rule.Options{Types: schema.Default()}) {
		if d.Severity == diag.Error {
			t.Errorf("%s: %s", form, strings.TrimSpace(diag.List{d}.Err().Error()))
		}
	}
}
