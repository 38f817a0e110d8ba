package rule_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

// breaks make a line no line of YAML or JSON, in the ways of a slip; nil where a
// slip of that kind cannot be made.
var breaks = map[string]func(line []byte) []byte{
	"quote opened":      func(l []byte) []byte { return insertBehind(l, ": ", `"`) },
	"bracket opened":    func(l []byte) []byte { return insertBehind(l, ": ", `{`) },
	"bracket not shut":  func(l []byte) []byte { return cut(l, "}") },
	"list not shut":     func(l []byte) []byte { return cut(l, "]") },
	"colon doubled":     func(l []byte) []byte { return insertBehind(l, ": ", "x: y: ") },
	"tab":               func(l []byte) []byte { return insertBehind(l, "    ", "\t") },
	"indented too far":  func(l []byte) []byte { return insertBehind(l, "  ", " ") },
	"reserved begin":    func(l []byte) []byte { return insertBehind(l, ": ", "@") },
	"stray quote":       func(l []byte) []byte { return insertBehind(l, `": `, `"x" `) },
	"comma forgotten":   func(l []byte) []byte { return cut(l, `",`) },
	"anchor forgotten":  func(l []byte) []byte { return insertBehind(l, ": ", "*nowhere ") },
	"text behind quote": func(l []byte) []byte { return insertBehind(l, `' `, "x") },
}

func insertBehind(line []byte, mark, text string) []byte {
	i := bytes.Index(line, []byte(mark))
	if i < 0 {
		return nil
	}
	i += len(mark)
	return append(append(append([]byte{}, line[:i]...), text...), line[i:]...)
}

func cut(line []byte, mark string) []byte {
	i := bytes.LastIndex(line, []byte(mark))
	if i < 0 {
		return nil
	}
	return append(append([]byte{}, line[:i]...), line[i+len(mark):]...)
}

// TestSlipsOfSyntaxStandAlone makes slips in sound templates: what is reported
// is the slip, and not what could not be read for it.
func TestSlipsOfSyntaxStandAlone(t *testing.T) {
	files, err := filepath.Glob("testdata/sound/*")
	if err != nil || len(files) < 50 {
		t.Fatal(len(files), err)
	}
	slips, noise := 0, map[diag.Code]int{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.SplitAfter(src, []byte("\n"))
		for name, slip := range breaks {
			for i := len(name) % 7; i < len(lines); i += 7 {
				broken := slip(lines[i])
				if broken == nil {
					continue
				}
				text := append(append(bytes.Join(lines[:i], nil), broken...), bytes.Join(lines[i+1:], nil)...)
				tmpl, err := template.Parse(filepath.Base(file), text, nil)
				if err == nil {
					continue // it means something else
				}
				slips++
				for _, d := range rule.Check(tmpl, &rule.Options{Types: schema.Default()}) {
					if strings.HasPrefix(string(d.Code), "yaml-") || strings.HasPrefix(string(d.Code), "json-") || itself(d.Code) {
						continue
					}
					if noise[d.Code]++; noise[d.Code] == 1 {
						t.Errorf("%s, %s in line %d: %q\n%s %s", file, name, i+1, broken, d.Code, d.Path)
					}
				}
			}
		}
	}
	if len(noise) > 0 || slips < 1000 {
		t.Errorf("%d slips; findings besides: %v", slips, noise)
	}
}

func itself(code diag.Code) bool { return code == "unknown-anchor" || code == "unquoted-braces" }
