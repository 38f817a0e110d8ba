package host_test

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/host"
	"github.com/bianpai/bianpai/internal/host/internal/toy"
	"github.com/bianpai/bianpai/journal"
)

// TestRetire closes an idle journal under those who wait for it and use it:
// the ones are told to look again, the others open it anew.
func TestRetire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(journal.Memory)
		h := host.New(store, &host.Options{Owner: "one"})
		defer shutdown(t, h)
		j := h.Journals("loop/", loopDef(done))
		if _, err := j.Submit(t.Context(), "a", window(3, 3)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		head, err := j.Head(t.Context(), "a")
		if err != nil || head.ID != "loop/a" || head.Tail == 0 {
			t.Fatal(head, err)
		}
		looked := make(chan error)
		for range 2 {
			go func() { looked <- j.Await(t.Context(), "a", head.Tail) }()
		}
		synctest.Wait()
		j.Retire(t.Context(), "a")
		for range 2 {
			if err := <-looked; err != nil {
				t.Error("who waited was told", err)
			}
		}
		// Its lease is free: another process may go on.
		other := host.New(store, &host.Options{Owner: "two"})
		if _, err := other.Open(t.Context(), "loop/a", loopDef(done)); err != nil {
			t.Error(err)
		}
		shutdown(t, other)
		if err := j.Look(t.Context(), "a", func(m core.Machine) {
			if got := toy.Status(m); got == "" {
				t.Error("an empty machine")
			}
		}); err != nil {
			t.Error(err)
		}
		before, err := j.Submit(t.Context(), "a", window(1, 1))
		if err == nil || isStopped(err) || before < head.Tail {
			t.Error("the machine did not answer after it was retired:", before, err)
		}
	})
}

// TestRetireKeepsTheBusy leaves a journal alone that has something to do.
func TestRetireKeepsTheBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host.New(new(journal.Memory), nil)
		defer shutdown(t, h)
		j := h.Journals("loop/", loopDef(slowly))
		if _, err := j.Submit(t.Context(), "a", window(3, 1)); err != nil {
			t.Fatal(err)
		}
		j.Retire(t.Context(), "a")
		d, err := j.Drive(t.Context(), "a")
		if err != nil || d.Err() != nil {
			t.Fatal(err)
		}
		select {
		case <-d.Stopped():
			t.Error("it was closed")
		default:
		}
	})
}

// TestAwaitAfterShutdown tells those who wait that nothing will come.
func TestAwaitAfterShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host.New(new(journal.Memory), nil)
		j := h.Journals("loop/", loopDef(slowly))
		if _, err := j.Submit(t.Context(), "a", window(3, 1)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		head, err := j.Head(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		told := make(chan error, 1)
		go func() { told <- j.Await(t.Context(), "a", head.Tail) }()
		synctest.Wait()
		shutdown(t, h)
		if err := <-told; !isStopped(err) {
			t.Errorf("%v", err)
		}
		if _, err := j.Submit(t.Context(), "a", toy.Approve{}); !isStopped(err) {
			t.Errorf("%v", err)
		}
	})
}

func slowly(ctx context.Context, _ core.Command) core.Answer {
	select {
	case <-time.After(time.Hour):
	case <-ctx.Done():
	}
	return core.Answer{Result: toy.Ready{}}
}

func isStopped(err error) bool {
	_, ok := errors.AsType[*host.StoppedError](err)
	return ok
}

// TestRetireUnderLoad retires journals again and again while they are used: no
// request is lost, none is refused for that.
func TestRetireUnderLoad(t *testing.T) {
	h := host.New(new(journal.Memory), nil)
	defer shutdown(t, h)
	j := h.Journals("loop/", loopDef(done))
	var current atomic.Int64
	stop, retired := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(retired)
		for {
			select {
			case <-stop:
				return
			default:
				j.Retire(t.Context(), strconv.FormatInt(current.Load(), 10))
			}
		}
	}()
	for i := range int64(300) {
		current.Store(i)
		id := strconv.FormatInt(i, 10)
		if _, err := j.Submit(t.Context(), id, window(1, 1)); err != nil {
			t.Fatal(err)
		}
		if err := j.Look(t.Context(), id, func(core.Machine) {}); err != nil {
			t.Fatal(err)
		}
		if head, err := j.Head(t.Context(), id); err != nil || head.Tail == 0 {
			t.Fatal("the request was lost", err)
		}
	}
	close(stop)
	<-retired
}
