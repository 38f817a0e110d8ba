package transport

import (
	"net/http"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
)

// invoke has the SDK sign a call and hand it to a transport. This is the only
// file that knows the SDK. The client is made for one call, because it is not
// safe to share.
func invoke(c *call, opts *Options, next http.RoundTripper) error {
	cfg := sdk.NewConfig().
		WithScheme("HTTPS").
		WithAutoRetry(false).
		WithMaxRetryTime(0).
		WithTimeout(opts.Timeout + time.Minute) // the context is the bound; without any, the SDK takes ten seconds
	cfg.Transport = next
	client, err := sdk.NewClientWithOptions("", cfg, signer{c.cred})
	if err != nil {
		return err
	}
	client.SetCloseTrace(true) // spans carry the signed URL
	// The SDK has no say in proxies here, but fails when it cannot read the
	// variables of the environment; what is set goes first.
	client.SetHttpProxy("http://unused")
	client.SetHttpsProxy("http://unused")
	client.SetNoProxy("^$")
	_, err = client.ProcessCommonRequest(common(c))
	return err
}

// common makes the SDK's request of a call.
func common(c *call) *requests.CommonRequest {
	r := requests.NewCommonRequest()
	r.Product, r.Version, r.ApiName = c.req.Product, c.req.Version, c.req.API
	r.Method, r.Domain, r.RegionId = c.method, c.target.host, c.region
	r.PathPattern, r.QueryParams = c.path, c.query
	if c.form != nil {
		r.FormParams = c.form
	}
	if len(c.body) > 0 {
		r.Content = c.body
	}
	for name, value := range c.headers {
		r.Headers[name] = value
	}
	return r
}

// signer gives the SDK the credential of one call.
type signer struct{ *credential.Credential }

func (s signer) GetCredentials() (*credentials.Credentials, error) {
	return &credentials.Credentials{AccessKeyId: s.KeyID, AccessKeySecret: s.Secret, SecurityToken: s.Token, ProviderName: s.GetProviderName()}, nil
}

func (s signer) GetProviderName() string {
	if s.Token != "" {
		return "static_sts"
	}
	return "static_ak"
}
