package ros_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

const network = `
ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Name: {Type: String, Default: office}
Resources:
  Vpc:
    Type: ALIYUN::ECS::VPC
    Properties:
      VpcName: {Ref: Name}
      CidrBlock: 10.0.0.0/16
  Switch:
    Type: ALIYUN::ECS::VSwitch
    Properties:
      VpcId: {Ref: Vpc}
      ZoneId: cn-hangzhou-h
      CidrBlock: 10.0.1.0/24
Outputs:
  Network: {Value: {'Fn::Sub': '${Name} is ${Switch.CidrBlock}'}}
`

func create(ctx context.Context, cloud provider.Provider, tmpl *template.Template) (*ros.Stack, error) {
	engine, err := ros.New(cloud, nil)
	if err != nil {
		return nil, err
	}
	defer engine.Shutdown(ctx)
	plan, err := engine.Plan(ctx, &ros.Change{Stack: "web", Template: tmpl})
	if err != nil {
		return nil, err // every fault of the template, with its line and column
	}
	plan.Print(os.Stdout, nil)
	run, err := engine.Apply(ctx, plan)
	if err != nil {
		return nil, err
	}
	result, err := run.Wait(ctx)
	if err != nil {
		return nil, err // what failed, and that it was rolled back
	}
	return result.Stack, nil
}

// A stack is planned and created in an in-memory cloud. With another provider
// the same lines work on another cloud.
func Example() {
	tmpl, err := template.Parse("network.yaml", []byte(network), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	cloud, err := providertest.NewCloud(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	stack, err := create(context.Background(), cloud, tmpl)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println()
	fmt.Println(stack.Status, string(stack.Outputs[0].Value))
	// Output:
	// Plan: create stack web (cn-hangzhou)
	//
	// Apply
	//   +   create  Vpc     ALIYUN::ECS::VPC
	//   +   create  Switch  ALIYUN::ECS::VSwitch
	//
	// Rollback undoes the above in reverse order; steps: 2
	//
	// 2 to create
	//
	// CREATE_COMPLETE "office is 10.0.1.0/24"
}

// Events are read from the journal: from any position, as often as wanted, and
// as they come while the operation runs.
func ExampleRun_Events() {
	tmpl, err := template.Parse("network.yaml", []byte(network), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	cloud, err := providertest.NewCloud(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	cloud.Inject(providertest.On("Create", "Switch"), providertest.Fail(&provider.Error{
		Kind: provider.Quota, Code: "QuotaExceeded.VSwitch", Message: "No more VSwitches.",
	}))
	engine, err := ros.New(cloud, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	defer engine.Shutdown(ctx)
	run, err := engine.CreateStack(ctx, &ros.Change{Stack: "office", Template: tmpl})
	if err != nil {
		fmt.Println(err)
		return
	}
	for ev, err := range run.Events(ctx, 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if ev.Kind == ros.StackEvent {
			fmt.Println(ev.Status)
		}
	}
	_, err = run.Wait(ctx)
	if failed, ok := errors.AsType[*ros.FailedError](err); ok {
		fmt.Println("failed:", failed.Steps[0].LogicalID, failed.Steps[0].Err.Message)
	}
	fmt.Println("left in the cloud:", len(cloud.Resources()))
	// Output:
	// CREATE_IN_PROGRESS
	// CREATE_ROLLBACK_IN_PROGRESS
	// CREATE_ROLLBACK_COMPLETE
	// failed: Switch No more VSwitches.
	// left in the cloud: 0
}
