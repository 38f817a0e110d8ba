package rule

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// associationText lists the values of AssociationProperty that the console
// knows, each with the keys that its metadata may have: "Name: Key, Key"; the
// name * stands for all.
//
//go:embed data/association.txt
var associationText string

// associations gives the keys by name. The text is part of the program: that it
// is sound is for a test to say.
var associations = sync.OnceValue(func() map[string][]string {
	all, _ := parseAssociations(associationText)
	return all
})

func parseAssociations(text string) (map[string][]string, error) {
	all := map[string][]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, rest, ok := strings.Cut(line, " = ")
		if name = strings.TrimSuffix(strings.TrimSpace(name), " ="); !ok && !strings.HasSuffix(line, " =") {
			return all, fmt.Errorf("%q lacks \" = \"", line)
		}
		if all[name] != nil {
			return all, fmt.Errorf("%s stands twice", name)
		}
		all[name] = strings.Fields(rest)
		if all[name] == nil {
			all[name] = []string{}
		}
	}
	return all, nil
}
