package oos

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// TestConformance runs the examples of the reference that are about executions:
// what a call is given, and what comes out.
func TestConformance(t *testing.T) {
	const head = `
Parameters:
  n: {Type: Number, Default: 3}
  ids: {Type: List, Default: [i-1, i-2]}
  tags: {Type: Json, Default: [{Key: k, Value: v}]}
  flag: {Type: Boolean, Default: false}
  name: {Type: String, Default: a.b}
  opt: {Type: String, Default: ''}
  derived: {Type: String, Default: 'Image_from_{{ name }}'}
`
	for _, test := range []struct{ params, call string }{
		{`{P: '{{ ids }}'}`, `{"P":["i-1","i-2"]}`},
		{`{P: 'x {{ ids }}'}`, `{"P":"x [\"i-1\",\"i-2\"]"}`},
		{`{P: '{{IDS}}'}`, `{"P":["i-1","i-2"]}`},
		{`{P: '{{ flag }} {{ n }}'}`, `{"P":"false 3"}`},
		{`{P: {'Fn::If': [{'Fn::Equals': ['', '{{ opt }}']}, null, '{{ opt }}']}}`, `{}`},
		{`{P: [1, null, {A: null, B: 2}]}`, `{"P":[1,{"B":2}]}`},
		{`{P: '{{ opt }}'}`, `{"P":""}`},
		{`{P: {'Fn::Equals': ['3', '{{ n }}']}}`, `{"P":false}`},
		{`{P: {'Fn::Equals': [3, '{{ n }}']}}`, `{"P":true}`},
		{`{P: {'Fn::Replace': [{'.': '_'}, '{{ name }}']}}`, `{"P":"a_b"}`},
		{`{P: {'Fn::Join': [',', '{{ ids }}']}}`, `{"P":"i-1,i-2"}`},
		{`{P: '{{ derived }}'}`, `{"P":"Image_from_a.b"}`},
		{`{P: '{{ S.skipped }}'}`, `{}`},
		{`{P: ['{{ Out.text }}', '{{ Out.list }}', '{{ Out.first }}', '{{ Out.none }}']}`, `{"P":["{{ n }}",["x","y"],"x",[]]}`},
		{`{P: '{{ Out.Deep.Value[0] }}'}`, `{"P":[7]}`},
		{`{P: '{{ ACS::RegionId }} {{ ACS::AccountId }} {{ ACS::ExecuteUser }} {{ ACS::OOSUtilVersion }}'}`, `{"P":"cn-beijing 42 zhang 1.2"}`},
	} {
		c := newCloud()
		c.answers("Out", `{"Text":"{{ n }}","List":["x","y"],"None":[],"Deep":{"Value":[7]}}`)
		e := engineOn(t, c, &Options{Region: "cn-beijing", Account: "42", User: "zhang", UtilVersion: "1.2"})
		tasks := `
- Name: S
  Action: ACS::ExecuteAPI
  When: {'Fn::Equals': [1, 2]}
  Properties: {Service: ECS, API: Skipped}
  Outputs: {skipped: {Type: String, ValueSelector: .X}}
- Name: Out
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: Out}
  Outputs:
    text: {Type: String, ValueSelector: Text}
    list: {Type: List, ValueSelector: 'List[]'}
    first: {Type: String, ValueSelector: 'List[]'}
    none: {Type: List, ValueSelector: 'None[]'}
- Name: A
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: DoA, Parameters: ` + test.params + `}
`
		x := start(t, e, &Start{Template: runbookOf(t, tasks, head)})
		if _, err := x.Wait(t.Context()); err != nil {
			t.Errorf("%s: %v", test.params, err)
			continue
		}
		if calls := c.calls(); calls[len(calls)-1] != "DoA"+test.call {
			t.Errorf("%s: %s, want %s", test.params, calls[len(calls)-1], test.call)
		}
	}
}

// TestDesiredBeforeStop: a value that is both desired and one that stops is as
// desired.
func TestDesiredBeforeStop(t *testing.T) {
	for status, want := range map[int]bool{2: true, 3: false} {
		c := newCloud()
		c.answers("DescribeX", fmt.Sprintf(`{"S":%d}`, status))
		e := engineOn(t, c, nil)
		x := start(t, e, &Start{Template: runbookOf(t, "- Name: W\n  Action: ACS::WaitFor\n  Properties: {Service: ECS, API: DescribeX, PropertySelector: .S, DesiredValues: [2], StopRetryValues: [2, 3]}\n")})
		if _, err := x.Wait(t.Context()); (err == nil) != want {
			t.Errorf("status %d: %v", status, err)
		}
	}
}

