package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

// exchange is one request while it is answered.
type exchange struct {
	g     *Gateway
	r     *http.Request
	now   time.Time
	in    *incoming
	to    target
	who   identity
	fault *Fault
	entry Request
	xml   bool
}

// serve gives the answer; nil where the connection ends without one.
func (x *exchange) serve() *reply {
	if refusal := x.receive(); refusal != nil {
		return x.refuse(refusal)
	}
	x.fault = x.g.fate(x.to.service.Code, x.to.service.Product, x.to.name)
	if f := x.fault; f != nil {
		x.entry.Fault = f.name
		if f.before != nil {
			return f.before.with(x.entry.RequestID)
		}
		if f.reset && !f.effect {
			return nil
		}
	}
	out := x.perform()
	if f := x.fault; f != nil && out != nil {
		if f.reset {
			return nil
		}
		if f.change != nil {
			f.change(out)
		}
	}
	return out
}

// receive does what stands before the service: it reads the request, finds the
// API and checks the signature.
func (x *exchange) receive() *refusal {
	var no *refusal
	if x.in, no = x.g.read(x.r); no != nil {
		return no
	}
	if x.xml, no = x.in.wantsXML(); no != nil {
		return no
	}
	x.to, no = x.g.routes.find(x.in)
	x.entry.Service, x.entry.API, x.entry.Version = x.to.service.Code, x.to.name, x.in.version
	if no != nil {
		return no
	}
	if unsigned(&x.to) {
		return nil
	}
	x.who, no = x.authenticate()
	x.entry.KeyID, x.entry.Signature = x.who.keyID, x.who.method
	return no
}

// unsigned reports whether an API is called without an access key, since it
// gives one out.
func unsigned(to *target) bool {
	return to.service.Code == "STS" && (to.name == "AssumeRoleWithOIDC" || to.name == "AssumeRoleWithSAML")
}

// perform does what the call asks for.
func (x *exchange) perform() *reply {
	call, ignored := x.in.call(&x.to)
	x.entry.Arguments, x.entry.Ignored, x.entry.Token = providertest.Masked(call.Parameters), ignored, call.Token
	if x.to.service.Code == "STS" {
		body, no, served := x.securityToken(call)
		if no != nil {
			return x.refuse(no)
		}
		if served {
			return x.answer(body)
		}
	}
	if body, served := x.endpoints(call); served {
		return x.answer(body)
	}
	result, err := x.g.cloud.Call(x.r.Context(), call)
	switch refused, ok := errors.AsType[*provider.Error](err); {
	case err == nil:
		x.g.run(x.to.name, call)
		if result.RequestID != "" {
			x.entry.RequestID = result.RequestID
		}
		return x.answer(result.Body)
	case ok:
		return x.refuse(x.serviceRefusal(refused))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil // nobody waits for an answer any more
	}
	return x.refuse(&refusal{status: http.StatusInternalServerError, code: "InternalError", message: err.Error(), service: true})
}

// note puts the request into the log.
func (x *exchange) note(out *reply) {
	if out != nil {
		x.entry.Status, x.entry.Code = out.status, out.code
	}
	g := x.g
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.log) >= g.options.Log {
		g.log = append(g.log[:0], g.log[len(g.log)-g.options.Log+1:]...)
	}
	g.log = append(g.log, x.entry)
}
