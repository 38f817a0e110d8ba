package providertest_test

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

// step is one call of a story and what it must answer.
type step struct {
	api  string
	p    parameters
	at   string // a path in the answer
	want string // what stands there
	code string // or the code of the refusal
}

// tell plays a story. In parameters and in want, "$name" stands for what an
// earlier step found at a path "name=path".
func tell(t *testing.T, c *providertest.Cloud, steps []step) {
	t.Helper()
	found := make(map[string]string)
	for i, s := range steps {
		a, err := tryCall(t, c, s.api, replaced(s.p, found).(parameters))
		if err != nil {
			if refusal, ok := err.(*provider.Error); !ok || s.code == "" || refusal.Code != s.code {
				t.Fatalf("step %d, %s: %v", i, s.api, err)
			}
			continue
		}
		if s.code != "" {
			t.Fatalf("step %d, %s: no refusal with %s", i, s.api, s.code)
		}
		if name, path, ok := strings.Cut(s.at, "="); ok {
			if found["$"+name] = a.text(path); found["$"+name] == "" {
				t.Fatalf("step %d, %s: nothing at %s: %v", i, s.api, path, a)
			}
		} else if got, want := a.text(s.at), replaced(s.want, found); s.at != "" && got != want {
			t.Errorf("step %d, %s: %s is %q, want %q", i, s.api, s.at, got, want)
		}
	}
}

func replaced(v any, found map[string]string) any {
	switch v := v.(type) {
	case string:
		if value, ok := found[v]; ok {
			return value
		}
	case parameters:
		out := make(parameters, len(v))
		for name, member := range v {
			out[name] = replaced(member, found)
		}
		return out
	case []string:
		out := make([]string, len(v))
		for i := range v {
			out[i] = replaced(v[i], found).(string)
		}
		return out
	}
	return v
}

var newInstance = step{api: "ECS RunInstances", p: parameters{"ImageId": "img", "InstanceType": "ecs.g7.large"}, at: "i=InstanceIdSets.InstanceIdSet.0"}

