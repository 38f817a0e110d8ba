package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

// place is a local cloud and a folder for the state.
type place struct {
	t     *testing.T
	cloud *providertest.Cloud
	url   string
	state string
}

func newPlace(t *testing.T, opts *providertest.Options, face *gateway.Options) *place {
	t.Helper()
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "")
	cloud := providertest.New(t, opts)
	g := gateway.New(cloud, face)
	server := httptest.NewServer(g)
	t.Cleanup(func() {
		server.Close()
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return &place{t: t, cloud: cloud, url: server.URL, state: filepath.Join(t.TempDir(), "state")}
}

func (p *place) file(name, text string) string {
	p.t.Helper()
	file := filepath.Join(filepath.Dir(p.state), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return file
}

// deploy runs a command, with answers for what it asks.
func (p *place) deploy(ctx context.Context, answers, command string, args ...string) (int, string) {
	var out bytes.Buffer
	all := append([]string{command, "-state", p.state, "-endpoint", p.url, "-signals", "127.0.0.1:0"}, args...)
	code := run(ctx, all, strings.NewReader(answers), &out, &out)
	return code, out.String()
}

// expect runs a command that is to end in a way and to print words.
func (p *place) expect(want int, answers, command string, args []string, words ...string) {
	p.t.Helper()
	code, out := p.deploy(p.t.Context(), answers, command, args...)
	if code != want {
		p.t.Errorf("%s: exit code %d, want %d:\n%s", command, code, want, out)
	}
	for _, w := range words {
		if !strings.Contains(out, w) {
			p.t.Errorf("%s: no %q in:\n%s", command, w, out)
		}
	}
}

const network = `ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Range: {Type: String, Default: 10.0.0.0/8}
Resources:
  Net:
    Type: ALIYUN::ECS::VPC
    Properties: {VpcName: office, CidrBlock: {Ref: Range}}
  Floor:
    Type: ALIYUN::ECS::VSwitch
    Properties: {VpcId: {Ref: Net}, ZoneId: cn-hangzhou-b, CidrBlock: 10.1.0.0/16, VSwitchName: floor-1}
Outputs:
  NetId: {Value: {Ref: Net}}
`

// TestLifeOfAStack plans, creates, changes, shows and deletes a stack, over HTTP.
func TestLifeOfAStack(t *testing.T) {
	p := newPlace(t, nil, nil)
	file := p.file("network.yaml", network)
	stack := []string{"-stack", "office", file}
	p.expect(0, "", "plan", stack, "2 to create", "ALIYUN::ECS::VSwitch")
	p.expect(0, "n\n", "apply", stack, "Do this? [y/n]", "Nothing was done")
	p.cloud.AssertEmpty(t)
	p.expect(exitFailed, "", "apply", stack, "-yes goes on without asking")
	p.expect(0, "y\n", "apply", stack, "Floor", "CREATE_COMPLETE", "NetId", "vpc-")
	p.expect(0, "", "apply", stack, "NetId") // nothing to do, nothing asked
	p.file("network.yaml", strings.Replace(network, "floor-1", "ground", 1))
	p.expect(0, "", "apply", append([]string{"-yes"}, stack...), "1 to update", "UPDATE_COMPLETE")
	if floor := p.cloud.Resources()[1]; floor.Property("VSwitchName") != "ground" {
		t.Errorf("%s", floor.Properties)
	}
	p.expect(0, "", "show", []string{"-stack", "office"}, "UPDATE_COMPLETE", "ALIYUN::ECS::VPC", "NetId")
	p.expect(0, "", "show", nil, "office", "cn-hangzhou")
	p.expect(0, "y\n", "destroy", []string{"-stack", "office"}, "Delete the stack office", "DELETE_COMPLETE")
	p.cloud.AssertEmpty(t)
}

// TestGoesOnAfterAnInterruption interrupts an apply and gives the same command
// again.
func TestGoesOnAfterAnInterruption(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := newPlace(t, &providertest.Options{Latency: func(string, string) time.Duration { return 1500 * time.Millisecond }}, &gateway.Options{
		Observe: func(r gateway.Request) {
			if r.API == "DescribeVpcs" { // it waits for the network
				cancel()
			}
		},
	})
	stack := []string{"-yes", "-stack", "office", p.file("network.yaml", network)}
	if code, out := p.deploy(ctx, "", "apply", stack...); code != exitInterrupted || !strings.Contains(out, "the same command goes on") {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	p.expect(0, "", "apply", stack, "this goes on with it", "CREATE_COMPLETE", "NetId")
	if n := len(p.cloud.Resources()); n != 2 {
		t.Errorf("%d resources in the cloud", n)
	}
}

// TestRefusals are told in words, with where they are or who refused.
func TestRefusals(t *testing.T) {
	p := newPlace(t, nil, nil)
	stack := func(text string) []string {
		return []string{"-yes", "-stack", "office", p.file("faulty.yaml", text)}
	}
	p.expect(exitFailed, "", "apply", stack(strings.Replace(network, "Ref: Net}, ZoneId", "Ref: Nt}, ZoneId", 1)), "faulty.yaml:10:", "Net")
	p.expect(exitFailed, "", "apply", stack(strings.Replace(network, "10.1.0.0/16", "192.168.0.0/24", 1)), "CREATE_ROLLBACK", "InvalidCidrBlock", "request id")
	p.cloud.AssertEmpty(t)
	p.expect(exitFailed, "", "plan", []string{"-stack", "office", "no-such-file.yaml"}, "no-such-file.yaml")
	p.expect(exitFailed, "", "destroy", []string{"-stack", "nobody"}, "nobody")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-nobody")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "guessed-secret")
	code, out := p.deploy(t.Context(), "", "apply", "-yes", "-stack", "other", p.file("network.yaml", network))
	if code != exitFailed || !strings.Contains(out, "InvalidAccessKeyId") || strings.Contains(out, "guessed-secret") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

const restart = `FormatVersion: OOS-2019-06-01
Parameters:
  vpcName: {Type: String}
Tasks:
- Name: make
  Action: ACS::ExecuteAPI
  Description: A network
  Properties:
    Service: VPC
    API: CreateVpc
    Parameters: {RegionId: cn-hangzhou, VpcName: '{{ vpcName }}', CidrBlock: 10.0.0.0/8}
  Outputs:
    vpcId: {Type: String, ValueSelector: VpcId}
- Name: ask
  Action: ACS::Approve
  Properties: {NotifyType: WebHook, WebHook: {URI: 'https://ops.example.com/hook', Content: {text: 'Go on?'}}}
- Name: remove
  Action: ACS::ExecuteAPI
  Description: Removed again
  Properties:
    Service: VPC
    API: DeleteVpc
    Parameters: {RegionId: cn-hangzhou, VpcId: '{{ make.vpcId }}'}
Outputs:
  vpcId: {Type: String, Value: '{{ make.vpcId }}'}
`

func TestRunbook(t *testing.T) {
	p := newPlace(t, nil, nil)
	file := p.file("restart.yaml", restart)
	p.expect(0, "y\n", "run", []string{"-p", "vpcName=drill", file}, "make: A network", "Approve? [y/n]", "Success", `"vpcId": "vpc-`)
	p.cloud.AssertEmpty(t)
	p.expect(exitFailed, "n\n", "run", []string{"-p", "vpcName=drill", file}, "Nothing was done")
	if n := len(p.cloud.Resources()); n != 1 {
		t.Errorf("%d resources in the cloud", n)
	}
	p.expect(exitFailed, "", "run", []string{file}, "vpcName")
}

func TestMisuse(t *testing.T) {
	for args, want := range map[string]int{
		"":        exitMisuse,
		"-h":      0,
		"plan -h": 0,
		"dance":   exitMisuse, "plan": exitMisuse, "plan -stack x": exitMisuse, "plan -stack x a.yaml b.yaml": exitMisuse,
		"destroy -stack x a.yaml": exitMisuse, "destroy": exitMisuse, "show -nonsense": exitMisuse, "run": exitMisuse,
		"plan -stack x -p y a.yaml": exitMisuse, "plan -stack x -endpoint nowhere a.yaml": exitMisuse,
	} {
		var out bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), strings.NewReader(""), &out, &out); code != want || out.Len() == 0 {
			t.Errorf("%q: exit code %d, want %d:\n%s", args, code, want, out.String())
		}
	}
}

// TestKeyIsKept refuses to go on with a key that is damaged, rather than to make
// another one, with which the journal could not be read.
func TestKeyIsKept(t *testing.T) {
	dir := t.TempDir()
	first, err := loadKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := loadKey(dir)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("another key, %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte("gone\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadKey(dir); err == nil || strings.Contains(err.Error(), "gone") {
		t.Errorf("%v", err)
	}
}
