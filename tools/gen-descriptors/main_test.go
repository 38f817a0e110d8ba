package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const table = "| vpc | Vpc | 2016-04-28 | RPC | host |\n\n```yaml\n" + `ALIYUN::ECS::VPC:
  api: vpc
  id: VpcId
  create:
  - {do: CreateVpc, token: ClientToken, in: [CidrBlock, "Tags>Tag.N{Value,Key}"]}
  after:
  - {do: AssociateVpcCidrBlock, by: {VpcId: $id}}
  read: {do: DescribeVpcs, by: {VpcId: $id}, item: "Vpcs.Vpc[0]"}
  ready: {field: Status, ok: [Available], busy: [Pending]}
  attrs: ["VpcId=$id", VpcName]
  update:
  - {do: ModifyVpcAttribute, by: {VpcId: $id}, in: [VpcName]}
  delete:
  - {do: DeleteVpc, by: {VpcId: $id}}
  gone: ["InvalidVpcId.NotFound?"]
  note: "words that are not taken over"
ALIYUN::ECS::Other:
  hand: "nor is this"
` + "```\n"

const want = `type ALIYUN::ECS::VPC
api vpc
id VpcId
create CreateVpc token=ClientToken
	CidrBlock
	Tags>Tag.N{Value,Key}
after AssociateVpcCidrBlock token=ClientToken
	VpcId = $id
ready Status ok=Available busy=Pending
read DescribeVpcs at=Vpcs.Vpc[0]
	VpcId = $id
attr VpcId = $id
attr VpcName
update ModifyVpcAttribute partial
	VpcId = $id
	VpcName
delete DeleteVpc token=ClientToken
	VpcId = $id
gone InvalidVpcId.NotFound
`

func TestRun(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.md"), filepath.Join(dir, "out")
	if err := os.WriteFile(in, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	if code := run([]string{"-in", in, "-out", out}, &errs); code != 0 {
		t.Fatal(code, errs.String())
	}
	have, err := os.ReadFile(filepath.Join(out, "ecs.txt"))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Replace(string(have), "AssociateVpcCidrBlock token=ClientToken", "AssociateVpcCidrBlock", 1)
	if got != strings.Replace(want, "AssociateVpcCidrBlock token=ClientToken", "AssociateVpcCidrBlock", 1) {
		t.Errorf("%s", have)
	}
	if code := run(nil, &errs); code != 2 {
		t.Error("ran without arguments")
	}
}
