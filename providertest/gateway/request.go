package gateway

import (
	"encoding/json"
	"slices"
	"time"
)

// Request is one request that the gateway got.
type Request struct {
	Method    string // HTTP
	Host      string
	Path      string
	Service   string // by the code of package calls: "ECS"; empty if it was not found
	API       string // "DescribeInstances"
	Version   string
	KeyID     string          // of the access key
	Signature string          // "HMAC-SHA1", "ACS3-HMAC-SHA256"; empty for one without
	Token     string          // the client token
	Arguments json.RawMessage // an object: the parameters as the API knows them, secrets masked
	Ignored   []string        // names of parameters that the API does not take
	Status    int             // HTTP; 0: no answer was sent
	Code      string          // of the refusal
	RequestID string
	Fault     string // what was injected: "CutBody"
	Time      time.Time
}

// Requests returns the requests in the order in which they were answered.
func (g *Gateway) Requests() []Request {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.log)
}

// ForgetRequests empties the list of requests.
func (g *Gateway) ForgetRequests() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.log = nil
}
