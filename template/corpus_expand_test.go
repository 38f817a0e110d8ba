package template_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/corpus"
	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/template"
)

// vault keeps the secrets of wire forms.
type vault struct{ secrets []value.Value }

func (v *vault) wire() *value.Wire {
	return &value.Wire{Secret: func(secret value.Value) string {
		v.secrets = append(v.secrets, secret)
		return strconv.Itoa(len(v.secrets) - 1)
	}}
}

func (v *vault) open(ref string) (value.Value, bool) {
	i, err := strconv.Atoi(ref)
	if err != nil || i >= len(v.secrets) {
		return value.Value{}, false
	}
	return v.secrets[i], true
}

// madeUp gives a value to each parameter that has none, by type and
// constraints alone. Where no text can be made up the value is unknown, which
// passes every check.
func madeUp(tmpl *template.Template) map[string]any {
	params := map[string]any{}
	for _, p := range tmpl.Parameters {
		if !p.Default.IsAbsent() && !p.Default.IsNull() {
			continue
		}
		switch {
		case len(p.AllowedValues) > 0:
			params[p.Name] = p.AllowedValues[0]
		case p.Type == "Number" && p.MinValue != nil:
			params[p.Name] = *p.MinValue
		case p.Type == "Number":
			params[p.Name] = 1
		case p.Type == "Boolean":
			params[p.Name] = true
		case p.Type == "Json":
			params[p.Name] = `{"k":"v"}`
		case p.Type == "CommaDelimitedList":
			params[p.Name] = "a,b"
		case p.Default.IsNull():
		case p.AllowedPattern != "" || p.MinLength != nil:
			params[p.Name] = value.Unknown(&value.Hole{})
		default:
			params[p.Name] = "x"
		}
	}
	return params
}

// everything knows all resources.
type everything struct{}

func (everything) Ref(id string) (value.Value, bool) { return value.String("id-of-" + id), true }

func (everything) Attribute(id, name string) (value.Value, bool) {
	return value.String(`["` + id + `","` + name + `"]`), true
}

func TestCorpusExpands(t *testing.T) {
	ps := &template.Pseudo{Region: "cn-hangzhou", StackName: "s", StackID: "id", AccountID: "1", TenantID: "1"}
	passed, faults := 0, map[diag.Code]int{}
	count := func(path string, err error) bool {
		if list, ok := err.(*diag.ListError); ok {
			faults[list.List[0].Code]++
			t.Logf("%s: %s", path, list.List[0].Message)
		}
		return err == nil
	}
	corpus.Walk(t, "ros", func(path string, src []byte) {
		if template.Detect(src) != template.Stack {
			return
		}
		tmpl, err := template.Parse(path, src, nil)
		if err != nil {
			return
		}
		scope, err := tmpl.Bind(madeUp(tmpl), ps)
		if !count(path, err) {
			return
		}
		desired, err := scope.Expand()
		if !count(path, err) {
			return
		}
		passed++
		var secrets vault
		again, err := template.LoadScope(scope.AppendWire(nil, secrets.wire()), secrets.open)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		for _, r := range desired.Resources {
			wire := r.Properties.AppendWire(nil, secrets.wire())
			direct, err1 := scope.Resolve(r.Properties, everything{})
			back, err := value.ParseWire(wire, secrets.open)
			if err != nil {
				t.Errorf("%s: %s: %v", path, r.LogicalID, err)
				continue
			}
			loaded, err2 := again.Resolve(back, everything{})
			if fmt.Sprint(err1 != nil) != fmt.Sprint(err2 != nil) {
				t.Errorf("%s: %s: %v, loaded %v", path, r.LogicalID, err1, err2)
			}
			if a, b := string(direct.AppendJSON(nil)), string(loaded.AppendJSON(nil)); a != b {
				t.Errorf("%s: %s: resolves to\n%s\nafter loading to\n%s", path, r.LogicalID, a, b)
			}
		}
		one, _ := scope.Outputs(everything{})
		two, _ := again.Outputs(everything{})
		if fmt.Sprint(one) != fmt.Sprint(two) {
			t.Errorf("%s: outputs %v, after loading %v", path, one, two)
		}
	})
	t.Logf("%d expand; others %v", passed, faults)
}
