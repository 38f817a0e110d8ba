package template

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

func (t *Template) readMappings() {
	for m := range t.Mappings.Items() {
		path := "Mappings." + m.Key()
		if m.Kind() != doc.Map {
			t.report(diag.Error, "mapping-not-map", m, path, m.Key(), m.Kind().String())
			continue
		}
		for top := range m.Items() {
			if top.Kind() != doc.Map {
				t.report(diag.Warning, "mapping-not-map", top, path+"."+top.Key(), m.Key()+"."+top.Key(), top.Kind().String())
				continue
			}
			for second := range top.Items() {
				if _, _, ok := callOf(second); ok {
					t.report(diag.Error, "function-in-mapping", second, path+"."+top.Key()+"."+second.Key(), m.Key())
				}
			}
		}
	}
}

func (t *Template) readConditions(section doc.Node) {
	t.Conditions = make([]*Condition, 0, section.Len())
	t.conditions = make(map[string]int32, section.Len())
	for n := range section.Items() {
		t.conditions[n.Key()] = int32(len(t.Conditions))
		t.Conditions = append(t.Conditions, &Condition{n.Key(), n})
	}
}

const (
	localMacro = "Macro"
	localEval  = "Eval"
	dataPrefix = "DATASOURCE::"
)

// isData reports whether a local is a query.
func (l *Local) isData() bool { return strings.HasPrefix(l.Type, dataPrefix) }

var localFields = []string{"Type", "Value", "Properties"}

func (t *Template) readLocals(section doc.Node) {
	for n := range section.Items() {
		path := "Locals." + n.Key()
		if n.Kind() != doc.Map {
			t.report(diag.Error, "local-not-map", n, path, n.Key(), n.Kind().String())
			continue
		}
		l := &Local{Name: n.Key(), Type: localMacro, Value: n.Get("Value"), Properties: n.Get("Properties"), Node: n}
		if typ := n.Get("Type"); typ.Kind() != doc.Null {
			l.Type = typ.Text()
			if l.Type != localMacro && l.Type != localEval && !l.isData() {
				t.report(diag.Error, "unknown-local-type", typ, path+".Type", typ.Literal(), l.Name)
			}
		}
		if l.isData() != l.Value.IsZero() {
			t.reportAt(diag.Error, "local-value", n.KeyRange(), path, l.Name, l.Type)
		}
		if !l.isData() && !l.Properties.IsZero() {
			t.report(diag.Error, "unknown-local-field", l.Properties, path+".Properties", "Properties", l.Name, "Value")
		}
		for field := range n.Items() {
			if !slices.Contains(localFields, field.Key()) {
				t.reportAt(diag.Error, "unknown-local-field", field.KeyRange(), path+"."+field.Key(), field.Key(), l.Name, "Type, Value, Properties")
				t.offerKey(n, field, localFields)
			}
		}
		t.declare(n, "Locals", localSymbol, len(t.Locals))
		t.Locals = append(t.Locals, l)
	}
}

func (t *Template) readRules(section doc.Node) {
	for n := range section.Items() {
		path := "Rules." + n.Key()
		if n.Kind() != doc.Map {
			t.report(diag.Error, "rule-not-map", n, path, n.Key(), n.Kind().String())
			continue
		}
		r := &Rule{Name: n.Key(), Condition: n.Get("RuleCondition"), Node: n}
		list := n.Get("Assertions")
		switch list.Kind() {
		case doc.Map: // some generators write a single one without the list
			t.readAssertion(r, list, path+".Assertions")
		case doc.List:
			if list.Len() > maxAssertions {
				t.limit("too-many-assertions", list, path+".Assertions", r.Name, strconv.Itoa(list.Len()), strconv.Itoa(maxAssertions))
			}
			for member := range list.Items() {
				t.readAssertion(r, member, path+".Assertions")
			}
		default:
			t.reportAt(diag.Error, "rule-without-assertions", n.KeyRange(), path, r.Name)
		}
		t.Rules = append(t.Rules, r)
	}
}

func (t *Template) readAssertion(r *Rule, n doc.Node, path string) {
	assert := n.Get("Assert")
	if assert.IsZero() {
		t.report(diag.Error, "rule-without-assert", n, path, r.Name)
		return
	}
	r.Assertions = append(r.Assertions, Assertion{assert, localised(n.Get("AssertDescription"), "en")})
}

var outputFields = []string{"Value", "Description", "Condition", "Label", "NoEcho"}

func (t *Template) readOutputs(section doc.Node) {
	t.Outputs = make([]*Output, 0, section.Len())
	for n := range section.Items() {
		path := "Outputs." + n.Key()
		if n.Kind() != doc.Map {
			t.report(diag.Error, "output-not-map", n, path, n.Key(), n.Kind().String())
			continue
		}
		o := &Output{
			Name:        n.Key(),
			Description: n.Get("Description"),
			Label:       n.Get("Label"),
			Value:       n.Get("Value"),
			NoEcho:      isTrue(n.Get("NoEcho")),
			Node:        n,
		}
		o.Condition, o.fixed = t.readConditionName(n.Get("Condition"), path)
		if o.Value.IsZero() && t.kind == Stack {
			t.reportAt(diag.Error, "output-without-value", n.KeyRange(), path, o.Name)
		}
		for field := range n.Items() {
			if key := field.Key(); !slices.Contains(outputFields, key) {
				t.reportAt(diag.Warning, "unknown-output-field", field.KeyRange(), path+"."+key, key, o.Name, near(key, outputFields))
				t.offerKey(n, field, outputFields)
			}
		}
		t.Outputs = append(t.Outputs, o)
	}
}

// readConditionName reads the Condition of a resource or an output: the name
// of a condition, or a literal boolean. fixed says that it is false.
func (t *Template) readConditionName(n doc.Node, path string) (name string, fixed bool) {
	switch n.Kind() {
	case doc.Null:
		return "", false
	case doc.Bool:
		return "", !n.Bool()
	case doc.String:
		if _, ok := t.conditions[n.Text()]; !ok {
			t.report(diag.Error, "unknown-condition", n, path+".Condition", n.Text(), t.nearCondition(n.Text()))
			t.offer(n, n.Range(), n.Text(), t.conditionNames())
		}
		return n.Text(), false
	}
	t.report(diag.Error, "condition-not-name", n, path+".Condition", n.Kind().String())
	return "", false
}

func (t *Template) nearCondition(name string) string {
	if len(t.findings) > maxProposals {
		return diag.NoNames
	}
	return diag.Propose(name, t.conditionNames())
}

func (t *Template) conditionNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, c := range t.Conditions {
			if !yield(c.Name) {
				return
			}
		}
	}
}
