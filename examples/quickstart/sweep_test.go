package main

import (
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/ros"
)

// TestCrashAtEveryWrite takes the shop through the story, and crashes the
// engine at each write to the journal: the end is the same, each resource is
// made once, none is left behind.
func TestCrashAtEveryWrite(t *testing.T) {
	shop, err := load("templates/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	next, err := load("templates/shop-next.yaml")
	if err != nil {
		t.Fatal(err)
	}
	soldOut := func(c *providertest.Cloud) {
		c.Inject(providertest.On("Create", "WebB"), providertest.Fail(&provider.Error{Kind: provider.Quota, Code: "OperationDenied.NoStock"}))
	}
	first := ros.Change{Template: shop, Parameters: map[string]any{"DatabasePassword": password}}
	second := ros.Change{Template: next, Parameters: map[string]any{"DatabaseStorage": 100}, UsePreviousParameters: true}
	third := ros.Change{Template: next, Parameters: map[string]any{"WebType": "ecs.g7.2xlarge"}, UsePreviousParameters: true}
	report := providertest.CrashEverywhere(t, &providertest.CrashConfig{Steps: []providertest.CrashStep{
		{Change: first, Faults: soldOut, Status: ros.CreateRollbackComplete},
		{Change: ros.Change{Delete: true}, Status: ros.DeleteComplete},
		{Change: first, Status: ros.CreateComplete},
		{Change: second, Status: ros.UpdateComplete},
		{Change: third, Faults: soldOut, Status: ros.RollbackComplete},
		{Change: ros.Change{Delete: true}, Status: ros.DeleteComplete},
	}})
	t.Log(report)
}
