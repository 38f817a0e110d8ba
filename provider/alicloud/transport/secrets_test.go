package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
)

// everything prints an error in all ways, and those it wraps.
func everything(err error) string {
	var b strings.Builder
	for ; err != nil; err = errors.Unwrap(err) {
		data, _ := json.Marshal(err) //nolint:errchkjson // what cannot be encoded shows nothing
		fmt.Fprintf(&b, "%v\n%+v\n%#v\n%q\n%s\n", err, err, err, err, data)
	}
	return b.String()
}

// TestSecretsShowNowhere has servers and transports repeat all that they were
// sent, in every way they could, and looks for it in errors and logs.
func TestSecretsShowNowhere(t *testing.T) {
	const password = "canary-password-1"
	echo := func(r *http.Request) string {
		text := r.Method + " " + r.URL.String()
		for name, values := range r.Header {
			text += "\n" + name + ": " + strings.Join(values, ",")
		}
		return text + "\n" + r.URL.Query().Get("Signature") + "\n" + secret
	}
	ways := map[string]roundTrip{
		"error": func(r *http.Request) (*http.Response, error) { return nil, errors.New(echo(r)) },
		"url error": func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Post", URL: r.URL.String(), Err: io.EOF}
		},
		"two errors": func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("a: %w", &url.Error{URL: echo(r), Err: &url.Error{URL: echo(r), Err: errors.New(echo(r))}})
		},
		"panic":      func(r *http.Request) (*http.Response, error) { panic(echo(r)) },
		"block page": func(r *http.Request) (*http.Response, error) { return answer(403, echo(r)), nil },
		"page":       func(r *http.Request) (*http.Response, error) { return answer(200, echo(r)), nil },
		"refusal":    func(r *http.Request) (*http.Response, error) { return answer(400, refusalOf("X", echo(r))), nil },
		"signature": func(r *http.Request) (*http.Response, error) {
			return answer(400, refusalOf("SignatureDoesNotMatch", echo(r)+password)), nil
		},
		"redirection": func(r *http.Request) (*http.Response, error) {
			return answer(302, echo(r), "Location", r.URL.String()), nil
		},
		"headers": func(r *http.Request) (*http.Response, error) {
			return answer(503, "", "X-Acs-Request-Id", r.URL.Query().Get("Signature")+token), nil
		},
		"cut": func(r *http.Request) (*http.Response, error) {
			resp := answer(200, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), failing{errors.New(echo(r))}))
			return resp, nil
		},
	}
	for way, rt := range ways {
		for _, signature := range []transport.Signature{transport.V1, transport.ACS3} {
			for _, req := range []*alicloud.Request{describeVPCs(), createCluster()} {
				req.Query["Password"] = password
				var log bytes.Buffer
				var sent []string // what is secret of this call
				tr := made(t, roundTrip(func(r *http.Request) (*http.Response, error) {
					sent = secretParts(r)
					return rt(r)
				}), func(o *transport.Options) {
					o.Signature = signature
					o.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				})
				resp, err := tr.Do(t.Context(), req)
				shown := everything(err) + log.String()
				if resp != nil {
					if e := alicloud.AnswerError(req, resp); e != nil {
						shown += everything(e)
					}
					shown += fmt.Sprint(resp.Header)
				} else if strings.Contains(shown, password) {
					t.Errorf("%s: the password shows", way)
				}
				if strings.Contains(log.String(), password) || strings.Count(log.String(), "\n") != 1 {
					t.Errorf("%s: log %s", way, log.String())
				}
				for _, s := range sent {
					for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), fmt.Sprintf("%q", s)} {
						if strings.Contains(shown, strings.Trim(form, `"`)) {
							t.Errorf("%s, signature %d, %s: %q shows in\n%s", way, signature, req.API, form, shown)
						}
					}
				}
			}
		}
	}
}

func refusalOf(code, message string) string {
	data, _ := json.Marshal(map[string]string{"Code": code, "Message": message, "RequestId": "r"})
	return string(data)
}

// secretParts gives what of a request nobody else may see.
func secretParts(r *http.Request) []string {
	parts := []string{secret, token}
	if s := r.URL.Query().Get("Signature"); s != "" {
		parts = append(parts, s)
	}
	for name, values := range r.Header {
		if strings.EqualFold(name, "Authorization") {
			i := strings.LastIndexAny(values[0], ":=")
			if strings.HasPrefix(values[0], "acs ") {
				i = strings.Index(values[0], ":")
			}
			parts = append(parts, values[0][i+1:])
		}
	}
	return parts
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestLog checks the record of each kind of call.
func TestLog(t *testing.T) {
	cases := []struct {
		status int
		body   string
		err    error
		want   string
	}{
		{200, `{"RequestId":"r"}`, nil, `DEBUG call product=Vpc api=DescribeVpcs region=cn-shanghai status=200 request_id=h`},
		{200, `{"Success":false,"Code":"Busy"}`, nil, `INFO "call refused" product=Vpc api=DescribeVpcs region=cn-shanghai status=200 code=Busy kind=unknown request_id=h`},
		{404, `{"Code":"InvalidVpcId.NotFound","RequestId":"r"}`, nil, `INFO "call refused" product=Vpc api=DescribeVpcs region=cn-shanghai status=404 code=InvalidVpcId.NotFound kind=not-found request_id=r`},
		{0, "", io.EOF, `WARN "call failed" product=Vpc api=DescribeVpcs region=cn-shanghai code=Transport kind=transient request_id=""`},
		{0, "", context.Canceled, `WARN "call failed" product=Vpc api=DescribeVpcs region=cn-shanghai code="context canceled"`},
	}
	for _, c := range cases {
		var log bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		tr := made(t, roundTrip(func(*http.Request) (*http.Response, error) {
			if c.err != nil {
				if errors.Is(c.err, context.Canceled) {
					cancel()
				}
				return nil, c.err
			}
			return answer(c.status, c.body, "X-Acs-Request-Id", "h"), nil
		}), func(o *transport.Options) {
			o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey || a.Key == "took" {
					return slog.Attr{}
				}
				return a
			}}))
		})
		_, _ = tr.Do(ctx, describeVPCs()) // what it returns is checked elsewhere
		cancel()
		got := strings.TrimSpace(strings.NewReplacer("level=", "", "msg=", "").Replace(log.String()))
		if got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestNothingIsPrinted checks that a call writes nothing to standard output or
// standard error, as the SDK does on some paths.
func TestNothingIsPrinted(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	_, _ = captured(t, describeVPCs())
	tr := made(t, roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.EOF }))
	_, callErr := tr.Do(t.Context(), createCluster())
	os.Stdout, os.Stderr = stdout, stderr
	w.Close()
	printed, err := io.ReadAll(r)
	if err != nil || len(printed) > 0 {
		t.Errorf("printed %q, %v", printed, err)
	}
	if _, ok := errors.AsType[*provider.Error](callErr); !ok {
		t.Error(callErr)
	}
}
