package gateway

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/acs"
)

// identity is who signed a request.
type identity struct {
	keyID   string
	method  string // of the signature
	session *Session
}

// claim is what a request says of its signature.
type claim struct {
	identity
	token string
	time  string
	form  string // of the time
	nonce string
	check func(secret string) error
}

// authenticate finds who signed a request, and refuses one whose signature is
// missing, wrong, old or used.
func (x *exchange) authenticate() (identity, *refusal) {
	c, no := x.claim()
	if no != nil {
		return c.identity, no
	}
	secret, no := x.g.secret(c, x.now)
	if no != nil {
		return c.identity, no
	}
	at, err := time.Parse(c.form, c.time)
	if err != nil {
		return c.identity, bad("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
	}
	if late := x.now.Sub(at); late > x.g.options.Skew || late < -x.g.options.Skew {
		return c.identity, bad("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
	}
	if err := c.check(secret); err != nil {
		text := ""
		if m, ok := errors.AsType[*acs.Mismatch](err); ok {
			text = m.Text
		}
		return c.identity, bad("SignatureDoesNotMatch", "Specified signature is not matched with our calculation. server string to sign is:"+text)
	}
	if c.nonce != "" && !x.g.useNonce(c.keyID+" "+c.nonce) {
		return c.identity, bad("SignatureNonceUsed", "Specified signature nonce was used already.")
	}
	return c.identity, nil
}

func bad(code, message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: code, message: message}
}

func incomplete(text string) *refusal {
	return bad("IncompleteSignature", "The request signature does not conform to Aliyun standards. server string to sign is:"+text)
}

// claim reads what a request says of its signature, in whichever of the three
// ways.
func (x *exchange) claim() (*claim, *refusal) {
	authorization := x.r.Header.Get("Authorization")
	switch {
	case strings.HasPrefix(authorization, "ACS3-"):
		return x.claimACS3(authorization)
	case authorization != "":
		return x.claimROA(authorization)
	case x.in.flat():
		return x.claimRPC(x.in.given())
	}
	return &claim{}, missing("Authorization")
}

func (x *exchange) claimRPC(given url.Values) (*claim, *refusal) {
	c := &claim{token: given.Get("SecurityToken"), time: given.Get("Timestamp"), form: acs.TimeLayout, nonce: given.Get("SignatureNonce")}
	c.keyID, c.method = given.Get("AccessKeyId"), "HMAC-SHA1"
	for _, name := range [...]string{"AccessKeyId", "Timestamp", "SignatureNonce"} {
		if given.Get(name) == "" {
			return c, missing(name)
		}
	}
	if m := given.Get("SignatureMethod"); m != "" && m != c.method {
		return c, bad("InvalidSignatureMethod", "Specified signature method is not valid.")
	}
	if v := given.Get("SignatureVersion"); v != "" && v != "1.0" {
		return c, bad("InvalidSignatureVersion", "Specified parameter SignatureVersion is not valid.")
	}
	if len(given.Get("Signature")) != len("vESFhffbcj6G6vngr2eMQB0b1Kw=") {
		return c, incomplete(acs.RPCText(x.r.Method, given))
	}
	c.check = func(secret string) error { return acs.RPCCheck(x.r.Method, given, secret) }
	return c, nil
}

func (x *exchange) claimROA(authorization string) (*claim, *refusal) {
	h := x.r.Header
	c := &claim{token: h.Get("X-Acs-Security-Token"), time: h.Get("Date"), form: http.TimeFormat, nonce: h.Get("X-Acs-Signature-Nonce")}
	var ok bool
	if c.keyID, _, ok = acs.ROAAuthorization(authorization); !ok {
		return c, incomplete(acs.ROAText(x.r))
	}
	c.method = "HMAC-SHA1"
	if m := h.Get("X-Acs-Signature-Method"); m != "" && m != c.method {
		return c, bad("InvalidSignatureMethod", "Specified signature method is not valid.")
	}
	if c.time == "" {
		return c, missing("Date")
	}
	c.check = func(secret string) error { return acs.ROACheck(x.r, x.in.body, secret) }
	return c, nil
}

func (x *exchange) claimACS3(authorization string) (*claim, *refusal) {
	h := x.r.Header
	c := &claim{token: h.Get("X-Acs-Security-Token"), time: h.Get("X-Acs-Date"), form: acs.TimeLayout, nonce: h.Get("X-Acs-Signature-Nonce")}
	algorithm, _, _ := strings.Cut(authorization, " ")
	if algorithm != acs.ACS3Algorithm {
		return c, bad("InvalidSignatureMethod", "Specified signature method is not valid.")
	}
	a, ok := acs.ParseACS3(authorization)
	if !ok {
		return c, incomplete(acs.ACS3Text(x.r, nil))
	}
	c.keyID, c.method = a.KeyID, acs.ACS3Algorithm
	for _, name := range [...]string{"Date", "SignatureNonce", "ContentSha256"} {
		if h.Get(acs3Headers[name]) == "" {
			return c, missing(name)
		}
	}
	c.check = func(secret string) error { return acs.ACS3Check(x.r, x.in.body, secret) }
	return c, nil
}

// acs3Headers are the headers for what the older signatures have as parameters.
var acs3Headers = map[string]string{"Date": "X-Acs-Date", "SignatureNonce": "X-Acs-Signature-Nonce", "ContentSha256": "X-Acs-Content-Sha256"}

// secret finds the secret of an access key.
func (g *Gateway) secret(c *claim, now time.Time) (string, *refusal) {
	if secret, ok := g.options.Keys[c.keyID]; ok {
		if c.token != "" {
			return "", bad("InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey.")
		}
		return secret, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	s, ok := g.sessions[c.keyID]
	switch {
	case !ok:
		return "", &refusal{status: http.StatusNotFound, code: "InvalidAccessKeyId.NotFound", message: "Specified access key is not found."}
	case c.token == "":
		return "", missing("SecurityToken")
	case c.token != s.Token && !strings.HasPrefix(c.token, tokenStart):
		return "", bad("InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")
	case c.token != s.Token:
		return "", bad("InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey.")
	case !now.Before(s.Expires):
		return "", bad("InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
	}
	c.session = s
	return s.Secret, nil
}

// nonceMemory remembers as many nonces as it was made for, as digests: what a
// client sends may be long.
type nonceMemory struct {
	seen map[[sha256.Size]byte]bool
	ring [][sha256.Size]byte
	most int
	next int
}

func newNonceMemory(most int) nonceMemory {
	return nonceMemory{seen: make(map[[sha256.Size]byte]bool), most: most}
}

// useNonce reports whether a nonce is new, and remembers it.
func (g *Gateway) useNonce(nonce string) bool {
	sum := digest(nonce)
	g.mu.Lock()
	defer g.mu.Unlock()
	m := &g.nonces
	if m.seen[sum] {
		return false
	}
	m.seen[sum] = true
	if len(m.ring) < m.most {
		m.ring = append(m.ring, sum)
		return true
	}
	delete(m.seen, m.ring[m.next])
	m.ring[m.next] = sum
	m.next = (m.next + 1) % m.most
	return true
}

func digest(text string) [sha256.Size]byte { return sha256.Sum256([]byte(text)) }
