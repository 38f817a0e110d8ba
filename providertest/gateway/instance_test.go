package gateway

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/signal"
	"github.com/bianpai/bianpai/providertest"
)

func TestSignalsOfScripts(t *testing.T) {
	const at = "http://ops.test:80/waitcondition?resource=h&expire=1&signature=ab"
	curl, _ := signal.Commands(at, "cn-hangzhou")["CurlCli"].(string)
	shell, _ := signal.Commands(at, "cn-hangzhou")["PowerShellCurlCli"].(string)
	for name, test := range map[string]struct {
		script string
		want   []sending
	}{
		"no signal":          {"#!/bin/sh\nyum -y install nginx\ncurl https://example.com/x\n", nil},
		"without a body":     {"set -e\n" + curl + "\n", []sending{{at, ""}}},
		"with a body":        {curl + ` -d '{"status": "SUCCESS"}'`, []sending{{at, `{"status": "SUCCESS"}`}}},
		"in double quotes":   {curl + ` -d "{\"id\": \"a\", \"data\": \"x\"}"`, []sending{{at, `{"id": "a", "data": "x"}`}}},
		"success or failure": {"if ok; then\n" + curl + " -d '{\"status\": \"SUCCESS\"}'\nelse\n" + curl + " -d '{\"status\": \"FAILURE\"}'\nfi\n", []sending{{at, `{"status": "SUCCESS"}`}}},
		"two of its own":     {curl + " -d '{\"id\": 1}'\n" + curl + " -d '{\"id\": 2}'\n" + curl + " -d '{\"id\": 2}'\n", []sending{{at, `{"id": 1}`}, {at, `{"id": 2}`}}},
		"what a shell fills": {curl + ` -d "$RESULT"`, []sending{{at, ""}}},
		"of Windows":         {shell + ` -Body '{"status":"SUCCESS"}'`, []sending{{at, `{"status":"SUCCESS"}`}}},
	} {
		if diff := cmp.Diff(test.want, signalsOf(test.script), cmp.AllowUnexported(sending{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestInstancesSignal runs scripts that are handed over in each way there is.
func TestInstancesSignal(t *testing.T) {
	var mu sync.Mutex
	var got []string
	ops := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Method+" "+r.URL.Query().Get("resource")+" "+string(body))
	}))
	defer ops.Close()
	cloud := providertest.New(t, nil)
	g := New(cloud, &Options{Instances: Instances{Client: ops.Client()}})
	script := func(name string) string {
		return base64.StdEncoding.EncodeToString([]byte("curl -i -X POST '" + ops.URL + "/waitcondition?resource=" + name + "' -d '{}'\n"))
	}
	run := func(api string, parameters map[string]any) json.RawMessage {
		t.Helper()
		data, err := json.Marshal(parameters)
		if err != nil {
			t.Fatal(err)
		}
		call := &provider.Call{Service: "ECS", API: api, Parameters: data}
		res, err := cloud.Call(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		g.run(api, call)
		return res.Body
	}
	group, vswitch, image := cloud.Existing("ALIYUN::ECS::SecurityGroup"), cloud.Existing("ALIYUN::ECS::VSwitch"), "aliyun_3_x64_20G_alibase_20240528.vhd"
	var launched struct {
		InstanceIDSets struct{ InstanceIDSet []string }
	}
	out := run("RunInstances", map[string]any{"ImageId": image, "InstanceType": "ecs.g7.large", "SecurityGroupId": group, "VSwitchId": vswitch, "Amount": 2, "UserData": script("boot")})
	if err := json.Unmarshal(out, &launched); err != nil || len(launched.InstanceIDSets.InstanceIDSet) != 2 {
		t.Fatal(string(out), err)
	}
	ids := launched.InstanceIDSets.InstanceIDSet
	run("RunCommand", map[string]any{"Type": "RunShellScript", "CommandContent": script("command"), "ContentEncoding": "Base64", "InstanceId": ids})
	var made struct{ CommandID string }
	if err := json.Unmarshal(run("CreateCommand", map[string]any{"Name": "signal", "Type": "RunShellScript", "CommandContent": script("stored")}), &made); err != nil {
		t.Fatal(err)
	}
	run("InvokeCommand", map[string]any{"CommandId": made.CommandID, "InstanceId": ids[:1]})
	g.scripts.Wait()
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	slices.Sort(got)
	want := "POST boot {}\nPOST boot {}\nPOST command {}\nPOST command {}\nPOST stored {}"
	if have := strings.Join(got, "\n"); have != want {
		t.Errorf("signals:\n%s\nwant:\n%s", have, want)
	}
}
