package signal_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/provider/signal"
)

func TestDecode(t *testing.T) {
	data := func(text string) json.RawMessage { return json.RawMessage(text) }
	for body, want := range map[string]signal.Signal{
		``:                                    {Status: signal.Success},
		" \n":                                 {Status: signal.Success},
		`{}`:                                  {Status: signal.Success},
		`{"Status": "Success", "Data": "up"}`: {Status: signal.Success, Data: data(`"up"`)},
		`{"status": "FAILURE", "REASON": "disk full"}`:             {Status: signal.Failure, Reason: "disk full"},
		`{"id": 7, "data": {"a": [1, null]}}`:                      {ID: "7", Status: signal.Success, Data: data(`{"a": [1, null]}`)},
		`{"id": "x", "status": "warning"}`:                         {ID: "x", Status: signal.Warning},
		`{"id": null, "status": "", "reason": null, "other": [1]}`: {Status: signal.Success},
		`{"status":"failed"}`:                                      {Status: signal.Failure},
	} {
		got, err := signal.Decode([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	for _, body := range []string{
		`[]`, `"SUCCESS"`, `null`, `{"status": "GREAT"}`, `{"status": {}}`, `{`, `{"id": "` + strings.Repeat("x", 300) + `"}`,
		`{"data": "` + strings.Repeat("x", signal.MaxBody) + `"}`,
	} {
		if got, err := signal.Decode([]byte(body)); err == nil {
			t.Errorf("%.40s is taken for %v", body, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"status": "SUCCESS", "data": "x", "id": 1}`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := signal.Decode(body)
		if err != nil {
			return
		}
		set := signal.Set{}.Add(s)
		set.Outcome(1)
		for name, text := range signal.Attributes(set, set) {
			if strings.HasSuffix(name, "Data") && !strings.HasPrefix(name, "Joined") && !json.Valid([]byte(text)) {
				t.Errorf("%s is %q", name, text)
			}
		}
	})
}

// TestOutcome has the rules by which a condition ends.
func TestOutcome(t *testing.T) {
	ok, bad, warn := signal.Signal{}, signal.Signal{Status: signal.Failure, Reason: "disk full"}, signal.Signal{Status: signal.Warning}
	as := func(id string, s signal.Signal) signal.Signal { s.ID = id; return s }
	for name, test := range map[string]struct {
		count   int
		signals []signal.Signal
		want    signal.State
		words   string
	}{
		"none yet":                          {2, nil, signal.Waiting, "0 of 2"},
		"one of two":                        {2, []signal.Signal{ok}, signal.Waiting, "1 of 2"},
		"the same ID twice counts once":     {2, []signal.Signal{as("1", ok), as("1", ok)}, signal.Waiting, "1 of 2"},
		"two of two":                        {2, []signal.Signal{as("1", ok), as("2", ok)}, signal.Complete, "2 of 2"},
		"without IDs each counts":           {2, []signal.Signal{ok, ok}, signal.Complete, "2 of 2"},
		"more than enough":                  {1, []signal.Signal{ok, ok}, signal.Complete, "2 of 1"},
		"a failure fails":                   {3, []signal.Signal{ok, bad}, signal.Failed, "disk full"},
		"a failure past the count fails":    {1, []signal.Signal{ok, bad}, signal.Failed, "disk full"},
		"a failure without a reason":        {1, []signal.Signal{{Status: signal.Failure}}, signal.Failed, "signal 1"},
		"a failure that became a success":   {1, []signal.Signal{as("a", bad), as("a", ok)}, signal.Complete, "1 of 1"},
		"a success that became a failure":   {2, []signal.Signal{as("a", ok), as("a", bad)}, signal.Failed, "disk full"},
		"a warning counts beside a success": {2, []signal.Signal{ok, warn}, signal.Complete, "2 of 2"},
		"warnings alone do not complete":    {2, []signal.Signal{warn, warn}, signal.Waiting, "warnings"},
		"nothing to count to":               {0, nil, signal.Complete, "0 of 0"},
	} {
		var set signal.Set
		for _, s := range test.signals {
			set = set.Add(s)
		}
		got, words := set.Outcome(test.count)
		if got != test.want || !strings.Contains(words, test.words) {
			t.Errorf("%s: %d %q, want %d %q", name, got, words, test.want, test.words)
		}
	}
}

func TestAttributes(t *testing.T) {
	now := signal.Set{}.Add(signal.Signal{Data: json.RawMessage(`"up"`)}).Add(signal.Signal{ID: "b", Status: signal.Failure, Reason: "no disk"})
	before := signal.Set{}.Add(signal.Signal{ID: "old", Data: json.RawMessage(`{"v":1}`)})
	want := map[string]string{
		"Data": `{"1":"up","b":null}`, "ErrorData": `{"b":null}`, "JoinedErrorData": "no disk",
		"LastData": `{"old":{"v":1}}`, "LastErrorData": `{}`, "JoinedLastErrorData": "",
	}
	if diff := cmp.Diff(want, signal.Attributes(now, before)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
