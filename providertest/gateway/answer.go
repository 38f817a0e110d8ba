package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

const (
	jsonType = "application/json;charset=utf-8"
	xmlType  = "text/xml;charset=utf-8"
)

// refusal is an error before it is written. It is the gateway's own unless
// service says otherwise.
type refusal struct {
	status        int
	code, message string
	requestID     string
	after         time.Duration
	service       bool
	denied        bool // the identity may not do it
}

// missing refuses a request without one of the parameters of the protocol.
func missing(name string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "Missing" + name, message: name + " is mandatory for this action."}
}

func notFound() *refusal {
	return &refusal{status: http.StatusNotFound, code: "InvalidAction.NotFound", message: "Specified api is not found, please check your url and method."}
}

// statuses are those of the kinds of error; others are 400.
var statuses = map[provider.Kind]int{
	provider.NotFound: http.StatusNotFound, provider.Denied: http.StatusForbidden, provider.Transient: http.StatusServiceUnavailable,
	provider.Unknown: http.StatusInternalServerError,
}

// serviceRefusal makes a refusal of what the cloud refused.
func (x *exchange) serviceRefusal(e *provider.Error) *refusal {
	no := &refusal{status: statuses[e.Kind], code: e.Code, message: e.Message, requestID: e.RequestID, after: e.After, service: true, denied: e.Kind == provider.Denied}
	switch {
	case e.Code == "InvalidAction.NotFound":
		no = notFound()
		no.requestID = e.RequestID
		if x.to.api != nil || !x.g.knows(x.to.service.Code) {
			no.message = e.Message
		}
	case e.Kind == provider.Throttled && !strings.HasPrefix(e.Code, "Throttling"):
		no.status = http.StatusTooManyRequests
	case no.status == 0:
		no.status = http.StatusBadRequest
	}
	if no.code == "" {
		no.code = "InternalError"
	}
	if no.message == "" && e.Err != nil {
		no.message = e.Err.Error()
	}
	return no
}

func (g *Gateway) knows(service string) bool { _, ok := g.routes.index.Service(service); return ok }

// refuse writes a refusal as the product does: what stands before the service
// answers in the gateway's own words, for every product.
func (x *exchange) refuse(no *refusal) *reply {
	if no.requestID != "" {
		x.entry.RequestID = no.requestID
	}
	id := x.entry.RequestID
	product := x.to.service.Product
	body := map[string]any{
		"Code": no.code, "Message": no.message, "RequestId": id, "HostId": x.r.Host,
		"Recommend": "https://api.aliyun.com/troubleshoot?q=" + url.QueryEscape(no.code) + "&product=" + url.QueryEscape(product) + "&requestId=" + id,
	}
	if no.denied {
		body["AccessDeniedDetail"] = map[string]any{
			"AuthAction": strings.ToLower(product) + ":" + x.to.name, "AuthPrincipalType": "SubUser", "AuthPrincipalOwnerId": x.g.cloud.Account(),
			"NoPermissionType": "ImplicitDeny", "PolicyType": "AccountLevelIdentityBasedPolicy",
		}
	}
	if no.service {
		switch x.to.service.Code {
		case "CS":
			body = map[string]any{"code": no.code, "message": no.message, "requestId": id, "status": no.status}
		case "FC":
			body = map[string]any{"ErrorCode": no.code, "ErrorMessage": no.message}
		}
	}
	out := &reply{status: no.status, header: http.Header{}, body: encode(body), code: no.code}
	if no.after > 0 {
		out.header.Set("X-Acs-Retry-After", strconv.FormatInt(no.after.Milliseconds(), 10))
	}
	return x.dress(out, "Error")
}

// answer writes what a call gave.
func (x *exchange) answer(body json.RawMessage) *reply {
	return x.dress(&reply{status: http.StatusOK, header: http.Header{}, body: body}, x.to.name+"Response")
}

// dress gives an answer its form.
func (x *exchange) dress(out *reply, root string) *reply {
	out.header.Set("Content-Type", jsonType)
	if x.xml {
		if text, ok := toXML(root, out.body); ok {
			out.body = text
			out.header.Set("Content-Type", xmlType)
		}
	}
	return out.with(x.entry.RequestID)
}

// with gives a copy of an answer that tells the request's id.
func (out *reply) with(id string) *reply {
	dup := *out
	dup.header = out.header.Clone()
	if dup.header == nil {
		dup.header = http.Header{}
	}
	dup.header.Set("X-Acs-Request-Id", id)
	if dup.tell {
		dup.body = withRequestID(dup.body, id)
	}
	return &dup
}

// withRequestID adds the request's id to an object.
func withRequestID(body []byte, id string) []byte {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return body
	}
	members["RequestId"] = encode(id)
	return encode(members)
}

// write sends an answer; nil ends the connection.
func (out *reply) write(w http.ResponseWriter, r *http.Request, f *Fault) {
	if out == nil {
		reset(w)
		return
	}
	for name, values := range out.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(out.body)))
	w.WriteHeader(out.status)
	half := len(out.body) / 2
	if !out.cut && (f == nil || f.slow == 0) {
		half = len(out.body)
	}
	if r.Method == http.MethodHead {
		return
	}
	if _, err := w.Write(out.body[:half]); err != nil || half == len(out.body) {
		return // the client is gone, or has all
	}
	flush := http.NewResponseController(w).Flush()
	if out.cut || flush != nil {
		reset(w)
		return
	}
	wait := time.NewTimer(f.slow)
	defer wait.Stop()
	select {
	case <-wait.C:
		_, _ = w.Write(out.body[half:]) // nobody is told of a client that is gone
	case <-r.Context().Done():
	}
}

// encode writes a value of this package's making.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// requestID makes up the id of the n-th request.
func requestID(n int) string {
	sum := digest(fmt.Sprint("gateway request ", n))
	return fmt.Sprintf("%X-%X-%X-%X-%X", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
