package runbook

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/diag"
)

// findings parses a template and gives its findings as "line code", with "?"
// behind the codes of warnings.
func findings(src string, opts *ParseOptions, validate *ValidateOptions) []string {
	parsed, _ := Parse("test.yaml", []byte(src), opts)
	var list []string
	for _, d := range parsed.Validate(validate) {
		word := string(d.Code)
		if d.Severity == diag.Warning {
			word += "?"
		}
		list = append(list, word)
	}
	return list
}

// oneTask is a template of one task.
func oneTask(lines string) string {
	return "FormatVersion: OOS-2019-06-01\nParameters: {p: {Default: x}}\nTasks:\n- Name: t\n  " + strings.ReplaceAll(lines, "\n", "\n  ")
}

func TestSection16Validation(t *testing.T) {
	const api = "Action: ACS::ExecuteAPI\nProperties: {Service: a, API: b}\n"
	for _, c := range []struct{ src, want string }{
		{`[]`, "runbook-not-map"},
		{`{}`, "format-version-missing tasks-missing"},
		{`{FormatVersion: OOS-1, Tasks: []}`, "tasks-missing unknown-format-version"},
		{`{FormatVersion: OOS-2019-06-01, Tasks: {}}`, "wrong-kind"},
		{`{FormatVersion: OOS-2019-06-01, Tasks: [x]}`, "task-not-map"},
		{`{FormatVersion: OOS-2019-06-01, Task: [], Tasks: [{Name: t, Action: 'ACS::Pause'}]}`, "unknown-key"},
		{`{FormatVersion: OOS-2019-06-01-State, States: [{ResourceType: 'ACS:Inventory', Properties: {Policy: '{{ p }}'}}], Parameters: {p: {Type: Json}}}`, ""},
		{`{FormatVersion: OOS-2019-06-01-State, Tasks: [{Name: t, Action: 'ACS::Pause'}]}`, "tasks-in-state"},
		{`{FormatVersion: OOS-2019-06-01, States: [], Tasks: [{Name: t, Action: 'ACS::Pause'}]}`, "states-in-automation"},
		{`{FormatVersion: OOS-2019-06-01, Tasks: [{Action: 'ACS::Pause'}, {Name: 'a b', Action: 'ACS::Pause'}]}`, "task-name-missing name-invalid"},
		{`{FormatVersion: OOS-2019-06-01, Tasks: [{Name: a, Action: 'ACS::Pause'}, {Name: A, Action: 'ACS::Pause'}]}`, "name-twice"},
		{`{FormatVersion: OOS-2019-06-01, Parameters: {a: {}}, Tasks: [{Name: a, Action: 'ACS::Pause'}]}`, ""},
		{oneTask("Action: ACS::ExecuteApi\nProperties: {Service: a, API: b}"), ""},
		{oneTask("Properties: {}"), "action-missing"},
		{oneTask("Action: ACS::ExecuteAPIs"), "unknown-action"},
		{oneTask("Action: ACS::ECS::RunComand\nProperties: {}"), "unknown-action"},
		{oneTask("Action: ACS::Quantum::Entangle\nProperties: {}"), "unknown-action?"},
		{oneTask("Action: acs::ecs::runcommand"), ""},
		{oneTask("Action: ACS::Pause\nRetrys: 1"), "unknown-key"},
		{oneTask(api + "Properties: {Service: a}"), "duplicate-key? property-missing"},
		{oneTask("Action: ACS::ExecuteAPI\nProperties: {Service: [a], API: b, Risk: Low, Odd: 1, Servic: x}"), "wrong-kind property-value unknown-key? unknown-key"},
		{oneTask("Action: ACS::ExecuteAPI\nProperties: '{{ p }}'"), ""},
		{oneTask("Action: ACS::WaitFor\nProperties: {Service: a, API: b}"), "desired-missing property-missing"},
		{oneTask("Action: ACS::WaitFor\nRetries: 301\nDelay: 0\nDelayType: Cubic\nMaxRetryInterval: x\nProperties: {Service: a, API: b, PropertySelector: 'a[', DesiredValues: '{{ p }}'}"),
			"out-of-range out-of-range property-value wrong-kind jq-program"},
		{oneTask(api + "Retries: 3"), "polling-unfit?"},
		{oneTask("Action: ACS::Sleep\nProperties: {Duration: soon}"), "duration-invalid"},
		{oneTask("Action: ACS::Sleep\nProperties: {}"), "sleep-shape"},
		{oneTask("Action: ACS::Template\nProperties: {}"), "child-shape"},
		{oneTask("Action: ACS::Notify\nProperties: {NotifyType: WebHook, WebHook: {URL: x, Content: y}}"), "property-missing unknown-key"},
		{oneTask(api + "OnError: u\nOnSuccess: ACS::NEXT"), "unknown-target"},
		{oneTask(api + "OnError: CONTINUE\nOnSuccess: END"), ""},
		{oneTask(api + "OnError: '{{ p }}'"), "target-not-literal"},
		{oneTask("Action: ACS::Choice\nProperties: {DefaultTask: ACS::NEXT, Choices: [{When: {Fn::Equals: [1, 1]}, NextTask: u}, {}]}"),
			"target-next unknown-target property-missing property-missing"},
		{oneTask(api + "When: {Fn::Equals: ['{{ t.o }}', 1]}\nOutputs: {o: {ValueSelector: O}}"), "reference-to-itself"},
		{oneTask(api + "When: nosuch"), "unknown-condition"},
		{oneTask(api + "When: 5"), "condition-not-boolean"},
		{oneTask("Action: ACS::ExecuteAPI\nProperties: {Service: '{{ P }}{{ q }}', API: '{{ ACS::Regions }}', Body: '{{ u.o }} {{ ACS::TaskLoopItem }}'}"),
			"unknown-parameter-reference unknown-pseudo unknown-task-reference item-outside-loop"},
		{oneTask(api + "Outputs: {o: {Type: Text, ValueSelector: 'a | nosuch'}, x: {}, 'y z': {ValueSelector: a}, O: {ValueSelector: b}}"),
			"type-unknown jq-program selector-missing name-invalid name-twice"},
		{oneTask(api + "Loop: {Itemz: [1]}"), "items-missing unknown-key"},
		{oneTask(api + "Loop: {Items: x, RateControl: {Mode: Both, Odd: 1}, Outputs: {a: {AggregateType: Fn::Foo, AggregateField: b}}}"),
			"wrong-kind rate-mode unknown-key unknown-aggregate aggregate-field-unknown?"},
		{oneTask("Action: ACS::Sleep\nProperties: {Duration: 1s}\nLoop: {Items: [1]}"), "loop-unfit"},
		{oneTask("Action: ACS::ExecuteAPI\nProperties: {Service: a, API: {Fn::Jion: [a]}, Parameters: {a: {Fn::Join: [a]}, b: {Fn::Jq: [Some, '.a[', 1]}, c: {Fn::Join: a}, d: {Fn::Equals: [1, 1], e: 1}}}"),
			"unknown-function function-arguments jq-mode jq-program function-shape function-not-alone?"},
		{`{FormatVersion: OOS-2019-06-01, Tasks: [{Name: a, Action: 'ACS::Pause'}, {Name: b, Action: 'ACS::TimerTrigger', Properties: {Type: cron, Expression: x}}]}`, "trigger-not-first"},
		{`{FormatVersion: OOS-2019-06-01, Conditions: {a: {Fn::Not: b}, b: {Fn::Not: a}, c: x, d: {Fn::If: [a, b, c]}}, Tasks: [{Name: a, Action: 'ACS::Pause'}]}`,
			"condition-cycle condition-shape unknown-condition condition-shape"},
		{`{FormatVersion: OOS-2019-06-01, Parameters: {a: {Default: '{{ b }}'}, b: {Default: '{{ A }}'}, c: {Default: '{{ c }}'}, d: {Default: '{{ t.o }}'}}, Tasks: [{Name: t, Action: 'ACS::Pause'}]}`,
			"default-cycle default-cycle output-too-early"},
		{`{FormatVersion: OOS-2019-06-01, Parameters: {a: {Type: Text, Defalt: 1}, b: {MinLength: 5, MaxLength: 2}, c: {AllowedPattern: '('}, d: {Type: Number, Default: x, MaxLength: 1}, e: {Default: z, AllowedValues: [a]}, f: {AllowedValues: a}}, Tasks: [{Name: t, Action: 'ACS::Pause'}]}`,
			"type-unknown unknown-key? bounds-crossed pattern-invalid default-unfit? constraint-unfit? parameter-not-allowed? wrong-kind"},
		{`{FormatVersion: OOS-2019-06-01, Outputs: {a: {}, b: {Type: Object, Value: '{{ t.o }}'}, c: {Value: '{{ t }}'}}, Tasks: [{Name: t, Action: 'ACS::Pause'}]}`,
			"output-value-missing unknown-output reference-without-output"},
	} {
		got := findings(c.src, nil, nil)
		want := strings.Fields(c.want)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s\n got %v\nwant %v", c.src, got, want)
		}
	}
}

