package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The child processes of the story are this test binary.
func TestMain(m *testing.M) {
	if os.Getenv(partVariable) != "" {
		os.Exit(run(context.Background(), os.Stdout))
	}
	os.Exit(m.Run())
}

func newOutput(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestStory(t *testing.T) {
	excerpts := blocks(t, readmes[0], "text")
	temp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temp)
	}
	t.Chdir(t.TempDir()) // it works from any directory
	out := newOutput(t)
	code := run(t.Context(), out)
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	if code != 0 {
		t.Fatalf("exit code %d:\n%s", code, text)
	}
	rest := string(text)
	for _, mark := range []string{
		"templates/shop.yaml: 4 parameters, 14 resources",
		"faulty/shop.yaml:6:7: error unknown-property",
		"^^^^",
		"Plan: create stack shop",
		"14 to create",
		"the process was killed",
		"CREATE_IN_PROGRESS",
		"reads in the journal",
		"Database     CREATE_COMPLETE",
		"stack shop   CREATE_COMPLETE",
		`"******"`,
		"Plan: update stack shop",
		"forces replacement",
		"1 to create, 2 to update, 1 to replace, 1 to delete",
		"stack shop   UPDATE_COMPLETE",
		"WebB         CREATE_FAILED",
		"stack shop   ROLLBACK_COMPLETE",
		"stack shop   DELETE_COMPLETE",
		"the cloud is empty",
		"All as it should be",
	} {
		_, after, found := strings.Cut(rest, mark)
		if !found {
			t.Fatalf("no %q where it belongs in:\n%s", mark, text)
		}
		rest = after
	}
	checkExcerpts(t, excerpts, string(text))
	if strings.Contains(string(text), "\x1b") {
		t.Error("a file got control sequences")
	}
	if strings.Contains(string(text), password) {
		t.Error("the password was printed")
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestChildWithAnUnknownPartFails(t *testing.T) {
	t.Setenv(partVariable, "nobody")
	t.Setenv(dirVariable, t.TempDir())
	t.Setenv(keyVariable, strings.Repeat("ab", 32))
	if code := run(t.Context(), newOutput(t)); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
}
