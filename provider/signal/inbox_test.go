package signal_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider/signal"
)

func inboxOn(t *testing.T, store journal.Store) *signal.Inbox {
	t.Helper()
	in, err := signal.NewInbox(store, &signal.Options{URL: "http://ops.test/waitcondition?tenant=a", Key: []byte("0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// post sends a signal the way an instance does.
func post(in http.Handler, method, address, body string) (int, string) {
	rec := httptest.NewRecorder()
	in.ServeHTTP(rec, httptest.NewRequest(method, address, strings.NewReader(body)))
	return rec.Code, rec.Body.String()
}

func received(t *testing.T, in *signal.Inbox, handle string) (now, before string) {
	t.Helper()
	n, b, err := in.Received(t.Context(), handle)
	if err != nil {
		t.Fatal(err)
	}
	words := func(s signal.Set) string {
		var out []string
		for _, one := range s {
			out = append(out, one.ID+"="+string(one.Status))
		}
		return strings.Join(out, " ")
	}
	return words(n), words(b)
}

func TestSignalOverHTTP(t *testing.T) {
	in := inboxOn(t, new(journal.Memory))
	address := in.Address("web-ready")
	for _, body := range []string{"", `{"status": "SUCCESS", "id": "b"}`, `{"Status": "failure", "id": "b"}`} {
		if code, text := post(in, "POST", address, body); code != http.StatusOK {
			t.Errorf("%q: %d %s", body, code, text)
		}
	}
	if now, _ := received(t, in, "web-ready"); now != "1=SUCCESS b=FAILURE" {
		t.Errorf("kept %s", now)
	}
	if now, _ := received(t, in, "another"); now != "" {
		t.Errorf("another handle has %s", now)
	}
}

// TestRefusedSignals sends what must not count.
func TestRefusedSignals(t *testing.T) {
	in := inboxOn(t, new(journal.Memory))
	good := in.Address("h")
	edit := func(name, v string) string {
		u, _ := url.Parse(good)
		q := u.Query()
		q.Set(name, v)
		u.RawQuery = q.Encode()
		return u.String()
	}
	other, err := signal.NewInbox(new(journal.Memory), &signal.Options{URL: "http://ops.test/", Key: []byte("another key of ours")})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		method, address, body string
		want                  int
	}{
		"another handle":   {"POST", edit("resource", "x"), "", http.StatusForbidden},
		"no handle":        {"POST", edit("resource", ""), "", http.StatusForbidden},
		"a longer life":    {"POST", edit("expire", "99999999999"), "", http.StatusForbidden},
		"no signature":     {"POST", edit("signature", ""), "", http.StatusForbidden},
		"another's key":    {"POST", other.Address("h"), "", http.StatusForbidden},
		"moved letters":    {"POST", edit("resource", "h1"), "", http.StatusForbidden},
		"a GET":            {"GET", good, "", http.StatusMethodNotAllowed},
		"no signal":        {"POST", good, "ready!", http.StatusBadRequest},
		"an odd status":    {"POST", good, `{"status": "FINE"}`, http.StatusBadRequest},
		"too long a thing": {"POST", good, `{"data": "` + strings.Repeat("x", signal.MaxBody) + `"}`, http.StatusRequestEntityTooLarge},
	} {
		if code, text := post(in, test.method, test.address, test.body); code != test.want || text == "" {
			t.Errorf("%s: %d %s", name, code, text)
		}
	}
	if now, _ := received(t, in, "h"); now != "" {
		t.Errorf("kept %s", now)
	}
}

func TestAddressExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := inboxOn(t, new(journal.Memory))
		address := in.Address("h")
		time.Sleep(48*time.Hour - time.Second)
		if code, text := post(in, "POST", address, ""); code != http.StatusOK {
			t.Errorf("before its time is over: %d %s", code, text)
		}
		time.Sleep(time.Minute)
		if code, _ := post(in, "POST", address, ""); code != http.StatusForbidden {
			t.Errorf("after it: %d", code)
		}
	})
}

// TestRenewOnce parts signals by updates; an update that is repeated after a
// crash must not hide what came in between.
func TestRenewOnce(t *testing.T) {
	in := inboxOn(t, new(journal.Memory))
	put := func(id string) {
		if err := in.Put(t.Context(), "h", signal.Signal{ID: id, Status: signal.Success}); err != nil {
			t.Fatal(err)
		}
	}
	renew := func(token string) {
		if err := in.Renew(t.Context(), "h", token); err != nil {
			t.Fatal(err)
		}
	}
	put("a")
	renew("first")
	put("b")
	renew("first")
	if now, before := received(t, in, "h"); now != "b=SUCCESS" || before != "a=SUCCESS" {
		t.Errorf("now %s, before %s", now, before)
	}
	renew("second")
	if now, before := received(t, in, "h"); now != "" || before != "b=SUCCESS" {
		t.Errorf("now %s, before %s", now, before)
	}
	if err := errors.Join(in.Drop(t.Context(), "h"), in.Drop(t.Context(), "h")); err != nil {
		t.Error(err)
	}
	if now, before := received(t, in, "h"); now+before != "" {
		t.Errorf("after Drop: %s %s", now, before)
	}
}

func TestSignalsTogether(t *testing.T) {
	store := new(journal.Memory)
	ins := []*signal.Inbox{inboxOn(t, store), inboxOn(t, store)} // of two processes
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if err := ins[i%2].Put(t.Context(), "h", signal.Signal{ID: fmt.Sprint(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	now, _, err := ins[0].Received(t.Context(), "h")
	if state, words := now.Outcome(40); err != nil || state != signal.Complete {
		t.Error(words, err)
	}
}

// fullStore is a store that cannot write.
type fullStore struct{ journal.Memory }

func (*fullStore) Append(context.Context, *journal.Append) error { return errors.New("disk full") }

// TestKeptBeforeAcknowledged does not say yes to a signal that is not kept.
func TestKeptBeforeAcknowledged(t *testing.T) {
	in := inboxOn(t, new(fullStore))
	if code, text := post(in, "POST", in.Address("h"), ""); code != http.StatusServiceUnavailable || strings.Contains(text, "disk") {
		t.Errorf("%d %s", code, text)
	}
}

// TestHandleIsBounded stops a script that signals in a loop.
func TestHandleIsBounded(t *testing.T) {
	in := inboxOn(t, new(journal.Memory))
	for range 10_000 {
		if err := in.Put(t.Context(), "h", signal.Signal{ID: "same"}); err != nil {
			t.Fatal(err)
		}
	}
	if code, text := post(in, "POST", in.Address("h"), ""); code != http.StatusTooManyRequests || !strings.Contains(text, "10000") {
		t.Errorf("%d %s", code, text)
	}
	if err := in.Renew(t.Context(), "h", "update"); err != nil {
		t.Error("an update of a full handle:", err)
	}
}

func TestBadOptions(t *testing.T) {
	key := []byte("0123456789abcdef")
	for _, opts := range []*signal.Options{nil, {}, {URL: "ops", Key: key}, {URL: "ftp://ops/", Key: key}, {URL: "http://ops/"}, {URL: "http://ops/", Key: key[1:]}} {
		if _, err := signal.NewInbox(new(journal.Memory), opts); err == nil {
			t.Errorf("%+v is taken", opts)
		}
	}
}
