package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// api is one call of a service.
type api struct {
	service, name string
	verb          string // the HTTP method's letter, and "r" for ROA
	path          string // of ROA
	parameters    []field
	answer        []field
}

// field is a parameter of a request or a member of a response. marks are what
// the readers of the tables know: see provider/calls and providertest.
type field struct {
	name, marks string
	members     []field
}

func (a *api) key() string { return strings.ToLower(a.service + " " + a.name) }

func (a *api) takesToken() bool {
	return slices.ContainsFunc(a.parameters, func(f field) bool { return strings.EqualFold(f.name, "ClientToken") })
}

// folder is the source of one package of the SDK.
type folder struct {
	name    string
	structs map[string]*ast.StructType
	infos   map[string]*info // by the name of the API
}

// info is what a request's constructor says.
type info struct {
	product, version, path, method string
}

func readPackage(dir string) (*folder, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no source", dir)
	}
	p := &folder{name: filepath.Base(dir), structs: make(map[string]*ast.StructType), infos: make(map[string]*info)}
	set := token.NewFileSet()
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.collect(f)
	}
	return p, nil
}

func (p *folder) collect(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok {
					if s, ok := t.Type.(*ast.StructType); ok {
						p.structs[t.Name.Name] = s
					}
				}
			}
		case *ast.FuncDecl:
			if name, i := constructorInfo(d); i != nil {
				p.infos[name] = i
			}
		}
	}
}

// constructorInfo reads CreateXRequest: the arguments of InitWithApiInfo and
// the method that is set.
func constructorInfo(d *ast.FuncDecl) (string, *info) {
	if d.Recv != nil || d.Body == nil || !strings.HasSuffix(d.Name.Name, "Request") {
		return "", nil
	}
	var name string
	i := new(info)
	for _, stmt := range d.Body.List {
		switch stmt := stmt.(type) {
		case *ast.ExprStmt:
			call, ok := stmt.X.(*ast.CallExpr)
			if !ok || selected(call.Fun) != "InitWithApiInfo" || len(call.Args) < 3 {
				continue
			}
			args := make([]string, 6)
			for n := range min(len(call.Args), len(args)) {
				args[n] = literal(call.Args[n])
			}
			i.product, i.version, name = args[0], args[1], args[2]
			if len(call.Args) == 6 {
				i.path = args[3]
			}
		case *ast.AssignStmt:
			if selected(stmt.Lhs[0]) == "Method" {
				i.method = selected(stmt.Rhs[0])
			}
		}
	}
	if name == "" {
		return "", nil
	}
	return name, i
}

func selected(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		return s.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok {
		if s, err := strconv.Unquote(l.Value); err == nil {
			return s
		}
	}
	return ""
}

// apis gives the calls of the package that belong to the service's product and
// version.
func (p *folder) apis(s service) ([]*api, error) {
	var list []*api
	for name, i := range p.infos {
		if i.version != s.version {
			continue
		}
		if !strings.EqualFold(i.product, s.product) {
			return nil, fmt.Errorf("%s: %s is of product %s, not %s", p.name, name, i.product, s.product)
		}
		a := &api{service: s.code, name: name, path: i.path}
		if a.verb = method(i.method); i.path != "" {
			a.verb += "r"
		}
		if (i.path != "") != (s.style == "ROA") {
			return nil, fmt.Errorf("%s: %s is not of style %s", p.name, name, s.style)
		}
		a.parameters = p.requestFields(name+"Request", nil)
		a.answer = p.responseFields(name+"Response", nil)
		list = append(list, a)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no calls of version %s", p.name, s.version)
	}
	return list, nil
}

func method(name string) string {
	switch name {
	case "GET", "":
		return "G"
	case "PUT":
		return "U"
	case "DELETE":
		return "D"
	}
	return "P"
}

// accountParameters are taken by every call, and so not listed.
var accountParameters = map[string]bool{
	"OwnerAccount": true, "OwnerId": true, "ResourceOwnerAccount": true, "ResourceOwnerId": true,
}

// requestFields gives the parameters of a request, or the members of one.
func (p *folder) requestFields(typ string, seen []string) []field {
	var list []field
	p.each(typ, seen, func(f *ast.Field, tag reflect.StructTag, seen []string) {
		name := tag.Get("name")
		if name == "" || len(seen) == 1 && accountParameters[name] {
			return
		}
		list = append(list, field{name: name, marks: place(tag.Get("position")) + form(tag.Get("type")) + requestType(f.Type), members: p.requestFields(element(f.Type), seen)})
	})
	return sorted(list)
}

// responseFields gives the members of a response or of an object in it.
func (p *folder) responseFields(typ string, seen []string) []field {
	var list []field
	p.each(typ, seen, func(f *ast.Field, tag reflect.StructTag, seen []string) {
		name, _, _ := strings.Cut(tag.Get("json"), ",")
		if name == "" || name == "-" {
			return
		}
		members := p.responseFields(element(f.Type), seen)
		list = append(list, field{name: name, marks: responseType(f.Type, len(members) > 0), members: members})
	})
	return sorted(list)
}

// each visits the fields of a struct of the package. A struct inside itself is
// left out.
func (p *folder) each(typ string, seen []string, visit func(*ast.Field, reflect.StructTag, []string)) {
	s := p.structs[typ]
	if s == nil || slices.Contains(seen, typ) {
		return
	}
	seen = append(slices.Clip(seen), typ)
	for _, f := range s.Fields.List {
		if f.Tag != nil {
			visit(f, reflect.StructTag(literal(f.Tag)), seen)
		}
	}
}

func sorted(list []field) []field {
	slices.SortStableFunc(list, func(a, b field) int { return cmp.Compare(a.name, b.name) })
	return slices.CompactFunc(list, func(a, b field) bool { return a.name == b.name })
}

// place marks where a parameter goes; the query is not marked.
func place(position string) string {
	switch position {
	case "Body":
		return "!"
	case "Path":
		return "/"
	case "Header":
		return "^"
	}
	return ""
}

// form marks how a parameter is written; plain text is not marked.
func form(typ string) string {
	switch typ {
	case "Repeated":
		return "*"
	case "Struct":
		return "."
	case "Json":
		return "~"
	case "Map":
		return "%"
	}
	return ""
}

func requestType(e ast.Expr) string {
	switch selected(e) {
	case "Integer":
		return ":i"
	case "Float":
		return ":n"
	case "Boolean":
		return ":b"
	}
	return ""
}

// responseType marks the type of a member; a text is not marked, and neither is
// an object whose members follow.
func responseType(e ast.Expr, object bool) string {
	switch t := e.(type) {
	case *ast.ArrayType:
		return "*" + responseType(t.Elt, object)
	case *ast.StarExpr:
		return responseType(t.X, object)
	case *ast.Ident:
		switch t.Name {
		case "string":
			return ""
		case "bool":
			return ":b"
		case "int", "int64", "int32":
			return ":i"
		case "float64", "float32":
			return ":n"
		}
	}
	if object {
		return ""
	}
	return ":m"
}

// element gives the name of the struct behind pointers and lists.
func element(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.ArrayType:
		return element(t.Elt)
	case *ast.StarExpr:
		return element(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}
