package credential

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/acs"
)

// stsTimeout bounds one call.
const stsTimeout = 15 * time.Second

// ServiceError is the refusal of a service that gives credentials.
type ServiceError struct {
	Status    int    // HTTP
	Code      string // the service's own, may be empty
	Message   string // the service's own words, without secrets
	RequestID string
}

func (e *ServiceError) Error() string {
	text := cmp.Or(e.Code, "status "+strconv.Itoa(e.Status))
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RequestID != "" {
		text += " (request id " + e.RequestID + ")"
	}
	return text
}

// Retryable reports whether credentials that could not be had now may be had
// later: a service failed, was too busy or did not answer. Where a chain found
// nothing, a service that does not answer is one that is not there.
func Retryable(err error) bool {
	if e, ok := errors.AsType[*ChainError](err); ok {
		for _, f := range e.Tried {
			if refusal, ok := errors.AsType[*ServiceError](f.Err); ok && refusal.retryable() {
				return true
			}
		}
		return false
	}
	if e, ok := errors.AsType[*ServiceError](err); ok {
		return e.retryable()
	}
	_, ok := errors.AsType[*NoAnswer](err)
	return ok
}

func (e *ServiceError) retryable() bool {
	return e.Status >= 500 || e.Status == http.StatusTooManyRequests || strings.HasPrefix(e.Code, "Throttling")
}

// sts calls the security token service, version 2015-04-01.
type sts struct {
	url       string
	transport http.RoundTripper
}

// stsAnswer is as much as is needed of what the service answers.
type stsAnswer struct {
	RequestID   string `json:"RequestId"`
	Code        string
	Message     string
	AccountID   string `json:"AccountId"`
	Credentials session
}

// call calls an action, anonymously if there is no credential. Parameters whose
// values are empty are left out.
func (s *sts) call(ctx context.Context, signer *Credential, action string, params map[string]string) (*stsAnswer, error) {
	form := url.Values{}
	for name, v := range params {
		if v != "" {
			form.Set(name, v)
		}
	}
	body := []byte(form.Encode())
	r, err := http.NewRequest(http.MethodPost, s.url+"/", bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the endpoint of the security token service is no URL")
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Acs-Action", action)
	r.Header.Set("X-Acs-Version", "2015-04-01")
	secrets := []string{params["OIDCToken"], params["ExternalId"]}
	if signer != nil {
		acs.ACS3Sign(r, body, signer.KeyID, signer.Secret, signer.Token, time.Now(), rand.Text())
		secrets = append(secrets, signer.Secret, signer.Token)
	} else {
		anonymous(r, action)
	}
	status, data, err := fetch(ctx, s.transport, r, stsTimeout, secrets...)
	if err != nil {
		return nil, err
	}
	return readSTS(status, data, secrets)
}

// anonymous makes a request one that nobody signed.
func anonymous(r *http.Request, action string) {
	r.URL.RawQuery = url.Values{
		"Action": {action}, "Version": {"2015-04-01"}, "Format": {"JSON"},
		"Timestamp": {time.Now().UTC().Format(acs.TimeLayout)}, "SignatureNonce": {rand.Text()},
	}.Encode()
}

func readSTS(status int, data []byte, secrets []string) (*stsAnswer, error) {
	a := &stsAnswer{}
	err := decode(data, a)
	if status >= 200 && status < 300 {
		return a, err
	}
	refusal := &ServiceError{Status: status}
	if err == nil {
		refusal.Code, refusal.RequestID = excerpt(a.Code), excerpt(a.RequestID)
		refusal.Message = excerpt(scrub(a.Message, secrets...))
	}
	if strings.HasPrefix(a.Code, "SignatureDoesNotMatch") || strings.HasPrefix(a.Code, "IncompleteSignature") {
		refusal.Message = "the access key secret is wrong, or the request was changed on its way" // its own words quote what was signed
	}
	return nil, refusal
}

// excerpt gives the beginning of a text.
func excerpt(text string) string {
	const most = 300
	if len(text) > most {
		text = text[:most] + "..."
	}
	return strings.ToValidUTF8(text, "?")
}
