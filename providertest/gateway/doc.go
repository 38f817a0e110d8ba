// Package gateway is the HTTP face of the in-memory Alibaba Cloud: an
// http.Handler that speaks the protocols of the real gateway, so that unmodified
// clients of any language work against it.
package gateway
