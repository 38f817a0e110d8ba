// Package gateway is the HTTP face of the in-memory Alibaba Cloud: an
// http.Handler that speaks the protocols of the real gateway, so that unmodified
// clients of any language work against it.
//
//	g := gateway.New(providertest.New(t, nil), nil)
//	defer g.Close()
//	client.SetTransport(g.Transport()) // of a Go client, in memory, whatever its host
//	server := httptest.NewServer(g)    // or for any client, with the server's address as endpoint
//
// Clients sign with KeyID and KeySecret, or with keys of Options.
//
// # Protocol
//
// A request is a call of RPC style, an action with parameters in query, form or
// JSON body, or of ROA style, a method and a path. Both take all three
// generations of the signature (RPC 1.0 and ROA 1.0 with HMAC-SHA1,
// ACS3-HMAC-SHA256), and are refused as the gateway does: a wrong signature with
// the text that the server signed, an unknown or expired key or token, a nonce
// that was used, a clock that is 15 minutes off, a missing parameter, an unknown
// action or version. What is known of services and calls is what package calls
// knows; the service is found by the version and the action, and by the host
// where two services share both. Parameters that an API does not take are
// ignored, and listed in the log. A call, version or host of which nothing is
// known may be answered by a script of the cloud (Cloud.OnCall).
//
// Calls come to the cloud as a provider.Call, with lists and maps put together
// (Tag.1.Key) and JSON texts read; answers are the cloud's, as JSON, or as XML
// for a client that asks for it. Refusals have the status of their kind and the
// members Code, Message, RequestId, HostId and Recommend; those of the products
// CS and FC have their own. Every answer has the header x-acs-request-id.
//
// The location service names the hosts of the others. STS is served here:
// AssumeRole, AssumeRoleWithOIDC, AssumeRoleWithSAML and
// GetCallerIdentity. What they give out works until it expires. Roles need not
// exist, and nobody checks policies, tokens of issuers or assertions beyond
// their form.
//
// # Differences
//
// The answer is JSON where a request says nothing of a format; the service's is
// then XML for some products. Signatures with RSA or SM3, bearer tokens and
// multipart bodies are not taken. OSS, SLS and Tablestore, which have protocols
// of their own, are not spoken. Requests are bounded: 64 KiB of header and of
// query, Options.MaxBody, 8,000 parameters.
//
// # Tests
//
// Inject makes answers break on their way: cut bodies, firewalls' pages, resets
// before and after the effect. Faults of the services themselves are injected
// into the cloud. Requests tells what came in, with secrets masked.
//
// In a testing/synctest bubble the whole exchange takes no real time: make the
// transport in the bubble and Close the gateway before it ends.
//
// All methods may be called concurrently. The API may still change until
// version 1.
package gateway
