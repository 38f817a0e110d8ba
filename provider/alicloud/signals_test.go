package alicloud

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/signal"
)

// waitRoom is a provider with an inbox.
type waitRoom struct {
	*Provider
	inbox *signal.Inbox
}

func newWaitRoom(t *testing.T, store journal.Store) *waitRoom {
	t.Helper()
	inbox, err := signal.NewInbox(store, &signal.Options{URL: "http://ops.test/waitcondition", Key: []byte("0123456789abcdef")})
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(&table{}, &Options{Region: "cn-hangzhou", Signals: inbox})
	if err != nil {
		t.Fatal(err)
	}
	return &waitRoom{p, inbox}
}

const (
	handleType    = "ALIYUN::ROS::WaitConditionHandle"
	conditionType = "ALIYUN::ROS::WaitCondition"
)

func (w *waitRoom) handle(t *testing.T) (id, url string) {
	t.Helper()
	got, err := w.Create(t.Context(), &provider.Request{Token: "h", Stack: "web", Type: handleType, LogicalID: "Ready", Desired: json.RawMessage(`{}`)})
	if err != nil || !got.Done {
		t.Fatal(got, err)
	}
	var attributes map[string]any
	if err := json.Unmarshal(got.Attributes, &attributes); err != nil {
		t.Fatal(err)
	}
	url, _ = attributes["URL"].(string)
	if curl, _ := attributes["CurlCli"].(string); !strings.HasPrefix(curl, "curl -i -X POST ") || !strings.HasSuffix(curl, " '"+url+"'") || url == "" {
		t.Errorf("CurlCli is %q", curl)
	}
	return got.PhysicalID, url
}

// send signals as an instance does.
func (w *waitRoom) send(t *testing.T, url, body string) {
	t.Helper()
	rec := httptest.NewRecorder()
	w.inbox.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, url, strings.NewReader(body)))
	if rec.Code != http.StatusOK {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
}

// await polls a condition as an engine does, and tells how long it took.
func (w *waitRoom) await(t *testing.T, desired string) (*provider.Progress, time.Duration, error) {
	t.Helper()
	req := &provider.Request{Token: "c", Stack: "web", Type: conditionType, LogicalID: "Wait", Desired: json.RawMessage(desired)}
	for since := time.Now(); ; {
		got, err := w.Create(t.Context(), req)
		if err != nil || got.Done {
			return got, time.Since(since), err
		}
		if got.After <= 0 || got.Note == "" || got.PhysicalID == "" {
			t.Fatalf("%+v", got)
		}
		req.Resume, req.PhysicalID = got.Resume, got.PhysicalID
		time.Sleep(got.After)
	}
}

func TestWaitConditionIsMet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWaitRoom(t, new(journal.Memory))
		id, url := w.handle(t)
		w.send(t, url, `{"data": "early"}`) // before the condition waits: it counts
		time.AfterFunc(7*time.Minute, func() { w.send(t, url, `{"id": "b", "data": {"port": 80}}`) })
		got, took, err := w.await(t, `{"Handle": "`+id+`", "Timeout": "900", "Count": 2}`)
		if err != nil {
			t.Fatal(err)
		}
		if took < 7*time.Minute || took > 7*time.Minute+lookForSignals {
			t.Errorf("it took %s", took)
		}
		var attributes map[string]string
		if err := json.Unmarshal(got.Attributes, &attributes); err != nil || attributes["Data"] != `{"1":"early","b":{"port":80}}` {
			t.Errorf("%s %v", got.Attributes, err)
		}
	})
}

func TestWaitConditionFails(t *testing.T) {
	for name, test := range map[string]struct {
		signals []string
		code    string
		words   string
		took    time.Duration
	}{
		"by a failure":  {[]string{`{}`, `{"status": "FAILURE", "reason": "no disk"}`}, "WaitConditionFailed", "no disk", 0},
		"by its time":   {[]string{`{}`}, "WaitConditionTimeout", "1 of 2", 10 * time.Minute},
		"with warnings": {[]string{`{"status": "warning"}`, `{"status": "warning"}`}, "WaitConditionTimeout", "warnings", 10 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWaitRoom(t, new(journal.Memory))
			id, url := w.handle(t)
			for _, body := range test.signals {
				w.send(t, url, body)
			}
			_, took, err := w.await(t, `{"Handle": "`+id+`", "Timeout": 600, "Count": 2}`)
			e, ok := err.(*provider.Error)
			if !ok || e.Code != test.code || !strings.Contains(e.Message, test.words) || took != test.took {
				t.Errorf("%s: %v after %s", name, err, took)
			}
		})
	}
}

// TestHandleRenewed lets an update count signals anew, unless its mode is
// Increment.
func TestHandleRenewed(t *testing.T) {
	for desired, want := range map[string]int{`{}`: 0, `{"Mode": "Full"}`: 0, `{"Mode": "Increment"}`: 1} {
		w := newWaitRoom(t, new(journal.Memory))
		id, url := w.handle(t)
		w.send(t, url, "")
		req := &provider.Request{Token: "u", Stack: "web", Type: handleType, LogicalID: "Ready", PhysicalID: id, Desired: json.RawMessage(desired)}
		for range 2 { // repeated after a crash
			if got, err := w.Update(t.Context(), req); err != nil || !got.Done || got.PhysicalID != id {
				t.Fatal(got, err)
			}
		}
		now, before, err := w.inbox.Received(t.Context(), id)
		if err != nil || len(now) != want || len(now)+len(before) != 1 {
			t.Errorf("%s: %v %v %v", desired, now, before, err)
		}
		if got, err := w.Delete(t.Context(), &provider.Request{Token: "d", Type: handleType, PhysicalID: id}); err != nil || !got.Done {
			t.Error(got, err)
		}
		if now, before, _ := w.inbox.Received(t.Context(), id); len(now)+len(before) != 0 {
			t.Error("deleted, but its signals are kept")
		}
	}
}

// TestWaitConditionsNeedAnInbox refuses them when a change is planned.
func TestWaitConditionsNeedAnInbox(t *testing.T) {
	p := newProvider(t, &table{})
	for _, typ := range []string{handleType, conditionType} {
		if _, err := p.Describe(t.Context(), typ); err == nil || !strings.Contains(err.Error(), "Options.Signals") {
			t.Errorf("%s: %v", typ, err)
		}
	}
	with := newWaitRoom(t, new(journal.Memory))
	if typ, err := with.Describe(t.Context(), conditionType); err != nil || typ.Name != conditionType {
		t.Error(typ, err)
	}
}
