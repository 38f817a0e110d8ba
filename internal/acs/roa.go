package acs

import (
	"crypto/md5"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// ROAText is the text that the signature of a ROA call is computed of: the
// method, the headers Accept, Content-MD5, Content-Type and Date, those that
// begin with x-acs-, the path as it is sent, and the query sorted and unescaped.
// Header names may be in any case.
func ROAText(r *http.Request) string { return roaText(r, "") }

// roaText writes what stands between the name and an empty value of the query.
func roaText(r *http.Request, beforeNothing string) string {
	headers := lowerHeaders(r.Header)
	var b strings.Builder
	b.WriteString(r.Method)
	b.WriteByte('\n')
	for _, name := range [...]string{"accept", "content-md5", "content-type", "date"} {
		b.WriteString(headers[name]) // one that is absent takes an empty line
		b.WriteByte('\n')
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if strings.HasPrefix(name, acsPrefix) {
			b.WriteString(name + ":" + headers[name] + "\n")
		}
	}
	b.WriteString(r.URL.EscapedPath())
	query := r.URL.Query()
	sep := byte('?')
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range query[name] {
			b.WriteByte(sep)
			sep = '&'
			if b.WriteString(name); value != "" {
				b.WriteString("=" + value)
			} else {
				b.WriteString(beforeNothing)
			}
		}
	}
	return b.String()
}

// ROASignature is the signature of a ROA call, which travels in the header
// Authorization as "acs KEYID:SIGNATURE".
func ROASignature(r *http.Request, secret string) string {
	return hmacSHA1(ROAText(r), secret)
}

// ROACheck checks the header Authorization of a ROA call, and Content-MD5
// against the body. Of a parameter without a value, clients of some languages
// sign the name alone, and others "name=": both are right. The error is a
// [*Mismatch].
func ROACheck(r *http.Request, body []byte, secret string) error {
	text := ROAText(r)
	_, have, _ := ROAAuthorization(lowerHeaders(r.Header)["authorization"])
	if err := compare(hmacSHA1(text, secret), have, text); err != nil && compare(hmacSHA1(roaText(r, "="), secret), have, text) != nil {
		return err
	}
	if sum := lowerHeaders(r.Header)["content-md5"]; sum != "" {
		return compare(ContentMD5(body), sum, text)
	}
	return nil
}

// ROAAuthorization takes the header Authorization of a ROA call apart.
func ROAAuthorization(header string) (keyID, signature string, ok bool) {
	rest, ok := strings.CutPrefix(header, "acs ")
	if !ok {
		return "", "", false
	}
	keyID, signature, ok = strings.Cut(rest, ":")
	return keyID, signature, ok && keyID != "" && signature != ""
}

// ContentMD5 is the header Content-MD5 of a body, an empty one too.
func ContentMD5(body []byte) string {
	sum := md5.Sum(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

const acsPrefix = "x-acs-"

// lowerHeaders gives headers by their names in lower case, several values of one
// joined by commas.
func lowerHeaders(h http.Header) map[string]string {
	all := make(map[string]string, len(h))
	for name, values := range h {
		all[strings.ToLower(name)] = strings.Join(values, ",")
	}
	return all
}
