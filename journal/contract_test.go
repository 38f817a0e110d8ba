package journal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/journal/journaltest"
)

func TestMemory(t *testing.T) {
	journaltest.Run(t, &journaltest.Harness{
		New: func(*testing.T) journal.Store { return new(journal.Memory) },
	})
}

// TestMemoryClone: a clone is a store that has what the other had.
func TestMemoryClone(t *testing.T) {
	journaltest.Run(t, &journaltest.Harness{
		New: func(*testing.T) journal.Store { return new(journal.Memory) },
		Reopen: func(_ *testing.T, s journal.Store) journal.Store {
			return s.(*journal.Memory).Clone()
		},
	})
}

// noSync makes the tests fast; what a killed process leaves is the same.
func noSync(*os.File) error { return nil }

func openDir(t *testing.T, dir string, opts *journal.DirOptions) *journal.Dir {
	t.Helper()
	if opts == nil {
		opts = &journal.DirOptions{Sync: noSync}
	}
	d, err := journal.OpenDir(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func closeDir(t *testing.T, s journal.Store) {
	t.Helper()
	if err := s.(*journal.Dir).Close(); err != nil {
		t.Fatal(err)
	}
}

// asAfterCrash makes the directory look as if its last user had not closed it.
func asAfterCrash(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "LOCK")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(b), "closed", "open  ", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// dirHarness makes stores in directories; parallel is that of DirOptions.
func dirHarness(parallel int) *journaltest.Harness {
	dirs := func(t *testing.T, s journal.Store) string { return journal.Path(s.(*journal.Dir)) }
	open := func(t *testing.T, dir string) journal.Store {
		return openDir(t, dir, &journal.DirOptions{Sync: noSync, Parallel: parallel})
	}
	return &journaltest.Harness{
		New: func(t *testing.T) journal.Store { return open(t, t.TempDir()) },
		Reopen: func(t *testing.T, s journal.Store) journal.Store {
			closeDir(t, s)
			return open(t, dirs(t, s))
		},
		Tear: func(t *testing.T, s journal.Store, id string, cut int64) (journal.Store, bool) {
			closeDir(t, s)
			dir := dirs(t, s)
			asAfterCrash(t, dir)
			file := journal.File(dir, id)
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			if cut > info.Size() {
				return nil, false
			}
			if err := os.Truncate(file, info.Size()-cut); err != nil {
				t.Fatal(err)
			}
			return open(t, dir), true
		},
	}
}

func TestDir(t *testing.T) { journaltest.Run(t, dirHarness(0)) }

// TestDirOneSlot: with one read or write at a time nothing waits for itself.
func TestDirOneSlot(t *testing.T) { journaltest.Run(t, dirHarness(1)) }

// TestWrapped: the stores of journaltest keep the contract as well.
func TestWrapped(t *testing.T) {
	t.Run("Crasher", func(t *testing.T) {
		journaltest.Run(t, &journaltest.Harness{
			New: func(*testing.T) journal.Store { return journaltest.NewCrasher(new(journal.Memory)) },
			Reopen: func(_ *testing.T, s journal.Store) journal.Store {
				return s.(*journaltest.Crasher).Restart()
			},
		})
	})
	t.Run("Counter", func(t *testing.T) {
		journaltest.Run(t, &journaltest.Harness{
			New: func(*testing.T) journal.Store { return journaltest.NewCounter(new(journal.Memory)) },
		})
	})
}
