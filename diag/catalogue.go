package diag

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

// Lang is a language of the catalogue.
type Lang uint8

// The languages; the zero value is English.
const (
	English Lang = iota
	Chinese
)

// LangOf chooses the language for a tag as in the environment variable LANG or
// the header Accept-Language: Chinese for "zh" and what starts with it, else
// English.
func LangOf(tag string) Lang {
	tag = strings.ToLower(strings.TrimSpace(tag))
	if rest, ok := strings.CutPrefix(tag, "zh"); ok && (rest == "" || strings.ContainsRune("-_.,;", rune(rest[0]))) {
		return Chinese
	}
	return English
}

//go:embed messages/*.json
var messages embed.FS

// entry is one code of the catalogue; {0}, {1}, ... stand for arguments.
type entry struct {
	EN Words `json:"en"`
	ZH Words `json:"zh"`
}

// Words are the texts of a code in one language, with {0}, {1}, ... for the
// arguments of a finding.
type Words struct {
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// catalogue decodes the embedded files on first use. They are part of the
// program: that they are sound is for the test of this package to say, and an
// entry that is missing costs the reader its words only.
var catalogue = sync.OnceValue(func() map[Code]entry {
	all, _, _ := loadCatalogue(messages)
	return all
})

// loadCatalogue reads all files; it also tells the file of each code.
func loadCatalogue(fsys fs.FS) (map[Code]entry, map[Code]string, error) {
	all, file := map[Code]entry{}, map[Code]string{}
	names, err := fs.Glob(fsys, "messages/*.json")
	for _, name := range names {
		data, readErr := fs.ReadFile(fsys, name)
		if readErr != nil {
			err = readErr
			continue
		}
		var area map[Code]entry
		if jsonErr := json.Unmarshal(data, &area); jsonErr != nil {
			err = fmt.Errorf("%s: %w", path.Base(name), jsonErr)
			continue
		}
		for code, e := range area {
			if other, dup := file[code]; dup {
				err = fmt.Errorf("code %s stands in %s and %s", code, other, name)
			}
			all[code], file[code] = e, name
		}
	}
	return all, file, err
}

// New makes a finding with its English texts from the catalogue, in which {0},
// {1}, ... are replaced by args. A code that is not in the catalogue gets the
// code and its arguments as message.
func New(sev Severity, code Code, src *Source, r Range, path string, args ...string) Diagnostic {
	d := Diagnostic{Severity: sev, Code: code, Source: src, Range: r, Path: path, Args: args}
	d.Message, d.Hint = d.Text(English)
	return d
}

// Text returns message and hint in a language: from the catalogue, else from
// Words, or else Message and Hint as they are.
func (d Diagnostic) Text(lang Lang) (message, hint string) {
	e, ok := catalogue()[d.Code]
	own, translated := d.Words[lang]
	if !translated {
		own, translated = d.Words[English]
	}
	switch {
	case ok && lang == Chinese:
		return fill(e.ZH.Message, d.Args), fill(e.ZH.Hint, d.Args)
	case ok:
		return fill(e.EN.Message, d.Args), fill(e.EN.Hint, d.Args)
	case translated:
		return fill(own.Message, d.Args), fill(own.Hint, d.Args)
	case d.Message != "":
		return d.Message, d.Hint
	case len(d.Args) > 0:
		return string(d.Code) + ": " + strings.Join(d.Args, ", "), d.Hint
	}
	return string(d.Code), d.Hint
}

// fill replaces the placeholders; arguments are not searched for placeholders
// themselves, and one without argument stays.
func fill(text string, args []string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			break
		}
		n := placeholder(text[i:])
		if n < 0 || n >= len(args) {
			b.WriteString(text[:i+1])
			text = text[i+1:]
			continue
		}
		b.WriteString(text[:i])
		b.WriteString(args[n])
		text = text[i+3:]
	}
	if b.Len() == 0 {
		return text
	}
	b.WriteString(text)
	return b.String()
}

// placeholder returns n if the text starts with {n}, one digit, else -1.
func placeholder(text string) int {
	if len(text) < 3 || text[2] != '}' || text[1] < '0' || text[1] > '9' {
		return -1
	}
	return int(text[1] - '0')
}

// Codes lists the codes of the catalogue in order.
func Codes() []Code { return slices.Sorted(maps.Keys(catalogue())) }
