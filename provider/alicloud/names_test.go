package alicloud

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider/calls"
)

// sdk knows the names in the SDK's request structs.
type sdk struct {
	codes map[string]string            // product and version -> code in package calls
	more  map[string]map[string]string // product, version and call -> names, of what package calls lacks
}

func loadSDK(t *testing.T) *sdk {
	t.Helper()
	x := &sdk{codes: map[string]string{}, more: map[string]map[string]string{}}
	for s := range calls.Default().Services() {
		x.codes[strings.ToLower(s.Product)+" "+s.Version] = s.Code
	}
	extra := map[string]string{}
	for line := range lines(t, "testdata/services.txt") {
		if f := strings.Fields(line); len(f) == 5 && f[0] != "#" {
			extra[f[0]] = strings.ToLower(f[1]) + " " + f[2]
		}
	}
	word := regexp.MustCompile(`[A-Za-z][A-Za-z0-9_.-]*`)
	for line := range lines(t, "testdata/apis.txt") {
		f := strings.SplitN(line, "\t", 4)
		code, api, _ := strings.Cut(f[0], " ")
		names := map[string]string{}
		for _, n := range word.FindAllString(f[3], -1) {
			names[plainName(n)] = n
		}
		x.more[extra[code]+" "+strings.ToLower(api)] = names
	}
	return x
}

func lines(t *testing.T, name string) map[string]bool {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]bool{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		out[sc.Text()] = true
	}
	return out
}

func plainName(s string) string { return strings.ToLower(strings.ReplaceAll(s, ".", "")) }

// verdict of a name.
func (x *sdk) knows(p *product, action, parameter string) (call, param bool) {
	key := strings.ToLower(p.name) + " " + p.version
	if names, ok := x.more[key+" "+strings.ToLower(action)]; ok {
		head, _, _ := strings.Cut(parameter, ".")
		return true, parameter == "" || names[plainName(parameter)] != "" || names[plainName(head)] != ""
	}
	a, ok := calls.Default().API(x.codes[key], action)
	if !ok || x.codes[key] == "" {
		return false, false
	}
	if parameter == "" || parameter == "RegionId" {
		return true, true
	}
	return true, declares(a.Parameters, parameter)
}

// declares follows a name with dots, in which ".1" and ".N" are elements,
// exactly as it is spelled.
func declares(list []calls.Parameter, name string) bool {
	for _, p := range list {
		if p.Name == name || strings.Contains(name, ".N") && p.Name == strings.ReplaceAll(name, ".N", ".1") {
			return true
		}
		rest, ok := strings.CutPrefix(name, p.Name+".")
		if !ok {
			continue
		}
		if head, tail, ok := strings.Cut(rest, "."); p.Form == calls.Repeated && (head == "N" || head == "1") {
			if !ok || declares(p.Members, tail) {
				return true
			}
			continue
		}
		if p.Form == calls.JSON || p.Form == calls.Map || declares(p.Members, rest) {
			return true
		}
	}
	return false
}

// written lists the parameters that a step can send, with dots; what is inside
// of JSON is not declared by the SDK.
func written(d *descriptor, s *step) []string {
	var out []string
	if s.token != "" {
		out = append(out, s.token)
	}
	var walk func(m *mapping, prefix string)
	walk = func(m *mapping, prefix string) {
		name := prefix + m.target
		switch m.shape {
		case shapeDrop:
			return
		case shapeList:
			name += ".N"
		}
		if m.shape != shapeFlat {
			prefix = name + "."
		}
		if m.shape != shapeFlat && m.shape != shapeMap && (m.shape != shapeList || m.members == nil) {
			out = append(out, name)
		}
		if m.shape == shapeList || m.shape == shapeMap || m.shape == shapeFlat {
			for _, sub := range m.members {
				walk(sub, prefix)
			}
		}
	}
	for _, p := range s.parameters {
		p, _ = d.inherited(p)
		switch {
		case p.mapping != nil:
			walk(p.mapping, "")
		default:
			out = append(out, p.name)
		}
	}
	return out
}

// steps are all calls of a type.
func steps(d *descriptor) []*step {
	out := slices.Concat(d.create, d.after, d.update, d.remove, d.other)
	if d.read != nil {
		out = append(out, d.read)
	}
	for _, r := range d.reads {
		out = append(out, r.step)
	}
	if d.id.call != nil {
		out = append(out, d.id.call)
	}
	for _, a := range d.attributes {
		for _, s := range a.sources {
			if s.call != nil {
				out = append(out, s.call)
			}
		}
	}
	return out
}

const unlisted = "testdata/newer.txt"

// TestNamesAreTheSDKs checks every call and parameter of every descriptor
// against the SDK's request structs. Names that those lack are listed, with
// where they are known from; the list has no others.
func TestNamesAreTheSDKs(t *testing.T) {
	x := loadSDK(t)
	listed, used := map[string]bool{}, map[string]bool{}
	for line := range lines(t, unlisted) {
		if name, source, ok := strings.Cut(line, "\t"); ok && source != "" {
			listed[name] = true
		} else if line != "" && !strings.HasPrefix(line, "#") {
			t.Errorf("%s: %q has no source", unlisted, line)
		}
	}
	counts := map[string]int{}
	seen := map[string]bool{}
	var missing []string
	note := func(key string, known bool, what string) {
		if seen[key] {
			return
		}
		seen[key] = true
		counts[what]++
		if known {
			counts[what+" in the SDK"]++
			return
		}
		used[key] = true
		if !listed[key] {
			missing = append(missing, key)
		}
	}
	for _, d := range every(t) {
		for _, s := range steps(d) {
			api := s.product.name + " " + s.product.version + " " + s.action
			call, _ := x.knows(s.product, s.action, "")
			note(api, call, "calls")
			if !call {
				continue // its parameters stand or fall with it
			}
			for _, name := range written(d, s) {
				_, ok := x.knows(s.product, s.action, name)
				note(api+" "+name, ok, "parameters")
			}
		}
	}
	slices.Sort(missing)
	for _, key := range missing {
		t.Errorf("neither in the SDK nor in %s: %s", unlisted, key)
	}
	for key := range listed {
		if !used[key] {
			t.Errorf("%s: %s is in the SDK, or used by no descriptor", unlisted, key)
		}
	}
	t.Log(fmt.Sprint(counts), "listed:", len(listed))
}
