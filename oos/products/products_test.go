package products_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/oos/products"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

func TestLookup(t *testing.T) {
	names := slices.Collect(products.Names())
	if len(names) < 15 || !slices.IsSorted(names) {
		t.Errorf("%d actions: %v", len(names), names)
	}
	for _, name := range names {
		text, ok := products.Lookup(strings.ToLower(name))
		same, again := products.Lookup(name)
		if !ok || !again || string(text) != string(same) {
			t.Errorf("%s is not found in any case", name)
		}
	}
	for _, name := range []string{"", "ACS::ECS::Nonsense", "ACS-ECS-StartInstance", "products.go", "../products"} {
		if _, ok := products.Lookup(name); ok {
			t.Errorf("%q is found", name)
		}
	}
}

// world is a cloud with an instance, a disk, an image and so on.
type world struct {
	t     *testing.T
	cloud *providertest.Cloud
}

// call makes a raw call and gives a text out of the answer, by members.
func (w *world) call(service, api string, params map[string]any, path ...string) string {
	w.t.Helper()
	data, err := json.Marshal(params)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := w.cloud.Call(context.Background(), &provider.Call{Service: service, API: api, Parameters: data})
	if err != nil {
		w.t.Fatalf("%s %s: %v", service, api, err)
	}
	var v any
	if err := json.Unmarshal(res.Body, &v); err != nil {
		w.t.Fatal(err)
	}
	for _, member := range path {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		m, _ := v.(map[string]any)
		v = m[member]
	}
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	text, _ := v.(string)
	return text
}

func (w *world) instance() string {
	return w.call("ECS", "RunInstances", map[string]any{"ImageId": "aliyun_3", "InstanceType": "ecs.g7.large"}, "InstanceIdSets", "InstanceIdSet")
}

func (w *world) status(instance string) string {
	return w.call("ECS", "DescribeInstances", map[string]any{"InstanceIds": []string{instance}}, "Instances", "Instance", "Status")
}

func (w *world) stopped() string {
	id := w.instance()
	w.call("ECS", "StopInstance", map[string]any{"InstanceId": id})
	return id
}

func (w *world) disk() string {
	return w.call("ECS", "CreateDisk", map[string]any{"Size": 20, "ZoneId": "cn-hangzhou-h"}, "DiskId")
}

func (w *world) image() string {
	return w.call("ECS", "CreateImage", map[string]any{"InstanceId": w.instance(), "ImageName": "golden"}, "ImageId")
}

// packaged has the address 1.2.3.4 be in a bandwidth package.
// bandwidthPackage makes a package and gives its ID.
func (w *world) bandwidthPackage() string {
	return w.call("VPC", "CreateCommonBandwidthPackage", params{"Bandwidth": 10}, "BandwidthPackageId")
}

func (w *world) packaged(id string) {
	w.cloud.OnCall("VPC", "DescribeEipAddresses").Answer(params{"EipAddresses": params{"EipAddress": []any{params{"AllocationId": "eip-1", "BandwidthPackageId": id}}}})
}

// has reports whether an API of VPC was called.
func (w *world) has(api string) bool {
	return slices.ContainsFunc(w.cloud.Calls(), func(op providertest.Op) bool { return op.Type == "VPC."+api })
}

