package main

import (
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
)

// What follows stands in the README.

func alibabaCloud(region string) (provider.Provider, provider.Caller, error) {
	keys := credential.Default(nil) // the environment, a profile of the aliyun CLI, an instance's role
	t, err := transport.New(keys, &transport.Options{Region: region})
	if err != nil {
		return nil, nil, err
	}
	cloud, err := alicloud.New(t, &alicloud.Options{Region: region})
	if err != nil {
		return nil, nil, err
	}
	caller, err := alicloud.NewCaller(t, &alicloud.CallerOptions{Region: region})
	return cloud, caller, err
}

// TestReadmeConnects makes what the README makes; nothing is called.
func TestReadmeConnects(t *testing.T) {
	cloud, caller, err := alibabaCloud("cn-hangzhou")
	if err != nil || cloud == nil || caller == nil {
		t.Fatal(cloud, caller, err)
	}
	if _, err := cloud.Describe(t.Context(), "ALIYUN::ECS::VPC"); err != nil {
		t.Error(err)
	}
}
