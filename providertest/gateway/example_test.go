package gateway_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/acs"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

func Example() {
	cloud, err := providertest.NewCloud(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	g := gateway.New(cloud, nil)
	g.Inject(gateway.Match{Service: "VPC", API: "CreateVpc", Times: 1}, gateway.Throttle(time.Second))

	// What the client of a cloud would do, which signs for itself.
	client := &http.Client{Transport: g.Transport()}
	for nonce := range 2 {
		p := url.Values{
			"Action": {"CreateVpc"}, "Version": {"2016-04-28"}, "RegionId": {"cn-hangzhou"}, "CidrBlock": {"10.0.0.0/8"}, "AccessKeyId": {gateway.KeyID},
			"SignatureMethod": {"HMAC-SHA1"}, "SignatureVersion": {"1.0"}, "SignatureNonce": {fmt.Sprint(nonce)}, "Timestamp": {time.Now().UTC().Format(acs.TimeLayout)},
		}
		p.Set("Signature", acs.RPCSignature(http.MethodPost, p, gateway.KeySecret))
		resp, err := client.Post("https://vpc.cn-hangzhou.aliyuncs.com/", "application/x-www-form-urlencoded", strings.NewReader(p.Encode()))
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := resp.Body.Close(); err != nil {
			fmt.Println(err)
		}
	}
	for _, r := range g.Requests() {
		fmt.Println(strings.TrimSpace(fmt.Sprint(r.Service, " ", r.API, " ", r.Status, " ", r.Code)))
	}
	fmt.Println(g.Close())
	// Output:
	// VPC CreateVpc 400 Throttling.User
	// VPC CreateVpc 200
	// <nil>
}
