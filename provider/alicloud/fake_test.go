package alicloud

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// table is a transport that answers each API from a table.
type table struct {
	mu      sync.Mutex
	answers map[string]func(*Request) (int, any)
	calls   []*Request
}

func (f *table) Do(ctx context.Context, req *Request) (*Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.calls = append(f.calls, req)
	answer := f.answers[req.API]
	f.mu.Unlock()
	if answer == nil {
		return answered(404, map[string]any{"Code": "InvalidAction.NotFound", "Message": req.API, "RequestId": "r"}), nil
	}
	status, body := answer(req)
	return answered(status, body), nil
}

func answered(status int, body any) *Response {
	if text, ok := body.(string); ok {
		return &Response{Status: status, Body: []byte(text)}
	}
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return &Response{Status: status, Header: map[string]string{"Content-Type": "application/json"}, Body: data}
}

func (f *table) names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]string, len(f.calls))
	for i, c := range f.calls {
		out[i] = c.API
	}
	return out
}

func (f *table) last(api string) *Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := len(f.calls) - 1; i >= 0; i-- {
		if f.calls[i].API == api {
			return f.calls[i]
		}
	}
	return nil
}

func newProvider(t testing.TB, tr Transport) *Provider {
	t.Helper()
	p, err := New(tr, &Options{Region: "cn-hangzhou", Account: "123456789012"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// drive repeats a request until it is done, as an engine does.
func drive(t testing.TB, do func(context.Context, *provider.Request) (*provider.Progress, error), req *provider.Request) (*provider.Progress, error) {
	t.Helper()
	r := *req
	for range 60 {
		got, err := do(t.Context(), &r)
		if err != nil {
			return nil, err
		}
		if got.Done {
			return got, nil
		}
		if len(got.Resume) > 4<<10 {
			t.Fatalf("Resume has %d bytes", len(got.Resume))
		}
		if got.After <= 0 || got.After > time.Minute {
			t.Fatalf("ask again after %v", got.After)
		}
		r.Resume = got.Resume
		if got.PhysicalID != "" {
			r.PhysicalID = got.PhysicalID
		}
	}
	return nil, fmt.Errorf("%s does not end", req.Type)
}

func lines2(calls []string) string { return strings.Join(calls, " ") }

func asJSON(t testing.TB, v any) json.RawMessage {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// network answers for VPCs as the service does: pending first, then available.
func network() *table {
	f := &table{}
	exists, looks := false, 0
	tokens := map[string]bool{}
	f.answers = map[string]func(*Request) (int, any){
		"CreateVpc": func(r *Request) (int, any) {
			tokens[r.Query["ClientToken"]] = true
			exists, looks = true, 0
			return 200, map[string]any{"VpcId": "vpc-1", "RouteTableId": "vtb-1", "RequestId": "r1"}
		},
		"DescribeVpcs": func(*Request) (int, any) {
			if !exists {
				return 200, map[string]any{"Vpcs": map[string]any{"Vpc": []any{}}, "TotalCount": 0}
			}
			looks++
			status := "Available"
			if looks < 3 {
				status = "Pending"
			}
			return 200, map[string]any{"Vpcs": map[string]any{"Vpc": []any{map[string]any{
				"VpcId": "vpc-1", "Status": status, "VRouterId": "vrt-1", "VpcName": "net", "CidrBlock": "10.0.0.0/8",
			}}}}
		},
		"ModifyVpcAttribute": func(*Request) (int, any) { return 200, map[string]any{"RequestId": "r2"} },
		"TagResources":       func(*Request) (int, any) { return 200, map[string]any{} },
		"UnTagResources":     func(*Request) (int, any) { return 200, map[string]any{} },
		"DeleteVpc": func(*Request) (int, any) {
			exists = false
			return 200, map[string]any{"RequestId": "r3"}
		},
	}
	return f
}

func TestVPC(t *testing.T) {
	f := network()
	p := newProvider(t, f)
	req := &provider.Request{Token: "tok", Type: "ALIYUN::ECS::VPC", LogicalID: "Vpc", Desired: asJSON(t, map[string]any{
		"CidrBlock": "10.0.0.0/8", "VpcName": "net", "EnableIpv6": "true", "Tags": []any{map[string]any{"Key": "k", "Value": "v"}},
	})}
	first, err := p.Create(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if first.Done || first.PhysicalID != "vpc-1" {
		t.Fatalf("%+v", first)
	}
	again := *req
	again.Resume, again.PhysicalID = first.Resume, first.PhysicalID
	made, err := drive(t, p.Create, &again)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"RouteTableId":"vtb-1","VRouterId":"vrt-1","VpcId":"vpc-1","VpcName":"net"}`
	if string(made.Attributes) != want {
		t.Errorf("attributes %s, want %s", made.Attributes, want)
	}
	q := f.last("CreateVpc").Query
	for name, value := range map[string]string{"CidrBlock": "10.0.0.0/8", "EnableIpv6": "true", "Tag.1.Key": "k", "Tag.1.Value": "v", "ClientToken": "tok"} {
		if q[name] != value {
			t.Errorf("%s is %q, want %q", name, q[name], value)
		}
	}
	st, err := p.Read(t.Context(), &provider.Request{Type: req.Type, PhysicalID: "vpc-1"})
	if err != nil {
		t.Fatal(err)
	}
	if string(st.Properties) != `{"CidrBlock":"10.0.0.0/8","VpcName":"net"}` {
		t.Errorf("properties %s", st.Properties)
	}
	f.calls = nil
	_, err = drive(t, p.Update, &provider.Request{Token: "tok2", Type: req.Type, PhysicalID: "vpc-1", Prior: req.Desired, Desired: asJSON(t, map[string]any{
		"CidrBlock": "10.0.0.0/8", "VpcName": "other", "EnableIpv6": true, "Tags": []any{map[string]any{"Key": "k", "Value": "w"}},
	})})
	if err != nil {
		t.Fatal(err)
	}
	if got := lines2(f.names()); got != "ModifyVpcAttribute DescribeVpcs UnTagResources DescribeVpcs TagResources DescribeVpcs DescribeVpcs" {
		t.Error(got)
	}
	if q := f.last("ModifyVpcAttribute").Query; q["VpcName"] != "other" || q["VpcId"] != "vpc-1" || q["CidrBlock"] != "" {
		t.Errorf("%v", q)
	}
	if q := f.last("UnTagResources").Query; q["TagKey.1"] != "k" || q["ResourceId.1"] != "vpc-1" {
		t.Errorf("%v", q)
	}
	f.calls = nil
	if _, err = drive(t, p.Delete, &provider.Request{Token: "tok3", Type: req.Type, PhysicalID: "vpc-1", Prior: req.Desired}); err != nil {
		t.Fatal(err)
	}
	if got := lines2(f.names()); got != "DescribeVpcs DeleteVpc DescribeVpcs" {
		t.Error(got)
	}
	if _, err := p.Delete(t.Context(), &provider.Request{Token: "tok4", Type: req.Type, PhysicalID: "vpc-1"}); err != nil {
		t.Errorf("deleting what is gone: %v", err)
	}
}
