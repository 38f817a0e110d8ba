//go:build sdkclients

package sdktest

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ecs"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/vpc"

	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

const region = "cn-hangzhou"

func keys() auth.Credential {
	return credentials.NewAccessKeyCredential(gateway.KeyID, gateway.KeySecret)
}

func config(rt http.RoundTripper) *sdk.Config {
	c := sdk.NewConfig().WithScheme("HTTPS").WithAutoRetry(false).WithTimeout(time.Minute)
	c.Transport = rt
	return c
}

func vpcClient(t *testing.T, g *gateway.Gateway, credential auth.Credential) *vpc.Client {
	t.Helper()
	c, err := vpc.NewClientWithOptions(region, config(g.Transport()), credential)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ecsClient(t *testing.T, g *gateway.Gateway) *ecs.Client {
	t.Helper()
	c, err := ecs.NewClientWithOptions(region, config(g.Transport()), keys())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// inBubble runs a test in virtual time against a gateway of its own.
func inBubble(t *testing.T, test func(t *testing.T, g *gateway.Gateway)) {
	synctest.Test(t, func(t *testing.T) {
		g := gateway.New(providertest.New(t, nil), nil)
		test(t, g)
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
}

func code(err error) string {
	if e, ok := errors.AsType[*sdkerrors.ServerError](err); ok {
		return e.ErrorCode()
	}
	return fmt.Sprint(err)
}

func makeVPC(t *testing.T, c *vpc.Client, name string) string {
	t.Helper()
	r := vpc.CreateCreateVpcRequest()
	r.CidrBlock, r.VpcName, r.Description = "10.0.0.0/8", name, "a b*~/é 编排"
	r.Tag = &[]vpc.CreateVpcTag{{Key: "purpose", Value: "test"}, {Key: "empty"}}
	made, err := c.CreateVpc(r)
	if err != nil {
		t.Fatal(err)
	}
	if made.VpcId == "" || made.RequestId == "" {
		t.Fatalf("made %+v", made)
	}
	return made.VpcId
}

func TestVPC(t *testing.T) {
	inBubble(t, func(t *testing.T, g *gateway.Gateway) {
		c := vpcClient(t, g, keys())
		ids := map[string]bool{}
		for i := range 5 {
			ids[makeVPC(t, c, fmt.Sprint("net-", i))] = true
		}
		seen := map[string]bool{}
		for page := 1; page <= 4; page++ {
			r := vpc.CreateDescribeVpcsRequest()
			r.PageNumber, r.PageSize = requests.NewInteger(page), requests.NewInteger(2)
			r.Tag = &[]vpc.DescribeVpcsTag{{Key: "purpose", Value: "test"}}
			got, err := c.DescribeVpcs(r)
			if err != nil {
				t.Fatal(err)
			}
			if want := []int{2, 2, 1, 0}[page-1]; len(got.Vpcs.Vpc) != want || got.TotalCount != 5 || got.PageNumber != page || got.PageSize != 2 {
				t.Errorf("page %d: %d of %d VPCs, number %d, size %d", page, len(got.Vpcs.Vpc), got.TotalCount, got.PageNumber, got.PageSize)
			}
			for _, v := range got.Vpcs.Vpc {
				seen[v.VpcId] = true
				if v.CidrBlock != "10.0.0.0/8" || v.Description != "a b*~/é 编排" || len(v.Tags.Tag) != 2 {
					t.Errorf("%+v", v)
				}
			}
		}
		if len(seen) != 5 {
			t.Errorf("the pages have %d VPCs", len(seen))
		}
		for id := range ids {
			if !seen[id] {
				t.Errorf("%s is on no page", id)
			}
			r := vpc.CreateDeleteVpcRequest()
			r.VpcId = id
			if _, err := c.DeleteVpc(r); err != nil {
				t.Error(err)
			}
			look := vpc.CreateDescribeVpcAttributeRequest()
			look.VpcId = id
			if _, err := c.DescribeVpcAttribute(look); code(err) != "InvalidVpcId.NotFound" {
				t.Errorf("a deleted VPC is answered with %v", err)
			}
		}
	})
}

func TestInstances(t *testing.T) {
	inBubble(t, func(t *testing.T, g *gateway.Gateway) {
		networks, c := vpcClient(t, g, keys()), ecsClient(t, g)
		network := makeVPC(t, networks, "net")
		part := vpc.CreateCreateVSwitchRequest()
		part.VpcId, part.CidrBlock, part.ZoneId = network, "10.1.0.0/16", region+"-h"
		vswitch, err := networks.CreateVSwitch(part)
		if err != nil {
			t.Fatal(err)
		}
		guard := ecs.CreateCreateSecurityGroupRequest()
		guard.VpcId = network
		group, err := c.CreateSecurityGroup(guard)
		if err != nil {
			t.Fatal(err)
		}
		r := ecs.CreateRunInstancesRequest()
		r.ImageId, r.InstanceType, r.VSwitchId, r.SecurityGroupId = "aliyun_3_x64_20G_alibase_20240528.vhd", "ecs.g7.large", vswitch.VSwitchId, group.SecurityGroupId
		r.Amount, r.UserData, r.ClientToken = requests.NewInteger(5), strings.Repeat("QUJD", 4000), "token-1"
		r.SystemDiskCategory, r.SystemDiskSize = "cloud_essd", "40"
		r.DataDisk = &[]ecs.RunInstancesDataDisk{{Size: "20", Category: "cloud_essd"}}
		run, err := c.RunInstances(r)
		if err != nil || len(run.InstanceIdSets.InstanceIdSet) != 5 {
			t.Fatalf("%v, %v", run, err)
		}
		again := *r
		again.RpcRequest = ecs.CreateRunInstancesRequest().RpcRequest
		if same, err := c.RunInstances(&again); err != nil || fmt.Sprint(same.InstanceIdSets) != fmt.Sprint(run.InstanceIdSets) {
			t.Errorf("the same token made %v, %v", same, err)
		}
		seen, token := 0, ""
		for {
			look := ecs.CreateDescribeInstancesRequest()
			look.VpcId, look.MaxResults, look.NextToken = network, requests.NewInteger(2), token
			got, err := c.DescribeInstances(look)
			if err != nil {
				t.Fatal(err)
			}
			seen += len(got.Instances.Instance)
			if token = got.NextToken; token == "" {
				break
			}
		}
		if seen != 5 {
			t.Errorf("the pages have %d instances", seen)
		}
		stop := ecs.CreateStopInstanceRequest()
		stop.InstanceId = "i-none"
		if _, err := c.StopInstance(stop); code(err) != "InvalidInstanceId.NotFound" {
			t.Error(err)
		}
		end := ecs.CreateDeleteInstancesRequest()
		end.InstanceId, end.Force = &run.InstanceIdSets.InstanceIdSet, requests.NewBoolean(true)
		if _, err := c.DeleteInstances(end); err != nil {
			t.Error(err)
		}
	})
}

func TestRefusals(t *testing.T) {
	inBubble(t, func(t *testing.T, g *gateway.Gateway) {
		_, err := vpcClient(t, g, credentials.NewAccessKeyCredential(gateway.KeyID, "wrong")).DescribeVpcs(vpc.CreateDescribeVpcsRequest())
		e, ok := errors.AsType[*sdkerrors.ServerError](err)
		if !ok || e.ErrorCode() != "SignatureDoesNotMatch" || !strings.Contains(e.Recommend(), "InvalidAccessKeySecret") {
			t.Errorf("the client does not find its own text to sign in %v", err)
		}
		s := g.Issue("acs:ram::1234567890123456:role/reader", "test", time.Hour)
		session := vpcClient(t, g, credentials.NewStsTokenCredential(s.KeyID, s.Secret, s.Token))
		if _, err := session.DescribeVpcs(vpc.CreateDescribeVpcsRequest()); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Hour)
		if _, err := session.DescribeVpcs(vpc.CreateDescribeVpcsRequest()); code(err) != "InvalidSecurityToken.Expired" {
			t.Error(err)
		}
		g.Inject(gateway.Match{Service: "Vpc", API: "DescribeVpcs", Times: 1}, gateway.Throttle(0))
		c := vpcClient(t, g, keys())
		if _, err := c.DescribeVpcs(vpc.CreateDescribeVpcsRequest()); code(err) != "Throttling.User" {
			t.Error(err)
		}
		if _, err := c.DescribeVpcs(vpc.CreateDescribeVpcsRequest()); err != nil {
			t.Error(err)
		}
	})
}

func TestPlainServer(t *testing.T) {
	server := httptest.NewServer(gateway.New(providertest.New(t, nil), nil))
	defer server.Close()
	c, err := vpc.NewClientWithOptions(region, sdk.NewConfig().WithScheme("HTTP"), keys())
	if err != nil {
		t.Fatal(err)
	}
	c.Domain = strings.TrimPrefix(server.URL, "http://")
	makeVPC(t, c, "net")
}
