package gateway

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// Session is an access key for a time, as STS gives it out.
type Session struct {
	KeyID   string // begins with "STS."
	Secret  string
	Token   string // goes with each request
	Expires time.Time
	Role    string // acs:ram::ACCOUNT:role/NAME
	Name    string // of the session
}

// tokenStart is how security tokens begin.
const tokenStart = "CAIS"

// maxSessions is how many sessions are known; past it the one that
// expires first is forgotten.
const maxSessions = 10_000

// Issue gives out an access key that is valid for a time, as AssumeRole does;
// for a test's own metadata server, for instance. The role need not exist.
func (g *Gateway) Issue(role, name string, lifetime time.Duration) Session {
	now := g.options.Now()
	s := &Session{
		KeyID: "STS.N" + random(18), Secret: random(33), Token: tokenStart + random(180),
		Expires: now.Add(lifetime).UTC().Truncate(time.Second), Role: role, Name: name,
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	// What has expired is kept as long as there is room: whoever still uses it
	// shall hear why it does not work.
	if len(g.sessions) >= maxSessions {
		oldest := slices.MinFunc(slices.Collect(maps.Values(g.sessions)), func(a, b *Session) int {
			return cmp.Or(a.Expires.Compare(b.Expires), cmp.Compare(a.KeyID, b.KeyID))
		})
		delete(g.sessions, oldest.KeyID)
	}
	g.sessions[s.KeyID] = s
	return *s
}

func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return base64.URLEncoding.EncodeToString(b)
}

// securityToken serves the calls of STS that give access keys out or tell whose
// they are. It reports false for the others.
func (x *exchange) securityToken(call *provider.Call) (body json.RawMessage, no *refusal, served bool) {
	var args struct {
		RoleArn, RoleSessionName, OIDCToken, OIDCProviderArn, SAMLAssertion, SAMLProviderArn string
		DurationSeconds                                                                      any
	}
	if err := json.Unmarshal(call.Parameters, &args); err != nil {
		return nil, invalidParameter("Parameters"), true
	}
	switch x.to.name {
	case "GetCallerIdentity":
		return x.callerIdentity(), nil, true
	case "AssumeRole":
	case "AssumeRoleWithOIDC":
		if args.OIDCToken == "" || args.OIDCProviderArn == "" {
			return nil, mandatory(args.OIDCProviderArn, "OIDCProviderArn", "OIDCToken"), true
		}
		if no := x.checkOIDC(args.OIDCToken); no != nil {
			return nil, no, true
		}
	case "AssumeRoleWithSAML":
		if args.SAMLAssertion == "" || args.SAMLProviderArn == "" {
			return nil, mandatory(args.SAMLProviderArn, "SAMLProviderArn", "SAMLAssertion"), true
		}
	default:
		return nil, nil, false
	}
	body, no = x.assume(args.RoleArn, args.RoleSessionName, args.DurationSeconds)
	return body, no, true
}

var (
	rolePattern    = regexp.MustCompile(`^acs:ram::(\d+):role/([A-Za-z0-9.\-_]{1,64})$`)
	sessionPattern = regexp.MustCompile(`^[A-Za-z0-9.@\-_]{2,64}$`)
)

func invalidParameter(name string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: "InvalidParameter." + name, message: "The parameter " + name + " is wrongly formed.", service: true}
}

// mandatory refuses a call without one of two parameters: the first if it is
// empty.
func mandatory(have, name, other string) *refusal {
	if have != "" {
		name = other
	}
	return &refusal{status: http.StatusBadRequest, code: "Missing" + name, message: name + " is mandatory for this action.", service: true}
}

func (x *exchange) assume(role, name string, duration any) (json.RawMessage, *refusal) {
	if role == "" || name == "" {
		return nil, mandatory(role, "RoleArn", "RoleSessionName")
	}
	arn := rolePattern.FindStringSubmatch(role)
	if arn == nil {
		return nil, invalidParameter("RoleArn")
	}
	if !sessionPattern.MatchString(name) {
		return nil, invalidParameter("RoleSessionName")
	}
	seconds := 3600
	if duration != nil {
		n, err := strconv.Atoi(fmt.Sprint(duration))
		if err != nil || n < 900 || n > 43200 {
			return nil, invalidParameter("DurationSeconds")
		}
		seconds = n
	}
	s := x.g.Issue(role, name, time.Duration(seconds)*time.Second)
	return encode(map[string]any{
		"RequestId": x.entry.RequestID,
		"Credentials": map[string]any{
			"AccessKeyId": s.KeyID, "AccessKeySecret": s.Secret, "SecurityToken": s.Token, "Expiration": s.Expires.Format(time.RFC3339),
		},
		"AssumedRoleUser": map[string]any{"Arn": assumedARN(role, name), "AssumedRoleId": roleID(role) + ":" + name},
	}), nil
}

// assumedARN names who uses a session.
func assumedARN(role, name string) string {
	return strings.Replace(role, ":role/", ":assumed-role/", 1) + "/" + name
}

// roleID makes up the number of a role.
func roleID(role string) string {
	sum := digest("role " + role)
	n := uint64(3)
	for _, b := range sum[:7] {
		n = n<<8 | uint64(b)
	}
	return strconv.FormatUint(n, 10)
}

func (x *exchange) callerIdentity() json.RawMessage {
	account := x.g.cloud.Account()
	out := map[string]any{"RequestId": x.entry.RequestID, "AccountId": account}
	if s := x.who.session; s != nil {
		if arn := rolePattern.FindStringSubmatch(s.Role); arn != nil {
			account = arn[1]
		}
		id := roleID(s.Role)
		out["AccountId"], out["IdentityType"], out["Arn"] = account, "AssumedRoleUser", assumedARN(s.Role, s.Name)
		out["PrincipalId"], out["RoleId"] = id+":"+s.Name, id
		return encode(out)
	}
	out["IdentityType"], out["Arn"], out["PrincipalId"], out["UserId"] = "Account", "acs:ram::"+account+":root", account, account
	return encode(out)
}

// checkOIDC looks at a token as far as it can be without the issuer's key: its
// form and its time.
func (x *exchange) checkOIDC(token string) *refusal {
	no := &refusal{status: http.StatusBadRequest, code: "AuthenticationFail.OIDCToken.Invalid", message: "This OIDC token is invalid.", service: true}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return no
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Expires float64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return no
	}
	if claims.Expires > 0 && float64(x.now.Unix()) >= claims.Expires {
		no.code, no.message = "AuthenticationFail.OIDCToken.Expired", "This OIDC token is expired."
		return no
	}
	return nil
}
