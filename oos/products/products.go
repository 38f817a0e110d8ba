package products

import (
	"embed"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"
)

// files holds one template for each action, named after it with - for ::.
//
//go:embed *.yml
var files embed.FS

// byName finds the actions; the keys are in lower case.
var byName = sync.OnceValue(func() map[string]string {
	found := make(map[string]string)
	entries, _ := fs.ReadDir(files, ".") // a folder that is embedded can be read
	for _, entry := range entries {
		name := strings.ReplaceAll(strings.TrimSuffix(entry.Name(), ".yml"), "-", "::")
		found[strings.ToLower(name)] = name
	}
	return found
})

// Lookup gives the template of an action, YAML; its name counts in any case. The
// text is the caller's.
func Lookup(name string) ([]byte, bool) {
	known, ok := byName()[strings.ToLower(name)]
	if !ok {
		return nil, false
	}
	text, err := files.ReadFile(strings.ReplaceAll(known, "::", "-") + ".yml")
	return text, err == nil
}

// Names lists the actions in order: "ACS::ECS::StartInstance".
func Names() iter.Seq[string] {
	names := make([]string, 0, len(byName()))
	for _, name := range byName() {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Values(names)
}
