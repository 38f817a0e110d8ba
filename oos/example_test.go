package oos_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/provider"
)

const reboot = `
FormatVersion: OOS-2019-06-01
Parameters:
  instanceIds: {Type: List}
Tasks:
- Name: ask
  Action: ACS::Approve
  Properties: {Approvers: [li]}
- Name: reboot
  Action: ACS::ExecuteAPI
  Properties:
    Service: ECS
    API: RebootInstance
    Parameters: {InstanceId: '{{ ACS::TaskLoopItem }}'}
  Outputs:
    id: {Type: String, ValueSelector: .InstanceId}
  Loop:
    Items: '{{ instanceIds }}'
    RateControl: {Mode: Concurrency, Concurrency: 2, MaxErrors: 50%}
    Outputs:
      ids: {AggregateType: 'Fn::ListJoin', AggregateField: id}
Outputs:
  rebooted: {Type: List, Value: '{{ reboot.ids }}'}
`

// cloud stands for a real caller: it answers each call with its parameters.
type cloud struct{}

func (cloud) Call(_ context.Context, req *provider.Call) (*provider.Result, error) {
	if string(req.Parameters) == `{"InstanceId":"i-2"}` {
		return nil, &provider.Error{Kind: provider.Conflict, Code: "IncorrectInstanceStatus", Message: "it is stopped"}
	}
	return &provider.Result{Body: req.Parameters}, nil
}

// An execution waits for an approval, then goes through a list of instances, of
// which one fails, as half of them may.
func Example() {
	ctx := context.Background()
	engine, err := oos.New(cloud{}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = engine.Shutdown(ctx) }()
	tmpl, err := oos.Parse("reboot.yml", []byte(reboot))
	if err != nil {
		log.Fatal(err)
	}
	run, err := engine.StartExecution(ctx, &oos.Start{
		Template: tmpl, Parameters: map[string]any{"instanceIds": []any{"i-1", "i-2", "i-3"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for event, err := range run.Events(ctx, 0) {
		if err != nil {
			log.Fatal(err)
		}
		if event.Waiting == oos.WaitApproval {
			fmt.Println(event.Message)
			if err := run.Approve(ctx, event.TaskExecutionID, oos.Decision{User: "li"}); err != nil {
				log.Fatal(err)
			}
		}
	}
	result, err := run.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	out, err := json.Marshal(result.Outputs["rebooted"])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(out))
	// Output:
	// task ask waits: WaitingForApproval
	// ["i-1",null,"i-3"]
}
