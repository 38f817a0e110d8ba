package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
	"github.com/bianpai/bianpai/providertest/gateway"
)

// screen is what the command has printed so far.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

var place = regexp.MustCompile(`at (http://127\.0\.0\.1:\d+)\n`)

// start runs the command and gives its URL.
func start(t *testing.T, args ...string) (url string, out *screen, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out = &screen{}
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), out, out) }()
	for m := []string(nil); m == nil; m = place.FindStringSubmatch(out.String()) {
		select {
		case code := <-ended:
			t.Fatalf("it ended with %d:\n%s", code, out)
		case <-time.After(time.Millisecond):
		}
		if m = place.FindStringSubmatch(out.String()); m != nil {
			url = m[1]
		}
	}
	return url, out, func() int { cancel(); return <-ended }
}

func call(t *testing.T, url, secret, api string, query map[string]string) (int, string) {
	t.Helper()
	tr, err := transport.New(credential.AccessKey(gateway.KeyID, secret), &transport.Options{Endpoint: url})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.CloseIdleConnections()
	resp, err := tr.Do(t.Context(), &alicloud.Request{Product: "Vpc", Version: "2016-04-28", API: api, Region: "cn-beijing", Query: query})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Status, string(resp.Body)
}

func TestLocalCloud(t *testing.T) {
	state := filepath.Join(t.TempDir(), "cloud.json")
	url, out, stop := start(t, "-region", "cn-beijing", "-state", state, "-speed", "0")
	if status, body := call(t, url, gateway.KeySecret, "CreateVpc", map[string]string{"VpcName": "shop", "CidrBlock": "10.0.0.0/8"}); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	if status, body := call(t, url, "a wrong secret", "DescribeVpcs", nil); status != http.StatusBadRequest && status != http.StatusForbidden || !strings.Contains(body, "SignatureDoesNotMatch") {
		t.Errorf("%d %s", status, body)
	}
	if code := stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	for _, want := range []string{"cn-beijing", gateway.KeyID, "VPC.CreateVpc", "VPC.DescribeVpcs", "SignatureDoesNotMatch"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}

	url, out, stop = start(t, "-region", "cn-beijing", "-state", state, "-quiet")
	if status, body := call(t, url, gateway.KeySecret, "DescribeVpcs", nil); status != http.StatusOK || !strings.Contains(body, `"shop"`) {
		t.Errorf("after a restart: %d %s", status, body)
	}
	stop()
	if strings.Contains(out.String(), "VPC.DescribeVpcs") || !strings.Contains(out.String(), "1 resources") {
		t.Errorf("with -quiet:\n%s", out)
	}
}

func TestMisuse(t *testing.T) {
	for args, want := range map[string]int{
		"-h": 0, "-speed -1": exitMisuse, "shop.yaml": exitMisuse, "-nonsense": exitMisuse,
		"-listen 256.0.0.1:x": exitFailed, "-listen 127.0.0.1:0 -state .": exitFailed,
	} {
		if code := run(t.Context(), strings.Fields(args), io.Discard, io.Discard); code != want {
			t.Errorf("%s: exit code %d, want %d", args, code, want)
		}
	}
}
