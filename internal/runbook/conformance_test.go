package runbook

import (
	"testing"

	"github.com/bianpai/bianpai/internal/value"
)

// TestSection20 goes through the conformance examples that concern the language;
// those of the flow of tasks are the machine's.
func TestSection20(t *testing.T) {
	renders(t, [][2]string{
		{`'{{ ids }}'`, `["i-1","i-2"]`},                                            // 1
		{`'x {{ ids }}'`, `"x [\"i-1\",\"i-2\"]"`},                                  // 2
		{`'{{IDS}}'`, `["i-1","i-2"]`},                                              // 3
		{`'{{ flag }} {{ n }}'`, `"false 3"`},                                       // 4
		{`{Fn::Equals: ['3', '{{ n }}']}`, `false`},                                 // 6
		{`{Fn::Equals: [3, '{{ n }}']}`, `true`},                                    // 7
		{`{Fn::Replace: [{'.': _}, '{{ name }}']}`, `"a_b"`},                        // 9
		{`'{{ skipped.o }}'`, `null`},                                               // 10
		{`'{{ done.text }}'`, `"out {{ name }}"`},                                   // 21
		{`{Fn::Join: [',', '{{ ids }}']}`, `"i-1,i-2"`},                             // 22
		{`{Fn::Jq: [First, 'map(.Key) | index("{{ opt }}k")', '{{ tags }}']}`, `0`}, // 8
		{`{Fn::Jq: [All, '.[] | select(.TagKey | test("^(?!acs).*")) | .TagKey', [{TagKey: acs-x}, {TagKey: own}]]}`, `["own"]`}, // 24
	})
	if got := bindOne(t, `{Default: 'CreateImage_from_{{instanceId}}'}`, nil, "  instanceId: {Default: i-1}"); got != `"CreateImage_from_i-1"` { // 25
		t.Error(got)
	}
	two := Polling{Retries: 10, DelayType: Exponential, MaxRetryInterval: 300} // 14
	for n, want := range []int{2, 4, 8, 16, 32, 64, 128, 256, 300, 300} {
		if wait, ok := two.Wait(n + 1); !ok || int(wait.Seconds()) != want {
			t.Errorf("wait %d: %v", n+1, wait)
		}
	}
	if got := Judge(value.Int(2), mustValue(t, `{"DesiredValues":[2],"StopRetryValues":[2,3]}`)); got != Met { // 13
		t.Errorf("a desired value that stops: %v", got)
	}
	r, err := ParseRate(mustValue(t, `{"Concurrency":[1,1],"BatchPauseOption":"FirstBatchPause"}`), 2) // 23
	if err != nil || r.Batches() != 2 || !r.PausesAfter(0, "") || r.PausesAfter(1, "") {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestAppendixE holds what real templates do against the rules, in templates of
// our own: none of it is a fault.
func TestAppendixE(t *testing.T) {
	parsed := mustParse(t, `
FormatVersion: OOS-2019-06-01
Description:
RamRole: ''
Parameters:
  instanceId: {Type: String, Label: {zn-cn: x}}
  both: {Type: Json, Default: {}}
  number: {Type: String, Default: 10, AllowedValues: [10, 20]}
  switch: {Type: String, Default: false}
  repair: {Type: List, Default: assist, AllowedValues: [assist, other]}
  wait: {Type: Number, Default: '30'}
  targets: {Type: String, AssociationProperty: Targets, Default: ''}
  rateControl: {Type: Json, Default: {Mode: 'Concurrency,', MaxErrors: '0,', Concurrency: 5}}
  area: {Default: '{{ ACS::RegionId }}'}
  filter: {Type: Json, Default: {Type: All, RegionId: '{{ area }}'}}
  events: {Type: Json, Default: '[{"id": "{{ instanceId }}"}]'}
  hidden: {Default: '', AllowedPattern: '^(?!.*--name)(?=.*).*$'}
  program: {Default: '.a'}
Tasks:
- Name: both
  Action: ACS::timertrigger
  Properties: {Type: at, Expression: '{{ INSTANCEID }}'}
  Outputs: {}
- Name: pause
  Action: ACS::Pause
- Name: check
  Action: ACS::CheckFor
  Retries: 2
  Properties: {Service: ram, API: GetPolicy, PropertySelector: '.Code | not', DesiredValues: [true, false], NotDesiredValues: []}
- Name: wait
  Action: ACS::WaitFor
  Properties: {Service: r-kvstore, API: X, PropertySelector: .Status, DesiredValues: [2], StopRetryValues: [2, 3], NotDesiredValues: '{{ both }}'}
- Name: pick
  Action: ACS::Choice
  OnError: ACS::NEXT
  Properties:
    DefaultTask: run
    Choices: [{When: {Fn::Equals: [1, 1]}, NextTask: run}]
- Name: run
  Action: ACS::ExecuteApi
  Properties:
    Service: ecs
    API: ExitStandBy
    Parameters:
      a: '{{ instanceId }} '
      b: {Fn::If: [{Fn::ContainsSubString: ['{{ program }}', '{{']}, ' ', null]}
      c: {Fn::Jq: [First, '{{ program }}', {a: 1}]}
      d: {Fn::Jq: [All, '.[] | select(.a = "x")', [{a: 1}]]}
      e: {Fn::Jq: [First, '[foreach .[] as $x (null; $x; if . == null then empty else . end)]', [1, null]]}
      f: '{{ Acs::currentdate }}-{{ acs::accountid }}'
  Outputs:
    tag: {Type: Number, ValueSelector: 'Tags | map({{ ACS::TaskLoopItem }})[0]'}
    count: {Type: Number, ValueSelector: 'Count'}
    Id-all: {Type: Json, ValueSelector: {Fn::Sub: ['${x}', {x: .Id}]}}
  Loop:
    Items: '{{ filter }}'
    Concurrency: {Fn::CalculateBatch: [2, '{{ repair }}']}
    BatchPauseOption: Automatic
    Outputs: {count: {AggregateType: Fn::Sum, AggregateField: Count}}
- Name: use
  Action: ACS::Notify
  Properties: {NotifyType: WebHook, AppendExecutionLink: 'false', WebHook: {URI: x, Content: {At: [1], type: Json, v: '{{ RUN.COUNT }} {{ run.id-all }}'}}}
  Outputs: {}
Outputs:
  joined: {Type: List, Value: {Fn::Join: [',', '{{ repair }}']}}
  pair: {Type: Json, Value: {Fn::MergeList: [{Fn::MergeList: [['{{ run.count }}']]}]}}
`)
	if list := parsed.Validate(nil); len(list) > 0 {
		t.Errorf("%v", list)
	}
	values, err := parsed.Bind(map[string]any{"instanceid": "i-1", "OOSAssumeRole": "r", "targets": map[string]any{"Type": "All"}}, testWorld)
	if err != nil {
		t.Fatal(err)
	}
	s := &Scope{Template: parsed, Values: values, World: testWorld, Item: mustValue(t, `{"k":"v"}`)}
	v, err := s.Render(parsed.Task("run").Properties.Get("Parameters"))
	if want := `{"a":"i-1 ","b":null,"c":1,"d":[{"a":1}],"e":[1],"f":"2024-03-04-1234"}`; err != nil || string(v.AppendJSON(nil)) != want {
		t.Errorf("%s, %v", v.AppendJSON(nil), err)
	}
	tag := parsed.Task("run").Output("tag")
	if v, err = s.Select(mustValue(t, `{"Tags":[1]}`), tag.Selector, tag.Type); err != nil || string(v.AppendJSON(nil)) != `{"k":"v"}` {
		t.Errorf("%s, %v", v.AppendJSON(nil), err)
	}
	for name, want := range map[string]string{
		"number": `10`, "switch": `false`, "repair": `["assist"]`, "wait": `30`, "targets": `{"Type":"All"}`,
		"filter": `{"Type":"All","RegionId":"cn-test"}`, "events": `[{"id":"i-1"}]`,
	} {
		if v, _ := values.Get(name); string(v.AppendJSON(nil)) != want {
			t.Errorf("%s: %s", name, v.AppendJSON(nil))
		}
	}
	rate, _ := values.Get("rateControl")
	if r, err := ParseRate(rate, 9); err != nil || r.Concurrency != 5 || r.MaxErrors != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}
