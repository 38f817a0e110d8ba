package doc

import "github.com/bianpai/bianpai/diag"

// Limits bounds what a reader accepts. A zero field is its default.
type Limits struct {
	Bytes   int // length of the text
	Depth   int // nesting of lists and maps
	Nodes   int // nodes of the tree
	Aliases int // YAML alias references
}

// Parse reads JSON or YAML.
func Parse(name string, src []byte, lim *Limits) (*Doc, diag.List) {
	return &Doc{src: diag.NewSource(name, src)}, nil
}

// ParseJSON reads JSON only.
func ParseJSON(name string, src []byte, lim *Limits) (*Doc, diag.List) {
	return &Doc{src: diag.NewSource(name, src)}, nil
}
