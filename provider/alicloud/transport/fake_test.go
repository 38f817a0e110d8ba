package transport_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
)

const (
	keyID  = "LTAIkeyOfTests"
	secret = "canary/secret+of=tests"
	token  = "canary/token+of=tests=="
)

// roundTrip is an in-process transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// made makes a transport; a change may change its options.
func made(t testing.TB, rt http.RoundTripper, changes ...func(*transport.Options)) *transport.Transport {
	t.Helper()
	opts := &transport.Options{HTTP: rt}
	for _, change := range changes {
		change(opts)
	}
	tr, err := transport.New(credential.SessionToken(keyID, secret, token), opts)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func v1(*transport.Options) {}

func acs3(o *transport.Options) { o.Signature = transport.ACS3 }

// seen is a request as a server reads it.
type seen struct {
	*http.Request
	payload []byte
	params  url.Values // of query and form
}

// captured makes a call and gives what was sent.
func captured(t testing.TB, req *alicloud.Request, changes ...func(*transport.Options)) (*seen, error) {
	t.Helper()
	var got *seen
	tr := made(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		got = read(t, r)
		return answer(200, `{"RequestId":"r"}`), nil
	}), changes...)
	_, err := tr.Do(t.Context(), req)
	return got, err
}

// read writes a request as the wire has it and reads it back.
func read(t testing.TB, r *http.Request) *seen {
	t.Helper()
	near, far := net.Pipe()
	go func() {
		_ = r.Write(near) // the reader sees what is missing
		near.Close()
	}()
	got, err := http.ReadRequest(bufio.NewReader(far))
	if err != nil {
		t.Fatal(err)
	}
	s := &seen{Request: got}
	if s.payload, err = io.ReadAll(got.Body); err != nil {
		t.Fatal(err)
	}
	s.params = got.URL.Query()
	if strings.HasPrefix(got.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(s.payload))
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range form {
			if s.params.Has(name) {
				t.Errorf("%s is in query and form", name)
			}
			s.params[name] = values
		}
	}
	return s
}

func describeVPCs() *alicloud.Request {
	return &alicloud.Request{Product: "Vpc", Version: "2016-04-28", API: "DescribeVpcs", Region: "cn-shanghai", Query: map[string]string{"VpcId": "vpc-1"}}
}

func createCluster() *alicloud.Request {
	return &alicloud.Request{Product: "CS", Version: "2015-12-15", API: "CreateCluster", Region: "cn-shanghai", Style: alicloud.ROA,
		Path: "/clusters/c%2F1", Query: map[string]string{"a": "", "b": "x y*~\u00e9"}, Body: []byte(`{"name":"n"}`)}
}

// refusal gives an error of the provider's kind, and fails without one.
func refusal(t testing.TB, err error) *provider.Error {
	t.Helper()
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		t.Fatalf("%v (%T) is no *provider.Error", err, err)
	}
	return e
}

// provide is a provider of credentials made of a function.
type provide func(context.Context) (*credential.Credential, error)

func (f provide) Credential(ctx context.Context) (*credential.Credential, error) { return f(ctx) }
