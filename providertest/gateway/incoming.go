package gateway

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Bounds of a request, beside Options.MaxBody.
const (
	maxURI        = 64 << 10
	maxHeaders    = 64 << 10
	maxParameters = 8_000
)

// incoming is a request as far as it is the same for all of the gateway's
// protocols.
type incoming struct {
	method  string
	host    string
	path    string // escaped
	header  http.Header
	query   url.Values
	form    url.Values                 // of a body that is one
	members map[string]json.RawMessage // of a body that is a JSON object
	body    []byte
	action  string // "" if nobody says it
	version string
}

// read takes a request apart. It refuses one that is too large or malformed.
func (g *Gateway) read(r *http.Request) (*incoming, *refusal) {
	size := 0
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	if size > maxHeaders {
		return nil, &refusal{status: http.StatusRequestHeaderFieldsTooLarge, code: "RequestHeaderTooLarge", message: "The headers of the request are too large."}
	}
	if len(r.URL.RawQuery)+len(r.URL.Path) > maxURI {
		return nil, &refusal{status: http.StatusRequestURITooLong, code: "RequestURITooLarge", message: "The request URI is too long: send parameters in the body."}
	}
	in := &incoming{method: r.Method, host: r.Host, path: r.URL.EscapedPath(), header: r.Header}
	var err error
	if in.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return nil, malformed("the query")
	}
	if r.Body != nil {
		if in.body, err = io.ReadAll(http.MaxBytesReader(nil, r.Body, g.options.MaxBody)); err != nil {
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				return nil, &refusal{status: http.StatusRequestEntityTooLarge, code: "RequestBodyTooLarge", message: "The body of the request is too large."}
			}
			return nil, malformed("the body")
		}
	}
	if no := in.readBody(); no != nil {
		return nil, no
	}
	if len(in.query)+len(in.form)+len(in.members) > maxParameters {
		return nil, &refusal{status: http.StatusBadRequest, code: "InvalidParameter", message: "The request has too many parameters."}
	}
	in.action = cmp.Or(in.parameter("Action"), in.header.Get("X-Acs-Action"))
	in.version = cmp.Or(in.parameter("Version"), in.header.Get("X-Acs-Version"))
	return in, nil
}

func (in *incoming) readBody() *refusal {
	typ, _, err := mime.ParseMediaType(in.header.Get("Content-Type"))
	if err != nil || len(in.body) == 0 {
		return nil
	}
	switch typ {
	case "application/x-www-form-urlencoded":
		if in.form, err = url.ParseQuery(string(in.body)); err != nil {
			return malformed("the form")
		}
	case "application/json":
		if !json.Valid(in.body) {
			return malformed("the JSON body")
		}
		if bytes.TrimLeft(in.body, " \t\r\n")[0] == '{' {
			if err := json.Unmarshal(in.body, &in.members); err != nil {
				return malformed("the JSON body")
			}
		}
	}
	return nil
}

func malformed(what string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "InvalidRequest", message: "The request is malformed: " + what + " cannot be read."}
}

// parameter gives one of query and form; "" if there is none.
func (in *incoming) parameter(name string) string {
	return cmp.Or(in.query.Get(name), in.form.Get(name))
}

// given gives the parameters of query and form together.
func (in *incoming) given() url.Values {
	all := make(url.Values, len(in.query)+len(in.form))
	for _, from := range [...]url.Values{in.query, in.form} {
		for name, values := range from {
			all[name] = append(all[name], values...)
		}
	}
	return all
}

// flat reports whether the request is an action with parameters rather than a
// path.
func (in *incoming) flat() bool { return in.path == "" || in.path == "/" }

// wantsXML reports in which form the answer is wanted: that of the parameter
// Format, or of the header Accept, and JSON where neither says anything.
func (in *incoming) wantsXML() (bool, *refusal) {
	switch format := in.parameter("Format"); {
	case format == "" || !in.flat():
		accept := strings.ToLower(in.header.Get("Accept"))
		return strings.Contains(accept, "xml") && !strings.Contains(accept, "json") && !strings.Contains(accept, "*/*"), nil
	case strings.EqualFold(format, "JSON"):
		return false, nil
	case strings.EqualFold(format, "XML"):
		return true, nil
	}
	return false, &refusal{status: http.StatusBadRequest, code: "InvalidParameter.Format", message: "Specified parameter format is not valid."}
}
