package lint

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
)

// codeFindings lists the codes that stand in the source but not in the
// catalogue: constants of type diag.Code, those of internal/fn that are named
// so, and the codes of its errors.
func codeFindings(u *unit) []finding {
	known := diag.Codes()
	var out []finding
	check := func(e ast.Expr) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		code, err := strconv.Unquote(lit.Value)
		if err == nil && code != "" && !slices.Contains(known, diag.Code(code)) {
			out = append(out, finding{lit.Pos(), "the code " + code + " is not in the catalogue: give it words in diag/messages and an example in tools/gen-codes/examples"})
		}
	}
	for _, f := range u.files {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if isType(u, n, "diag.Code") {
					check(n)
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if u.path == "internal/fn" && strings.HasPrefix(name.Name, "Code") && i < len(n.Values) {
						check(n.Values[i])
					}
				}
			case *ast.CompositeLit:
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && isType(u, n, "internal/fn.Error") && types.ExprString(kv.Key) == "Code" {
						check(kv.Value)
					}
				}
			}
			return true
		})
	}
	return out
}

// isType reports whether an expression has a type of this module.
func isType(u *unit, e ast.Expr, name string) bool {
	t := u.info.TypeOf(e)
	return t != nil && types.TypeString(t, nil) == modulePath+"/"+name
}

func TestCodesAreInTheCatalogue(t *testing.T) { report(t, codeFindings) }

// TestCatalogueIsUsed finds the codes of the catalogue that no program text
// names.
func TestCatalogueIsUsed(t *testing.T) {
	words := map[string]bool{}
	for _, u := range loaded(t).units {
		for _, f := range u.files {
			if f.test || under(f.path, "tools/gen-codes") {
				continue
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil {
						words[s] = true
					}
				}
				return true
			})
		}
	}
	for _, code := range diag.Codes() {
		if !words[string(code)] {
			t.Errorf("nothing raises the code %s: remove it from diag/messages", code)
		}
	}
}
