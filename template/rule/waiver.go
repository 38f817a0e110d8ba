package rule

import (
	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// waive takes out the findings that the template waives and tells what is wrong
// with its waivers.
func waive(t *template.Template, found diag.List, rules []*Rule, opts *Options) diag.List {
	return found
}
