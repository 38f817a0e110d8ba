package runbook

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/bianpai/bianpai/internal/value"
)

const sampleRunbook = `
FormatVersion: OOS-2019-06-01
Description: {en: restart}
Parameters:
  OOSAssumeRole: {Type: String, Default: ''}
  ids: {Type: List}
RamRole: '{{ OOSAssumeRole }}'
Tasks:
- Name: check
  Action: ACS::waitFor
  OnError: Tail
  Retries: 7
  Delay: 15
  IsCritical: false
  Properties: {Service: ECS, API: DescribeInstances, PropertySelector: Status, DesiredValues: [Running]}
- Name: decide
  Action: ACS::Choice
  Properties:
    DefaultTask: act
    Choices:
    - {When: {Fn::Equals: ['{{ ids }}', []]}, NextTask: ACS::END}
- Name: act
  Action: ACS::ExecuteApi
  OnSuccess: ACS::END
  Properties:
    Service: ECS
    API: RebootInstance
    Parameters: {RegionId: '{{ ACS::RegionId }}', InstanceId: '{{ ACS::TaskLoopItem }}', DryRun: false}
  Outputs: {request: {ValueSelector: RequestId}}
  Loop:
    Items: '{{ ids }}'
    RateControl: {Mode: Concurrency, Concurrency: 10}
    Outputs: {requests: {AggregateType: Fn::ListJoin, AggregateField: Request}}
- Name: tail
  Action: ACS::Pause
Outputs:
  requests: {Type: List, Value: '{{ act.requests }}'}
`

func TestTemplateParts(t *testing.T) {
	parsed, err := ParseFS(fstest.MapFS{"a.yaml": {Data: []byte(sampleRunbook)}}, "a.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	check, decide, act := parsed.Tasks[0], parsed.Task("DECIDE"), parsed.Task("act")
	for what, pair := range map[string][2]any{
		"action":         {check.Action, WaitFor},
		"target":         {check.OnError, "tail"},
		"critical":       {check.IsCritical, false},
		"schedule":       {check.Polling, Polling{7, Exponential, 15, 2, 1800}},
		"no schedule":    {act.Retries, 0},
		"default task":   {decide.DefaultTask, "act"},
		"choice":         {decide.Choices[0].NextTask, End},
		"field":          {act.LoopOutput("requests").AggregateField, "request"},
		"output type":    {parsed.Outputs[0].Type, "List"},
		"jump":           {parsed.Jump(0, "Tail"), 3},
		"jump on":        {parsed.Jump(0, ""), 1},
		"jump out":       {parsed.Jump(3, Next), 4},
		"jump to end":    {parsed.Jump(0, End), 4},
		"parameter":      {parsed.Parameter("IDS").Name, "ids"},
		"no task":        {parsed.Task("x") == nil, true},
		"atomic":         {IsAtomic("acs::executeapi"), true},
		"trigger":        {IsTrigger("ACS::TimerTrigger"), true},
		"action list":    {len(ProductActions()), 199},
		"findings":       {len(parsed.Validate(nil)), 0},
		"template error": {fmt.Sprint(parsed.Diagnostics().Err()), "<nil>"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
	if _, err := ParseFS(fstest.MapFS{}, "a.yaml", nil); err == nil {
		t.Error("a missing file is parsed")
	}
}

// TestSection87Loop renders the inner tasks of an ACS::Loop.
func TestSection87Loop(t *testing.T) {
	parsed := mustParse(t, `
FormatVersion: OOS-2019-06-01
Parameters: {p: {Default: x}}
Tasks:
- {Name: first, Action: 'ACS::ExecuteAPI', Properties: {Service: a, API: b}, Outputs: {o: {ValueSelector: o}}}
- Name: each
  Action: ACS::Loop
  Properties:
    LoopItems: [1, 2]
    LoopRateControl: {Concurrency: 2}
    LoopTasks:
    - {Name: a, Action: 'ACS::ExecuteAPI', Properties: {Service: a, API: b}, Outputs: {o: {ValueSelector: o}}}
    - {Name: b, Action: 'ACS::ExecuteAPI', Properties: {Service: a, API: '{{ a.o }} {{ first.o }} {{ p }} {{ ACS::TaskLoopItem }}'}}
  Outputs: {all: {Type: List, ValueSelector: '{{ a.o }}'}}
`)
	each := parsed.Tasks[1]
	if each.Inner == nil || len(each.Inner.Tasks) != 2 {
		t.Fatalf("%+v", each.Inner)
	}
	values, err := parsed.Bind(nil, testWorld)
	if err != nil {
		t.Fatal(err)
	}
	s := &Scope{
		Template: each.Inner, Values: values, World: testWorld, Item: value.Int(7),
		Output: func(task, output string) (value.Value, bool) { return value.String(task + output), true },
	}
	v, err := s.Render(each.Inner.Tasks[1].Properties.Get("API"))
	if err != nil || v.Text() != "ao firsto x 7" {
		t.Errorf("%v, %v", v, err)
	}
	s.Template = parsed
	v, err = s.Select(value.Null(), each.Outputs[0].Selector, "List")
	if err != nil || v.Text() != "ao" {
		t.Errorf("%v, %v", v, err)
	}
	items, err := s.ItemsOf(each.Properties.Get("LoopItems"))
	if err != nil || items.Len() != 2 {
		t.Errorf("%v, %v", items, err)
	}
	r, err := s.RateOf(each.Properties.Get("LoopRateControl"), 2)
	if err != nil || r.Concurrency != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestInlineContentIsTheChilds(t *testing.T) {
	parsed := mustParse(t, oneTask(`Action: ACS::Template
Properties:
  TemplateContent: {FormatVersion: OOS-2019-06-01, Parameters: {x: {}}, Tasks: [{Name: u, Action: 'ACS::Template', Properties: {TemplateName: '{{ x }}'}}]}
  Parameters: {x: '{{ p }}'}`))
	values, err := parsed.Bind(nil, testWorld)
	if err != nil {
		t.Fatal(err)
	}
	s := &Scope{Template: parsed, Values: values, World: testWorld}
	v, err := s.Render(parsed.Tasks[0].Properties)
	const want = `{"TemplateContent":{"FormatVersion":"OOS-2019-06-01","Parameters":{"x":{}},"Tasks":[{"Name":"u","Action":"ACS::Template","Properties":{"TemplateName":"{{ x }}"}}]},"Parameters":{"x":"x"}}`
	if err != nil || string(v.AppendJSON(nil)) != want {
		t.Errorf("%s, %v", v.AppendJSON(nil), err)
	}
	if inner := parsed.Tasks[0].Inner; inner == nil || inner.Parameter("x") == nil {
		t.Errorf("%+v", inner)
	}
	again, err := ParseNode("child", parsed.Tasks[0].Properties.Get("TemplateContent"), &ParseOptions{Child: true})
	if err != nil || len(again.Tasks) != 1 {
		t.Errorf("%v", err)
	}
}

func TestFindMatchedPackage(t *testing.T) {
	s, n := exampleScope(t, `{Fn::Select: [InstallScript, {Fn::FindMatchedPackage: ['{"k": 1}', '{{ name }}']}]}`)
	s.Package = func(template, instance value.Value) (value.Value, error) {
		k, _ := template.Get("k")
		return value.Map([]value.Entry{{Key: "InstallScript", Value: value.String(fmt.Sprint(k.Int(), instance.Text()))}}), nil
	}
	if v, err := s.Render(n); err != nil || v.Text() != "1 a.b" && v.Text() != "1a.b" {
		t.Errorf("%v, %v", v, err)
	}
}
