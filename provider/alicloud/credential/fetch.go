package credential

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// answerLimit is the most that is read of an answer or of a file.
const answerLimit = 1 << 20

// NoAnswer says that a service could not be asked.
type NoAnswer struct {
	Host string
	Err  error
}

func (e *NoAnswer) Error() string { return "no answer from " + e.Host + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *NoAnswer) Unwrap() error { return e.Err }

// fetch sends one request and reads the answer. It follows no redirection:
// nothing that gives credentials answers with one. What the request says that
// must not be seen is given as secrets.
func fetch(ctx context.Context, rt http.RoundTripper, r *http.Request, timeout time.Duration, secrets ...string) (int, []byte, error) {
	within, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	failed := func(err error) error {
		switch {
		case ctx.Err() != nil:
			err = ctx.Err()
		case within.Err() != nil:
			err = fmt.Errorf("%w: none within %s", within.Err(), timeout)
		default:
			err = wordsOf(err, secrets)
		}
		return &NoAnswer{Host: r.URL.Host, Err: err}
	}
	resp, err := rt.RoundTrip(r.WithContext(within))
	if err != nil {
		return 0, nil, failed(err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	if err == nil && len(body) > answerLimit {
		err = fmt.Errorf("it is larger than %d bytes", answerLimit)
	}
	if err != nil {
		return 0, nil, failed(err)
	}
	return resp.StatusCode, body, nil
}

// wordsOf gives the error of a transport without what it quotes: the URL, the
// address of a proxy with its password.
func wordsOf(err error, secrets []string) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	text := err.Error()
	if strings.Contains(text, "invalid proxy address") {
		return errors.New("the proxy variables hold no valid address")
	}
	if clean := scrub(text, secrets...); clean != text {
		return errors.New(clean)
	}
	return err
}

// scrub takes secrets out of a text, also as they stand in URLs.
func scrub(text string, secrets ...string) string {
	for _, s := range secrets {
		if s == "" {
			continue
		}
		once := url.QueryEscape(s)
		for _, form := range [...]string{s, once, url.QueryEscape(once), url.PathEscape(s)} {
			text = strings.ReplaceAll(text, form, hidden)
		}
	}
	return text
}

// session is how services write a credential.
type session struct {
	Code            string
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret string
	SecurityToken   string
	Expiration      string // RFC 3339
}

// credential reads a session. Errors quote none of it.
func (s *session) credential() (*Credential, error) {
	c := &Credential{KeyID: s.AccessKeyID, Secret: s.AccessKeySecret, Token: s.SecurityToken}
	if c.KeyID == "" || c.Secret == "" {
		return nil, errors.New("the answer has no AccessKeyId or no AccessKeySecret")
	}
	if s.Expiration != "" {
		at, err := time.Parse(time.RFC3339, s.Expiration)
		if err != nil {
			return nil, errors.New("the answer's Expiration is no time")
		}
		c.Expires = at
	}
	return c, nil
}

// decode reads JSON that has secrets in it: an error says where, and not what.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("no valid JSON at byte %d", e.Offset)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s at byte %d is no %s", e.Field, e.Offset, e.Type)
	}
	if err != nil {
		return errors.New("no valid JSON")
	}
	return nil
}
