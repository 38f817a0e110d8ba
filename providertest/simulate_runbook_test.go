package providertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

// runbookOf reads a runbook of its tasks, and what comes before them.
func runbookOf(t testing.TB, tasks string, before ...string) *oos.Template {
	t.Helper()
	tmpl, err := oos.Parse("t", []byte("FormatVersion: OOS-2019-06-01\n"+strings.Join(before, "\n")+"\nTasks:\n"+tasks))
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

const callTask = "- {Name: a, Action: 'ACS::ExecuteAPI', Properties: {Service: ECD, API: RebootDesktops, Parameters: {DesktopIds: [ecd-1]}}}\n"

func pollTask(selector, desired string) string {
	return fmt.Sprintf(`
- Name: poll
  Action: ACS::WaitFor
  Properties: {Service: ECD, API: DescribeDesktops, Parameters: {DesktopIds: [ecd-1]}, PropertySelector: %q, %s}
  Outputs: {status: {Type: String, ValueSelector: '.Desktops[0].DesktopStatus'}}
`, selector, desired)
}

func TestSimulateRunbook(t *testing.T) {
	trigger := "- {Name: t, Action: 'ACS::%sTrigger', Properties: {%s}, Outputs: {id: {Type: String, ValueSelector: %s}}}\n"
	use := "- {Name: use, Action: 'ACS::ECS::StopInstance', Properties: {instanceId: '{{ t.id }}'}}\n"
	for name, test := range map[string]struct {
		tmpl *oos.Template
		want string // verdict, code or step, and what was not simulated
	}{
		"by shape":      {runbookOf(t, callTask), "pass 1 [ECD.RebootDesktops 1] [] []"},
		"behaviour":     {runbookOf(t, "- {Name: a, Action: 'ACS::ExecuteAPI', Properties: {Service: ECS, API: DescribeInstances}}\n"), "pass 1 [] [] []"},
		"fitted":        {runbookOf(t, pollTask(".Desktops[].DesktopStatus", "DesiredValues: [Deleted]")), "pass 1 [ECD.DescribeDesktops 1] [ECD.DescribeDesktops] []"},
		"fits as it is": {runbookOf(t, pollTask(".Desktops | length", "DesiredValues: [1]")), "pass 1 [ECD.DescribeDesktops 1] [] []"},
		"gone":          {runbookOf(t, pollTask(".Desktops | length", "DesiredValues: [0]")), "pass 1 [ECD.DescribeDesktops 1] [ECD.DescribeDesktops] []"},
		"compared":      {runbookOf(t, pollTask(".Desktops[0].Cpu > 96", "DesiredValues: [true]")), "pass 1 [ECD.DescribeDesktops 1] [ECD.DescribeDesktops] []"},
		"as text":       {runbookOf(t, pollTask(`.Desktops[0] | .DesktopStatus == "Odd" | tostring`, "DesiredValues: ['true']")), "pass 1 [ECD.DescribeDesktops 1] [ECD.DescribeDesktops] []"},
		"not desired":   {runbookOf(t, pollTask(".Desktops[0].DesktopStatus", "NotDesiredValues: [Running, Available, Normal]")), "pass 1 [ECD.DescribeDesktops 1] [ECD.DescribeDesktops] []"},
		"hopeless":      {runbookOf(t, pollTask(".Desktops | length", "DesiredValues: [nonsense]")), "fail Timeout [ECD.DescribeDesktops 11] [] []"},
		"refused":       {runbookOf(t, "- {Name: a, Action: 'ACS::ExecuteAPI', Properties: {Service: ECS, API: StopInstance, Parameters: {InstanceId: i-1}}}\n"), "fail InvalidInstanceId.NotFound [] [] []"},
		"innermost":     {runbookOf(t, "- {Name: a, Action: 'ACS::ECS::ModifyInstanceSpec', Properties: {instanceId: i-1, instanceType: x}}\n"), "fail StopRetry [] [] []"},
		"stood in for": {
			runbookOf(t, "- {Name: a, Action: 'ACS::ECS::InstallDockerCE', Properties: {x: [1]}, Outputs: {o: {Type: List, ValueSelector: 'made[].id | ., 1'}}, OnError: 'ACS::END'}\n"),
			"fail ChildExecutionFailed [] [] [ACS::ECS::InstallDockerCE]",
		},
		"stood in for, used": {
			runbookOf(t, "- {Name: a, Action: 'ACS::ECS::InstallDockerCE', Outputs: {o: {Type: String, ValueSelector: made}}}\n"+
				"- {Name: b, Action: 'ACS::CheckFor', Properties: {Service: ECD, API: DescribeDesktops, PropertySelector: '\"{{ a.o }}\"', DesiredValues: [samplemade0]}}\n"),
			"pass 2 [ECD.DescribeDesktops 1] [] [ACS::ECS::InstallDockerCE]",
		},
		"timer":    {runbookOf(t, "- {Name: t, Action: 'ACS::TimerTrigger', Properties: {Type: rate, Expression: 1 minute, EndDate: '2099-01-01'}}\n"+callTask), "pass 2 [ECD.RebootDesktops 1] [] []"},
		"event":    {runbookOf(t, fmt.Sprintf(trigger, "Event", "Product: ECS, Name: ['Instance:StateChange'], Level: [INFO]", ".content.resourceId")+use), "pass 2 [] [] []"},
		"alarm":    {runbookOf(t, fmt.Sprintf(trigger, "Alarm", "Namespace: acs_ecs_dashboard, MetricName: cpu_total, Statistics: Average, ComparisonOperator: GreaterThanThreshold, Threshold: 90, Resources: '[]'", ".instanceId")+use), "pass 2 [] [] []"},
		"misfired": {runbookOf(t, fmt.Sprintf(trigger, "Event", "Product: ECS, Name: ['x'], Level: [INFO]", ".content.name")+use), "fail StopRetry [] [] []"},
		"approvals": {
			runbookOf(t, "- {Name: a, Action: 'ACS::Approve', Properties: {Approvers: [li, wang], MinRequiredApprovals: 2}}\n- {Name: p, Action: 'ACS::Pause'}\n- {Name: s, Action: 'ACS::Sleep', Properties: {Duration: 300H}}\n"),
			"pass 3 [] [] []",
		},
		"secret": {
			runbookOf(t, "- {Name: a, Action: 'ACS::ECS::RunCommand', Properties: {instanceId: '{{ i }}', commandType: RunShellScript, commandContent: '{{ s }} {{oos:script}}'}}\n",
				"Parameters: {i: {Type: String, AssociationProperty: 'ALIYUN::ECS::Instance::InstanceId'}, s: {Type: String, AllowedPattern: '^\\{\\{oos-secret:.*$'}}"),
			"pass 1 [] [] []",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := providertest.SimulateRunbook(t.Context(), test.tmpl, nil)
			got := fmt.Sprintf("%s %d %v %v %v", r.Verdict, r.Tasks, r.Shaped, r.Fitted, r.StandIns)
			if r.Failure != nil {
				got = fmt.Sprintf("%s %s %v %v %v", r.Verdict, r.Failure.Code, r.Shaped, r.Fitted, r.StandIns)
			}
			if got != test.want {
				t.Errorf("%s, want %s: %v", got, test.want, r.Err())
			}
			again := providertest.SimulateRunbook(t.Context(), test.tmpl, nil)
			for _, report := range []*providertest.Simulation{r, again} {
				report.Took = 0
				for i := range report.Steps {
					report.Steps[i].Took = 0
				}
			}
			if diff := cmp.Diff(r, again); diff != "" {
				t.Errorf("the same runbook gives another report: %s", diff)
			}
		})
	}
}

