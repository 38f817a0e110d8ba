package lint

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"
)

// deterministic says whether a file must give the same output for the same
// input: no clock, goroutine, randomness, context, nor the order of a map.
func deterministic(f *source) bool {
	if f.test || f.generated {
		return false
	}
	dir, name := path.Split(f.path)
	switch strings.TrimSuffix(dir, "/") {
	case "internal/core", "template", "graph":
		return true
	case "ros", "oos":
		return slices.ContainsFunc([]string{"machine", "evolve", "decide", "advance", "plan"}, func(prefix string) bool {
			return strings.HasPrefix(name, prefix)
		})
	}
	return false
}

func eachDeterministic(u *unit, visit func(f *source, report func(token.Pos, string))) []finding {
	var out []finding
	for _, f := range u.files {
		if deterministic(f) {
			visit(f, func(pos token.Pos, what string) { out = append(out, finding{pos, what}) })
		}
	}
	return out
}

func clockFindings(u *unit) []finding {
	clock := []string{"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTimer", "NewTicker"}
	return eachDeterministic(u, func(f *source, report func(token.Pos, string)) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if e, ok := n.(*ast.SelectorExpr); ok {
				if pkg, name, _ := strings.Cut(pkgFunc(u.info, e), "."); pkg == "time" && slices.Contains(clock, name) {
					report(e.Pos(), "time."+name+" reads the clock: take the time from the input (core.Input.At) instead")
				}
			}
			return true
		})
	})
}

func goroutineFindings(u *unit) []finding {
	return eachDeterministic(u, func(f *source, report func(token.Pos, string)) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.GoStmt:
				report(n.Pos(), "a go statement: give the host a command instead")
			case *ast.SelectStmt, *ast.SendStmt:
				report(n.Pos(), "channels belong in the host: hand facts and commands back as values")
			}
			return true
		})
	})
}

// impureImportFindings lets a plan take a context: it asks the provider where
// the catalogue does not say whether a change is possible in place.
func impureImportFindings(u *unit) []finding {
	impure := []string{"context", "math/rand", "crypto/rand"}
	return eachDeterministic(u, func(f *source, report func(token.Pos, string)) {
		for _, spec := range f.ast.Imports {
			for _, bad := range impure {
				asks := bad == "context" && u.path != "template" && strings.HasPrefix(path.Base(f.path), "plan")
				if under(strings.Trim(spec.Path.Value, `"`), bad) && !asks {
					report(spec.Pos(), bad+" has no place in deterministic code: contexts and randomness are the host's")
				}
			}
		}
	})
}

// Where the order of a map cannot show, this comment on the line or the line
// above says why.
const unordered = "//bianpai:unordered "

func mapOrderFindings(u *unit) []finding {
	return eachDeterministic(u, func(f *source, report func(token.Pos, string)) {
		excused := directives(f, unordered)
		sorted := map[ast.Expr]bool{}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				switch pkgFunc(u.info, callee(n)) {
				case "slices.Sorted", "slices.SortedFunc", "slices.SortedStableFunc":
					sorted[ast.Unparen(n.Args[0])] = true
				case "maps.Keys", "maps.Values", "maps.All":
					if !sorted[n] && !excused(n.Pos()) {
						report(n.Pos(), "the order of a map shows: wrap it in slices.Sorted, or say why it cannot show with "+unordered+"WHY")
					}
				}
			case *ast.RangeStmt:
				if t := u.info.TypeOf(n.X); t != nil && isMap(t) && !excused(n.Pos()) {
					report(n.Pos(), "range over a map: range over a slice or sorted keys, or say why the order cannot show with "+unordered+"WHY")
				}
			}
			return true
		})
	})
}

// callee strips the type arguments off the function of a call.
func callee(call *ast.CallExpr) ast.Expr {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.IndexExpr:
		return fun.X
	case *ast.IndexListExpr:
		return fun.X
	default:
		return fun
	}
}

func isMap(t types.Type) bool {
	if p, ok := t.(*types.TypeParam); ok {
		t = p.Constraint()
	}
	switch u := t.Underlying().(type) {
	case *types.Map:
		return true
	case *types.Interface: // the constraint of a type parameter
		for e := range u.EmbeddedTypes() {
			if union, ok := e.(*types.Union); ok {
				for term := range union.Terms() {
					if isMap(term.Type()) {
						return true
					}
				}
			}
		}
	}
	return false
}

// directives finds the comments that start with a text and gives a test for
// whether a place stands on such a comment's line or the next.
func directives(f *source, prefix string) func(token.Pos) bool {
	lines := map[int]bool{}
	file := f.lines()
	for _, group := range f.ast.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, prefix) && len(strings.TrimSpace(c.Text)) > len(prefix) {
				lines[file(c.Pos())] = true
			}
		}
	}
	return func(pos token.Pos) bool { return lines[file(pos)] || lines[file(pos)-1] }
}

// lines gives the line of a place in the file.
func (f *source) lines() func(token.Pos) int {
	var starts []int
	for i, b := range f.text {
		if b == '\n' {
			starts = append(starts, i)
		}
	}
	return func(pos token.Pos) int {
		n, _ := slices.BinarySearch(starts, int(pos-f.ast.FileStart))
		return n + 1
	}
}

func TestDeterministicCodeReadsNoClock(t *testing.T)         { report(t, clockFindings) }
func TestDeterministicCodeStartsNoGoroutine(t *testing.T)    { report(t, goroutineFindings) }
func TestDeterministicCodeImportsNothingImpure(t *testing.T) { report(t, impureImportFindings) }
func TestDeterministicCodeHasNoMapOrder(t *testing.T)        { report(t, mapOrderFindings) }
