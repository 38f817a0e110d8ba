package main

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseList(t *testing.T) {
	out := `FuzzA
FuzzB
ok  	example.com/m/a	0.01s
?   	example.com/m/none	[no test files]
ok  	example.com/m/empty	0.01s
TestFuzzLike
FuzzC
ok  	example.com/m/c	(cached)
`
	got := parseList(out, "Fuzz")
	want := []target{{"example.com/m/a", "FuzzA"}, {"example.com/m/a", "FuzzB"}, {"example.com/m/c", "FuzzC"}}
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

func TestReadmeCommands(t *testing.T) {
	const good = "# T\n\n```sh\n$ git clone somewhere\n$ go run ./examples/quickstart   # the story\ngo test ./...\n```\n" +
		"```sh\ngo run ./examples/lint PATH...\n```\n```go\ngo test ./...\n```\n"
	for name, test := range map[string]struct {
		text string
		want []string
		err  string
	}{
		"good":      {good, []string{"go run ./examples/quickstart", "go test ./..."}, ""},
		"one alone": {"```\ngo test ./...\n```\n", nil, `no fenced block has the line "go run ./examples/quickstart"`},
		"no fence":  {"go test ./...\ngo run ./examples/quickstart\n", nil, "no fenced block"},
		"shell":     {"```\ngo test ./... | tee log\ngo test ./...\ngo run ./examples/quickstart\n```\n", nil, "needs a shell"},
		"empty":     {"", nil, "no fenced block"},
	} {
		got, err := readmeCommands(test.text)
		if !slices.Equal(got, test.want) || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: %q, %v; want %q, %s", name, got, err, test.want, test.err)
		}
	}
}

func TestCompareBenchmarks(t *testing.T) {
	out := `goos: linux
pkg: example.com/m
BenchmarkParse/yaml/ours-2     100  200 ns/op  1.5 bar:x-floor  10 B/op
BenchmarkParse/yaml/ours-2     100  400 ns/op  1.5 bar:x-floor  10 B/op
BenchmarkParse/yaml/floor-2    100  100 ns/op
BenchmarkLarge/floor-2  5  100 ns/op  2.0 ns/resource
BenchmarkLarge/ours-2   5  9000 ns/op  5.0 ns/resource  2 bar:x-floor
BenchmarkApply-2        1  1e9 ns/op  30.5 µs/resource  40 bar:µs/resource
BenchmarkPlan-2         1  1000 ns/op  0.3 x-floor  0.4 bar:x-floor
BenchmarkPlan-2         1  1000 ns/op  0.39 x-floor  0.4 bar:x-floor
BenchmarkPlan-2         1  1000 ns/op  0.9 x-floor  0.4 bar:x-floor
BenchmarkAlone-2        1  7 ns/op
BenchmarkBroken-2 --- FAIL
ok  	example.com/m	1.0s
`
	rows, rest := compare(parseBench(out))
	want := []row{
		{name: "Parse/yaml", unit: "ns/op", ours: 200, floor: 100, ratio: 2, bar: 1.5},
		{name: "Large", unit: "ns/resource", ours: 5, floor: 2, ratio: 2.5, bar: 2},
		{name: "Apply", unit: "µs/resource", ours: 30.5, bar: 40},
		{name: "Plan", ratio: 0.39, bar: 0.4},
	}
	if diff := cmp.Diff(want, rows, cmp.AllowUnexported(row{})); diff != "" {
		t.Error(diff)
	}
	var verdicts []string
	for _, r := range rows {
		verdicts = append(verdicts, r.verdict())
	}
	if diff := cmp.Diff([]string{"OVER", "OVER", "ok", "ok"}, verdicts); diff != "" {
		t.Error(diff)
	}
	if len(rest) != 1 || rest[0].name != "Alone" {
		t.Errorf("without a floor: %v", rest)
	}
	var b bytes.Buffer
	printRows(&b, rows)
	printRest(&b, rest)
	if got := b.String(); !strings.Contains(got, "200") || !strings.Contains(got, "7 ns/op") {
		t.Errorf("table:\n%s", got)
	}
}

func TestStagesGoOnAfterAFailure(t *testing.T) {
	var b bytes.Buffer
	r := &runner{ctx: context.Background(), out: &b, fuzzTime: time.Second}
	code := r.stages([]stage{
		{"first", "fails", func(*runner) error { return errors.New("broken") }},
		{"second", "is not needed", func(*runner) error { return skip("nothing here") }},
		{"third", "works", func(*runner) error { return nil }},
	})
	for _, want := range []string{"first: broken", "first        FAILED", "second       skipped", "third        ok", "all          FAILED"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no line %q in:\n%s", want, b.String())
		}
	}
	if code != 1 {
		t.Errorf("exit status %d", code)
	}
}

func TestInterruptedStagesFail(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r := &runner{ctx: ctx, out: &bytes.Buffer{}}
	if code := r.stages([]stage{{"one", "", func(*runner) error { t.Error("it ran"); return nil }}}); code != 1 {
		t.Errorf("exit status %d", code)
	}
}

func TestMisuse(t *testing.T) {
	for _, args := range [][]string{{"nosuch"}, {"-stage", "nosuch"}, {"-x"}, {"bench", "extra"}, {"-list", "extra"}} {
		var b bytes.Buffer
		if code := run(context.Background(), args, &b, &b); code != 2 || b.Len() == 0 && len(args) == 1 {
			t.Errorf("%q: exit status %d, output %q", args, code, b.String())
		}
	}
}

func TestChooseKeepsOrder(t *testing.T) {
	chosen, err := choose("fuzz,gofmt")
	if err != nil || len(chosen) != 2 || chosen[0].name != "gofmt" || chosen[1].name != "fuzz" {
		t.Errorf("%v, %v", chosen, err)
	}
}
