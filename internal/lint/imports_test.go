package lint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// room is what the architecture says of a package.
type room struct {
	floor int
	// may lists the packages of this module that it may import; "below" stands
	// for every package of a lower floor.
	may string
	// never lists other imports that are forbidden.
	never string
}

// Packages that do no I/O at all never import these.
const noIO = "os os/exec os/signal net net/http syscall"

// house lists every package of the module. A path ending in /... stands for
// the packages under it.
var house = map[string]room{
	"diag":            {1, "", noIO},
	"graph":           {1, "", noIO},
	"internal/acs":    {1, "", "os os/exec os/signal net syscall"},
	"journal":         {1, "", "net net/http"},
	"internal/corpus": {1, "", "net net/http"}, // for tests
	"internal/doc":    {1, "diag internal/value", noIO},
	"internal/edit":   {1, "diag internal/doc", noIO},
	"internal/fn":     {1, "internal/value", noIO},
	"internal/seal":   {1, "", noIO},
	"internal/solve":  {1, "", noIO},
	"internal/value":  {1, "diag", noIO},

	"journal/journaltest": {2, "journal", "net net/http"},
	"provider":            {2, "diag", noIO},
	"provider/calls":      {2, "provider", noIO},
	"provider/signal":     {2, "journal", "os os/exec"},
	"provider/schema":     {2, "provider", noIO},
	"template":            {2, "diag graph internal/value internal/doc internal/edit internal/fn internal/solve provider", noIO},
	"internal/core":       {2, "internal/value", noIO},
	"internal/secret":     {2, "internal/seal internal/value", noIO},

	"template/rule": {3, "below", noIO},

	"internal/host":              {3, "internal/core journal", noIO},
	"internal/host/sim":          {3, "internal/host internal/core journal", noIO},
	"internal/host/internal/...": {3, "internal/host internal/core internal/value journal", noIO},

	"internal/runbook": {4, "below", noIO},

	"ros":          {4, "below", noIO},
	"oos":          {4, "below internal/runbook", noIO},
	"oos/products": {1, "", noIO},

	"providertest":         {5, "below", ""},
	"providertest/...":     {5, "below providertest", ""},
	"providertest/gateway": {5, "internal/acs provider provider/calls providertest", ""},
	"provider/alicloud":    {5, "diag provider provider/calls provider/schema provider/signal", ""},

	"provider/alicloud/transport":  {5, "provider provider/alicloud provider/alicloud/credential internal/acs", ""},
	"provider/alicloud/credential": {5, "internal/acs", ""},

	"examples/...":              {6, "below examples/internal/console", ""},
	"examples/internal/console": {6, "below", ""},
	"tools/...":                 {6, "below", ""},

	"internal/lint":     {6, "", ""},
	"internal/overhttp": {6, "below", ""}, // tests that join what no package may
}

// roomOf finds a package in the house.
func roomOf(path string) (room, bool) {
	if r, ok := house[path]; ok {
		return r, true
	}
	for dir := path; dir != ""; {
		dir = dir[:max(strings.LastIndex(dir, "/"), 0)]
		if r, ok := house[dir+"/..."]; ok {
			return r, true
		}
	}
	return room{}, false
}

func under(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

func importFindings(u *unit) []finding {
	at := func(path string) finding {
		for _, f := range u.files {
			if pos, ok := importsOf(f)[path]; ok && !f.test {
				return finding{pos: pos}
			}
		}
		return finding{pos: u.files[0].ast.Package}
	}
	own, ok := roomOf(u.path)
	if !ok {
		f := at("")
		f.what = fmt.Sprintf("package %s is not in the table of floors: give it a room in internal/lint/imports_test.go, or put its code where it belongs", u.path)
		return []finding{f}
	}
	var out []finding
	for _, path := range u.imports {
		f := at(path)
		if under(path, modulePath) {
			if f.what = forbiddenEdge(own, relative(path)); f.what != "" {
				out = append(out, f)
			}
			continue
		}
		for never := range strings.FieldsSeq(own.never) {
			if path == never {
				f.what = fmt.Sprintf("%s must not import %s: take what it needs as an argument", u.path, path)
				out = append(out, f)
			}
		}
	}
	return out
}

// forbiddenEdge says why a package must not import another; empty if it may.
func forbiddenEdge(own room, target string) string {
	for may := range strings.FieldsSeq(own.may) {
		if may == target {
			return ""
		}
		if other, ok := roomOf(target); may == "below" && ok && other.floor < own.floor {
			return ""
		}
	}
	return fmt.Sprintf("import of %s goes against the floors (allowed: %s): move the code down, or invert the dependency with an interface", target, cmp.Or(own.may, "none"))
}

func TestImportsFollowTheFloors(t *testing.T) { report(t, importFindings) }

func TestFloorTableHasNoStrangers(t *testing.T) {
	for path, r := range house {
		for may := range strings.FieldsSeq(r.may) {
			if may == "below" {
				continue
			}
			if other, ok := roomOf(may); !ok || other.floor > r.floor {
				t.Errorf("the table lets %s import %s, which is unknown or on a higher floor", path, may)
			}
		}
	}
}

// seams lists the dependencies that stand behind a seam of ours: only this many
// files of this package, tests aside, may import them.
var seams = []struct {
	dependency, owner string
	files             int
}{
	{"gopkg.in/yaml.v3", "internal/doc", 1},
	{"github.com/aliyun/alibaba-cloud-sdk-go", "provider/alicloud/transport", 1},
}

func TestDependenciesBehindASeam(t *testing.T) {
	m := loaded(t)
	for _, seam := range seams {
		users := map[string]bool{}
		for _, u := range m.units {
			for _, f := range u.files {
				for path := range importsOf(f) {
					if under(path, seam.dependency) && !f.test {
						users[f.path] = true
						if u.path != seam.owner {
							t.Errorf("%s: only %s may import %s", f.path, seam.owner, seam.dependency)
						}
					}
				}
			}
		}
		if len(users) > seam.files {
			t.Errorf("%s is imported by %v: keep it to one file, behind functions of ours", seam.dependency, slices.Sorted(maps.Keys(users)))
		}
	}
}

// light lists what programs are not to carry: what a package links, by way of
// what it imports, is nothing of heavy.
var light = []struct{ packages, heavy string }{
	{"template ros oos", "github.com/aliyun net/http"},
	{"provider provider/calls provider/schema provider/alicloud provider/alicloud/credential providertest", "github.com/aliyun"},
}

// TestLightPackages checks that a program without the one package that speaks
// to the cloud compiles no SDK, and one of templates and engines no HTTP client.
func TestLightPackages(t *testing.T) {
	m := loaded(t)
	here := map[string]bool{}
	for _, u := range m.units {
		here[u.path] = true
	}
	carries, err := goList(m.root, "-deps", "./provider/alicloud/transport")
	if err != nil || !slices.ContainsFunc(carries, func(p *listed) bool { return under(p.ImportPath, "github.com/aliyun") }) {
		t.Fatalf("the package that links the SDK does not: this looks for the wrong thing (%v)", err)
	}
	for _, l := range light {
		args := []string{"-deps"}
		for path := range strings.FieldsSeq(l.packages) {
			if !here[path] {
				t.Fatalf("there is no package %s: put its new name into the table", path)
			}
			args = append(args, "./"+path)
		}
		deps, err := goList(m.root, args...)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range deps {
			for heavy := range strings.FieldsSeq(l.heavy) {
				if under(p.ImportPath, heavy) {
					t.Errorf("a program that imports only %s links %s: find out who imports it with `go list -deps`, and cut it", l.packages, p.ImportPath)
				}
			}
		}
	}
}
