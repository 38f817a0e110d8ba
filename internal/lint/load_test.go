package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const modulePath = "github.com/bianpai/bianpai"

// source is one Go file of the module.
type source struct {
	path      string // relative to the module's root
	text      []byte
	ast       *ast.File
	test      bool
	generated bool
}

// unit is one package of the module. info covers the files that are built here
// and are no tests.
type unit struct {
	path    string // relative to the module's path
	name    string
	imports []string // full paths, of files that are no tests
	files   []*source
	info    *types.Info
}

type module struct {
	root  string
	fset  *token.FileSet
	units []*unit
	types types.Importer
	// broken says what could not be type-checked: the rules that need types see
	// only the rest.
	broken []error
}

// finding is one breach of a rule.
type finding struct {
	pos  token.Pos
	what string
}

// listed is what the go command tells of a package.
type listed struct {
	ImportPath, Dir, Name, Export                               string
	GoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles, Imports []string
	Module                                                      *struct{ Path string }
}

// load reads the whole module once for all rules.
var load = sync.OnceValues(func() (*module, error) {
	root, err := findRoot()
	if err != nil {
		return nil, err
	}
	all, err := goList(root, "-export", "-deps", "./...", "context", "maps", "math/rand/v2", "slices", "testing/synctest")
	if err != nil {
		return nil, err
	}
	m := &module{root: root, fset: token.NewFileSet()}
	exports := map[string]string{}
	for _, p := range all {
		exports[p.ImportPath] = p.Export
	}
	m.types = importer.ForCompiler(m.fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data of %s: does it compile?", path)
		}
		return os.Open(exports[path])
	})
	for _, p := range all {
		if p.Module == nil || p.Module.Path != modulePath {
			continue
		}
		u, err := m.read(p)
		if err != nil {
			return nil, err
		}
		m.units = append(m.units, u)
	}
	return m, nil
})

func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod above the test's folder")
		}
	}
}

// goList runs `go list -e -json` and decodes its stream.
func goList(root string, args ...string) ([]*listed, error) {
	cmd := exec.Command("go", append([]string{"list", "-e", "-json"}, args...)...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	var all []*listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := &listed{}
		if err := dec.Decode(p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, p)
	}
}

func (m *module) read(p *listed) (*unit, error) {
	u := &unit{path: relative(p.ImportPath), name: p.Name, imports: p.Imports}
	var built []*ast.File
	for _, group := range []struct {
		names       []string
		built, test bool
	}{{p.GoFiles, true, false}, {p.IgnoredGoFiles, false, false}, {p.TestGoFiles, false, true}, {p.XTestGoFiles, false, true}} {
		for _, name := range group.names {
			full := filepath.Join(p.Dir, name)
			text, err := os.ReadFile(full)
			if err != nil {
				return nil, err
			}
			rel, err := filepath.Rel(m.root, full)
			if err != nil {
				return nil, err
			}
			f, err := m.parse(filepath.ToSlash(rel), text)
			if err != nil {
				return nil, err
			}
			f.test = group.test || strings.HasSuffix(name, "_test.go")
			u.files = append(u.files, f)
			if group.built {
				built = append(built, f.ast)
			}
		}
	}
	if err := m.check(u, built); err != nil {
		m.broken = append(m.broken, err)
	}
	return u, nil
}

func (m *module) parse(path string, text []byte) (*source, error) {
	f, err := parser.ParseFile(m.fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &source{path: path, text: text, ast: f, generated: ast.IsGenerated(f)}, nil
}

func (m *module) check(u *unit, files []*ast.File) error {
	u.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}
	var broken []error
	conf := types.Config{Importer: m.types, Error: func(err error) { broken = append(broken, err) }}
	_, _ = conf.Check(modulePath+"/"+u.path, m.fset, files, u.info) // goes on after errors, which conf.Error collects
	return errors.Join(broken...)
}

func relative(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, modulePath), "/")
}

func loaded(t *testing.T) *module {
	t.Helper()
	m, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestModuleTypeChecks(t *testing.T) {
	for _, err := range loaded(t).broken {
		t.Errorf("%v\nthe rules saw only a part of the code: make it compile first", err)
	}
}

// report runs a rule over every package.
func report(t *testing.T, rule func(*unit) []finding) {
	t.Helper()
	m := loaded(t)
	for _, u := range m.units {
		for _, f := range rule(u) {
			pos := m.fset.Position(f.pos)
			t.Errorf("%s:%d: %s", pos.Filename, pos.Line, f.what)
		}
	}
}

// pkgFunc says which function of which package an expression names, such as
// "time.Now"; empty if none.
func pkgFunc(info *types.Info, e ast.Expr) string {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	fn, ok := info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Signature().Recv() != nil {
		return ""
	}
	return fn.Pkg().Path() + "." + fn.Name()
}

// importsOf gives the paths that one file imports, with their places.
func importsOf(f *source) map[string]token.Pos {
	out := map[string]token.Pos{}
	for _, spec := range f.ast.Imports {
		out[strings.Trim(spec.Path.Value, `"`)] = spec.Pos()
	}
	return out
}