// run runs an action and gives its outputs.
func (w *world) run(name string, params map[string]any) (map[string]any, error) {
	w.t.Helper()
	e, err := oos.New(w.cloud, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() {
		if err := e.Shutdown(context.Background()); err != nil {
			w.t.Error(err)
		}
	}()
	r, err := e.Rehearse(w.t.Context(), &oos.Start{TemplateName: name, Parameters: params}, nil)
	if err != nil {
		return nil, err
	}
	if err := r.Run(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	res, err := r.Result()
	if err != nil {
		return nil, err
	}
	return res.Outputs, nil
}

type params = map[string]any

// TestActions runs each action on the in-memory cloud. prepare gives the
// parameters; check looks at what came of it.
func TestActions(t *testing.T) {
	command := params{"commandType": "RunShellScript", "commandContent": "uname"}
	with := func(p params, more params) params {
		all := params{}
		for _, m := range []params{p, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	file := params{"sourceType": "HTTP", "sourcePath": "https://example.com/a.tgz?x=1", "destinationDir": "/tmp", "overwrite": true}
	tests := map[string]struct {
		prepare func(w *world) params
		check   func(w *world, p, out params) bool
	}{
		"ACS::ECS::RunCommand": {
			func(w *world) params { return with(command, params{"instanceId": w.instance()}) },
			func(_ *world, _, out params) bool { return out["invocationOutput"] == "did: uname" },
		},
		"ACS::ECS::InvokeCommand": {
			func(w *world) params {
				id := w.call("ECS", "CreateCommand", params{"Name": "n", "Type": "RunShellScript", "CommandContent": "bHM="}, "CommandId")
				return params{"commandId": id, "instanceId": w.instance()}
			},
			func(_ *world, _, out params) bool { return out["invocationOutput"] == "did: ls" },
		},
		"ACS::ECS::StartInstance": {
			func(w *world) params { return params{"instanceId": w.stopped()} },
			func(w *world, p, _ params) bool { return w.status(p["instanceId"].(string)) == "Running" },
		},
		"ACS::ECS::StopInstance": {
			func(w *world) params { return params{"instanceId": w.instance()} },
			func(w *world, p, _ params) bool { return w.status(p["instanceId"].(string)) == "Stopped" },
		},
		"ACS::ECS::RebootInstance": {func(w *world) params { return params{"instanceId": w.instance()} }, nil},
		"ACS::ECS::DeleteInstance": {
			func(w *world) params { return params{"instanceId": w.instance()} },
			func(w *world, p, _ params) bool { return w.status(p["instanceId"].(string)) == "" },
		},
		"ACS::ECS::RunInstances": {
			func(*world) params {
				return params{"vSwitchId": "", "instanceType": "ecs.g7.large", "imageId": "aliyun_3", "securityGroupId": "", "amount": 3, "instanceName": "web"}
			},
			func(w *world, _, out params) bool {
				ids, _ := out["instanceIds"].([]any)
				return len(ids) == 3 && w.status(ids[2].(string)) == "Running"
			},
		},
		"ACS::ECS::ReplaceSystemDisk": {
			func(w *world) params { return params{"instanceId": w.instance(), "imageId": "aliyun_4"} },
			func(w *world, p, out params) bool {
				return w.status(p["instanceId"].(string)) == "Running" && strings.HasPrefix(out["newSystemDiskId"].(string), "d-")
			},
		},
		"ACS::ECS::ModifyInstanceSpec": {
			func(w *world) params { return params{"instanceId": w.instance(), "instanceType": "ecs.g7.xlarge"} },
			func(w *world, p, _ params) bool { return w.status(p["instanceId"].(string)) == "Running" },
		},
		"ACS::ECS::ModifyInstanceAutoRenewAttribute": {func(w *world) params { return params{"instanceId": w.instance(), "duration": 3} }, nil},
		"ACS::ECS::ApplyAutoSnapshotPolicy": {
			func(w *world) params {
				return params{"instanceId": w.instance(), "autoSnapshotPolicyId": w.cloud.Existing("ALIYUN::ECS::AutoSnapshotPolicy")}
			}, nil,
		},
		"ACS::ECS::CreateSnapshot": {
			func(w *world) params {
				return params{"diskId": w.disk(), "tags": []any{params{"Key": "k", "Value": "v"}}}
			},
			func(_ *world, _, out params) bool { return strings.HasPrefix(out["snapshotId"].(string), "s-") },
		},
		"ACS::ECS::CreateImage": {
			func(w *world) params { return params{"instanceId": w.stopped(), "imageName": "mine"} },
			func(_ *world, _, out params) bool { return strings.HasPrefix(out["imageId"].(string), "m-") },
		},
		"ACS::ECS::CopyImage": {
			func(w *world) params {
				return params{"imageId": w.image(), "regionId": "cn-hangzhou", "targetRegionId": "cn-beijing"}
			},
			func(_ *world, p, out params) bool { return out["imageId"] != p["imageId"] && out["imageId"] != nil },
		},
		"ACS::ECS::DeleteImage": {
			func(w *world) params {
				id := w.image()
				w.call("ECS", "ModifyImageSharePermission", params{"ImageId": id, "AddAccount": []string{"42"}})
				return params{"imageId": id}
			},
			func(w *world, p, _ params) bool {
				return w.call("ECS", "DescribeImages", params{"ImageId": p["imageId"]}, "Images", "Image", "ImageId") == ""
			},
		},
		"ACS::ECS::AttachDisk": {
			func(w *world) params { return params{"instanceId": w.instance(), "diskId": w.disk()} },
			func(w *world, p, _ params) bool {
				return w.call("ECS", "DescribeDisks", params{"DiskIds": []any{p["diskId"]}}, "Disks", "Disk", "InstanceId") == p["instanceId"]
			},
		},
		"ACS::ECS::DetachDisk": {
			func(w *world) params {
				p := params{"instanceId": w.instance(), "diskId": w.disk()}
				w.call("ECS", "AttachDisk", params{"InstanceId": p["instanceId"], "DiskId": p["diskId"]})
				return p
			},
			func(w *world, p, _ params) bool {
				return w.call("ECS", "DescribeDisks", params{"DiskIds": []any{p["diskId"]}}, "Disks", "Disk", "InstanceId") == ""
			},
		},
		"ACS::ECS::CheckAvailableInstanceTypes": {
			func(w *world) params {
				w.cloud.OnCall("ECS", "DescribeAvailableResource").Answer(json.RawMessage(`{"AvailableZones":{"AvailableZone":[{"AvailableResources":{"AvailableResource":[
					{"SupportedResources":{"SupportedResource":[{"Value":"a","Status":"Available"},{"Value":"b","Status":"SoldOut"},{"Value":"c","Status":"Available"}]}}]}}]}}`))
				return params{"instanceTypes": []any{"c", "b"}, "zoneId": "cn-hangzhou-h"}
			},
			func(_ *world, _, out params) bool { return len(out["availableInstanceTypes"].([]any)) == 1 },
		},
		"ACS::ECS::CreateDiagnoseReport": {
			func(w *world) params {
				w.cloud.OnCall("ECS", "DescribeDiagnosticReportAttributes").Answer(params{"Status": "Finished", "MetricResults": params{"MetricResult": []any{}}})
				return params{"resourceId": w.instance(), "metricSetId": "dms-1"}
			},
			func(_ *world, _, out params) bool { return out["metricResults"] != nil },
		},
		"ACS::ECS::RunCommandForLongTime": {
			func(w *world) params { return with(command, params{"instanceId": w.instance()}) },
			func(_ *world, _, out params) bool { return out["invocationOutput"] == "did: uname" },
		},
		"ACS::ECS::TagInstanceByOSType": {
			func(w *world) params { return params{"instanceId": w.instance()} },
			func(w *world, p, out params) bool {
				return out["osType"] == w.call("ECS", "DescribeInstances", params{"InstanceIds": []any{p["instanceId"]}}, "Instances", "Instance", "Tags", "Tag", "TagValue")
			},
		},
		"ACS::ECS::RemoveEipFromCommonBandwidthPackage": {
			func(w *world) params { w.packaged(w.bandwidthPackage()); return params{"eipAddress": "1.2.3.4"} },
			func(w *world, _, _ params) bool { return w.has("RemoveCommonBandwidthPackageIp") },
		},
		"ACS::ECS::AddEipToCommonBandwidthPackage": {
			func(w *world) params {
				w.packaged(w.bandwidthPackage())
				return params{"eipAddress": "1.2.3.4", "bandwidthPackageId": w.bandwidthPackage()}
			},
			func(w *world, _, _ params) bool {
				return w.has("RemoveCommonBandwidthPackageIp") && w.has("AddCommonBandwidthPackageIp")
			},
		},
		"ACS::ECS::DeletePrepaidInstance": {
			func(w *world) params { return params{"instanceId": w.instance()} },
			func(w *world, p, _ params) bool { return w.status(p["instanceId"].(string)) == "" },
		},
		"ACS::ECS::ModifyCreditSpecification": {
			func(w *world) params { return params{"instanceId": w.instance(), "creditSpecification": "Unlimited"} }, nil,
		},
		"ACS::ECS::AllocateAndAssociateEipAddress": {
			func(w *world) params { return params{"instanceId": w.instance()} },
			func(w *world, p, _ params) bool {
				return w.call("VPC", "DescribeEipAddresses", params{}, "EipAddresses", "EipAddress", "InstanceId") == p["instanceId"]
			},
		},
		"ACS::ECD::SetRenewal": {
			func(*world) params {
				return params{"desktopId": "ecd-1", "renewalPeriodUnit": "M", "renewalPeriod": 1, "renewalStatus": "AutoRenewal"}
			}, nil,
		},
		"ACS::ECS::InstallCloudAssistant": {func(w *world) params { return params{"instanceId": w.instance()} }, nil},
		"ACS::ECS::DownloadFile": {
			func(w *world) params { return with(file, params{"instanceId": w.instance(), "fileMode": "600"}) },
			func(_ *world, _, out params) bool {
				text, _ := out["commandOutput"].(string)
				return strings.Contains(text, "url='https://example.com/a.tgz?x=1'") && strings.Contains(text, "${name##*/}") && strings.Contains(text, "chmod '600'")
			},
		},
		"ACS::ECS::DownloadFileAndRunCommand": {
			func(w *world) params {
				return with(file, with(command, params{"instanceId": w.instance(), "commandType": nil}))
			},
			func(_ *world, _, out params) bool { return out["runCommandOutput"] == "did: uname" },
		},
		"ACS::ECS::DownloadOSSFileAndRunCommand": {
			func(w *world) params {
				return params{"instanceId": w.instance(), "bucketName": "b", "objectName": "o.tgz", "OSSRegion": "cn-hangzhou", "destinationDir": "/opt", "commandContent": "uname"}
			},
			func(_ *world, _, out params) bool {
				return out["runCommandOutput"] == "did: uname" && strings.Contains(out["downloadFileCommandOutput"].(string), "o.tgz")
			},
		},
		"ACS::ROS::CreateStack": {
			func(*world) params {
				return params{"templateBody": params{"ROSTemplateFormatVersion": "2015-09-01"}, "parameters": []any{}}
			},
			func(_ *world, _, out params) bool { return out["stackId"] != nil },
		},
		"ACS::ROS::DeleteStack": {
			func(w *world) params {
				id := w.call("ROS", "CreateStack", params{"StackName": "s", "TemplateBody": `{"ROSTemplateFormatVersion": "2015-09-01"}`}, "StackId")
				return params{"stackId": id}
			}, nil,
		},
		"ACS::OSS::GenerateUrl": {
			func(*world) params { return params{"bucketName": "b", "objectName": "o"} },
			func(_ *world, _, out params) bool { return strings.HasPrefix(out["temporaryUrl"].(string), "http") },
		},
		"ACS::CR::GetAuthorizationToken": {
			func(*world) params { return params{"instanceId": "cri-1"} },
			func(_ *world, _, out params) bool {
				return out["tempUsername"] != nil && out["authorizationToken"] != nil
			},
		},
		"ACS::RDS::StartInstance": {func(w *world) params { return params{"instanceId": w.cloud.Existing("ALIYUN::RDS::DBInstance")} }, nil},
		"ACS::RDS::StopInstance":  {func(w *world) params { return params{"instanceId": w.cloud.Existing("ALIYUN::RDS::DBInstance")} }, nil},
		"ACS::ECD::StartDesktop":  {func(*world) params { return params{"desktopId": "ecd-1"} }, nil},
		"ACS::ECD::RebootDesktop": {func(*world) params { return params{"desktopId": "ecd-1"} }, nil},
	}
	for name := range products.Names() {
		if _, ok := tests[name]; !ok {
			t.Errorf("%s is not tested", name)
		}
	}
	for name, test := range tests {
		t.Run(strings.ReplaceAll(name, "::", "-"), func(t *testing.T) {
			w := &world{t, providertest.New(t, nil)}
			w.cloud.ScriptCommand(func(c providertest.Command) providertest.CommandResult {
				return providertest.CommandResult{Output: "did: " + c.Content}
			})
			p := test.prepare(w)
			for key, v := range p {
				if v == nil {
					delete(p, key)
				}
			}
			out, err := w.run(name, p)
			if err != nil {
				t.Fatal(err)
			}
			if test.check != nil && !test.check(w, p, out) {
				t.Errorf("outputs %v", out)
			}
		})
	}
}

// TestSound: nothing is to be said against the templates.
func TestSound(t *testing.T) {
	find := func(name, _ string) (*oos.Template, error) {
		text, ok := products.Lookup(name)
		if !ok {
			return nil, &oos.TemplateNotFoundError{Name: name}
		}
		return oos.Parse(name, text)
	}
	for name := range products.Names() {
		tmpl, err := find(name, "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, d := range tmpl.Validate(nil) {
			message, _ := d.Text(0)
			t.Errorf("%s:%d: %s", name, d.Position().Line, message)
		}
	}
}

// TestFailures: what cannot be ends Failed, and soon.
func TestFailures(t *testing.T) {
	w := &world{t, providertest.New(t, nil)}
	w.cloud.ScriptCommand(func(providertest.Command) providertest.CommandResult {
		return providertest.CommandResult{ExitCode: 3, Output: "no"}
	})
	for name, p := range map[string]params{
		"ACS::ECS::RunCommand":    {"instanceId": w.instance(), "commandType": "RunShellScript", "commandContent": "x"},
		"ACS::ECS::StartInstance": {"instanceId": "i-absent"},
		"ACS::ECS::CreateImage":   {"instanceId": "i-absent", "imageName": "n"},
	} {
		if out, err := w.run(name, p); err == nil {
			t.Errorf("%s: %v", name, out)
		}
	}
}
