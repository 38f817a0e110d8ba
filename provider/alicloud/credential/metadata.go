package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	metadataURL = "http://100.100.100.200"
	// metadataTimeout bounds each request: the service is a hop away, or the
	// program does not run on an instance.
	metadataTimeout = time.Second
)

// ECSRole gives the sessions of the role of the ECS instance that the program
// runs on. An empty name stands for ALIBABA_CLOUD_ECS_METADATA, or else the
// instance is asked for it. It reads in token mode and falls back to plain
// requests, unless ALIBABA_CLOUD_IMDSV1_DISABLED is true. It has none where
// ALIBABA_CLOUD_ECS_METADATA_DISABLED is true.
func ECSRole(name string, opts *Options) *Cache {
	return NewCache(newMetadata(name, opts.orDefault()))
}

// metadata reads the metadata service of an instance.
type metadata struct {
	url, role           string
	transport           http.RoundTripper
	disabled, tokenOnly bool
}

func newMetadata(role string, o *Options) *metadata {
	return &metadata{
		url: strings.TrimSuffix(cmp.Or(o.Metadata, metadataURL), "/"), role: cmp.Or(role, o.env("ALIBABA_CLOUD_ECS_METADATA")),
		transport: o.metadataTransport(),
		disabled:  o.says("ALIBABA_CLOUD_ECS_METADATA_DISABLED"), tokenOnly: o.says("ALIBABA_CLOUD_IMDSV1_DISABLED"),
	}
}

func (m *metadata) String() string { return "ECS instance role" }

// Credential implements [Provider].
func (m *metadata) Credential(ctx context.Context) (*Credential, error) {
	if m.disabled {
		return nil, errors.New("ALIBABA_CLOUD_ECS_METADATA_DISABLED is true")
	}
	token, err := m.request(ctx, http.MethodPut, "/latest/api/token", "")
	if err != nil && m.tokenOnly {
		return nil, fmt.Errorf("token of the metadata service: %w", err)
	}
	const folder = "/latest/meta-data/ram/security-credentials/"
	role := m.role
	if role == "" {
		names, err := m.request(ctx, http.MethodGet, folder, token)
		if err != nil {
			return nil, fmt.Errorf("the instance's role: %w", err)
		}
		if role, _, _ = strings.Cut(strings.TrimSpace(names), "\n"); role == "" {
			return nil, errors.New("the instance has no role")
		}
	}
	text, err := m.request(ctx, http.MethodGet, folder+url.PathEscape(role), token)
	if err != nil {
		return nil, fmt.Errorf("session of role %s: %w", excerpt(role), err)
	}
	s := &session{}
	if err := decode([]byte(text), s); err != nil {
		return nil, fmt.Errorf("session of role %s: %w", excerpt(role), err)
	}
	if s.Code != "" && s.Code != "Success" {
		return nil, fmt.Errorf("session of role %s: the metadata service says %s", excerpt(role), excerpt(s.Code))
	}
	return s.credential()
}

// request makes a request: PUT for a token, GET with one or without.
func (m *metadata) request(ctx context.Context, method, path, token string) (string, error) {
	r, err := http.NewRequest(method, m.url+path, nil)
	if err != nil {
		return "", errors.New("the address of the metadata service is no URL")
	}
	switch {
	case method == http.MethodPut:
		r.Header.Set("X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds", "21600")
	case token != "":
		r.Header.Set("X-Aliyun-Ecs-Metadata-Token", token)
	}
	status, body, err := fetch(ctx, m.transport, r, metadataTimeout, token)
	switch {
	case err != nil:
		return "", err
	case status == http.StatusNotFound:
		return "", &ServiceError{Status: status, Message: "the instance has no such role"}
	case status != http.StatusOK:
		return "", &ServiceError{Status: status}
	}
	return strings.TrimSpace(string(body)), nil
}
