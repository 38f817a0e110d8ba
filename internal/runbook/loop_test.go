package runbook

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/value"
)

func TestSection83RateControl(t *testing.T) {
	for _, c := range []struct {
		rate  string
		items int
		want  string
	}{
		{`null`, 5, "Concurrency 1 errors 0 "},
		{`{}`, 5, "Concurrency 1 errors 0 "},
		{`{"Mode":"Concurrency","MaxErrors":0,"Concurrency":10}`, 5, "Concurrency 10 errors 0 "},
		{`{"Mode":"Concurrency","MaxErrors":"50%","Concurrency":"25%"}`, 7, "Concurrency 2 errors 3 "},
		{`{"Concurrency":"1%","MaxErrors":"100%"}`, 7, "Concurrency 1 errors 7 "},
		{`{"Concurrency":"5","MaxErrors":"100"}`, 7, "Concurrency 5 errors 7 "},
		{`{"Mode":"Concurrency,","MaxErrors":"0,"}`, 7, "Concurrency 1 errors 0 "},
		{`"{\"Concurrency\":3}"`, 7, "Concurrency 3 errors 0 "},
		{`{"Mode":"Batch","Batch":[1,"25%","50%"]}`, 10, "Batch 0+1x20 1+3x20 4+5x20 9+1x20 errors 0 "},
		{`{"Mode":"Batch","Batch":["20%"],"ConcurrencyInBatches":[2,1],"BatchPauseOption":"EveryBatchPause"}`, 5, "Batch 0+1x2 1+1x1 2+1x1 3+1x1 4+1x1 errors 0 EveryBatchPause"},
		{`{"Batch":5}`, 12, "Batch 0+5x20 5+5x20 10+2x20 errors 0 "},
		{`{"Concurrency":[1,1],"BatchPauseOption":"FirstBatchPause"}`, 2, "Batch 0+1x1 1+1x1 errors 0 FirstBatchPause"},
		{`{"Concurrency":["20%"],"MaxErrors":"10%"}`, 10, "Batch 0+2x2 2+2x2 4+2x2 6+2x2 8+2x2 errors 1 "},
		{`{"Concurrency":[3,2]}`, 0, "Batch errors 0 "},
		{`{"Concurrency":[]}`, 0, "Batch errors 0 "},
		{`5`, 1, "!rate-not-map"},
		{`{"Mode":"Both"}`, 1, "!rate-mode"},
		{`{"Mode":"Batch"}`, 1, "!rate-batches-missing"},
		{`{"Concurrency":0}`, 1, "!rate-number"},
		{`{"Concurrency":"x%"}`, 1, "!rate-number"},
		{`{"MaxErrors":-1}`, 1, "!rate-number"},
		{`{"BatchPauseOption":"Never"}`, 1, "!rate-pause"},
	} {
		r, err := ParseRate(mustValue(t, c.rate), c.items)
		got := r.Mode + " "
		if r.Mode == ModeConcurrency {
			got += fmt.Sprintf("%d ", r.Concurrency)
		} else {
			for k := range r.Batches() {
				b := r.Batch(k)
				got += fmt.Sprintf("%d+%dx%d ", b.Start, b.Size, b.Concurrency)
			}
		}
		got += fmt.Sprintf("errors %d %s", r.MaxErrors, r.Pause)
		if e, ok := err.(*Error); ok {
			got = "!" + string(e.Finding.Code)
		}
		if got != c.want {
			t.Errorf("%s of %d: %s, want %s", c.rate, c.items, got, c.want)
		}
	}
}

// TestBatchesCoverAllItems checks that batches are contiguous and that BatchOf
// agrees with them.
func TestBatchesCoverAllItems(t *testing.T) {
	for items := range 40 {
		for _, sizes := range []string{`[1]`, `[1,2,3]`, `["10%",4]`, `["100%"]`, `[50,1]`} {
			r, err := ParseRate(mustValue(t, `{"Mode":"Batch","Batch":`+sizes+`}`), items)
			if err != nil {
				t.Fatal(err)
			}
			next := 0
			for k := range r.Batches() {
				b := r.Batch(k)
				if b.Start != next || b.Size < 1 {
					t.Fatalf("%d items, %s: batch %d is %+v", items, sizes, k, b)
				}
				for i := b.Start; i < b.Start+b.Size; i++ {
					if r.BatchOf(i) != k {
						t.Fatalf("%d items, %s: item %d in batch %d, not %d", items, sizes, i, r.BatchOf(i), k)
					}
				}
				next += b.Size
			}
			if next != items {
				t.Fatalf("%d items, %s: %d covered", items, sizes, next)
			}
		}
	}
}

func TestBatchPauses(t *testing.T) {
	for _, c := range []struct{ pause, fallback, want string }{
		{"", PauseNever, ""}, {"", PauseFirst, "0"}, {"", PauseEvery, "01"}, {PauseFirst, PauseEvery, "0"}, {PauseNever, PauseEvery, ""},
	} {
		r, err := ParseRate(mustValue(t, `{"Mode":"Batch","Batch":[1]}`), 3)
		if err != nil {
			t.Fatal(err)
		}
		r.Pause = c.pause
		got := ""
		for k := range r.Batches() {
			if r.PausesAfter(k, c.fallback) {
				got += fmt.Sprint(k)
			}
		}
		if got != c.want {
			t.Errorf("%+v: pauses after %q", c, got)
		}
	}
}

