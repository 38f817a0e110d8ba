package signal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Address is where the signals of a handle go: a URL that says who it is for and
// until when, and is signed. Whoever has it can signal, so it is to be treated
// as a secret of the stack.
func (in *Inbox) Address(handle string) string {
	u := *in.base
	q := u.Query()
	q.Set("resource", handle)
	q.Set("expire", strconv.FormatInt(time.Now().Add(in.validity).Unix(), 10))
	q.Set("signature", in.signature(q.Get("resource"), q.Get("expire")))
	u.RawQuery = q.Encode()
	return u.String()
}

func (in *Inbox) signature(handle, expire string) string {
	mac := hmac.New(sha256.New, in.key)
	_, _ = io.WriteString(mac, strconv.Itoa(len(handle))+":"+handle+expire) // a hash does not fail
	return hex.EncodeToString(mac.Sum(nil))
}

var (
	errSignature = errors.New("the address is not one that this inbox has given out")
	errExpired   = errors.New("the address was valid for a time that is over")
)

// check finds the handle that an address is for.
func (in *Inbox) check(q url.Values) (string, error) {
	handle, expire := q.Get("resource"), q.Get("expire")
	if handle == "" || !hmac.Equal([]byte(q.Get("signature")), []byte(in.signature(handle, expire))) {
		return "", errSignature
	}
	until, err := strconv.ParseInt(expire, 10, 64)
	if err != nil || time.Now().After(time.Unix(until, 0)) {
		return "", errExpired
	}
	return handle, nil
}

// ServeHTTP takes a signal: a POST to an address with the signal as its body.
// It answers 200 when the signal is durable, 400 for a body that is no signal,
// 403 for an address that is not valid, 413 for too much.
func (in *Inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "send a signal with POST", http.StatusMethodNotAllowed)
		return
	}
	handle, err := in.check(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		http.Error(w, "the signal is longer than "+strconv.Itoa(MaxBody)+" bytes", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		return // the client is gone
	}
	s, err := Decode(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	err = in.Put(r.Context(), handle, s)
	if full, ok := errors.AsType[*FullError](err); ok {
		http.Error(w, full.Error(), http.StatusTooManyRequests)
		return
	}
	if err != nil {
		http.Error(w, "the signal could not be kept; send it again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}
