package gateway_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/acs"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
)

func TestRPCSignatures(t *testing.T) {
	_, c := newGateway(t, nil)
	for name, test := range map[string]struct {
		change func(p url.Values) // before the signature
		after  func(p url.Values)
		status int
		code   string
	}{
		"good":              {nil, nil, 200, ""},
		"no key":            {func(p url.Values) { p.Del("AccessKeyId") }, nil, 400, "MissingAccessKeyId"},
		"other key":         {func(p url.Values) { p.Set("AccessKeyId", "LTAIother") }, nil, 404, "InvalidAccessKeyId.NotFound"},
		"no nonce":          {func(p url.Values) { p.Del("SignatureNonce") }, nil, 400, "MissingSignatureNonce"},
		"no time":           {func(p url.Values) { p.Del("Timestamp") }, nil, 400, "MissingTimestamp"},
		"odd time":          {func(p url.Values) { p.Set("Timestamp", "yesterday") }, nil, 400, "InvalidTimeStamp.Format"},
		"local time":        {func(p url.Values) { p.Set("Timestamp", time.Now().Format("2006-01-02T15:04:05-07:00")) }, nil, 400, "InvalidTimeStamp.Format"},
		"old":               {func(p url.Values) { p.Set("Timestamp", ago(16*time.Minute)) }, nil, 400, "InvalidTimeStamp.Expired"},
		"of the future":     {func(p url.Values) { p.Set("Timestamp", ago(-16*time.Minute)) }, nil, 400, "InvalidTimeStamp.Expired"},
		"a little old":      {func(p url.Values) { p.Set("Timestamp", ago(14*time.Minute)) }, nil, 200, ""},
		"other method":      {func(p url.Values) { p.Set("SignatureMethod", "HMAC-MD5") }, nil, 400, "InvalidSignatureMethod"},
		"other generation":  {func(p url.Values) { p.Set("SignatureVersion", "2.0") }, nil, 400, "InvalidSignatureVersion"},
		"token of nobody":   {func(p url.Values) { p.Set("SecurityToken", "CAISx") }, nil, 400, "InvalidSecurityToken.MismatchWithAccessKey"},
		"no signature":      {nil, func(p url.Values) { p.Del("Signature") }, 400, "IncompleteSignature"},
		"half a signature":  {nil, func(p url.Values) { p.Set("Signature", "abc") }, 400, "IncompleteSignature"},
		"other parameter":   {nil, func(p url.Values) { p.Set("VpcId", "vpc-2") }, 400, "SignatureDoesNotMatch"},
		"one more":          {nil, func(p url.Values) { p.Set("PageSize", "2") }, 400, "SignatureDoesNotMatch"},
		"one of them twice": {nil, func(p url.Values) { p.Add("VpcId", "vpc-2") }, 400, "SignatureDoesNotMatch"},
	} {
		t.Run(name, func(t *testing.T) {
			c := *c
			c.t = t
			p := c.params("2016-04-28", "DescribeVpcs", map[string]string{"VpcId": "vpc-1"})
			if test.change != nil {
				test.change(p)
			}
			r := c.signed("vpc.aliyuncs.com", p)
			if test.after != nil {
				test.after(p)
				r = form(t, "vpc.aliyuncs.com", p)
			}
			a := c.send(r)
			c.want(a, test.status, test.code)
			if strings.Contains(test.code, "Signature") && strings.Contains(test.code, "Match") {
				if message := fmt.Sprint(a.at("Message")); !strings.HasSuffix(message, "server string to sign is:"+acs.RPCText("POST", p)) {
					t.Errorf("the server does not tell its text: %s", message)
				}
			}
			if strings.Contains(a.text, gateway.KeySecret) {
				t.Error("the answer has the secret")
			}
		})
	}
}

func ago(d time.Duration) string { return time.Now().Add(-d).UTC().Format(acs.TimeLayout) }

