package alicloud

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// AnswerError says what an answer refuses: nil for a success. It is the one
// place where the services' codes become kinds. A few services say in an answer
// of status 200 that they failed, and some answers come from a proxy in between
// and are not JSON.
func AnswerError(req *Request, resp *Response) *provider.Error {
	_, e := readAnswer(req, resp)
	return e
}

// readAnswer gives the members of an answer that is an object, and what it
// refuses.
func readAnswer(req *Request, resp *Response) (map[string]any, *provider.Error) {
	ok := resp.Status >= 200 && resp.Status < 300
	body, err := decodeJSON(resp.Body)
	fields, _ := body.(map[string]any)
	e := &provider.Error{RequestID: requestID(fields, resp)}
	if fields != nil {
		e.Code, e.Message = refusal(fields, ok)
	}
	switch {
	case ok && fields != nil && e.Code == "":
		return fields, nil
	case ok && (len(resp.Body) == 0 || err == nil && fields == nil || raw(req, resp)):
		return fields, nil
	case fields == nil:
		e.Code, e.Message = "NoJSON", "status "+strconv.Itoa(resp.Status)+": "+excerpt(resp.Body)
	case e.Code == "":
		e.Code = "HTTP" + strconv.Itoa(resp.Status)
	}
	if strings.HasPrefix(e.Code, "SignatureDoesNotMatch") || strings.HasPrefix(e.Code, "IncompleteSignature") {
		e.Message = "the service computed another signature: the access key secret is wrong, or the request was changed on its way" // its own words quote all parameters
	}
	if e.After = retryAfter(resp); e.After > 0 {
		e.Kind = provider.Throttled
		return fields, e
	}
	e.Kind = kindOf(req, resp.Status, e.Code)
	if e.Kind == provider.Throttled {
		e.After = throttlePause
	}
	return fields, e
}

// throttlePause is how long a throttled call waits where the answer does not
// say: limits are counted by the minute.
const throttlePause = 5 * time.Second

const longestPause = 5 * time.Minute

// raw reports whether what the call answers is not for us to read: what a
// function returns.
func raw(req *Request, resp *Response) bool {
	return strings.HasPrefix(req.API, "Invoke") && !strings.Contains(header(resp, "Content-Type"), "html")
}

func header(resp *Response, name string) string {
	if v, ok := resp.Header[name]; ok {
		return v
	}
	for key, v := range resp.Header {
		if strings.EqualFold(key, name) {
			return v
		}
	}
	return ""
}

func requestID(fields map[string]any, resp *Response) string {
	for _, name := range [...]string{"RequestId", "requestId", "RequestID", "request_id"} {
		if s, ok := fields[name].(string); ok && s != "" {
			return s
		}
	}
	for _, name := range [...]string{"X-Acs-Request-Id", "X-Fc-Request-Id", "X-Log-Requestid"} {
		if s := header(resp, name); s != "" {
			return s
		}
	}
	return ""
}

var wellCodes = []string{"", "0", "200", "ok", "success", "succeed"}

// refusal finds code and message of a body. In an answer with a good status, a
// code that means success is none.
func refusal(fields map[string]any, ok bool) (code, message string) {
	for _, name := range [...]string{"Code", "code", "ErrorCode", "errorCode", "ErrCode", "errCode"} {
		switch fields[name].(type) {
		case map[string]any, []any, nil, bool:
			continue
		}
		text := textOf(fields[name])
		if code == "" && !(ok && slices.Contains(wellCodes, strings.ToLower(text))) {
			code = text
		}
	}
	for _, name := range [...]string{"Message", "message", "ErrorMessage", "errorMessage", "ErrMessage"} {
		if text, isText := fields[name].(string); isText && message == "" {
			message = text
		}
	}
	failed := fields["Success"]
	if failed == nil {
		failed = fields["success"]
	}
	if ok && code == "" && failed != nil && !truthy(failed) {
		code = "Failed"
	}
	if ok && code != "" && failed != nil && truthy(failed) {
		code = "" // a code of the thing itself
	}
	return code, message
}

// excerpt gives the first bytes of an answer that nobody expected.
func excerpt(body []byte) string {
	const most = 120
	if len(body) == 0 {
		return "no body"
	}
	if len(body) > most {
		body = body[:most]
	}
	return strconv.Quote(strings.ToValidUTF8(string(body), "?"))
}

// retryAfter reads the wait, in milliseconds, that some gateways tell.
func retryAfter(resp *Response) time.Duration {
	ms, err := strconv.ParseInt(header(resp, "X-Acs-Retry-After"), 10, 32)
	if err != nil || ms <= 0 || resp.Status < 300 {
		return 0
	}
	return min(time.Duration(ms)*time.Millisecond, longestPause)
}

