package lint

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

func initFindings(u *unit) []finding {
	var out []finding
	for _, f := range u.files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" && !f.generated {
				out = append(out, finding{fn.Pos(), "an init function: importing a package must do nothing; compute on first use (sync.OnceValue) or take an argument"})
			}
		}
	}
	return out
}

// globalFindings lists the package variables that can change after start: of a
// type made to be shared and changed, or assigned to anywhere. sync.Pool is let
// through: what is in it never shows.
func globalFindings(u *unit) []finding {
	if u.name == "main" {
		return nil // flags and the like: nobody imports a program
	}
	var out []finding
	for _, f := range u.files {
		if f.test || f.generated {
			continue
		}
		for _, d := range f.ast.Decls {
			if gen, ok := d.(*ast.GenDecl); ok && gen.Tok == token.VAR {
				for _, spec := range gen.Specs {
					out = append(out, sharedVars(u, spec.(*ast.ValueSpec))...)
				}
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			for _, e := range changed(n) {
				if v := packageVar(u, e); v != nil {
					out = append(out, finding{e.Pos(), fmt.Sprintf("package variable %s is changed here: global state; keep it in a value that the caller owns", v.Name())})
				}
			}
			return true
		})
	}
	return out
}

func sharedVars(u *unit, spec *ast.ValueSpec) []finding {
	var out []finding
	for _, name := range spec.Names {
		v, ok := u.info.Defs[name].(*types.Var)
		if !ok {
			continue
		}
		t := v.Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		text := types.TypeString(t, nil)
		ch, channel := t.Underlying().(*types.Chan)
		channel = channel && ch.Dir() != types.RecvOnly // nobody can send on it or close it
		if channel || strings.HasPrefix(text, "sync") && text != "sync.Pool" {
			out = append(out, finding{name.Pos(), fmt.Sprintf("package variable %s of type %s is global state; keep it in a value that the caller owns", name.Name, text)})
		}
	}
	return out
}

// changed lists the expressions that a statement assigns to. Taking an address
// is let through: tables are read by pointer.
func changed(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") && len(n.Args) > 0 {
			return n.Args[:1]
		}
	}
	return nil
}

// packageVar gives the variable of this package whose contents an expression
// names, through indexes and fields; nil if there is none.
func packageVar(u *unit, e ast.Expr) *types.Var {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.Ident:
			v, ok := u.info.Uses[x].(*types.Var)
			if ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
				return v
			}
			return nil
		default:
			return nil
		}
	}
}

// sleepFindings lets code sleep only where time is virtual: in a test's bubble,
// and in the simulation, which passes its own time on to the bubble around it.
// Benchmarks measure real time, and may.
func sleepFindings(u *unit) []finding {
	var out []finding
	for _, f := range u.files {
		if _, virtual := importsOf(f)["testing/synctest"]; virtual || under(f.path, "examples") && !f.test {
			continue
		}
		if f.test && strings.Contains(string(f.text), "providertest.Run(") {
			continue // runs its function in a bubble
		}
		if u.path == "internal/host/sim" || strings.HasSuffix(f.path, "bench_test.go") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sleep" {
				if id, ok := sel.X.(*ast.Ident); ok && id.Name == "time" {
					out = append(out, finding{n.Pos(), "time.Sleep outside of virtual time: in a test use testing/synctest, elsewhere a timer that a context can end"})
				}
			}
			return true
		})
	}
	return out
}

func TestNoInitFunctions(t *testing.T)   { report(t, initFindings) }
func TestNoGlobalState(t *testing.T)     { report(t, globalFindings) }
func TestNoSleepInRealTime(t *testing.T) { report(t, sleepFindings) }
