package sim

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
)

// wake folds the journal where there is no machine yet.
func (s *Sim) wake() error {
	if s.replica != nil {
		return nil
	}
	r, err := host.Fold(context.Background(), s.store, s.opts.ID, s.def)
	if err != nil {
		return err
	}
	r.SetSnapshotEvery(s.opts.SnapshotEvery)
	s.trace.add(s.Now(), "fold", fmt.Sprintf("%d records", r.Tail()))
	s.replica, s.flights = r, nil
	for more := true; more; {
		if more, err = s.advance(); err != nil {
			return err
		}
	}
	for _, cmd := range r.Machine().Outstanding() {
		s.change(cmd)
	}
	return nil
}

// restart is what a crash leaves: the journal, and what calls have done.
func (s *Sim) restart() {
	s.crashes++
	s.trace.add(s.Now(), "crash", "")
	s.replica, s.flights = nil, nil
	clear(s.limits)
	s.store.Restart()
}

func (s *Sim) duePlan(now time.Time) int {
	return slices.IndexFunc(s.planned, func(p planned) bool { return !p.at.After(now) })
}

func (s *Sim) submitPlanned(i int) error {
	err := s.Submit(s.planned[i].req)
	if _, crashed := errors.AsType[*CrashError](err); !crashed {
		s.planned = slices.Delete(s.planned, i, i+1)
	}
	return nil
}

// audit compares what is in flight with what a fresh machine wants.
func (s *Sim) audit() error {
	r, err := host.Fold(context.Background(), s.store, s.opts.ID, s.def)
	if err != nil {
		return err
	}
	want := r.Machine().Outstanding()
	have := make(map[string]core.Command, len(s.flights))
	for _, f := range s.flights {
		have[f.cmd.ID] = f.cmd
	}
	for _, cmd := range want {
		got, ok := have[cmd.ID]
		if !ok {
			return fmt.Errorf("after record %d a fold wants command %q, which Changes did not list", r.Tail(), cmd.ID)
		}
		if !got.NotBefore.Equal(cmd.NotBefore) || got.Limit != cmd.Limit || !reflect.DeepEqual(got.Work, cmd.Work) {
			return fmt.Errorf("after record %d a fold wants %+v, Changes gave %+v", r.Tail(), cmd, got)
		}
		delete(have, cmd.ID)
	}
	for id := range have {
		return fmt.Errorf("after record %d a fold does not want command %q, which is in flight", r.Tail(), id)
	}
	return nil
}

// trace keeps the last things that happened.
type trace struct {
	lines [256]line
	n     int
}

type line struct {
	at        time.Time
	what, arg string
}

func (t *trace) add(at time.Time, what, arg string) {
	t.lines[t.n%len(t.lines)] = line{at, what, arg}
	t.n++
}

func (t *trace) String() string {
	var b strings.Builder
	for i := max(0, t.n-len(t.lines)); i < t.n; i++ {
		l := &t.lines[i%len(t.lines)]
		fmt.Fprintf(&b, "%5d %s %s %s\n", i+1, l.at.Format("15:04:05.000"), l.what, l.arg)
	}
	return b.String()
}
