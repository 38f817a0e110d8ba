// Package unittest shows how to test a template: in the in-memory cloud, in
// virtual time, without an account. Copy it beside a template of your own.
package unittest

import (
	"errors"
	"os"
	"strconv"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

func TestWeb(t *testing.T) {
	providertest.Run(t, func(t *testing.T, cloud *providertest.Cloud) {
		ctx := t.Context()
		tmpl, err := template.ParseFS(os.DirFS("."), "web.yaml", nil)
		if err != nil {
			t.Fatal(err)
		}
		engine, err := ros.New(cloud, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Shutdown(ctx)

		// The plan, the resources, the outputs.
		plan, err := engine.Plan(ctx, &ros.Change{Stack: "web", Template: tmpl})
		if err != nil || plan.Counts() != (ros.Counts{Create: 4}) {
			t.Fatalf("planned %+v, %v", plan, err)
		}
		result, err := wait(t, engine, plan)
		if err != nil {
			t.Fatal(err)
		}
		web, _ := cloud.Resource("Web")
		if got := web.Property("InstanceType"); got != "ecs.g7.large" {
			t.Errorf("Web has the type %v", got)
		}
		if got := string(result.Stack.Outputs[0].Value); got != strconv.Quote(web.Attribute("PrivateIp").(string)) {
			t.Errorf("the address is %s", got)
		}

		// A larger server is sold out: what was there stays.
		cloud.Inject(providertest.On("Create", "Web"), providertest.Fail(&provider.Error{Kind: provider.Quota, Code: "NoStock"}))
		plan, err = engine.Plan(ctx, &ros.Change{Stack: "web", Template: tmpl, Parameters: map[string]any{"InstanceType": "ecs.g7.xlarge"}})
		if err != nil || plan.Counts() != (ros.Counts{Replace: 1}) {
			t.Fatalf("planned %+v, %v", plan, err)
		}
		_, err = wait(t, engine, plan)
		if failed, ok := errors.AsType[*ros.FailedError](err); !ok || failed.Status != ros.RollbackComplete {
			t.Errorf("no rollback: %v", err)
		}
		if same, _ := cloud.Resource("Web"); same.PhysicalID != web.PhysicalID {
			t.Errorf("Web is %s now, it was %s", same.PhysicalID, web.PhysicalID)
		}
	})
}

func wait(t *testing.T, engine *ros.Engine, plan *ros.Plan) (*ros.Result, error) {
	t.Helper()
	run, err := engine.Apply(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	return run.Wait(t.Context())
}
