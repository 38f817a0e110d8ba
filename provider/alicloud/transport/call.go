package transport

import (
	"cmp"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
)

// call is a request, checked, and where it goes to.
type call struct {
	req     *alicloud.Request
	cred    *credential.Credential
	method  string
	region  string
	target  target
	path    string // of a ROA call
	query   map[string]string
	form    map[string]string
	body    []byte
	headers map[string]string
}

// prepare checks a request before anything is asked for or sent.
func (t *Transport) prepare(req *alicloud.Request) (*call, error) {
	c := &call{req: req, method: cmp.Or(req.Method, http.MethodPost), region: cmp.Or(req.Region, t.opts.Region)}
	if !validRegion(c.region) {
		return nil, invalid("BadRegion", "the region is no region's name")
	}
	if !validToken(c.method) || !validToken(req.API) || !validToken(req.Version) {
		return nil, invalid("BadRequest", "method, API and version have to be words")
	}
	var err error
	switch req.Style {
	case alicloud.RPC:
		err = c.rpc()
	case alicloud.ROA:
		err = c.roa()
	default:
		return nil, &provider.Error{Kind: provider.Unsupported, Code: codeStyle, Message: req.Product + " " + req.API +
			" is a call of the log service's own protocol, with signatures of its own, which this transport does not speak"}
	}
	if err != nil {
		return nil, err
	}
	if err := c.takeHeaders(); err != nil {
		return nil, err
	}
	c.target, err = t.hosts.find(req, c.region)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// protocol lists the parameters of an RPC call that the signature adds.
var protocol = []string{"AccessKeyId", "Action", "Format", "SecurityToken", "BearerToken", "Signature", "SignatureMethod",
	"SignatureNonce", "SignatureType", "SignatureVersion", "Timestamp", "Version"}

// rpc places the parameters of an RPC call: in the form, whose length has no
// limit, except the region, which the SDK adds to the query unless it is there.
func (c *call) rpc() error {
	if len(c.req.Body) > 0 || c.req.Path != "" && c.req.Path != "/" {
		return invalid("BadRequest", c.req.API+" is an RPC call and has neither a path nor a body of its own")
	}
	c.query, c.form = map[string]string{}, make(map[string]string, len(c.req.Query))
	for name, value := range c.req.Query {
		switch {
		case name == "Action" && value == c.req.API, name == "Version" && value == c.req.Version, name == "Format" && value == "JSON":
			// said already
		case slices.Contains(protocol, name):
			return invalid("ReservedParameter", "the parameter "+name+" of "+c.req.API+" is one that signing sets")
		case name == "RegionId", c.method == http.MethodGet:
			c.query[name] = value
		default:
			c.form[name] = value
		}
	}
	return nil
}

// roa checks the path of a ROA call. It is signed and sent as it is written.
func (c *call) roa() error {
	path := cmp.Or(c.req.Path, "/")
	u, err := url.ParseRequestURI(path)
	if err != nil || path[0] != '/' || u.EscapedPath() != path {
		return invalid("BadPath", "the path of "+c.req.API+" is not one whose parts are escaped")
	}
	c.path, c.body, c.query = path, c.req.Body, make(map[string]string, len(c.req.Query))
	for name, value := range c.req.Query {
		c.query[name] = value
	}
	return nil
}

// takeHeaders takes the request's own headers over, except such as would change
// whom it goes to or how it is signed. Names that begin with x-acs- are signed,
// and only in lower case.
func (c *call) takeHeaders() error {
	c.headers = make(map[string]string, len(c.req.Headers)+1)
	if len(c.body) > 0 {
		c.headers["Content-Type"] = "application/json"
	}
	for name, value := range c.req.Headers {
		lower := strings.ToLower(name)
		switch {
		case !validToken(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return invalid("BadHeader", "a header of "+c.req.API+" has a name or value that cannot be sent")
		case slices.Contains(ownHeaders, lower) || strings.HasPrefix(lower, "x-acs-signature") || c.req.Style == alicloud.RPC && lower == "content-type":
			return invalid("BadHeader", "the header "+name+" of "+c.req.API+" is one that signing sets")
		case strings.HasPrefix(lower, "x-acs-"):
			c.headers[lower] = value
		default:
			c.headers[textproto.CanonicalMIMEHeaderKey(name)] = value
		}
	}
	return nil
}

var ownHeaders = []string{"accept", "authorization", "connection", "content-length", "content-md5", "date", "host", "transfer-encoding",
	"x-acs-action", "x-acs-content-sha256", "x-acs-credentials-provider", "x-acs-date", "x-acs-security-token", "x-acs-version"}

func invalid(code, message string) *provider.Error {
	return &provider.Error{Kind: provider.Invalid, Code: code, Message: message}
}

// validRegion reports whether a name can be a region's: it becomes a part of a
// host.
func validRegion(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// validToken reports whether a text is a word as HTTP has them.
func validToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