func TestSection82Items(t *testing.T) {
	for expression, want := range map[string]string{
		`[a, {b: 1}, null]`: `["a",{"b":1},null]`, `'{{ ids }}'`: `["i-1","i-2"]`, `'{{ skipped.o }}'`: `[]`, `[]`: `[]`,
		`'[1, 2]'`: `[1,2]`, `'{{ name }}'`: `!items-not-list`, `'{{ oos:x }}'`: `!known-later`, `{Fn::Jq: [All, '.[]', '{{ ids }}']}`: `["i-1","i-2"]`,
	} {
		s, n := exampleScope(t, expression)
		items, err := s.ItemsOf(n)
		got := string(items.AppendJSON(nil))
		if e, ok := err.(*Error); ok {
			got = "!" + string(e.Finding.Code)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", expression, got, want)
		}
	}
}

func TestSection84FlatForm(t *testing.T) {
	parsed := mustParse(t, `{FormatVersion: OOS-2019-06-01, Parameters: {ids: {Type: List, Default: [1, 2, 3]}}, Tasks: [
{Name: flat, Action: 'ACS::ExecuteAPI', Properties: {Service: a, API: b}, Loop: {Items: '{{ ids }}', Concurrency: {Fn::CalculateBatch: [2, '{{ ids }}']}, MaxErrors: 100%, BatchPauseOption: FirstBatchPause, Outputs: {}}},
{Name: both, Action: 'ACS::ExecuteAPI', Properties: {Service: a, API: b}, Loop: {Items: '{{ ids }}', Concurrency: 1, RateControl: {Mode: Concurrency, Concurrency: 9}}}]}`)
	values, err := parsed.Bind(nil, testWorld)
	if err != nil {
		t.Fatal(err)
	}
	s := &Scope{Template: parsed, Values: values, World: testWorld}
	r, err := s.Rate(parsed.Tasks[0].Loop, 3)
	if err != nil || r.Mode != ModeBatch || r.Batches() != 2 || r.Batch(0).Size != 2 || r.MaxErrors != 3 || r.Pause != PauseFirst {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err = s.Rate(parsed.Tasks[1].Loop, 3); err != nil || r.Concurrency != 9 {
		t.Errorf("RateControl does not win: %+v, %v", r, err)
	}
}

func TestSection85Aggregates(t *testing.T) {
	for _, c := range [][3]string{
		{"Fn::ListJoin", `[null,"b"]`, `[null,"b"]`}, {"Fn::ListJoin", `[]`, `[]`}, {"Fn::ListJoin", `[["a"],["b"]]`, `[["a"],["b"]]`},
		{"Fn::Sum", `[1,null,2]`, `3`}, {"Fn::Sum", `[]`, `0`}, {"Fn::Sum", `["x"]`, `!function-argument-type`},
		{"Fn::MergeList", `[["a"],null,["b"]]`, `["a","b"]`}, {"Fn::Max", `[1,3,null]`, `3`}, {"Fn::Union", `[[1],[1,2]]`, `[1,2]`},
		{"Fn::Last", `[1,2]`, `2`}, {"Fn::Foo", `[]`, `!unknown-aggregate`},
	} {
		list := mustValue(t, c[1])
		items := make([]value.Value, list.Len())
		for i := range items {
			items[i] = list.At(i)
		}
		v, err := Aggregate(c[0], items)
		got := string(v.AppendJSON(nil))
		if e, ok := err.(*Error); ok {
			got = "!" + string(e.Finding.Code)
		}
		if got != c[2] {
			t.Errorf("%s of %s: %s", c[0], c[1], got)
		}
	}
}

func TestSection96Sleep(t *testing.T) {
	now := testWorld.Now
	for _, c := range [][2]string{
		{`{"Duration":"PT1M"}`, "1m0s"}, {`{"Duration":"PT1H2M"}`, "1h2m0s"}, {`{"Duration":"4m"}`, "4m0s"}, {`{"Duration":"10s"}`, "10s"},
		{`{"Duration":"1M"}`, "1m0s"}, {`{"Duration":"1H2M"}`, "1h2m0s"}, {`{"Duration":"P1DT6H"}`, "30h0m0s"}, {`{"Duration":30}`, "30s"},
		{`{"Duration":"PT9H30M"}`, "9h30m0s"}, {`{"EndDate":"2024-03-04T06:06:07Z"}`, "1h0m0s"}, {`{"EndDate":"2024-03-04T05:06:00Z"}`, "-7s"},
		{`{"Duration":"P1M"}`, "!duration-invalid"}, {`{"Duration":"PT"}`, "!duration-invalid"}, {`{"Duration":"soon"}`, "!duration-invalid"},
		{`{"Duration":"999999999H"}`, "!duration-invalid"}, {`{"EndDate":"soon"}`, "!time-invalid"}, {`{}`, "!sleep-shape"},
		{`{"Duration":"1s","EndDate":"2024-03-04T06:06:07Z"}`, "!sleep-shape"},
	} {
		end, err := SleepUntil(mustValue(t, c[0]), now)
		got := end.Sub(now).String()
		if e, ok := err.(*Error); ok {
			got = "!" + string(e.Finding.Code)
		}
		if got != c[1] {
			t.Errorf("%s: %s, want %s", c[0], got, c[1])
		}
	}
	for _, d := range []time.Duration{0, time.Second, 61 * time.Second, 25*time.Hour + time.Second} {
		back, err := ParseDuration(FormatDuration(d))
		if err != nil || back != d {
			t.Errorf("%v: %s, %v, %v", d, FormatDuration(d), back, err)
		}
	}
	if !strings.HasPrefix(FormatDuration(time.Hour), "PT") {
		t.Error("no prefix")
	}
}
