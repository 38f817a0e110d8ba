package journal_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/journal"
)

// childDir tells a child of the test binary which directory to work in.
const childDir = "BIANPAI_JOURNAL_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Println("ended:", appendForever(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// killRecord is the record at a position of the journal that a child writes.
func killRecord(seq int64) journal.Record {
	return journal.Record{Kind: "k", Base: seq%50 == 1, Data: fmt.Appendf(nil, "%d %s", seq, strings.Repeat("x", int(seq*7%900)))}
}

// appendForever appends to one journal and prints each tail that was
// acknowledged. Now and then it trims.
func appendForever(dir string) error {
	d, err := journal.OpenDir(dir, nil)
	if err != nil {
		return err
	}
	ctx := context.Background()
	h, err := d.Head(ctx, "a")
	if err != nil {
		return err
	}
	for tail := h.Tail; ; {
		a := &journal.Append{ID: "a", After: tail, Summary: fmt.Append(nil, tail)}
		for range 1 + tail%3 {
			tail++
			a.Recs = append(a.Recs, killRecord(tail))
		}
		if err := d.Append(ctx, a); err != nil {
			return err
		}
		fmt.Println(tail)
		if base := tail - (tail-1)%50; tail%4 == 0 {
			if err := d.Trim(ctx, "a", base); err != nil {
				return err
			}
		}
	}
}

// startChild runs a copy of the test binary that appends for ever.
func startChild(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// TestKilled kills a process while it appends, several times over the same
// directory: what was acknowledged is there, and all of it is right.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	acked := int64(0)
	for round := range 6 {
		cmd, lines := startChild(t, dir)
		note := func() {
			n, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err != nil || n <= acked {
				t.Fatalf("after %d the child says %q", acked, lines.Text())
			}
			acked = n
		}
		for i := 0; i < 5+round*9 && lines.Scan(); i++ {
			note()
		}
		if round == 0 {
			_, err := journal.OpenDir(dir, nil)
			if _, ok := errors.AsType[*journal.LockedError](err); !ok {
				t.Errorf("open while another process has it: %v", err)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it had said before it died counts
			note()
		}
		if err := cmd.Wait(); err == nil || lines.Err() != nil && lines.Err() != io.EOF {
			t.Fatalf("the child ended with %v, %v", err, lines.Err())
		}
		checkKilled(t, dir, acked)
	}
}

func checkKilled(t *testing.T, dir string, acked int64) {
	t.Helper()
	d := openDir(t, dir, nil)
	defer d.Close()
	h, err := d.Head(t.Context(), "a")
	if err != nil || h.Tail < acked || h.Tail > acked+3 {
		t.Fatalf("%d was acknowledged, the head is %+v, %v", acked, h, err)
	}
	recs, err := readAll(d, "a", h.First-1)
	if err != nil || int64(len(recs)) != h.Tail-h.First+1 {
		t.Fatalf("%d records of %+v, %v", len(recs), h, err)
	}
	for i, r := range recs {
		if want := killRecord(h.First + int64(i)); string(r.Data) != string(want.Data) || r.Base != want.Base {
			t.Fatalf("record %d is %q", r.Seq, r.Data)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the directory has %v, %v", entries, err)
	}
}
