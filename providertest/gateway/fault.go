package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Match selects requests: those of a service and an API, case not counted;
// empty stands for all.
type Match struct {
	Service string // by its code or product: "ECS", "R-kvstore"
	API     string // "DescribeInstances"
	Nth     int    // the n-th of them only, counted from 1; 0: all
	Times   int    // the first n of them only; 0: all
}

func (m *Match) fits(service, product, api string) bool {
	return (m.Service == "" || strings.EqualFold(m.Service, service) || strings.EqualFold(m.Service, product)) &&
		(m.API == "" || strings.EqualFold(m.API, api))
}

// Fault is what goes wrong between the cloud and the client. What the cloud
// itself refuses, or does late, is injected into the cloud.
type Fault struct {
	name   string
	before *reply        // is the answer; the call has no effect
	reset  bool          // no answer
	effect bool          // reset only after the call had its effect
	change func(*reply)  // of the answer after the effect
	slow   time.Duration // between the first half of the body and the second
}

// reply is an answer before it is written.
type reply struct {
	status int
	header http.Header
	body   []byte
	code   string // of a refusal
	tell   bool   // the request's id is put into the body
	cut    bool   // the connection ends in the middle of the body
}

// CutBody ends the connection in the middle of the answer; the call had its
// effect.
func CutBody() Fault { return Fault{name: "CutBody", change: func(r *reply) { r.cut = true }} }

// BlockPage answers with the HTML page of a firewall between the client and the
// service, with a status such as 403 or 405; the call has no effect.
func BlockPage(status int) Fault {
	page := "<!DOCTYPE html>\n<html><head><title>Blocked</title></head><body><h1>Your request was blocked</h1><p>Ask your network's administrator.</p></body></html>\n"
	return Fault{name: "BlockPage", before: &reply{status: status, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, body: []byte(page), code: "BlockPage"}}
}

// Status answers with a status and a body, which may be empty; the call has no
// effect.
func Status(status int, body string) Fault {
	h := http.Header{}
	if strings.HasPrefix(body, "{") {
		h.Set("Content-Type", jsonType)
	}
	return Fault{name: "Status", before: &reply{status: status, header: h, body: []byte(body), code: fmt.Sprint(status)}}
}

// ContentType answers with another content type than the body has; the call had
// its effect.
func ContentType(typ string) Fault {
	return Fault{name: "ContentType", change: func(r *reply) { r.header.Set("Content-Type", typ) }}
}

// NotJSON answers with 200 and a body that is no JSON, though it says so; the
// call had its effect.
func NotJSON() Fault {
	return Fault{name: "NotJSON", change: func(r *reply) {
		r.status, r.body = http.StatusOK, []byte("upstream connect error or disconnect/reset before headers")
	}}
}

// SuccessFalse refuses as some services do, in a body of status 200; the call
// has no effect.
func SuccessFalse(code, message string) Fault {
	return Fault{name: "SuccessFalse", before: &reply{status: http.StatusOK, header: http.Header{"Content-Type": {jsonType}}, code: code, tell: true,
		body: encode(map[string]any{"Success": false, "Code": code, "Message": message})}}
}

// NumericCode refuses with a code that is a number, as some services do; the
// call has no effect.
func NumericCode(status, code int, message string) Fault {
	return Fault{name: "NumericCode", before: &reply{status: status, header: http.Header{"Content-Type": {jsonType}}, code: fmt.Sprint(code), tell: true,
		body: encode(map[string]any{"Code": code, "Message": message})}}
}

// SlowBody sends the second half of the answer d after the first; the call had
// its effect.
func SlowBody(d time.Duration) Fault { return Fault{name: "SlowBody", slow: d} }

// ResetBefore ends the connection without an answer; the call has no effect.
func ResetBefore() Fault { return Fault{name: "ResetBefore", reset: true} }

// ResetAfter ends the connection without an answer; the call had its effect.
func ResetAfter() Fault { return Fault{name: "ResetAfter", reset: true, effect: true} }

// Throttle refuses with Throttling.User and, if after is not zero, says in the
// header x-acs-retry-after how long to wait; the call has no effect.
func Throttle(after time.Duration) Fault {
	h := http.Header{"Content-Type": {jsonType}}
	if after > 0 {
		h.Set("X-Acs-Retry-After", fmt.Sprint(after.Milliseconds()))
	}
	return Fault{name: "Throttle", before: &reply{status: http.StatusBadRequest, header: h, code: "Throttling.User", tell: true,
		body: encode(map[string]any{"Code": "Throttling.User", "Message": "Request was denied due to user flow control."})}}
}

type injection struct {
	match Match
	fault Fault
	seen  int
}

// Inject makes the selected requests go wrong. Where several faults select the
// same request, the one that was injected first counts. Requests that the
// gateway refuses for their signature are not selected.
func (g *Gateway) Inject(m Match, f Fault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, &injection{match: m, fault: f})
}

// Heal takes all faults back.
func (g *Gateway) Heal() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = nil
}

// fate settles what goes wrong with a request; nil for nothing.
func (g *Gateway) fate(service, product, api string) *Fault {
	g.mu.Lock()
	defer g.mu.Unlock()
	var fate *Fault
	for _, in := range g.faults {
		if !in.match.fits(service, product, api) {
			continue
		}
		in.seen++
		if in.match.Nth > 0 && in.seen != in.match.Nth || in.match.Times > 0 && in.seen > in.match.Times {
			continue
		}
		if fate == nil {
			fate = &in.fault
		}
	}
	return fate
}
