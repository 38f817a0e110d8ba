package rule

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

func runSecretInClear(p *Pass) {
	p.OnValue(func(v *Value) {
		n := v.Node
		if !v.Property.Sensitive || n.Kind() != template.NodeString && n.Kind() != template.NodeInt || placeholder(n.Text()) {
			return
		}
		p.Report(n.Range(), "", v.Name)
	})
	if src := p.Template.Source().Text(); secretMarks(src) {
		s := secretSearch{p: p}
		s.look(p.Template.Root())
	}
}

// placeholder reports whether a text stands for a secret that is put in later.
func placeholder(text string) bool {
	return strings.Trim(text, "*xX ") == "" || strings.HasPrefix(text, "<") || strings.Contains(text, "{{")
}

// secretMarks reports whether a text has anything that a secret begins with.
func secretMarks(src []byte) bool {
	return bytes.Contains(src, []byte("LTAI")) || bytes.Contains(src, []byte("PRIVATE KEY--")) ||
		bytes.Contains(src, []byte("chpasswd")) || bytes.Contains(src, []byte("password=")) || bytes.Contains(src, []byte("PASSWORD="))
}

// secretForms are what secrets look like: identities of access keys, and
// private keys with at least a line of their text.
var secretForms = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bLTAI[0-9A-Za-z]{12,26}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[0-9A-Za-z+/=]{40}`)
})

// scriptPasswords are the ways in which scripts give passwords.
var scriptPasswords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:\bpassword=|echo\s+['"]?root:)['"]?([0-9A-Za-z!@#%^&*_+.-]{6,})`)
})

// secretSearch looks for secrets in all texts of a document.
type secretSearch struct {
	p    *Pass
	path []string
}

func (s *secretSearch) look(n template.Node) {
	if n.Kind() == template.NodeString {
		s.text(n)
		return
	}
	i := 0
	for item := range n.Items() {
		step := "[" + strconv.Itoa(i) + "]"
		if n.Kind() == template.NodeMap {
			step = "." + item.Key()
		}
		s.path = append(s.path, step)
		s.look(item)
		s.path = s.path[:len(s.path)-1]
		i++
	}
}

func (s *secretSearch) text(n template.Node) {
	text := n.Text()
	if len(text) < 16 || !secretMarks([]byte(text)) {
		return
	}
	path := strings.TrimPrefix(strings.Join(s.path, ""), ".")
	name := path[strings.LastIndexAny(path, ".")+1:]
	for _, found := range secretForms().FindAllString(text, -1) {
		if _, key, _ := strings.Cut(found, "LTAI"); !placeholder(key) {
			s.p.Report(n.Range(), path, name)
			return
		}
	}
	for _, found := range scriptPasswords().FindAllStringSubmatch(text, -1) {
		if mixed(found[1]) {
			s.p.Report(n.Range(), path, name).Severity = diag.Advice
			return
		}
	}
}

// mixed reports whether a word has letters and digits, as passwords must.
func mixed(word string) bool {
	return strings.ContainsFunc(word, unicode.IsDigit) && strings.ContainsFunc(word, unicode.IsLetter)
}