func TestHeavyConditions(t *testing.T) {
	var b strings.Builder
	b.WriteString("FormatVersion: OOS-2019-06-01\nTasks: [{Name: t, Action: 'ACS::Pause', When: c29}]\nConditions:\n  c0: {Fn::Equals: [1, 1]}\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, "  c%d: {Fn::And: [c%d, c%d]}\n", i, i-1, i-1)
	}
	if got := strings.Join(findings(b.String(), nil, nil), " "); got != "condition-heavy condition-heavy" {
		t.Errorf("%s", got)
	}
}

func TestSection16Order(t *testing.T) {
	task := func(name, more string) string {
		return "{Name: " + name + ", Action: 'ACS::ExecuteAPI', Properties: {Service: a, API: b}, Outputs: {o: {ValueSelector: o}}" + more + "}"
	}
	uses := func(name, of, more string) string {
		return "{Name: " + name + ", Action: 'ACS::ExecuteAPI', Properties: {Service: a, API: '{{ " + of + " }}'}" + more + "}"
	}
	choice := func(name string, targets ...string) string {
		return "{Name: " + name + ", Action: 'ACS::Choice', Properties: {DefaultTask: " + targets[0] + ", Choices: [{When: {Fn::Equals: [1, 1]}, NextTask: " + targets[1] + "}]}}"
	}
	for _, c := range []struct {
		tasks []string
		want  string
	}{
		{[]string{task("a", ""), uses("b", "a.o", "")}, ""},
		{[]string{uses("b", "a.o", ""), task("a", "")}, "reference-later"},
		{[]string{uses("b", "a.o", ""), task("a", ", OnError: b")}, ""},
		{[]string{task("a", ""), uses("b", "a.p", "")}, "undeclared-output?"},
		{[]string{task("a", ""), uses("b", "a.p.q[]", "")}, ""},
		{[]string{choice("c", "a", "b"), task("a", ", OnSuccess: d"), uses("b", "a.o", ""), task("d", "")}, "reference-never?"},
		{[]string{choice("c", "a", "b"), task("a", ""), uses("b", "a.o", "")}, ""},
		{[]string{choice("c", "b", "b"), task("a", ""), task("b", "")}, "task-unreachable?"},
		{[]string{task("a", ", OnSuccess: ACS::END, OnError: c"), task("b", ""), task("c", "")}, "task-unreachable?"},
		{[]string{task("a", ", OnSuccess: ACS::END, When: {Fn::Equals: [1, 1]}"), task("b", "")}, ""},
	} {
		src := "{FormatVersion: OOS-2019-06-01, Tasks: [" + strings.Join(c.tasks, ",\n") + "]}"
		if got := strings.Join(findings(src, nil, nil), " "); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", src, got, c.want)
		}
	}
}

