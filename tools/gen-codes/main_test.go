package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/bianpai/bianpai/diag"
)

// TestExamplesTrigger checks that each code has an example that triggers it, or
// says why there is none.
func TestExamplesTrigger(t *testing.T) {
	examples, err := loadExamples()
	if err != nil {
		t.Fatal(err)
	}
	never := 0
	for _, code := range diag.Codes() {
		e := examples[code]
		delete(examples, code)
		switch {
		case e == nil:
			t.Errorf("%s has no example: give it one in tools/gen-codes/examples, or say there why it has none", code)
			continue
		case e.never != "":
			never++
			continue
		}
		var got []diag.Code
		for _, d := range trigger(e) {
			got = append(got, d.Code)
			for _, r := range d.Related {
				if code == "duplicate-key-first" && r.Message != "" {
					got = append(got, code)
				}
			}
		}
		if !contains(got, code) {
			t.Errorf("the example of %s triggers %v", code, got)
		}
	}
	for code := range examples {
		t.Errorf("there is an example of %s, which is not in the catalogue", code)
	}
	t.Logf("%d codes have no example by their nature", never)
}

func contains(codes []diag.Code, code diag.Code) bool {
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}

// TestPages checks that the pages are as the generator makes them.
func TestPages(t *testing.T) {
	pages, err := allPages()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join("..", "..", "docs", "codes")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if pages[e.Name()] == nil {
			t.Errorf("%s is no page of a code: run go run ./tools/gen-codes", e.Name())
		}
	}
	for name, want := range pages {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is out of date (%v): run go run ./tools/gen-codes", name, err)
		}
	}
}