// kindOf says what can be done about a refusal.
func kindOf(req *Request, status int, code string) provider.Kind {
	for _, rule := range kindRules {
		for _, pattern := range rule.codes {
			if matchCode(code, pattern) {
				return rule.kind
			}
		}
	}
	if slices.ContainsFunc(busyCodes(req), func(c string) bool { return matchCode(code, c) }) {
		return provider.Conflict
	}
	for _, rule := range wordRules {
		if slices.ContainsFunc(rule.codes, func(w string) bool { return strings.Contains(code, w) }) {
			return rule.kind
		}
	}
	switch {
	case status == http.StatusTooManyRequests:
		return provider.Throttled
	case status >= 500:
		return provider.Transient
	case status == http.StatusNotFound && code != "NoJSON":
		return provider.NotFound
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return provider.Denied
	case status >= 200 && status < 300 && code == "NoJSON":
		return provider.Transient
	case status >= 400:
		return provider.Invalid
	}
	return provider.Unknown
}

// busyCodes are the codes by which the product says "not now".
func busyCodes(req *Request) []string {
	for _, p := range products() {
		if p.name == req.Product && p.version == req.Version {
			return p.busy
		}
	}
	return nil
}

// matchCode compares a code with a pattern: equal, or a part of it up to a dot.
func matchCode(code, pattern string) bool {
	rest, ok := strings.CutPrefix(code, pattern)
	return ok && (rest == "" || rest[0] == '.')
}

// matchAny looks for a refusal in a list of a descriptor. Patterns with blanks
// are words of the message.
func matchAny(e *provider.Error, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if strings.Contains(p, " ") {
			return strings.Contains(e.Message, p)
		}
		return matchCode(e.Code, p)
	})
}

type kindRule struct {
	kind  provider.Kind
	codes []string
}

// kindRules are tried in order before the product's own codes.
var kindRules = []kindRule{
	{provider.Throttled, []string{"Throttling", "Rejected.Throttling", "FlowControl", "FlowControlError", "TooManyRequests", "ServiceThrottled"}},
	{provider.Denied, []string{
		"InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidSecurityToken", "MissingSecurityToken", "SecurityTokenExpired",
		"InvalidTimeStamp", "Forbidden.RAM", "Forbidden.AccessKeyDisabled", "NoPermission", "NotAuthorized", "Unauthorized", "AccessDenied", "AccessForbidden",
		"InvalidAccountStatus", "Account.Arrearage",
	}},
	{provider.Transient, []string{"SignatureNonceUsed", "ServiceUnavailable", "SystemBusy"}},
	{provider.Unsupported, []string{"InvalidAction", "InvalidApi", "InvalidVersion", "UnsupportedHTTPMethod", "InvalidAction.NotFound"}},
	{provider.Invalid, []string{"IdempotentParameterMismatch", "IdempotenceParamNotMatch", "IdempotentParamNotMatch"}},
}

// wordRules look for words anywhere in a code.
var wordRules = []kindRule{
	{provider.Conflict, []string{"TokenProcessing", "IdempotentProcessing", "IdempotenceProcessing", "OperationConflict", "TaskConflict"}},
	{provider.Unavailable, []string{"NoStock", "NotEnoughStock", "NotOnSale", "OutOfStock", "SoldOut", "ResourceNotEnough", "ResourceNotAvailable", "NotAvailable"}},
	{provider.Quota, []string{"Quota", "LimitExceed", "ExceedLimit", "ExceedMax", "TooMany"}},
	{provider.NotFound, []string{"NotFound", "NotExist", "NoSuch", "DoesNotExist"}},
	{provider.Invalid, []string{"AlreadyExist", "Duplicate", "AlreadyUsed"}},
	{provider.Conflict, []string{"IncorrectStatus", "DependencyViolation", "InUse", "Status.Invalid"}},
	{provider.Transient, []string{"InternalError", "InternalServerError", "UnknownError", "SystemError"}},
	{provider.Conflict, []string{"Incorrect", "StatusNotSupport"}},
	{provider.Denied, []string{"Forbidden"}},
}

// alreadyThere reports whether a repeated call was refused because the first one
// had its effect.
func alreadyThere(e *provider.Error) bool {
	for _, word := range [...]string{"Already", "Duplicate", "Exist", "InUse", "Repeat", "NoChange", "NotChanged"} {
		if strings.Contains(e.Code, word) && !strings.Contains(e.Code, "NotExist") {
			return true
		}
	}
	return false
}
