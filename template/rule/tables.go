package rule

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/diag"
)

// associationText lists the values of AssociationProperty that the console
// knows, each with the keys that its metadata may have; the name * stands for
// all.
//
//go:embed data/association.txt
var associationText string

// establishedText lists names that findings have elsewhere, by code: of errors
// of the service's API, and of its own local validator (ROS1234).
//
//go:embed data/established.txt
var establishedText string

// The tables are part of the program: that they are sound is for a test to say.
var (
	associations = sync.OnceValue(func() map[string][]string {
		all, _ := parseTable(associationText)
		return all
	})
	established = sync.OnceValue(func() map[string][]string {
		all, _ := parseTable(establishedText)
		return all
	})
)

// Established returns the names that a finding has elsewhere: codes of errors
// of the service, and those of its own local validator. Codes of findings of
// template.Parse have them too. The slice must not be changed.
func Established(code diag.Code) []string { return established()[string(code)] }

// parseTable reads lines of the form "name = word word".
func parseTable(text string) (map[string][]string, error) {
	all := map[string][]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		name, words, ok := strings.Cut(line+" ", " = ")
		if !ok || name == "" {
			return all, fmt.Errorf("%q is not of the form name = word word", line)
		}
		if _, twice := all[name]; twice {
			return all, fmt.Errorf("%s stands twice", name)
		}
		all[name] = append([]string{}, strings.Fields(words)...)
	}
	return all, nil
}
