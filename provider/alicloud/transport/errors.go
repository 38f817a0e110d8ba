package transport

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// The codes of errors of this package, with provider.NotSent.
const (
	codeNoCredential = "NoCredential"
	codeNoEndpoint   = "NoEndpoint"
	codeStyle        = "UnsupportedStyle"
	codeTransport    = "Transport"
	codeTimeout      = "Timeout"
	codeTruncated    = "Truncated"
	codeTooLarge     = "AnswerTooLarge"
	codeSDK          = "SDK"
)

// failure says why there is no answer.
func (x *exchange) failure(ctx context.Context) *provider.Error {
	e := &provider.Error{Kind: provider.Transient, Code: codeTransport, RequestID: x.header}
	late := ctx.Err() != nil
	switch {
	case !x.reached:
		e.Kind, e.Code = provider.Invalid, codeSDK
	case x.oversize:
		e.Kind, e.Code = provider.Unknown, codeTooLarge
	case x.unsent():
		e.Code = provider.NotSent
	case late:
		e.Code = codeTimeout
	case x.cut:
		e.Code = codeTruncated
	}
	e.Err = redacted(x.err, x.secrets())
	if late {
		e.Err = context.Cause(ctx)
	}
	e.Message = x.call.req.Product + " " + x.call.req.API + " at " + x.call.target.host + ": " + e.Err.Error()
	return e
}

// unsent reports whether it is certain that the request did not leave.
func (x *exchange) unsent() bool {
	if x.had.Load() {
		return false
	}
	if op, ok := errors.AsType[*net.OpError](x.err); ok && op.Op == "dial" {
		return true
	}
	return x.began.Load()
}

// redacted gives an error without the URL that net/http wraps errors in, whose
// query is signed and names the key, and without secrets that a text repeats.
func redacted(err error, secrets []string) error {
	if err == nil {
		return errors.New("no answer")
	}
	for {
		wrapped, ok := errors.AsType[*url.Error](err)
		if !ok || wrapped.Err == nil {
			break
		}
		err = wrapped.Err
	}
	text := scrub(err.Error(), secrets)
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}

// longQuery is from which length on a query as a whole is taken for one that
// nothing else can equal.
const longQuery = 16

// secrets lists what of a request may stand in no error, log or excerpt: the
// secret, the token and the signatures, as they are and as they are written in
// a URL, and the query, which may have a password in it.
func (x *exchange) secrets() []string {
	var all []string
	add := func(s string) {
		if s == "" {
			return
		}
		all = append(all, s)
		if escaped := url.QueryEscape(s); escaped != s {
			all = append(all, escaped)
		}
	}
	add(x.call.cred.Secret)
	add(x.call.cred.Token)
	if x.sent == nil {
		return all
	}
	r := x.sent
	if query := r.URL.RawQuery; len(query) >= longQuery {
		add(query)
	}
	if signature := r.URL.Query().Get("Signature"); signature != "" {
		add(signature)
	}
	for name, values := range r.Header {
		if strings.EqualFold(name, "Authorization") && len(values) > 0 {
			_, signature, _ := strings.Cut(values[0], ":")
			if i := strings.LastIndex(values[0], "Signature="); i >= 0 {
				signature = values[0][i+len("Signature="):]
			}
			add(signature)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

const hidden = "******"

func scrub(text string, secrets []string) string {
	for _, s := range secrets {
		text = strings.ReplaceAll(text, s, hidden)
	}
	return text
}

// plainID gives a request ID that looks like one, and else nothing: it goes to
// logs.
func plainID(s string) string {
	if len(s) > 64 || s != "" && !validRegion(s) {
		return ""
	}
	return s
}
