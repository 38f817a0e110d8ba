package lint

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

const (
	maxFileLines     = 400
	maxTestFileLines = 600
	maxFuncLines     = 80
)

func lengthFindings(u *unit) []finding {
	var out []finding
	for _, f := range u.files {
		if f.generated {
			continue
		}
		line, limit := f.lines(), maxFileLines
		if f.test {
			limit = maxTestFileLines
		}
		if n := line(f.ast.FileEnd) - 1; n > limit {
			out = append(out, finding{f.ast.Package, fmt.Sprintf("%d lines, the limit is %d: split the file by what it is about", n, limit)})
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || f.test {
				continue
			}
			if n := line(fn.End()) - line(fn.Pos()) + 1; n > maxFuncLines {
				out = append(out, finding{fn.Pos(), fmt.Sprintf("%s has %d lines, the limit is %d: give its steps names", fn.Name.Name, n, maxFuncLines)})
			}
		}
	}
	return out
}

func nameFindings(u *unit) []finding {
	bad := []string{"util", "utils", "common", "types", "manager", "impl", "helper", "helpers", "misc", "base", "shared"}
	if base := path.Base(u.path); slices.Contains(bad, base) || slices.Contains(bad, u.name) {
		return []finding{{u.files[0].ast.Package, fmt.Sprintf("package %s says nothing of what it holds: name it after its subject", base)}}
	}
	return nil
}

// Methods that implement a known interface need no words of their own.
var wellKnown = []string{
	"Error", "Unwrap", "Is", "As", "String", "GoString", "Format", "LogValue", "Len", "Less", "Swap",
	"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "MarshalYAML", "UnmarshalYAML",
	"Read", "Write", "Close", "ServeHTTP", "RoundTrip",
}

func commentFindings(u *unit) []finding {
	if u.name == "main" {
		return nil
	}
	var out []finding
	missing := func(pos token.Pos, name string) {
		out = append(out, finding{pos, fmt.Sprintf("exported %s has no comment: say what the caller may rely on", name)})
	}
	for _, f := range u.files {
		if f.test || f.generated {
			continue
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && d.Name.IsExported() && documentable(d) {
					missing(d.Pos(), d.Name.Name)
				}
			case *ast.GenDecl:
				bareSpecs(d, missing)
			}
		}
	}
	return out
}

// documentable says whether a function is a function, or a method of an
// exported type that no known interface explains.
func documentable(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported() && !slices.Contains(wellKnown, d.Name.Name)
		default:
			return false
		}
	}
}

// bareSpecs reports exported types, constants and variables without a comment
// of their own or on their group; a constant's may stand on its line.
func bareSpecs(d *ast.GenDecl, missing func(token.Pos, string)) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil {
				missing(spec.Pos(), spec.Name.Name)
			}
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				if name.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
					missing(name.Pos(), name.Name)
				}
			}
		}
	}
}

// public says whether others may import the package.
func public(u *unit) bool {
	return u.name != "main" && len(u.files) > 0 && !slices.ContainsFunc(strings.Split(u.path, "/"), func(part string) bool {
		return part == "internal" || part == "examples" || part == "tools"
	})
}

func docFindings(u *unit) []finding {
	if !public(u) {
		return nil
	}
	var documented, example bool
	for _, f := range u.files {
		documented = documented || path.Base(f.path) == "doc.go" && f.ast.Doc != nil
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && f.test && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Example") {
				example = true
			}
		}
	}
	var out []finding
	if !documented {
		out = append(out, finding{u.files[0].ast.Package, "public package " + u.path + " has no doc.go with a package comment: what it is for, a ten-line program, concurrency, errors, stability"})
	}
	if !example {
		out = append(out, finding{u.files[0].ast.Package, "public package " + u.path + " has no Example: write one that a newcomer would copy, in example_test.go"})
	}
	return out
}

func TestFilesAndFunctionsAreShort(t *testing.T)       { report(t, lengthFindings) }
func TestPackageNamesSayWhat(t *testing.T)             { report(t, nameFindings) }
func TestExportedNamesAreDocumented(t *testing.T)      { report(t, commentFindings) }
func TestPublicPackagesHaveDocAndExample(t *testing.T) { report(t, docFindings) }
