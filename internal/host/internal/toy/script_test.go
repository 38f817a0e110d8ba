package toy_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host/internal/toy"
)

var update = flag.Bool("update", false, "write the golden files anew")

// script plays the input lines of a file, those with ">", and prints the facts
// and the changes of each below it.
type script struct {
	t    *testing.T
	out  strings.Builder
	now  time.Time
	make func() core.Machine
	m    core.Machine
	evs  []core.Event // the journal
}

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.script")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &script{t: t, now: epoch}
			for line := range strings.Lines(string(want)) {
				if !strings.HasPrefix(line, "  ") {
					s.out.WriteString(line)
				}
				if input, ok := strings.CutPrefix(line, "> "); ok {
					s.play(strings.Fields(input))
				}
			}
			if *update {
				if err := os.WriteFile(file, []byte(s.out.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(string(want), s.out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func (s *script) play(f []string) {
	switch f[0] {
	case "graph":
		s.make = toy.NewGraph
		s.m = s.make()
	case "loop":
		s.make = toy.NewLoop
		s.m = s.make()
	case "pass":
		d, err := time.ParseDuration(f[1])
		if err != nil {
			s.t.Fatal(err)
		}
		s.now = s.now.Add(d)
	case "fold":
		s.fold(s.evs)
	case "snapshot":
		s.fold(s.m.Snapshot())
	default:
		s.input(f)
	}
}

func (s *script) fold(evs []core.Event) {
	s.m = s.make()
	for _, ev := range evs {
		s.m.Evolve(ev)
	}
	s.commands(s.m.Outstanding())
}

func (s *script) input(f []string) {
	in := core.Input{At: s.now}
	switch f[0] {
	case "start":
		var req toy.Start
		s.decode(f[1], &req)
		in.Request = req
	case "startloop":
		var req toy.StartLoop
		s.decode(f[1], &req)
		in.Request = req
	case "cancel":
		in.Request = toy.Cancel{}
	case "approve":
		in.Request = toy.Approve{}
	case "stop":
		in.Request = toy.StopNow{}
	case "timer":
		in.Command, in.Timer = f[1], true
	default:
		in.Command = f[1]
		in.Result = map[string]any{
			"ready":   toy.Ready{ID: "id-" + f[1]},
			"pending": toy.Pending{ID: "id-" + f[1]},
			"gone":    toy.Gone{},
			"busy":    toy.Refused{Why: "busy", Class: core.Transient},
			"never":   toy.Refused{Why: "never"},
		}[f[0]]
	}
	evs, err := s.m.Decide(in)
	if err != nil {
		fmt.Fprintf(&s.out, "  refused: %v\n", err)
	}
	for len(evs) > 0 {
		for _, ev := range evs {
			data, err := json.Marshal(ev)
			if err != nil {
				s.t.Fatal(err)
			}
			fmt.Fprintf(&s.out, "  %s %s\n", strings.TrimPrefix(fmt.Sprintf("%T", ev), "toy."), data)
			s.evs = append(s.evs, ev)
			s.m.Evolve(ev)
		}
		evs = s.m.Advance(s.now)
	}
	s.commands(s.m.Changes())
}

func (s *script) decode(text string, v any) {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		s.t.Fatal(err)
	}
}

func (s *script) commands(cmds []core.Command) {
	for _, cmd := range cmds {
		if cmd.Cancel {
			fmt.Fprintf(&s.out, "  - %s\n", cmd.ID)
			continue
		}
		fmt.Fprintf(&s.out, "  + %s", cmd.ID)
		if cmd.Work == nil {
			s.out.WriteString(" timer")
		} else {
			fmt.Fprintf(&s.out, " %v", cmd.Work)
		}
		if !cmd.NotBefore.IsZero() {
			fmt.Fprintf(&s.out, " at %s", cmd.NotBefore.Sub(epoch))
		}
		s.out.WriteByte('\n')
	}
}