func TestFindingsPointAtReferences(t *testing.T) {
	src := oneTask("Action: ACS::ExecuteAPI\nProperties: {Service: a, API: b, Body: 'x {{ p }} {{ q }}'}")
	parsed, _ := Parse("test.yaml", []byte(src), nil)
	list := parsed.Diagnostics()
	if len(list) != 1 {
		t.Fatalf("%v", list)
	}
	d := list[0]
	if got := src[d.Range.Start:d.Range.End]; got != "{{ q }}" || d.Path != "Tasks.t.Properties.Body" {
		t.Errorf("%q at %s", got, d.Path)
	}
}

func TestSection10Children(t *testing.T) {
	templates := map[string]*Template{}
	opts := &ValidateOptions{Templates: func(name, _ string) *Template { return templates[name] }}
	templates["ACS::My::Child"] = mustParse(t, `{FormatVersion: OOS-2019-06-01, Parameters: {need: {}, may: {Default: 1}}, Outputs: {out: {Value: 1}}, Tasks: [{Name: t, Action: 'ACS::Pause'}]}`)
	templates["loops"] = mustParse(t, `{FormatVersion: OOS-2019-06-01, Tasks: [{Name: t, Action: 'ACS::Template', Properties: {TemplateName: loops}}]}`)
	for _, c := range [][2]string{
		{"Action: ACS::My::Child\nProperties: {need: 1, may: 2}\nOutputs: {o: {ValueSelector: out}}", ""},
		{"Action: ACS::My::Child\nProperties: {Need: 1}\nOutputs: {o: {ValueSelector: 'outt'}}", "child-output-unknown?"},
		{"Action: ACS::My::Child\nProperties: {my: 2}", "child-parameter-missing child-parameter-unknown?"},
		{"Action: ACS::My::Child", "child-parameter-missing"},
		{"Action: ACS::My::Child\nProperties: '{{ p }}'", ""},
		{"Action: ACS::Template\nProperties: {TemplateName: 'ACS::My::Child', Parameters: {nead: 1}}", "child-parameter-missing child-parameter-unknown?"},
		{"Action: ACS::Template\nProperties: {TemplateName: private}", ""},
		{"Action: ACS::Template\nProperties: {TemplateName: loops}", "template-recursion"},
		{"Action: ACS::Template\nProperties: {TemplateContent: {FormatVersion: OOS-2019-06-01, Parameters: {x: {}}, Tasks: [{Name: u, Action: 'ACS::TimerTrigger', Properties: {Type: at, Expression: '{{ x }} {{ p }}'}}]}}",
			"child-parameter-missing trigger-in-child unknown-parameter-reference"},
	} {
		got := findings(oneTask(c[0]), nil, opts)
		slices.Sort(got)
		if strings.Join(got, " ") != c[1] {
			t.Errorf("%s\n got %v\nwant %s", c[0], got, c[1])
		}
	}
}

func TestLimits(t *testing.T) {
	src := oneTask("Action: ACS::ExecuteAPI\nProperties: {Service: a, API: b}\nLoop: {Items: [" + strings.Repeat("1,", 1001) + "]}")
	src = strings.Replace(src, "Name: t", "Name: "+strings.Repeat("t", 201), 1)
	if got := findings(src+strings.Repeat("\n", 65536), nil, nil); strings.Join(got, " ") != "runbook-too-large? name-too-long? too-many-items?" {
		t.Errorf("%v", got)
	}
	if got := findings(src, &ParseOptions{Strict: true}, nil); strings.Join(got, " ") != "name-too-long too-many-items" {
		t.Errorf("strict: %v", got)
	}
}
