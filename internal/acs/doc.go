// Package acs computes the request signatures of the Alibaba Cloud gateway, for
// the side that signs and for the side that checks:
//
//   - RPC 1.0, HMAC-SHA1 over the parameters of an action
//   - ROA 1.0, HMAC-SHA1 over method, some headers, path and query
//   - ACS3-HMAC-SHA256 over all of a request, of either style
//
// It reads no clock, sends nothing and keeps nothing; its functions may be
// called concurrently. A check compares in constant time. A [*Mismatch] carries
// the text that was signed, which names all parameters of an RPC call: it is for
// the one who calls, not for a log.
package acs
