package alicloud

import "context"

// Transport sends one request to a service and gives what it answered: signing,
// endpoints and connections are its business, meaning is not. It never retries.
// It is called concurrently, and a context that ends ends the call.
//
// Whatever a server answered is a Response, a refusal too: [AnswerError] tells
// one from the other. Do fails only where there is no complete answer, with an
// [*provider.Error]: of kind Transient where the request may or may not have
// arrived, with the code [provider.NotSent] where it certainly did not, Denied
// where there are no credentials, Unsupported where it cannot speak the style.
type Transport interface {
	Do(ctx context.Context, req *Request) (*Response, error)
}

// Style is how a service takes its calls.
type Style uint8

// The styles.
const (
	RPC Style = iota // an action with flat parameters
	ROA              // a path, a query and a JSON body
	SLS              // the log service's own
)

// Request is one call. The transport does not change it.
type Request struct {
	Product string // by which the API names it: "Ecs", "R-kvstore"
	Version string // "2014-05-26"
	API     string // "DescribeInstances"
	Region  string // selects the endpoint; RPC calls also get it as RegionId unless Query has one
	Style   Style
	Method  string // HTTP; empty stands for POST
	Path    string // of a ROA call, with its parts escaped: "/clusters/c1/nodes"
	// Query are the parameters, flat and unescaped: "Tag.1.Key". Of an RPC call
	// all of them, which the transport may as well send as a form.
	Query   map[string]string
	Body    []byte // JSON, of a ROA call
	Headers map[string]string
	// Endpoint is a host, or a URL without path; empty: what the transport's
	// options say, or else its table.
	Endpoint string
}

// Response is what a server answered.
type Response struct {
	Status int               // HTTP
	Header map[string]string // by canonical name: "Content-Type"
	Body   []byte
}
