package providertest_test

import (
	"fmt"
	"testing"

	"github.com/bianpai/bianpai/providertest"
)

// listings are calls that list, with the call that makes one thing more.
var listings = []struct {
	list, at, id string
	make         string
	with         parameters
	tokens       bool // pages by token too
	tagged       bool // what is made may have tags
}{
	{"VPC DescribeVpcs", "Vpcs.Vpc", "VpcId", "VPC CreateVpc", parameters{"CidrBlock": "10.0.0.0/8"}, false, true},
	{"VPC DescribeEipAddresses", "EipAddresses.EipAddress", "AllocationId", "VPC AllocateEipAddress", parameters{}, false, false},
	{"ECS DescribeSecurityGroups", "SecurityGroups.SecurityGroup", "SecurityGroupId", "ECS CreateSecurityGroup", parameters{}, true, true},
	{"ECS DescribeDisks", "Disks.Disk", "DiskId", "ECS CreateDisk", parameters{"ZoneId": "cn-hangzhou-h", "Size": 20}, true, true},
	{"ECS DescribeKeyPairs", "KeyPairs.KeyPair", "KeyPairName", "ECS CreateKeyPair", parameters{"KeyPairName": "*"}, false, true},
	{"ECS DescribeCommands", "Commands.Command", "CommandId", "ECS CreateCommand", parameters{"Name": "*", "Type": "RunShellScript", "CommandContent": "bHM="}, true, false},
	{"ECS DescribeInstances", "Instances.Instance", "InstanceId", "ECS RunInstances", parameters{"ImageId": "aliyun_3_x64_20G_alibase_20240528.vhd", "InstanceType": "ecs.g7.large"}, true, true},
}

func TestEveryListing(t *testing.T) {
	for _, l := range listings {
		t.Run(l.list, func(t *testing.T) {
			c := providertest.New(t, nil)
			const things = 23
			for i := range things {
				with := parameters{}
				for name, v := range l.with {
					if v == "*" {
						v = fmt.Sprint("made-", i)
					}
					with[name] = v
				}
				if l.tagged {
					with["Tag"] = []any{parameters{"Key": "of", "Value": "test"}}
				}
				if _, err := tryCall(t, c, l.make, with); err != nil {
					t.Fatal(err)
				}
			}
			for _, size := range []int{1, 10, 23, 50, 100} {
				pages := things/size + 2
				seen := map[string]int{}
				for page := 1; page <= pages; page++ {
					got := call(t, c, l.list, parameters{"PageNumber": page, "PageSize": size})
					for _, id := range got.ids(l.at, l.id) {
						seen[id]++
					}
					if n := len(got.ids(l.at, l.id)); n != max(0, min(size, things-(page-1)*size)) {
						t.Errorf("page %d of size %d has %d", page, size, n)
					}
					if got.text("TotalCount") != fmt.Sprint(things) || got.text("PageNumber") != fmt.Sprint(page) || got.text("PageSize") != fmt.Sprint(size) {
						t.Errorf("page %d of size %d: %s of %s, size %s", page, size, got.text("PageNumber"), got.text("TotalCount"), got.text("PageSize"))
					}
				}
				once(t, seen, things)
			}
			if got := call(t, c, l.list, parameters{"PageSize": 1000}); got.text("PageSize") != "100" {
				t.Errorf("a page of size 1000 tells the size %s", got.text("PageSize"))
			}
			for _, bad := range []parameters{{"PageSize": 0}, {"PageSize": -1}, {"PageNumber": 0}, {"PageNumber": -1}} {
				if _, err := tryCall(t, c, l.list, bad); err == nil {
					t.Errorf("%v is taken", bad)
				}
			}
			if l.tokens {
				byToken(t, c, l.list, l.at, l.id, things)
			}
		})
	}
}

func byToken(t *testing.T, c *providertest.Cloud, list, at, id string, things int) {
	t.Helper()
	for _, size := range []int{1, 10, 23, 100} {
		seen := map[string]int{}
		p := parameters{"MaxResults": size}
		for range things + 2 {
			got := call(t, c, list, p)
			for _, id := range got.ids(at, id) {
				seen[id]++
			}
			next := got.text("NextToken")
			if next == "" {
				break
			}
			p = parameters{"MaxResults": size, "NextToken": next}
		}
		once(t, seen, things)
	}
	if _, err := tryCall(t, c, list, parameters{"NextToken": "nonsense!"}); err == nil {
		t.Error("a token of nobody's is taken")
	}
}

// ids gives the ids of the things of a page.
func (a answer) ids(at, id string) []string {
	var ids []string
	items, _ := a.at(at).([]any)
	for _, item := range items {
		m, _ := item.(map[string]any)
		ids = append(ids, fmt.Sprint(m[id]))
	}
	return ids
}

func once(t *testing.T, seen map[string]int, things int) {
	t.Helper()
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s is on %d pages", id, n)
		}
	}
	if len(seen) != things {
		t.Errorf("all pages together have %d things, want %d", len(seen), things)
	}
}

// A call that is answered by shape has one page: who asks on until a page is
// empty comes to an end.
func TestPagesByShapeEnd(t *testing.T) {
	c := providertest.New(t, nil)
	const api, at = "CDN DescribeUserDomains", "Domains.PageData"
	if n := len(call(t, c, api, parameters{}).ids(at, "DomainName")); n == 0 {
		t.Error("the first page is empty")
	}
	if n := len(call(t, c, api, parameters{"PageNumber": 2}).ids(at, "DomainName")); n != 0 {
		t.Errorf("the second page has %d", n)
	}
}
