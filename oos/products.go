package oos

import (
	"embed"
	"io/fs"
	"strings"
	"sync"
)

// productFiles are the cloud product actions that are built in: templates of
// this module, one file for each, named after the action with - for ::.
//
//go:embed products
var productFiles embed.FS

// products finds the built-in product actions. The names are read once.
var products = sync.OnceValue(func() map[string]string {
	files := map[string]string{}
	entries, err := fs.ReadDir(productFiles, "products")
	if err != nil {
		return files
	}
	for _, entry := range entries {
		if name, ok := strings.CutSuffix(entry.Name(), ".yml"); ok {
			files[strings.ToLower(strings.ReplaceAll(name, "-", "::"))] = "products/" + entry.Name()
		}
	}
	return files
})

// product gives the text of a built-in product action, by its name in any case.
func product(name string) ([]byte, bool) {
	file, ok := products()[strings.ToLower(name)]
	if !ok {
		return nil, false
	}
	text, err := productFiles.ReadFile(file)
	return text, err == nil
}
