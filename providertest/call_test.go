package providertest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

// answer is a decoded answer of a call.
type answer map[string]any

// at gives the value at a path of members and list positions, nil if there is
// none.
func (a answer) at(path string) any {
	var v any = map[string]any(a)
	for name := range strings.SplitSeq(path, ".") {
		switch have := v.(type) {
		case map[string]any:
			v = have[name]
		case []any:
			i := int(name[0] - '0')
			if i >= len(have) {
				return nil
			}
			v = have[i]
		default:
			return nil
		}
	}
	return v
}

func (a answer) text(path string) string {
	if v := a.at(path); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// parameters are those of a call.
type parameters = map[string]any

func tryCall(t testing.TB, c *providertest.Cloud, api string, p parameters) (answer, error) {
	t.Helper()
	service, name, _ := strings.Cut(api, " ")
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Call(t.Context(), &provider.Call{Service: service, API: name, Parameters: data})
	if err != nil {
		return nil, err
	}
	var a answer
	if err := json.Unmarshal(res.Body, &a); err != nil {
		t.Fatalf("%s: %v: %s", api, err, res.Body)
	}
	if id := a.text("RequestId"); service != "OSS" && (id == "" || id != res.RequestID) {
		t.Errorf("%s: request id %q in the body, %q beside it", api, id, res.RequestID)
	}
	return a, nil
}

func call(t testing.TB, c *providertest.Cloud, api string, p parameters) answer {
	t.Helper()
	a, err := tryCall(t, c, api, p)
	if err != nil {
		t.Fatalf("%s: %v", api, err)
	}
	return a
}

func callRefused(t testing.TB, c *providertest.Cloud, api string, p parameters, code string, kind provider.Kind) {
	t.Helper()
	_, err := tryCall(t, c, api, p)
	refusal, ok := errors.AsType[*provider.Error](err)
	if !ok || refusal.Code != code || refusal.Kind != kind || refusal.RequestID == "" {
		t.Errorf("%s: got %v, want %s of kind %v with a request id", api, err, code, kind)
	}
}

func runOne(t testing.TB, c *providertest.Cloud, more parameters) string {
	t.Helper()
	p := parameters{"ImageId": "aliyun_3_x64", "InstanceType": "ecs.g7.large"}
	for k, v := range more {
		p[k] = v
	}
	return call(t, c, "ECS RunInstances", p).text("InstanceIdSets.InstanceIdSet.0")
}

func TestImageIsUpdated(t *testing.T) {
	c := providertest.New(t, nil)
	c.ScriptCommand(func(cmd providertest.Command) providertest.CommandResult {
		return providertest.CommandResult{Output: "ran " + cmd.Content}
	})
	id := runOne(t, c, parameters{"InstanceName": "builder", "Tags": []parameters{{"Key": "a", "Value": "b"}}})
	if got := call(t, c, "ecs describeinstances", parameters{"InstanceIds": []string{id}}); got.text("Instances.Instance.0.Status") != "Running" || got.text("Instances.Instance.0.OSType") != "linux" {
		t.Errorf("%v", got)
	}
	run := call(t, c, "ECS RunCommand", parameters{"InstanceIds": []string{id}, "Type": "RunShellScript", "CommandContent": "yum update"})
	invoke := run.text("InvokeId")
	if got := call(t, c, "ECS DescribeInvocations", parameters{"InvokeId": invoke}).text("Invocations.Invocation.0.InvokeStatus"); got != "Finished" {
		t.Error(got)
	}
	results := call(t, c, "ECS DescribeInvocationResults", parameters{"InvokeId": invoke, "ContentEncoding": "PlainText"})
	if got := results.text("Invocation.InvocationResults.InvocationResult.0.Output"); got != "ran yum update" {
		t.Error(got)
	}
	image := call(t, c, "ECS CreateImage", parameters{"InstanceId": id, "ImageName": "golden"}).text("ImageId")
	callRefused(t, c, "ECS CreateImage", parameters{"InstanceId": id, "ImageName": "golden"}, "InvalidImageName.Duplicated", provider.Invalid)
	if got := call(t, c, "ECS DescribeImages", parameters{"ImageId": image}).text("Images.Image.0.Status"); got != "Available" {
		t.Error(got)
	}
	if got := call(t, c, "ECS DescribeImages", parameters{"ImageName": "other"}).text("TotalCount"); got != "0" {
		t.Error(got)
	}
	callRefused(t, c, "ECS DeleteInstance", parameters{"InstanceId": id}, "IncorrectInstanceStatus", provider.Conflict)
	call(t, c, "ECS StopInstance", parameters{"InstanceId": id})
	callRefused(t, c, "ECS StopInstance", parameters{"InstanceId": id}, "IncorrectInstanceStatus", provider.Conflict)
	call(t, c, "ECS DeleteInstance", parameters{"InstanceId": id})
	callRefused(t, c, "ECS DeleteInstance", parameters{"InstanceId": id}, "InvalidInstanceId.NotFound", provider.NotFound)
	left := c.Resources()
	if len(left) != 1 || left[0].PhysicalID != image || left[0].Property("ImageName") != "golden" {
		t.Errorf("left: %v", left)
	}
	call(t, c, "ECS DeleteImage", parameters{"ImageId": image})
	c.AssertEmpty(t)
	if got := c.ShapeAnswered(); len(got) > 0 {
		t.Error(got)
	}
}

func TestInstancesAreOneWithResources(t *testing.T) {
	c := providertest.New(t, nil)
	p, err := c.Create(t.Context(), &provider.Request{
		Token: "g", Type: "ALIYUN::ECS::InstanceGroup", LogicalID: "Web",
		Desired: json.RawMessage(`{"MaxAmount": 3, "ImageId": "aliyun_3", "InstanceType": "ecs.g7.large", "InstanceName": "web"}`),
	})
	for err == nil && !p.Done {
		p, err = c.Create(t.Context(), &provider.Request{
			Token: "g", Type: "ALIYUN::ECS::InstanceGroup", LogicalID: "Web",
			Desired: json.RawMessage(`{"MaxAmount": 3, "ImageId": "aliyun_3", "InstanceType": "ecs.g7.large", "InstanceName": "web"}`),
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	all := call(t, c, "ECS DescribeInstances", parameters{"InstanceName": "w*"})
	if all.text("TotalCount") != "3" {
		t.Fatalf("%v of the group's instances", all.text("TotalCount"))
	}
	second := all.text("Instances.Instance.1.InstanceId")
	call(t, c, "ECS StopInstance", parameters{"InstanceId": second})
	if got := call(t, c, "ECS DescribeInstances", parameters{"Status": "Stopped"}).text("Instances.Instance.0.InstanceId"); got != second {
		t.Errorf("stopped is %q", got)
	}
	call(t, c, "ECS DeleteInstance", parameters{"InstanceId": second})
	if got := call(t, c, "ECS DescribeInstances", parameters{}).text("TotalCount"); got != "2" {
		t.Error(got)
	}
	id := runOne(t, c, nil)
	if item, ok := find(c.Resources(), id); !ok || item.Type != "ALIYUN::ECS::Instance" || item.Property("InstanceType") != "ecs.g7.large" {
		t.Errorf("%+v", item)
	}
}

func find(items []providertest.Item, id string) (providertest.Item, bool) {
	i := slices.IndexFunc(items, func(i providertest.Item) bool { return i.PhysicalID == id })
	if i < 0 {
		return providertest.Item{}, false
	}
	return items[i], true
}

func TestStandingInstance(t *testing.T) {
	c := providertest.New(t, nil)
	id := c.Existing("ALIYUN::ECS::Instance")
	if got := call(t, c, "ECS DescribeInstances", parameters{"Tag": []parameters{{"Key": "k", "Value": "v"}}}); got.text("Instances.Instance.0.InstanceId") != id || got.text("Instances.Instance.0.Tags.Tag.0.TagValue") != "v" {
		t.Errorf("%v", got)
	}
	call(t, c, "ECS StopInstance", parameters{"InstanceId": id})
	if got := call(t, c, "ECS DescribeInstances", parameters{"InstanceIds": `["` + id + `"]`}).text("Instances.Instance.0.Status"); got != "Stopped" {
		t.Error(got)
	}
	if len(c.Resources()) != 0 {
		t.Error("what was there from the start is no resource of the cloud")
	}
	call(t, c, "ECS DeleteInstance", parameters{"InstanceId": id})
	if got := call(t, c, "ECS DescribeInstances", parameters{"InstanceIds": []string{id}}).text("TotalCount"); got != "0" {
		t.Error(got)
	}
	if got := call(t, c, "ECS DescribeInstances", parameters{"InstanceIds": []string{"i-unknown"}}).text("TotalCount"); got != "0" {
		t.Error(got)
	}
}

func TestPages(t *testing.T) {
	c := providertest.New(t, nil)
	call(t, c, "ECS RunInstances", parameters{"ImageId": "x", "InstanceType": "y", "Amount": 25})
	for _, size := range []int{1, 7, 10, 25, 100} {
		seen := make(map[string]bool)
		for page := 1; page <= 25; page++ {
			list, _ := call(t, c, "ECS DescribeInstances", parameters{"PageNumber": page, "PageSize": size}).at("Instances.Instance").([]any)
			for _, i := range list {
				seen[answer(i.(map[string]any)).text("InstanceId")] = true
			}
		}
		if len(seen) != 25 {
			t.Errorf("pages of %d: %d instances", size, len(seen))
		}
		token, n := "", 0
		for range 30 {
			p := parameters{"MaxResults": size}
			if token != "" {
				p["NextToken"] = token
			}
			a := call(t, c, "ECS DescribeInstances", p)
			list, _ := a.at("Instances.Instance").([]any)
			n += len(list)
			if token = a.text("NextToken"); token == "" {
				break
			}
		}
		if n != 25 {
			t.Errorf("token after %d: %d instances", size, n)
		}
	}
	callRefused(t, c, "ECS DescribeInstances", parameters{"NextToken": "?"}, "InvalidParameter.NextToken", provider.Invalid)
}

func TestLatencyOfCalls(t *testing.T) {
	providertest.Run(t, func(t *testing.T, _ *providertest.Cloud) {
		c := providertest.New(t, &providertest.Options{Latency: func(verb, typ string) time.Duration { return time.Minute }})
		id := runOne(t, c, nil)
		status := func() string {
			return call(t, c, "ECS DescribeInstances", parameters{"InstanceIds": []string{id}}).text("Instances.Instance.0.Status")
		}
		want := func(word string) {
			t.Helper()
			if got := status(); got != word {
				t.Errorf("%s, want %s", got, word)
			}
		}
		want("Pending")
		time.Sleep(time.Minute)
		want("Running")
		invoke := call(t, c, "ECS RunCommand", parameters{"InstanceId": []string{id}, "Type": "RunShellScript", "CommandContent": "x"}).text("InvokeId")
		running := func() string {
			return call(t, c, "ECS DescribeInvocations", parameters{"InvokeId": invoke}).text("Invocations.Invocation.0.InvokeStatus")
		}
		if got := running(); got != "Running" {
			t.Error(got)
		}
		call(t, c, "ECS StopInstance", parameters{"InstanceId": id})
		want("Stopping")
		time.Sleep(time.Minute)
		want("Stopped")
		if got := running(); got != "Finished" {
			t.Error(got)
		}
		image := call(t, c, "ECS CreateImage", parameters{"InstanceId": id}).text("ImageId")
		if got := call(t, c, "ECS DescribeImages", parameters{"ImageId": image}).text("TotalCount"); got != "0" {
			t.Errorf("%s images that are available", got)
		}
		if got := call(t, c, "ECS DescribeImages", parameters{"ImageId": image, "Status": "Creating,Available"}).text("Images.Image.0.Status"); got != "Creating" {
			t.Error(got)
		}
	})
}
