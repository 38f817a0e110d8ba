package credential

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// URI gives the sessions that an HTTP server hands out; empty stands for
// ALIBABA_CLOUD_CREDENTIALS_URI. No error shows more of the address than its
// host.
func URI(address string, opts *Options) *Cache {
	return NewCache(newURISource(address, opts.orDefault()))
}

type uriSource struct {
	address   string
	transport http.RoundTripper
}

func newURISource(address string, o *Options) *uriSource {
	return &uriSource{address: cmp.Or(address, o.env("ALIBABA_CLOUD_CREDENTIALS_URI")), transport: o.transport()}
}

func (s *uriSource) String() string { return "credentials URI" }

// GoString is String: the address may have a password in it.
func (s *uriSource) GoString() string { return s.String() }

// Credential implements [Provider].
func (s *uriSource) Credential(ctx context.Context) (*Credential, error) {
	if s.address == "" {
		return nil, errors.New("ALIBABA_CLOUD_CREDENTIALS_URI is not set")
	}
	r, err := http.NewRequest(http.MethodGet, s.address, nil)
	if err != nil || r.URL.Host == "" || r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return nil, errors.New("the credentials URI is no http or https URL")
	}
	if user := r.URL.User; user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
	}
	const timeout = 15 * time.Second
	status, body, err := fetch(ctx, s.transport, r, timeout, secretsIn(s.address, r.URL)...)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, &ServiceError{Status: status}
	}
	got := &session{}
	if err := decode(body, got); err != nil {
		return nil, err
	}
	if got.Code != "" && got.Code != "Success" {
		return nil, errors.New("the answer's Code is " + excerpt(got.Code))
	}
	return got.credential()
}

// secretsIn lists what of an address must not be seen.
func secretsIn(address string, u *url.URL) []string {
	all := []string{address, u.String(), u.RawQuery}
	if u.Path != "/" {
		all = append(all, u.Path)
	}
	if password, ok := u.User.Password(); ok {
		all = append(all, password)
	}
	return all
}
