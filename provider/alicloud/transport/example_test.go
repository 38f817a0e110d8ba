package transport_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
)

// A transport with a server in this process in place of the network.
func Example() {
	server := roundTrip(func(r *http.Request) (*http.Response, error) {
		fmt.Println(r.Method, r.Host, r.URL.Query().Get("Action"))
		return answer(200, `{"RequestId":"4C467B38","TotalCount":0}`), nil
	})
	t, err := transport.New(credential.AccessKey("testid", "testsecret"), &transport.Options{HTTP: server})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := t.Do(context.Background(), &alicloud.Request{
		Product: "Ecs", Version: "2014-05-26", API: "DescribeInstances", Region: "cn-shanghai",
		Query: map[string]string{"Tag.1.Key": "app", "PageSize": "10"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Status, string(resp.Body))
	// Output:
	// POST ecs.cn-shanghai.aliyuncs.com DescribeInstances
	// 200 {"RequestId":"4C467B38","TotalCount":0}
}
