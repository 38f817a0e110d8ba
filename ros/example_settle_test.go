package ros_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

// plainCloud hides that a cloud can look up resources by token, as many
// services cannot.
type plainCloud struct{ provider.Provider }

// A call has made a VSwitch, its answer was lost, and the cloud cannot be asked.
// Nothing is guessed: the operation stands still until somebody has looked.
func ExampleRun_Settle() {
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
	cloud.Inject(providertest.On("Create", "Switch"), providertest.FailAfterEffect(errors.New("connection reset")))
	engine, err := ros.New(plainCloud{cloud}, nil)
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
	_, err = run.Wait(ctx)
	if doubt, ok := errors.AsType[*ros.InDoubtError](err); ok {
		fmt.Println("in doubt:", doubt.Steps[0].LogicalID)
		made, _ := cloud.Resource("Switch") // somebody looks in the console
		if err := run.Settle(ctx, "Switch", made.PhysicalID); err != nil {
			fmt.Println(err)
			return
		}
	}
	_, err = run.Wait(ctx)
	if failed, ok := errors.AsType[*ros.FailedError](err); ok {
		fmt.Println(failed.Status)
	}
	fmt.Println("left in the cloud:", len(cloud.Resources()))
	// Output:
	// in doubt: Switch
	// CREATE_ROLLBACK_COMPLETE
	// left in the cloud: 0
}