// TestSimulateRunbookOptions: what the caller gives comes first.
func TestSimulateRunbookOptions(t *testing.T) {
	tmpl := runbookOf(t, "- {Name: a, Action: 'ACS::Template', Properties: {TemplateName: mine, Parameters: {p: '{{ p }}'}}, Outputs: {o: {Type: String, ValueSelector: .o}}}\n",
		"Parameters: {p: {Type: String}}", "Outputs: {o: {Type: String, Value: '{{ a.o }}'}}")
	asked, prepared := "", false
	r := providertest.SimulateRunbook(t.Context(), tmpl, &providertest.RunbookOptions{
		Parameters: map[string]any{"p": "given"},
		Prepare: func(c *providertest.Cloud) {
			prepared = true
			c.OnCall("ECS", "DescribeRegions").Do(func(_ context.Context, req *provider.Call) (json.RawMessage, error) {
				asked = string(req.Parameters)
				return json.RawMessage(`{}`), nil
			})
		},
		Templates: func(_ context.Context, name, _ string) (*oos.Template, error) {
			if name != "mine" {
				return nil, &oos.TemplateNotFoundError{Name: name}
			}
			return runbookOf(t, "- {Name: c, Action: 'ACS::ExecuteAPI', Properties: {Service: ECS, API: DescribeRegions, Parameters: {AcceptLanguage: '{{ p }}'}}}\n",
				"Parameters: {p: {Type: String}}", "Outputs: {o: {Type: String, Value: x}}"), nil
		},
	})
	if r.Verdict != providertest.Passed || len(r.StandIns) > 0 || !prepared || asked != `{"AcceptLanguage":"given"}` {
		t.Errorf("%+v, asked with %s", r, asked)
	}
	broken := errors.New("the shelf fell down")
	r = providertest.SimulateRunbook(t.Context(), tmpl, &providertest.RunbookOptions{
		Templates: func(context.Context, string, string) (*oos.Template, error) { return nil, broken },
	})
	if r.Verdict != providertest.Failed || !strings.Contains(r.Failure.Text, broken.Error()) {
		t.Errorf("%+v", r)
	}
}

