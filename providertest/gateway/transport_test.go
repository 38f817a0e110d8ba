package gateway_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

// made counts the VPCs that are there by their id.
func made(t *testing.T, c *client) int {
	t.Helper()
	n := 0
	for _, op := range c.cloud.Calls() {
		if op.Type == "VPC.CreateVpc" && op.Outcome == providertest.OutcomeDone {
			n++
		}
	}
	return n
}

func TestFaults(t *testing.T) {
	for name, test := range map[string]struct {
		fault  gateway.Fault
		effect int
		failed bool // no complete answer
		check  func(a *answer) bool
	}{
		"CutBody":   {gateway.CutBody(), 1, true, func(a *answer) bool { return a.status == 200 && a.text != "" && a.body == nil }},
		"BlockPage": {gateway.BlockPage(405), 0, false, func(a *answer) bool { return a.status == 405 && strings.Contains(a.text, "<html>") }},
		"Status":    {gateway.Status(503, ""), 0, false, func(a *answer) bool { return a.status == 503 && a.text == "" }},
		"Status, body": {gateway.Status(503, `{"Code":"ServiceUnavailable"}`), 0, false, func(a *answer) bool {
			return a.status == 503 && a.text == `{"Code":"ServiceUnavailable"}`
		}},
		"ContentType": {gateway.ContentType("text/html"), 1, false, func(a *answer) bool { return a.header.Get("Content-Type") == "text/html" && a.at("VpcId") != nil }},
		"NotJSON": {gateway.NotJSON(), 1, false, func(a *answer) bool {
			return a.status == 200 && a.body == nil && strings.Contains(a.header.Get("Content-Type"), "json")
		}},
		"SuccessFalse": {gateway.SuccessFalse("X.Y", "no"), 0, false, func(a *answer) bool {
			return a.status == 200 && a.at("Success") == false && a.code() == "X.Y" && a.at("RequestId") == a.header.Get("X-Acs-Request-Id")
		}},
		"NumericCode": {gateway.NumericCode(400, 1234, "no"), 0, false, func(a *answer) bool { return a.status == 400 && a.at("Code") == 1234.0 }},
		"ResetBefore": {gateway.ResetBefore(), 0, true, nil},
		"ResetAfter":  {gateway.ResetAfter(), 1, true, nil},
		"Throttle": {gateway.Throttle(0), 0, false, func(a *answer) bool {
			return a.status == 400 && a.code() == "Throttling.User" && a.header.Get("X-Acs-Retry-After") == ""
		}},
		"Throttle, 2 s": {gateway.Throttle(2 * time.Second), 0, false, func(a *answer) bool { return a.header.Get("X-Acs-Retry-After") == "2000" }},
		"SlowBody":      {gateway.SlowBody(time.Hour), 1, false, func(a *answer) bool { return a.at("VpcId") != nil }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, c := newGateway(t, nil)
				g.Inject(gateway.Match{Service: "vpc", API: "createvpc", Times: 1}, test.fault)
				begin := time.Now()
				a, err := c.try(c.signed("vpc.aliyuncs.com", c.params("2016-04-28", "CreateVpc", nil)))
				if (err != nil) != test.failed || test.check != nil && !test.check(a) {
					t.Errorf("answered with %+v, %v", a, err)
				}
				if got := made(t, c); got != test.effect {
					t.Errorf("%d VPCs were made, want %d", got, test.effect)
				}
				if slow := time.Since(begin); slow != map[bool]time.Duration{true: time.Hour}[name == "SlowBody"] {
					t.Errorf("it took %v", slow)
				}
				if r := g.Requests()[0]; r.Fault != strings.Split(name, ",")[0] || r.API != "CreateVpc" {
					t.Errorf("%+v", r)
				}
				c.want(c.vpc("CreateVpc", nil), 200, "")
				if err := g.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestFaultSelection(t *testing.T) {
	g, c := newGateway(t, nil)
	g.Inject(gateway.Match{API: "DescribeVpcs", Nth: 2}, gateway.Status(502, ""))
	g.Inject(gateway.Match{Service: "ECS"}, gateway.Status(504, ""))
	var got []int
	for range 3 {
		got = append(got, c.vpc("DescribeVpcs", nil).status)
	}
	got = append(got, c.ecs("DescribeInstances", nil).status, c.vpc("DescribeVSwitches", nil).status)
	g.Heal()
	got = append(got, c.ecs("DescribeInstances", nil).status)
	if fmt.Sprint(got) != "[200 502 200 504 200 200]" {
		t.Error(got)
	}
}

func TestResetOverTCP(t *testing.T) {
	g, c := newGateway(t, nil)
	server := httptest.NewServer(g)
	defer server.Close()
	g.Inject(gateway.Match{Times: 1}, gateway.ResetBefore())
	c.rt = server.Client().Transport
	r := c.signed(strings.TrimPrefix(server.URL, "http://"), c.params("2016-04-28", "CreateVpc", nil))
	r.URL.Scheme = "http"
	if a, err := c.try(r); err == nil {
		t.Errorf("answered with %+v", a)
	}
}

// A client that goes away while the cloud hangs leaves nothing behind.
func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, c := newGateway(t, nil)
		c.cloud.Inject(providertest.OnCall("VPC", "CreateVpc"), providertest.Hang())
		hc := &http.Client{Transport: c.rt, Timeout: time.Minute}
		_, err := hc.Do(c.signed("vpc.aliyuncs.com", c.params("2016-04-28", "CreateVpc", nil)))
		if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() {
			t.Error(err)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
		g, c := newGateway(t, nil)
		g.Inject(gateway.Match{API: "CreateVpc"}, gateway.SlowBody(time.Hour))
		var wg sync.WaitGroup
		for range 5 {
			r := c.signed("vpc.aliyuncs.com", c.params("2016-04-28", "CreateVpc", nil))
			wg.Go(func() {
				if _, err := c.try(r); err == nil {
					t.Error("an answer that was cut off seems complete")
				}
			})
		}
		synctest.Wait()
		if err := g.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if _, err := c.try(request(t, "GET", "https://vpc.aliyuncs.com/", "")); err == nil {
			t.Error("a closed transport answers")
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
		c.rt = g.Transport() // anew
		c.want(c.vpc("DescribeVpcs", nil), 200, "")
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestConcurrentClients(t *testing.T) {
	g, c := newGateway(t, &gateway.Options{Log: 64})
	const clients, each = 50, 20
	ids := make(chan string, clients*each)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			own := *c
			for k := range each {
				token := fmt.Sprintf("token-%d-%d", i, k/2) // each twice
				a := own.vpc("CreateVpc", map[string]string{"CidrBlock": "10.0.0.0/8", "ClientToken": token})
				id, _ := a.at("VpcId").(string)
				if id == "" {
					t.Errorf("answered with %s", a.text)
				}
				ids <- id
			}
			g.Requests()
		})
	}
	wg.Wait()
	close(ids)
	different := map[string]bool{}
	for id := range ids {
		different[id] = true
	}
	if len(different) != clients*each/2 {
		t.Errorf("%d tokens made %d VPCs", clients*each/2, len(different))
	}
	if n := len(g.Requests()); n != 64 {
		t.Errorf("the log has %d requests", n)
	}
}

func TestBounds(t *testing.T) {
	_, c := newGateway(t, &gateway.Options{MaxBody: 10_000})
	post := func(body string) *http.Request {
		r := request(t, "POST", "https://vpc.aliyuncs.com/", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r
	}
	c.want(c.send(post(strings.Repeat("a", 10_001))), 413, "RequestBodyTooLarge")
	chunked := post("")
	chunked.Body, chunked.ContentLength = io.NopCloser(io.LimitReader(endless{}, 20_000)), -1
	c.want(c.send(chunked), 413, "RequestBodyTooLarge")
	c.want(c.send(request(t, "GET", "https://vpc.aliyuncs.com/?a="+strings.Repeat("a", 70_000), "")), 414, "RequestURITooLarge")
	r := request(t, "GET", "https://vpc.aliyuncs.com/", "")
	r.Header.Set("X-Long", strings.Repeat("a", 70_000))
	c.want(c.send(r), 431, "RequestHeaderTooLarge")
	_, c = newGateway(t, nil)
	c.want(c.send(post(strings.Repeat("a&b&", 1))), 400, "MissingVersion")
	var many strings.Builder
	for i := range 8_001 {
		fmt.Fprintf(&many, "p%d&", i)
	}
	c.want(c.send(post(many.String())), 400, "InvalidParameter")
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