func TestHeaderSignatures(t *testing.T) {
	_, c := newGateway(t, nil)
	target := "https://cs.cn-hangzhou.aliyuncs.com/clusters/sample-c1/nodes?pageSize=5&state="
	newer := func(r *http.Request) {
		acs.ACS3Sign(r, []byte("{}"), c.id, c.secret, "", time.Now(), nonce())
	}
	older := func(r *http.Request) {
		r.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
		r.Header.Set("Authorization", "acs "+c.id+":"+acs.ROASignature(r, c.secret))
	}
	for name, test := range map[string]struct {
		sign   func(r *http.Request)
		after  func(r *http.Request)
		status int
		code   string
	}{
		"newer":                  {newer, nil, 200, ""},
		"older":                  {older, nil, 200, ""},
		"none":                   {func(*http.Request) {}, nil, 400, "MissingAuthorization"},
		"odd":                    {older, set("Authorization", "Bearer x"), 400, "IncompleteSignature"},
		"older, empty":           {older, set("Authorization", "acs "), 400, "IncompleteSignature"},
		"older, other key":       {older, set("Authorization", "acs LTAIx:abc"), 404, "InvalidAccessKeyId.NotFound"},
		"older, changed header":  {older, set("X-Acs-Extra", "1"), 400, "SignatureDoesNotMatch"},
		"older, unsigned header": {older, set("X-Extra", "1"), 200, ""},
		"older, no date":         {older, set("Date", ""), 400, "MissingDate"},
		"older, old":             {older, set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)), 400, "InvalidTimeStamp.Expired"},
		"older, odd date":        {older, set("Date", "today"), 400, "InvalidTimeStamp.Format"},
		"older, other method":    {older, set("X-Acs-Signature-Method", "HMAC-MD5"), 400, "InvalidSignatureMethod"},
		"older, other digest":    {older, set("Content-Md5", "AAAA"), 400, "SignatureDoesNotMatch"},
		"newer, other method":    {newer, set("Authorization", "ACS3-HMAC-SM3 Credential=x,SignedHeaders=host,Signature=00"), 400, "InvalidSignatureMethod"},
		"newer, half":            {newer, set("Authorization", "ACS3-HMAC-SHA256 Credential=x"), 400, "IncompleteSignature"},
		"newer, other key":       {newer, set("Authorization", "ACS3-HMAC-SHA256 Credential=x,SignedHeaders=host,Signature=00"), 404, "InvalidAccessKeyId.NotFound"},
		"newer, no date":         {newer, set("X-Acs-Date", ""), 400, "MissingDate"},
		"newer, no nonce":        {newer, set("X-Acs-Signature-Nonce", ""), 400, "MissingSignatureNonce"},
		"newer, no digest":       {newer, set("X-Acs-Content-Sha256", ""), 400, "MissingContentSha256"},
		"newer, other digest":    {newer, set("X-Acs-Content-Sha256", "00"), 400, "SignatureDoesNotMatch"},
		"newer, other nonce":     {newer, set("X-Acs-Signature-Nonce", "other"), 400, "SignatureDoesNotMatch"},
		"newer, old":             {newer, set("X-Acs-Date", ago(time.Hour)), 400, "InvalidTimeStamp.Expired"},
		"newer, header added":    {newer, set("X-Acs-Extra", "1"), 400, "SignatureDoesNotMatch"},
		"newer, other query":     {newer, func(r *http.Request) { r.URL.RawQuery = "pageSize=6" }, 400, "SignatureDoesNotMatch"},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t, "GET", target, "{}")
			r.Header.Set("X-Acs-Version", "2015-12-15")
			r.Header.Set("Accept", "application/json")
			r.Header.Set("Content-Type", "application/json")
			test.sign(r)
			if test.after != nil {
				test.after(r)
			}
			c := *c
			c.t = t
			c.want(c.send(r), test.status, test.code)
		})
	}
}

func set(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set(name, value)
		if value == "" {
			r.Header.Del(name)
		}
	}
}

func TestNonces(t *testing.T) {
	_, c := newGateway(t, &gateway.Options{Nonces: 3})
	with := func(nonce string) *answer {
		return c.vpc("DescribeVpcs", map[string]string{"SignatureNonce": nonce})
	}
	c.want(with("a"), 200, "")
	c.want(with("a"), 400, "SignatureNonceUsed")
	for _, n := range []string{"b", "c", "d"} {
		c.want(with(n), 200, "")
	}
	c.want(with("d"), 400, "SignatureNonceUsed")
	c.want(with("b"), 400, "SignatureNonceUsed")
	c.want(with("a"), 200, "") // forgotten: there were three newer ones
	wrong := *c
	wrong.secret = "wrong"
	c.want(wrong.vpc("DescribeVpcs", map[string]string{"SignatureNonce": "e"}), 400, "SignatureDoesNotMatch")
	c.want(with("e"), 200, "") // a request with a wrong signature uses up nothing
}

func TestSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, c := newGateway(t, nil)
		role := "acs:ram::1234567890123456:role/reader"
		sts := func(c *client, action string, given map[string]string) *answer {
			return c.post("sts.aliyuncs.com", "2015-04-01", action, given)
		}
		a := sts(c, "AssumeRole", map[string]string{"RoleArn": role, "RoleSessionName": "test", "DurationSeconds": "900"})
		c.want(a, 200, "")
		text := func(path string) string { return fmt.Sprint(a.at("Credentials." + path)) }
		session := *c
		session.id, session.secret, session.token = text("AccessKeyId"), text("AccessKeySecret"), text("SecurityToken")
		if text("Expiration") != time.Now().Add(15*time.Minute).UTC().Format(time.RFC3339) || !strings.HasPrefix(session.id, "STS.") {
			t.Error(a.text)
		}
		who := sts(&session, "GetCallerIdentity", nil)
		if who.at("Arn") != "acs:ram::1234567890123456:assumed-role/reader/test" || who.at("AccountId") != "1234567890123456" {
			t.Error(who.text)
		}
		if who := sts(c, "GetCallerIdentity", nil); who.at("Arn") != "acs:ram::1234567890123456:root" {
			t.Error(who.text)
		}
		c.want(session.roa("GET", "https://cs.cn-hangzhou.aliyuncs.com/clusters/sample-c1/nodes", "2015-12-15", ""), 200, "")
		c.want(session.acs3("POST", "https://vpc.aliyuncs.com/", "2016-04-28", "DescribeVpcs", "", ""), 200, "")
		c.want(sts(&session, "AssumeRole", map[string]string{"RoleArn": role, "RoleSessionName": "again"}), 200, "") // a chain of roles

		without, other, malformed := session, session, session
		without.token, other.token, malformed.token = "", "CAISother", "other"
		c.want(without.vpc("DescribeVpcs", nil), 400, "MissingSecurityToken")
		c.want(other.vpc("DescribeVpcs", nil), 400, "InvalidSecurityToken.MismatchWithAccessKey")
		c.want(malformed.vpc("DescribeVpcs", nil), 400, "InvalidSecurityToken.Malformed")
		time.Sleep(15 * time.Minute)
		c.want(session.vpc("DescribeVpcs", nil), 400, "InvalidSecurityToken.Expired")
		issued := g.Issue(role, "later", time.Minute)
		session.id, session.secret, session.token = issued.KeyID, issued.Secret, issued.Token
		c.want(session.vpc("DescribeVpcs", nil), 200, "")
		for _, r := range g.Requests() {
			if strings.Contains(fmt.Sprintf("%+v %s", r, r.Arguments), issued.Secret) {
				t.Errorf("the log has a secret: %+v", r)
			}
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAssumeRoleRefuses(t *testing.T) {
	g, c := newGateway(t, nil)
	role := "acs:ram::1234567890123456:role/r"
	for name, test := range map[string]struct {
		given map[string]string
		code  string
	}{
		"no role":       {map[string]string{"RoleSessionName": "s1"}, "MissingRoleArn"},
		"no name":       {map[string]string{"RoleArn": role}, "MissingRoleSessionName"},
		"odd role":      {map[string]string{"RoleArn": "r", "RoleSessionName": "s1"}, "InvalidParameter.RoleArn"},
		"odd name":      {map[string]string{"RoleArn": role, "RoleSessionName": "a b"}, "InvalidParameter.RoleSessionName"},
		"too short":     {map[string]string{"RoleArn": role, "RoleSessionName": "s1", "DurationSeconds": "899"}, "InvalidParameter.DurationSeconds"},
		"too long":      {map[string]string{"RoleArn": role, "RoleSessionName": "s1", "DurationSeconds": "43201"}, "InvalidParameter.DurationSeconds"},
		"no duration":   {map[string]string{"RoleArn": role, "RoleSessionName": "s1", "DurationSeconds": "1h"}, "InvalidParameter.DurationSeconds"},
		"half duration": {map[string]string{"RoleArn": role, "RoleSessionName": "s1", "DurationSeconds": "900.5"}, "InvalidParameter.DurationSeconds"},
	} {
		t.Run(name, func(t *testing.T) {
			c := *c
			c.t = t
			c.want(c.post("sts.aliyuncs.com", "2015-04-01", "AssumeRole", test.given), 400, test.code)
		})
	}
	// Whoever has an OIDC token needs no access key.
	oidc := func(token string) *answer {
		p := url.Values{"Action": {"AssumeRoleWithOIDC"}, "Version": {"2015-04-01"}, "Format": {"JSON"}, "RoleArn": {role}, "RoleSessionName": {"pod"},
			"OIDCProviderArn": {"acs:ram::1234567890123456:oidc-provider/p"}, "OIDCToken": {token}}
		return c.send(form(t, "sts.cn-hangzhou.aliyuncs.com", p))
	}
	c.want(oidc("a.eyJleHAiOjk5OTk5OTk5OTl9.c"), 200, "")
	c.want(oidc("a.eyJleHAiOjF9.c"), 400, "AuthenticationFail.OIDCToken.Expired")
	c.want(oidc("nonsense"), 400, "AuthenticationFail.OIDCToken.Invalid")
	c.want(oidc(""), 400, "MissingOIDCToken")
	for _, r := range g.Requests() {
		if strings.Contains(string(r.Arguments), "nonsense") {
			t.Errorf("the log has a token: %s", r.Arguments)
		}
	}
}

func TestOwnKeysAndClock(t *testing.T) {
	then := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	g := gateway.New(providertest.New(t, nil), &gateway.Options{Keys: map[string]string{"me": "mine"}, Now: func() time.Time { return then }, Skew: time.Second})
	defer func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}()
	c := &client{t: t, rt: g.Transport(), id: "me", secret: "mine", skew: time.Until(then)}
	c.want(c.vpc("DescribeVpcs", map[string]string{"Timestamp": then.Format(acs.TimeLayout)}), 200, "")
	c.want(c.vpc("DescribeVpcs", map[string]string{"Timestamp": then.Add(2 * time.Second).Format(acs.TimeLayout)}), 400, "InvalidTimeStamp.Expired")
	c.id = gateway.KeyID
	c.want(c.vpc("DescribeVpcs", map[string]string{"Timestamp": then.Format(acs.TimeLayout)}), 404, "InvalidAccessKeyId.NotFound")
}
