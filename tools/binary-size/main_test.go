package main

import (
	"go/format"
	"strings"
	"testing"
)

// TestPrograms checks that each program says what it is, and is written as Go
// is. Building them is for the command: it takes minutes.
func TestPrograms(t *testing.T) {
	entries, err := programs.ReadDir("programs")
	if err != nil || len(entries) == 0 {
		t.Fatal(entries, err)
	}
	for _, e := range entries {
		source, err := programs.ReadFile("programs/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(source), "// ") {
			t.Errorf("%s does not say what it is", e.Name())
		}
		formatted, err := format.Source(source)
		if err != nil || string(formatted) != string(source) {
			t.Errorf("%s is not formatted: %v", e.Name(), err)
		}
	}
}