// TestSimulateRunbookAtAnyText: whatever was parsed gives a report.
func TestSimulateRunbookAtAnyText(t *testing.T) {
	for _, text := range []string{"", "[]", "FormatVersion: OOS-2019-06-01", "FormatVersion: OOS-2019-06-01\nTasks: [{Name: a}]", "FormatVersion: OOS-2019-06-01-State\nStates: []", "a: {{ b }}"} {
		tmpl, _ := oos.Parse("t", []byte(text))
		if r := providertest.SimulateRunbook(t.Context(), tmpl, nil); r.Verdict == providertest.Passed || r.Verdict == "" {
			t.Errorf("%q: %+v", text, r)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := providertest.SimulateRunbook(ctx, runbookOf(t, callTask), nil); r.Verdict != providertest.Failed {
		t.Errorf("given up: %+v", r)
	}
}

func TestSampleRunbookParameters(t *testing.T) {
	tmpl := runbookOf(t, `
- Name: each
  Action: ACS::ExecuteAPI
  Properties:
    Service: RDS
    API: DescribeDBInstances
    Parameters:
      DBInstanceId: '{{ ACS::TaskLoopItem }}'
      RegionId: {'Fn::Select': [region, '{{ where }}']}
  Loop: {Items: '{{ databases }}'}
- Name: other
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: StopInstance, Parameters: {InstanceId: {'Fn::Select': [instanceId, '{{ ACS::TaskLoopItem }}']}}}
  Loop: {Items: '{{ records }}'}
`, `Parameters:
  given: {Type: String, Default: there}
  filled: {Type: String, Default: '${instanceId}', AssociationProperty: 'ALIYUN::ECS::Instance::InstanceId'}
  one: {Type: String, AllowedValues: [b, a]}
  some: {Type: List, AllowedValues: [b, a]}
  number: {Type: Number, MinValue: 7, MaxValue: 9}
  yes: {Type: Boolean}
  targets: {Type: Json, AssociationProperty: Targets, AssociationPropertyMetadata: {ResourceType: 'ALIYUN::RDS::Instance'}}
  rate: {Type: Json, AssociationProperty: RateControl}
  tags: {Type: Json, AssociationProperty: Tags}
  when: {Type: String, AssociationProperty: DateTime, AssociationPropertyMetadata: {Format: 'HH:mm:ssZ'}}
  script: {Type: String, Default: ''}
  secret: {Type: String, AllowedPattern: '^\{\{oos-secret:.*$'}
  pattern: {Type: String, AllowedPattern: '^x-[0-9]{4}$'}
  databases: {Type: List}
  where: {Type: Json}
  records: {Type: Json}
`)
	got, err := providertest.SampleRunbookParameters(tmpl)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := providertest.SampleRunbookParameters(tmpl)
	if diff := cmp.Diff(got, again); diff != "" {
		t.Error(diff)
	}
	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"filled":"i-`, `"one":"b"`, `"some":["b"]`, `"number":7`, `"yes":true`, `"ResourceIds":["rm-`, `"Mode":"Concurrency"`, `"tags":[{"Key"`,
		`"when":"03:04:05Z"`, `"script":"echo sample"`, `"secret":"{{oos-secret:sample}}"`, `"pattern":"x-`, `"databases":["rm-`,
		`"where":{"region":"cn-hangzhou"}`, `"records":[{"instanceId":"i-`,
	} {
		if !strings.Contains(string(data), part) {
			t.Errorf("%s is not in %s", part, data)
		}
	}
	if _, ok := got["given"]; ok {
		t.Error("a parameter with a default is given")
	}
	if list, _ := got["databases"].([]any); len(list) != 2 || list[0] == list[1] {
		t.Errorf("databases are %v", list)
	}
	cannot := runbookOf(t, callTask, "Parameters: {p: {Type: String, AllowedPattern: '^(?=a)b$'}}")
	if got, err := providertest.SampleRunbookParameters(cannot); err == nil {
		t.Errorf("%v fits what nothing fits", got)
	}
}

func FuzzSimulateRunbook(f *testing.F) {
	f.Add("- {Name: a, Action: 'ACS::ExecuteAPI', Properties: {Service: ECD, API: RebootDesktops}}")
	f.Add(pollTask(".Desktops[0] | .DesktopStatus == \"Odd\"", "DesiredValues: [true]"))
	f.Add("- {Name: t, Action: 'ACS::EventTrigger', Properties: {Product: ECS, Name: [x]}, Outputs: {a: {Type: String, ValueSelector: '.a[3].b[\"c\"]'}}}")
	f.Add("- {Name: a, Action: 'ACS::Template', Properties: {TemplateName: t}, Loop: {Items: [1, 2]}}")
	f.Fuzz(func(t *testing.T, tasks string) {
		tmpl, _ := oos.Parse("t", []byte("FormatVersion: OOS-2019-06-01\nParameters: {p: {Type: List}, q: {Type: Json}}\nTasks:\n"+tasks))
		if r := providertest.SimulateRunbook(t.Context(), tmpl, &providertest.RunbookOptions{Limit: 5 * time.Second}); r.Verdict == "" {
			t.Errorf("no verdict: %+v", r)
		}
	})
}
