package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var readmes = []string{"README.md", "README.zh-CN.md"}

// blocks gives the fenced blocks of a README in one language.
func blocks(t *testing.T, name, language string) []string {
	t.Helper()
	text, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, part := range strings.Split(string(text), "\n```"+language+"\n")[1:] {
		block, _, closed := strings.Cut(part, "\n```\n")
		if !closed {
			t.Fatalf("%s: a block of %s is not closed", name, language)
		}
		found = append(found, block)
	}
	if len(found) == 0 {
		t.Fatalf("%s has no block of %s", name, language)
	}
	return found
}

// TestReadmeCodeCompiles: each block of Go is a part of a file that is compiled
// and run as a test.
func TestReadmeCodeCompiles(t *testing.T) {
	var compiled []string
	for _, name := range []string{"../../ros/example_test.go", "../unittest/web_test.go", "../unittest/restart_test.go", "../deploy/readme_test.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		compiled = append(compiled, string(text))
	}
	for _, name := range readmes {
		for _, block := range blocks(t, name, "go") {
			if !slices.ContainsFunc(compiled, func(text string) bool { return strings.Contains(text, "\n"+block+"\n") }) {
				t.Errorf("%s: this block is in no test file as it stands:\n%s", name, block)
			}
		}
	}
}

func TestReadmesAgree(t *testing.T) {
	for _, language := range []string{"sh", "text", "go"} {
		if a, b := blocks(t, readmes[0], language), blocks(t, readmes[1], language); !slices.Equal(a, b) {
			t.Errorf("the blocks of %s differ:\n%q\n%q", language, a, b)
		}
	}
}

var seconds = regexp.MustCompile(`\d+\.\d\ds`)

// checkExcerpts checks that the program prints what the README says it does,
// but for the times.
func checkExcerpts(t *testing.T, excerpts []string, output string) {
	t.Helper()
	printed := strings.Split(seconds.ReplaceAllString(output, "N"), "\n")
	for _, block := range excerpts {
		for line := range strings.Lines(seconds.ReplaceAllString(block, "N")) {
			line = strings.TrimSuffix(line, "\n")
			if line != "..." && !slices.Contains(printed, line) {
				t.Errorf("the README says %q, which is not printed", line)
			}
		}
	}
}
