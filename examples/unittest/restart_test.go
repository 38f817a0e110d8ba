package unittest

import (
	"os"
	"testing"
	"time"

	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

func TestRestart(t *testing.T) {
	providertest.Run(t, func(t *testing.T, cloud *providertest.Cloud) {
		ctx := t.Context()
		tmpl, err := oos.ParseFS(os.DirFS("."), "restart.yaml")
		if err != nil {
			t.Fatal(err)
		}
		params, err := providertest.SampleRunbookParameters(tmpl) // two servers
		if err != nil {
			t.Fatal(err)
		}
		engine, err := oos.New(cloud, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Shutdown(ctx)

		// One of the servers cannot be rebooted, which the runbook bears.
		cloud.OnCall("ECS", "RebootInstance").Times(1).Fail(&provider.Error{Kind: provider.Conflict, Code: "IncorrectInstanceStatus"})
		begun := time.Now()
		run, err := engine.StartExecution(ctx, &oos.Start{Template: tmpl, Parameters: params})
		if err != nil {
			t.Fatal(err)
		}
		for event, err := range run.Events(ctx, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if event.Waiting == oos.WaitApproval {
				if err := run.Approve(ctx, event.TaskName, oos.Decision{User: "li"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := run.Wait(ctx); err != nil {
			t.Fatal(err)
		}
		if slept := time.Since(begun); slept < 6*time.Hour {
			t.Errorf("it is done after %s, before the night", slept)
		}
		if calls := cloud.Calls(); len(calls) != 3 { // two reboots, one look
			t.Errorf("%d calls", len(calls))
		}
	})
}
