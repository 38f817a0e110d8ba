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
			t.Run(filepath.Base(file)+"/"+name, func(t *testing.T) { noErrors(t, text) })
		}
	}
	if count < soundPieces {
		t.Errorf("%d templates, want at least %d", count, soundPieces)
	}
}

func noErrors(t *testing.T, text string) {
	t.Helper()
	if !strings.Contains(text, "ROSTemplateFormatVersion") {
		if body := strings.TrimPrefix(text, "---\n"); strings.HasPrefix(body, "{") {
			text = "{ROSTemplateFormatVersion: '2015-09-01'," + body[1:]
		} else {
			text = "ROSTemplateFormatVersion: '2015-09-01'\n" + body
		}
	}
	tmpl, _ := template.Parse("t.yml", []byte(text), nil)
	for _, d := range rule.Check(tmpl, &rule.Options{Types: schema.Default()}) {
		if d.Severity == diag.Error {
			t.Errorf("%s", strings.TrimSpace(diag.List{d}.Err().Error()))
		}
	}
}