func TestCheckFor(t *testing.T) {
	for _, test := range []struct {
		more, status string
		calls        int
	}{
		{"DesiredValues: [Running]", "A=Success", 1}, {"DesiredValues: [Stopped]", "A=Failed", 1},
		{"NotDesiredValues: [Stopped]", "A=Success", 1}, {"NotDesiredValues: [Running]", "A=Failed", 1},
		{"DesiredValues: ['{{ want }}']", "A=Success", 1},
	} {
		c := newCloud()
		c.answers("DescribeX", `{"S":"Running"}`)
		e := engineOn(t, c, nil)
		x := start(t, e, &Start{Template: runbookOf(t, "- Name: A\n  Action: ACS::CheckFor\n  Properties: {Service: ECS, API: DescribeX, PropertySelector: S, "+test.more+"}\n",
			"Parameters: {want: {Type: String, Default: Running}}")})
		_, err := x.Wait(t.Context())
		if got := statuses(t, e, x.ID()); got != test.status || c.count("DescribeX") != test.calls {
			t.Errorf("%s: %s, %v", test.more, got, err)
		}
	}
	c := newCloud()
	c.on("GetX", func(*provider.Call, map[string]any) (any, error) { return nil, refuse("NoSuchX") })
	e := engineOn(t, c, nil)
	x := start(t, e, &Start{Template: runbookOf(t, "- Name: A\n  Action: ACS::CheckFor\n  Properties: {Service: ECS, API: GetX, PropertySelector: .Code, DesiredValues: [NoSuchX]}\n  Outputs: {code: {Type: String, ValueSelector: .Code}}\n", "Outputs: {c: {Type: String, Value: '{{ A.code }}'}}")})
	if res, err := x.Wait(t.Context()); err != nil || res.Outputs["c"] != "NoSuchX" {
		t.Errorf("%v, %v", res, err)
	}
}

func TestPaging(t *testing.T) {
	c := newCloud()
	c.on("DescribeInstances", func(_ *provider.Call, p map[string]any) (any, error) {
		page := 1.0
		if n, ok := p["PageNumber"].(float64); ok {
			page = n
		}
		if page > 3 {
			return nil, errors.New("no such page")
		}
		return map[string]any{"TotalCount": 5, "PageSize": 2, "PageNumber": page, "Instances": map[string]any{"Instance": ids(5)[int(page)*2-2 : min(int(page)*2, 5)]}}, nil
	})
	c.on("ListThings", func(_ *provider.Call, p map[string]any) (any, error) {
		next := map[string]string{"": "t2", "t2": "t3", "t3": ""}
		at, _ := p["NextToken"].(string)
		return map[string]any{"NextToken": next[at], "Things": []any{"thing " + at}}, nil
	})
	e := engineOn(t, c, nil)
	tasks := func(more string) string {
		return "- Name: A\n  Action: ACS::ExecuteAPI\n  Properties: {Service: ECS, API: DescribeInstances" + more + "}\n  Outputs: {all: {Type: List, ValueSelector: 'Instances.Instance[]'}}\n" +
			"- Name: B\n  Action: ACS::ExecuteAPI\n  Properties: {Service: ECS, API: ListThings}\n  Outputs: {all: {Type: List, ValueSelector: 'Things[]'}}\n"
	}
	const head = "Outputs: {a: {Type: List, Value: '{{ A.all }}'}, b: {Type: List, Value: '{{ B.all }}'}}"
	for more, want := range map[string]string{
		"":                                `{"a":["i0","i1","i2","i3","i4"],"b":["thing ","thing t2","thing t3"]}`,
		", AutoPaging: false":             `{"a":["i0","i1"],"b":["thing ","thing t2","thing t3"]}`,
		", Parameters: {pageNumber: '2'}": `{"a":["i0","i1"],"b":["thing ","thing t2","thing t3"]}`,
	} {
		x := start(t, e, &Start{Template: runbookOf(t, tasks(more), head)})
		res, err := x.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := json.Marshal(res.Outputs); string(got) != want {
			t.Errorf("%s: %s", more, got)
		}
	}
}

func TestSelectTargets(t *testing.T) {
	c := newCloud()
	c.on("DescribeInstances", func(req *provider.Call, p map[string]any) (any, error) {
		var found []any
		for _, id := range []string{"i-1", "i-2", "i-3"} {
			given, _ := p["InstanceIds"].([]any)
			if given == nil || strings.Contains(fmt.Sprint(given), id) {
				found = append(found, map[string]any{"InstanceId": id, "Region": req.Region})
			}
		}
		if p["Tag"] != nil {
			found = found[1:]
		}
		return map[string]any{"Instances": map[string]any{"Instance": found}, "TotalCount": len(found)}, nil
	})
	c.answers("DescribeDBInstances", `{"Items":{"DBInstance":[{"DBInstanceId":"rm-1"}]}}`)
	e := engineOn(t, c, nil)
	for _, test := range []struct{ typ, filters, want string }{
		{"ALIYUN::ECS::Instance", `[{Type: ResourceIds, ResourceIds: [i-1, i-3, i-9], RegionId: cn-beijing}]`, "[i-1 i-3]"},
		{"ALIYUN::ECS::Instance", `[{Type: ResourceIds, ResourceIds: []}]`, "[]"},
		{"ALIYUN::ECS::Instance", `[{Type: All}, {Type: Tags, Tags: [{Key: k}]}, {Type: ResourceIds, ResourceIds: [i-1, i-2]}]`, "[i-2]"},
		{"ALIYUN::RDS::Instance", `[{Type: All}]`, "[rm-1]"},
	} {
		x := start(t, e, &Start{Template: runbookOf(t, "- Name: S\n  Action: ACS::SelectTargets\n  Properties: {ResourceType: '"+test.typ+"', Filters: "+test.filters+"}\n  Outputs: {ids: {Type: List, ValueSelector: 'Instances.Instance[].InstanceId'}}\n",
			"Outputs: {ids: {Type: List, Value: '{{ S.ids }}'}}")})
		res, err := x.Wait(t.Context())
		if err != nil || fmt.Sprint(res.Outputs["ids"]) != test.want {
			t.Errorf("%s: %v, %v", test.filters, res, err)
		}
	}
}
