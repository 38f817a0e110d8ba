package acs

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/url"
)

// RPCText is the text that the signature of an RPC call is computed of. The
// parameters are those of query and form together; the parameter Signature is
// left out. Headers and host are not signed.
func RPCText(method string, params url.Values) string {
	return method + "&%2F&" + Escape(canonicalQuery(params, "Signature"))
}

// RPCSignature is the value of the parameter Signature.
func RPCSignature(method string, params url.Values, secret string) string {
	return hmacSHA1(RPCText(method, params), secret+"&")
}

// RPCCheck checks the parameter Signature of an RPC call. The error is a
// [*Mismatch].
func RPCCheck(method string, params url.Values, secret string) error {
	text := RPCText(method, params)
	return compare(hmacSHA1(text, secret+"&"), params.Get("Signature"), text)
}

func hmacSHA1(text, key string) string {
	h := hmac.New(sha1.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
