package acs

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ACS3Algorithm is the first word of the header Authorization.
const ACS3Algorithm = "ACS3-HMAC-SHA256"

// ACS3Authorization is the header Authorization of a request signed so.
type ACS3Authorization struct {
	KeyID     string
	Signed    []string // names of headers, in lower case
	Signature string   // hexadecimal
}

// ACS3Sign signs a request. It sets the headers x-acs-date, x-acs-signature-nonce,
// x-acs-content-sha256, x-acs-security-token for a session, and Authorization;
// x-acs-action and x-acs-version are for the caller to set. The payload is the
// body as it is sent. Header names may be in any case.
func ACS3Sign(r *http.Request, payload []byte, keyID, secret, token string, now time.Time, nonce string) {
	setHeader(r.Header, "X-Acs-Date", now.UTC().Format(TimeLayout))
	setHeader(r.Header, "X-Acs-Signature-Nonce", nonce)
	setHeader(r.Header, "X-Acs-Content-Sha256", payloadHash(payload))
	setHeader(r.Header, "X-Acs-Security-Token", token)
	signed := signedNames(r)
	sum := acs3Signature(ACS3Text(r, signed), secret)
	setHeader(r.Header, "Authorization", ACS3Algorithm+" Credential="+keyID+",SignedHeaders="+strings.Join(signed, ";")+",Signature="+sum)
}

// ACS3Check checks the header Authorization of a request, and its payload
// against the header x-acs-content-sha256. The error is a [*Mismatch], also where
// a header that has to be signed is not.
func ACS3Check(r *http.Request, payload []byte, secret string) error {
	headers := lowerHeaders(r.Header)
	a, ok := ParseACS3(headers["authorization"])
	if !ok {
		return &Mismatch{}
	}
	text := ACS3Text(r, a.Signed)
	for _, name := range signedNames(r) {
		if name != "content-type" && !slices.Contains(a.Signed, name) {
			return &Mismatch{Text: text}
		}
	}
	if err := compare(payloadHash(payload), headers["x-acs-content-sha256"], text); err != nil {
		return err
	}
	return compare(acs3Signature(text, secret), a.Signature, text)
}

// ParseACS3 takes the header Authorization apart.
func ParseACS3(header string) (*ACS3Authorization, bool) {
	rest, ok := strings.CutPrefix(header, ACS3Algorithm+" ")
	if !ok {
		return nil, false
	}
	a := &ACS3Authorization{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			a.KeyID = value
		case "SignedHeaders":
			a.Signed = strings.Split(value, ";")
		case "Signature":
			a.Signature = value
		}
	}
	return a, a.KeyID != "" && len(a.Signed) > 0 && a.Signature != ""
}

// ACS3Text is the canonical request, whose digest is what is signed: method, path,
// query, the signed headers, their names, and the digest of the payload as the
// header x-acs-content-sha256 tells it.
func ACS3Text(r *http.Request, signed []string) string {
	headers := lowerHeaders(r.Header)
	headers["host"] = host(r)
	var b strings.Builder
	b.WriteString(r.Method + "\n" + canonicalPath(r.URL) + "\n" + canonicalQuery(r.URL.Query(), "") + "\n")
	for _, name := range signed {
		b.WriteString(name + ":" + strings.TrimSpace(headers[name]) + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + headers["x-acs-content-sha256"])
	return b.String()
}

func acs3Signature(text, secret string) string {
	sum := sha256.Sum256([]byte(text))
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(ACS3Algorithm + "\n" + hex.EncodeToString(sum[:])))
	return hex.EncodeToString(h.Sum(nil))
}

func payloadHash(payload []byte) string {
	sum := sha256.Sum256(payload)
	return hex.EncodeToString(sum[:])
}

// signedNames are the headers that have to be signed: host, content-type and
// all that begin with x-acs-, sorted.
func signedNames(r *http.Request) []string {
	names := []string{"host"}
	for name := range maps.Keys(lowerHeaders(r.Header)) {
		if name == "content-type" || strings.HasPrefix(name, acsPrefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// setHeader sets a header whatever the case of a name that is there; an empty
// value removes it.
func setHeader(h http.Header, name, value string) {
	maps.DeleteFunc(h, func(have string, _ []string) bool { return strings.EqualFold(have, name) })
	if value != "" {
		h.Set(name, value)
	}
}

// host is what the header Host says: a client has it in the URL, a server in the
// request.
func host(r *http.Request) string { return cmp.Or(r.Host, r.URL.Host) }

// canonicalPath escapes each part of a path anew, so that it does not matter
// which of the allowed ways the sender chose.
func canonicalPath(u *url.URL) string {
	parts := strings.Split(u.EscapedPath(), "/")
	for i, part := range parts {
		if plain, err := url.PathUnescape(part); err == nil {
			parts[i] = Escape(plain)
		}
	}
	return cmp.Or(strings.Join(parts, "/"), "/")
}
