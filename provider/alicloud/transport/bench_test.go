//go:build unix

package transport_test

import (
	"context"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
)

const someVPCs = `{"RequestId":"C6532AA8-D0F7-497F-A8EE-094126D441F5","TotalCount":1,"Vpcs":{"Vpc":[{"VpcId":"vpc-1","Status":"Available"}]}}`

// wire is an in-process server.
var wire = roundTrip(func(*http.Request) (*http.Response, error) {
	return answer(200, someVPCs, "Content-Type", "application/json", "X-Acs-Request-Id", "C6532AA8"), nil
})

func benchmarkRequest() *alicloud.Request {
	return &alicloud.Request{Product: "Vpc", Version: "2016-04-28", API: "DescribeVpcs", Region: "cn-shanghai", Query: map[string]string{
		"VpcId": "vpc-1", "PageSize": "50", "PageNumber": "1", "Tag.1.Key": "app", "Tag.1.Value": "shop", "ResourceGroupId": "rg-1"}}
}

// rawCall is the call by the SDK alone, with a client made once: what a program
// without concurrency would write.
func rawCall(client *sdk.Client, req *alicloud.Request) error {
	r := requests.NewCommonRequest()
	r.Product, r.Version, r.ApiName, r.Method, r.Domain = req.Product, req.Version, req.API, "POST", "vpc.cn-shanghai.aliyuncs.com"
	for name, value := range req.Query {
		r.FormParams[name] = value
	}
	_, err := client.ProcessCommonRequest(r)
	return err
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rawClient makes the client that the SDK's own examples share.
func rawClient(b *testing.B) *sdk.Client {
	b.Helper()
	cfg := sdk.NewConfig().WithScheme("HTTPS").WithTimeout(time.Minute)
	cfg.Transport = wire
	client, err := sdk.NewClientWithOptions("cn-shanghai", cfg, credentials.NewStsTokenCredential(keyID, secret, token))
	if err != nil {
		b.Fatal(err)
	}
	return client
}

// used tells the time of the processor, garbage collection included, of some
// calls.
func used(b *testing.B, calls int, call func() error) time.Duration {
	start := cpu(b)
	for range calls {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
	return cpu(b) - start
}

// BenchmarkCall is what a call costs beyond the network, against the SDK alone.
func BenchmarkCall(b *testing.B) {
	ours := func(req *alicloud.Request, changes ...func(*transport.Options)) func() error {
		tr := made(b, wire, changes...)
		return func() error { _, err := tr.Do(context.Background(), req); return err }
	}
	floor := func() func() error {
		client, req := rawClient(b), benchmarkRequest()
		return func() error { return rawCall(client, req) }
	}
	run := func(name string, call func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := call(); err != nil {
					b.Fatal(err)
				}
			}
			if name == "v1/ours" {
				b.ReportMetric(2, "bar:x-floor")
			}
		})
	}
	run("v1/ours", ours(benchmarkRequest()))
	run("v1/floor", floor())
	run("acs3", ours(benchmarkRequest(), acs3))
	run("roa", ours(createCluster()))

	// The sides take turns, so that what else the machine does meets both.
	over := func(name string, mine func() error) {
		b.Run(name, func(b *testing.B) {
			const turn = 50
			theirs := floor()
			var over time.Duration
			for b.Loop() {
				over += used(b, turn, mine) - used(b, turn, theirs)
			}
			b.ReportMetric(float64(over.Nanoseconds())/1e3/float64(b.N*turn), "µs-cpu-over-sdk/call")
			b.ReportMetric(100, "bar:µs-cpu-over-sdk/call")
		})
	}
	over("over/v1", ours(benchmarkRequest()))
	over("over/acs3", ours(benchmarkRequest(), acs3))
}