func TestStories(t *testing.T) {
	for name, steps := range map[string][]step{
		"disks": {
			newInstance,
			{api: "ECS DescribeDisks", p: parameters{"InstanceId": "$i", "DiskType": "system"}, at: "system=Disks.Disk.0.DiskId"},
			{api: "ECS DescribeDisks", p: parameters{"DiskIds": []string{"$system"}}, at: "Disks.Disk.0.InstanceId", want: "$i"},
			{api: "ECS CreateDisk", p: parameters{"Size": 20, "ZoneId": "cn-hangzhou-h"}, at: "d=DiskId"},
			{api: "ECS DescribeDisks", p: parameters{"DiskIds": []string{"$d"}}, at: "Disks.Disk.0.Status", want: "Available"},
			{api: "ECS AttachDisk", p: parameters{"DiskId": "$d", "InstanceId": "$i"}},
			{api: "ECS AttachDisk", p: parameters{"DiskId": "$d", "InstanceId": "$i"}, code: "IncorrectDiskStatus"},
			{api: "ECS DescribeDisks", p: parameters{"InstanceId": "$i"}, at: "TotalCount", want: "2"},
			{api: "ECS DescribeDisks", p: parameters{"InstanceId": "$i", "DiskType": "data"}, at: "Disks.Disk.0.Status", want: "In_use"},
			{api: "ECS DeleteDisk", p: parameters{"DiskId": "$d"}, code: "IncorrectDiskStatus"},
			{api: "ECS ResizeDisk", p: parameters{"DiskId": "$d", "NewSize": 10}, code: "InvalidDiskSize.TooSmall"},
			{api: "ECS ResizeDisk", p: parameters{"DiskId": "$d", "NewSize": 40}},
			{api: "ECS DetachDisk", p: parameters{"DiskId": "$d", "InstanceId": "$i"}},
			{api: "ECS DescribeDisks", p: parameters{"DiskIds": []string{"$d"}}, at: "Disks.Disk.0.Size", want: "40"},
			{api: "ECS CreateSnapshot", p: parameters{"DiskId": "$d", "SnapshotName": "before"}, at: "s=SnapshotId"},
			{api: "ECS DescribeSnapshots", p: parameters{"SnapshotIds": `["$s"]`, "SnapshotName": "before"}, at: "TotalCount", want: "0"},
			{api: "ECS DescribeSnapshots", p: parameters{"SnapshotName": "before"}, at: "Snapshots.Snapshot.0.Status", want: "accomplished"},
			{api: "ECS DescribeSnapshots", p: parameters{"DiskId": "$system"}, at: "TotalCount", want: "0"},
			{api: "ECS DeleteSnapshot", p: parameters{"SnapshotId": "$s"}},
			{api: "ECS DeleteDisk", p: parameters{"DiskId": "$d"}},
			{api: "ECS DescribeDisks", p: parameters{"DiskIds": []string{"$d"}}, at: "TotalCount", want: "0"},
			{api: "ECS ReplaceSystemDisk", p: parameters{"InstanceId": "$i", "ImageId": "other"}, code: "IncorrectInstanceStatus"},
			{api: "ECS StopInstance", p: parameters{"InstanceId": "$i"}},
			{api: "ECS ReplaceSystemDisk", p: parameters{"InstanceId": "$i", "ImageId": "other"}},
			{api: "ECS DescribeInstances", p: parameters{"ImageId": "other"}, at: "Instances.Instance.0.InstanceId", want: "$i"},
			{api: "ECS CreateDisk", p: parameters{"Size": 20, "InstanceId": "$i"}, at: "e=DiskId"},
			{api: "ECS DeleteInstance", p: parameters{"InstanceId": "$i"}},
			{api: "ECS DescribeDisks", p: parameters{"DiskIds": []string{"$e"}}, at: "Disks.Disk.0.Status", want: "Available"},
			{api: "ECS DescribeDisks", p: parameters{"DiskIds": []string{"$system"}}, at: "TotalCount", want: "0"},
		},
		"tags": {
			newInstance,
			{api: "ECS TagResources", p: parameters{"ResourceType": "instance", "ResourceIds": []string{"$i"}, "Tags": []parameters{{"Key": "k", "Value": "1"}, {"Key": "l", "Value": "2"}}}},
			{api: "ECS DescribeInstances", p: parameters{"Tag": []parameters{{"Key": "k"}, {"Key": "l", "Value": "2"}}}, at: "TotalCount", want: "1"},
			{api: "ECS DescribeInstances", p: parameters{"Tag": []parameters{{"Key": "l", "Value": "3"}}}, at: "TotalCount", want: "0"},
			{api: "TAG ListTagResources", p: parameters{"ResourceARN": []string{"arn:acs:ecs:*:*:instance/x"}}, at: "TagResources.0.Tags.0.Key", want: ""},
			{api: "ECS UntagResources", p: parameters{"ResourceType": "instance", "ResourceId": []string{"$i"}, "TagKey": []string{"k"}}},
			{api: "ECS ListTagResources", p: parameters{"ResourceType": "instance", "ResourceId": []string{"$i"}}, at: "TagResources.TagResource.0.TagKey", want: "l"},
			{api: "ECS UntagResources", p: parameters{"ResourceType": "instance", "ResourceId": []string{"$i"}, "All": true}},
			{api: "ECS ListTagResources", p: parameters{"ResourceType": "instance"}, at: "TagResources.TagResource.0", want: ""},
			{api: "VPC TagResources", p: parameters{"ResourceType": "VPC", "ResourceId": []string{"vpc-1"}, "Tag1Key": "a", "Tag1Value": "b"}},
			{api: "VPC ListTagResources", p: parameters{"ResourceType": "VPC", "ResourceId": []string{"vpc-1"}}, at: "TagResources.TagResource.0.TagValue", want: "b"},
			{api: "TAG TagResources", p: parameters{"ResourceARN": []string{"acs:vpc:*:*:vpc/vpc-1"}, "Tags": `{"a":"c"}`}},
			{api: "TAG ListTagResources", p: parameters{"ResourceARN": []string{"acs:vpc:*:*:vpc/vpc-1"}}, at: "TagResources.0.Tags.0.Value", want: "c"},
			{api: "TAG UnTagResources", p: parameters{"ResourceARN": []string{"acs:vpc:*:*:vpc/vpc-1"}, "TagKey": []string{"a"}}},
			{api: "VPC ListTagResources", p: parameters{"ResourceType": "VPC", "ResourceId": []string{"vpc-1"}}, at: "TagResources.TagResource.0", want: ""},
			{api: "ECS TagResources", p: parameters{"ResourceType": "instance", "ResourceIds": []string{"$i"}, "Tags": []parameters{{"Key": "acs:x"}}}, code: "InvalidTagKey.Malformed"},
		},
		"groups": {
			{api: "ECS CreateSecurityGroup", p: parameters{"SecurityGroupName": "web"}, at: "g=SecurityGroupId"},
			{api: "ECS AuthorizeSecurityGroup", p: parameters{"SecurityGroupId": "$g", "IpProtocol": "tcp", "PortRange": "22/22", "SourceCidrIp": "10.0.0.0/8"}},
			{api: "ECS AuthorizeSecurityGroup", p: parameters{"SecurityGroupId": "$g", "IpProtocol": "tcp", "PortRange": "22/22", "SourceCidrIp": "10.0.0.0/8"}},
			{api: "ECS DescribeSecurityGroupAttribute", p: parameters{"SecurityGroupId": "$g", "Direction": "ingress"}, at: "Permissions.Permission.0.PortRange", want: "22/22"},
			{api: "ECS DescribeSecurityGroupAttribute", p: parameters{"SecurityGroupId": "$g"}, at: "Permissions.Permission.1", want: ""},
			{api: "ECS RevokeSecurityGroup", p: parameters{"SecurityGroupId": "$g", "IpProtocol": "tcp", "PortRange": "22/22", "SourceCidrIp": "10.0.0.0/8"}},
			{api: "ECS DescribeSecurityGroupAttribute", p: parameters{"SecurityGroupId": "$g"}, at: "Permissions.Permission.0", want: ""},
			{api: "ECS RunInstances", p: parameters{"ImageId": "img", "InstanceType": "t", "SecurityGroupId": "$g"}, at: "i=InstanceIdSets.InstanceIdSet.0"},
			{api: "ECS DeleteSecurityGroup", p: parameters{"SecurityGroupId": "$g"}, code: "DependencyViolation"},
			{api: "ECS DescribeInstances", p: parameters{"SecurityGroupId": "$g"}, at: "Instances.Instance.0.InstanceId", want: "$i"},
			{api: "ECS LeaveSecurityGroup", p: parameters{"SecurityGroupId": "$g", "InstanceId": "$i"}, code: "InstanceLastSecurityGroup"},
			{api: "ECS DeleteInstance", p: parameters{"InstanceId": "$i", "Force": true}},
			{api: "ECS DeleteSecurityGroup", p: parameters{"SecurityGroupId": "$g"}},
			{api: "ECS DescribeSecurityGroupAttribute", p: parameters{"SecurityGroupId": "$g"}, code: "InvalidSecurityGroupId.NotFound"},
		},
		"addresses": {
			newInstance,
			{api: "VPC AllocateEipAddress", p: parameters{"Bandwidth": "5"}, at: "e=AllocationId"},
			{api: "ECS DescribeEipAddresses", p: parameters{"AllocationId": "$e"}, at: "EipAddresses.EipAddress.0.Status", want: "Available"},
			{api: "ECS AssociateEipAddress", p: parameters{"AllocationId": "$e", "InstanceId": "$i"}},
			{api: "VPC DescribeEipAddresses", p: parameters{"AssociatedInstanceId": "$i", "AssociatedInstanceType": "EcsInstance"}, at: "EipAddresses.EipAddress.0.Status", want: "InUse"},
			{api: "ECS DescribeInstances", p: parameters{"InstanceIds": []string{"$i"}}, at: "Instances.Instance.0.EipAddress.AllocationId", want: "$e"},
			{api: "ECS ReleaseEipAddress", p: parameters{"AllocationId": "$e"}, code: "IncorrectEipStatus"},
			{api: "ECS UnassociateEipAddress", p: parameters{"AllocationId": "$e", "InstanceId": "$i"}},
			{api: "ECS ReleaseEipAddress", p: parameters{"AllocationId": "$e"}},
			{api: "ECS AllocatePublicIpAddress", p: parameters{"InstanceId": "$i"}, at: "ip=IpAddress"},
			{api: "ECS DescribeInstances", p: parameters{"InstanceIds": []string{"$i"}}, at: "Instances.Instance.0.PublicIpAddress.IpAddress.0", want: "$ip"},
		},
		"commands": {
			newInstance,
			{api: "ECS CreateCommand", p: parameters{"Name": "hello", "Type": "RunShellScript", "CommandContent": "ZWNobyBoaQ=="}, at: "c=CommandId"},
			{api: "ECS InvokeCommand", p: parameters{"CommandId": "$c", "InstanceId": []string{"$i"}}, at: "v=InvokeId"},
			{api: "ECS DescribeInvocations", p: parameters{"CommandName": "hello"}, at: "Invocations.Invocation.0.InvokeId", want: "$v"},
			{api: "ECS DescribeInvocationResults", p: parameters{"InvokeId": "$v"}, at: "Invocation.InvocationResults.InvocationResult.0.ExitCode", want: "0"},
			{api: "ECS DeleteCommand", p: parameters{"CommandId": "$c"}},
			{api: "ECS InvokeCommand", p: parameters{"CommandId": "$c", "InstanceId": []string{"$i"}}, code: "InvalidCmdId.NotFound"},
			{api: "ECS StopInstance", p: parameters{"InstanceId": "$i"}},
			{api: "ECS DescribeCloudAssistantStatus", p: parameters{"InstanceId": []string{"$i"}}, at: "InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus.0.CloudAssistantStatus", want: "false"},
			{api: "ECS RunCommand", p: parameters{"Type": "RunShellScript", "CommandContent": "x", "InstanceId": []string{"$i"}}, at: "w=InvokeId"},
			{api: "ECS DescribeInvocationResults", p: parameters{"InvokeId": "$w"}, at: "Invocation.InvocationResults.InvocationResult.0.ErrorCode", want: "InstanceNotRunning"},
			{api: "ECS DescribeInvocations", p: parameters{"InvokeId": "$w"}, at: "Invocations.Invocation.0.InvokeStatus", want: "Failed"},
			{api: "ECS RunCommand", p: parameters{"Type": "RunShellScript", "InstanceId": []string{"$i"}}, code: "MissingParameter"},
		},
		"images": {
			newInstance,
			{api: "ECS CreateImage", p: parameters{"InstanceId": "$i", "ImageName": "one", "ImageFamily": "f"}, at: "m=ImageId"},
			{api: "ECS CopyImage", p: parameters{"ImageId": "$m", "DestinationRegionId": "cn-beijing", "DestinationImageName": "two"}, at: "n=ImageId"},
			{api: "ECS DescribeImages", p: parameters{"ImageName": "two"}, at: "Images.Image.0.ImageId", want: "$n"},
			{api: "ECS DescribeImages", p: parameters{"ImageFamily": "f"}, at: "TotalCount", want: "1"},
			{api: "ECS ModifyImageSharePermission", p: parameters{"ImageId": "$m", "AddAccounts": []string{"2", "1"}}},
			{api: "ECS ModifyImageSharePermission", p: parameters{"ImageId": "$m", "RemoveAccount": []string{"2"}}},
			{api: "ECS DescribeImageSharePermission", p: parameters{"ImageId": "$m"}, at: "Accounts.Account.0.AliyunId", want: "1"},
			{api: "ECS ModifyImageAttribute", p: parameters{"ImageId": "$m", "Description": "d", "Status": "Deprecated"}},
			{api: "ECS DescribeImages", p: parameters{"ImageId": "$m"}, at: "TotalCount", want: "0"},
			{api: "ECS DescribeImages", p: parameters{"ImageId": "$m", "Status": "Deprecated"}, at: "Images.Image.0.Description", want: "d"},
			{api: "ECS DescribeSnapshots", p: parameters{"SnapshotIds": []string{"s-none"}}, at: "TotalCount", want: "0"},
			{api: "ECS CopyImage", p: parameters{"ImageId": "m-none"}, code: "InvalidImageId.NotFound"},
		},
		"stacks": {
			{api: "ROS CreateStack", p: parameters{"StackName": "s", "TemplateBody": `{"ROSTemplateFormatVersion": "2015-09-01", "Resources": {"Web": {"Type": "ALIYUN::ECS::InstanceGroup", "Properties": {}}}, "Outputs": {"Ids": {"Value": {"Fn::GetAtt": ["Web", "InstanceIds"]}}}}`}, at: "s=StackId"},
			{api: "ROS GetStack", p: parameters{"StackId": "$s"}, at: "Status", want: "CREATE_COMPLETE"},
			{api: "ROS GetStack", p: parameters{"StackId": "$s"}, at: "i=Outputs.0.OutputValue.0"},
			{api: "ECS DescribeInstances", p: parameters{"InstanceIds": []string{"$i"}}, at: "TotalCount", want: "1"},
			{api: "ROS DeleteStack", p: parameters{"StackId": "$s"}},
			{api: "ROS DeleteStack", p: parameters{"StackId": "$s"}},
			{api: "ROS GetStack", p: parameters{"StackId": "$s"}, at: "Status", want: "DELETE_COMPLETE"},
			{api: "ROS GetStack", p: parameters{"StackId": "none"}, code: "StackNotFound"},
		},
		"networks": {
			{api: "VPC CreateVpc", p: parameters{"CidrBlock": "10.0.0.0/8", "VpcName": "net"}, at: "v=VpcId"},
			{api: "VPC CreateVSwitch", p: parameters{"VpcId": "$v", "ZoneId": "cn-hangzhou-i", "CidrBlock": "192.168.0.0/24"}, code: "InvalidCidrBlock"},
			{api: "VPC CreateVSwitch", p: parameters{"VpcId": "$v", "ZoneId": "cn-hangzhou-i", "CidrBlock": "10.1.0.0/24"}, at: "s=VSwitchId"},
			{api: "VPC DescribeVSwitches", p: parameters{"VpcId": "$v"}, at: "VSwitches.VSwitch.0.CidrBlock", want: "10.1.0.0/24"},
			{api: "ECS DescribeVSwitches", p: parameters{"VSwitchId": "$s"}, at: "VSwitches.VSwitch.0.ZoneId", want: "cn-hangzhou-i"},
			{api: "VPC DescribeVpcs", p: parameters{"VpcName": "net"}, at: "Vpcs.Vpc.0.VSwitchIds.VSwitchId.0", want: "$s"},
			{api: "VPC DescribeVpcAttribute", p: parameters{"VpcId": "$v"}, at: "CidrBlock", want: "10.0.0.0/8"},
			{api: "ECS CreateSecurityGroup", p: parameters{"VpcId": "$v"}, at: "g=SecurityGroupId"},
			{api: "ECS RunInstances", p: parameters{"ImageId": "img", "InstanceType": "t", "VSwitchId": "$s", "SecurityGroupIds": []string{"$g"}}, at: "i=InstanceIdSets.InstanceIdSet.0"},
			{api: "ECS DescribeInstances", p: parameters{"VpcId": "$v", "VSwitchId": "$s"}, at: "Instances.Instance.0.InstanceId", want: "$i"},
			{api: "ECS DescribeInstances", p: parameters{"VpcId": "vpc-other"}, at: "TotalCount", want: "0"},
			{api: "ECS DescribeNetworkInterfaces", p: parameters{"InstanceId": "$i"}, at: "p=NetworkInterfaceSets.NetworkInterfaceSet.0.NetworkInterfaceId"},
			{api: "ECS DetachNetworkInterface", p: parameters{"NetworkInterfaceId": "$p", "InstanceId": "$i"}, code: "InvalidOperation.InvalidEniState"},
			{api: "ECS CreateNetworkInterface", p: parameters{"VSwitchId": "$s", "SecurityGroupIds": []string{"$g"}}, at: "n=NetworkInterfaceId"},
			{api: "ECS AttachNetworkInterface", p: parameters{"NetworkInterfaceId": "$n", "InstanceId": "$i"}},
			{api: "ECS DescribeNetworkInterfaces", p: parameters{"InstanceId": "$i"}, at: "TotalCount", want: "2"},
			{api: "ECS DescribeNetworkInterfaces", p: parameters{"NetworkInterfaceId": []string{"$n"}}, at: "NetworkInterfaceSets.NetworkInterfaceSet.0.Status", want: "InUse"},
			{api: "ECS DeleteNetworkInterface", p: parameters{"NetworkInterfaceId": "$n"}, code: "InvalidOperation.InvalidEniState"},
			{api: "ECS DetachNetworkInterface", p: parameters{"NetworkInterfaceId": "$n", "InstanceId": "$i"}},
			{api: "ECS DeleteNetworkInterface", p: parameters{"NetworkInterfaceId": "$n"}},
			{api: "VPC DeleteVSwitch", p: parameters{"VSwitchId": "$s"}, code: "DependencyViolation"},
			{api: "ECS DeleteInstance", p: parameters{"InstanceId": "$i", "Force": "true"}},
			{api: "VPC DeleteVSwitch", p: parameters{"VSwitchId": "$s"}},
			{api: "ECS DeleteSecurityGroup", p: parameters{"SecurityGroupId": "$g"}},
			{api: "VPC DeleteVpc", p: parameters{"VpcId": "$v"}},
			{api: "VPC DescribeVpcs", p: parameters{"VpcId": "$v"}, at: "TotalCount", want: "0"},
		},
		"several": {
			newInstance,
			{api: "ECS StopInstances", p: parameters{"InstanceIds": []string{"$i"}}, at: "InstanceResponses.InstanceResponse.0.CurrentStatus", want: "Stopped"},
			{api: "ECS StopInstances", p: parameters{"InstanceIds": []string{"$i"}}, at: "InstanceResponses.InstanceResponse.0.Code", want: "IncorrectInstanceStatus"},
			{api: "ECS ModifyInstanceSpec", p: parameters{"InstanceId": "$i", "InstanceType": "ecs.g8.large"}},
			{api: "ECS StartInstances", p: parameters{"InstanceId1": "$i"}},
			{api: "ECS ModifyInstanceSpec", p: parameters{"InstanceId": "$i", "InstanceType": "ecs.g7.large"}, code: "IncorrectInstanceStatus"},
			{api: "ECS RebootInstances", p: parameters{"InstanceIds": []string{"$i"}}},
			{api: "ECS ModifyInstanceAttribute", p: parameters{"InstanceId": "$i", "DeletionProtection": true, "InstanceName": "new"}},
			{api: "ECS DescribeInstances", p: parameters{"InstanceName": "new", "InstanceType": "ecs.g8.large"}, at: "Instances.Instance.0.DeletionProtection", want: "true"},
			{api: "ECS DeleteInstances", p: parameters{"InstanceIds": []string{"$i"}, "Force": true}, code: "InvalidOperation.DeletionProtection"},
			{api: "ECS AttachInstanceRamRole", p: parameters{"InstanceIds": []string{"$i"}, "RamRoleName": "r"}},
			{api: "ECS DescribeInstanceRAMRole", p: parameters{"InstanceIds": []string{"$i"}}, at: "InstanceRamRoleSets.InstanceRamRoleSet.0.RamRoleName", want: "r"},
			{api: "ECS DetachInstanceRamRole", p: parameters{"InstanceIds": []string{"$i"}, "RamRoleName": "r"}},
			{api: "ECS CreateKeyPair", p: parameters{"KeyPairName": "k"}, at: "p=PrivateKeyBody"},
			{api: "ECS AttachKeyPair", p: parameters{"KeyPairName": "k", "InstanceIds": []string{"$i"}}},
			{api: "ECS DescribeInstanceAttribute", p: parameters{"InstanceId": "$i"}, at: "InstanceName", want: "new"},
			{api: "ECS DescribeInstanceStatus", p: parameters{"InstanceId": []string{"$i"}}, at: "InstanceStatuses.InstanceStatus.0.Status", want: "Running"},
			{api: "ECS DescribeKeyPairs", p: parameters{"KeyPairName": "*"}, at: "KeyPairs.KeyPair.0.KeyPairName", want: "k"},
			{api: "ECS DeleteKeyPairs", p: parameters{"KeyPairNames": `["k"]`}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := providertest.New(t, nil)
			tell(t, c, steps)
			if got := c.ShapeAnswered(); len(got) > 0 {
				t.Errorf("answered by shape: %v", got)
			}
		})
	}
}
