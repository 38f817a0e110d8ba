package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// promised are the commands that a newcomer is told to run.
var promised = []string{"go run ./examples/quickstart", "go test ./..."}

// readme runs the commands of the README, read from it, and checks that the
// README in the other language names the same.
func (r *runner) readme() error {
	var first []string
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		commands, err := readmeCommands(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if first == nil {
			first = commands
		}
		if !slices.Equal(first, commands) {
			return fmt.Errorf("%s names the commands %q, README.md %q", name, commands, first)
		}
	}
	for _, line := range first {
		if err := r.show(strings.Fields(line)...); err != nil {
			return err
		}
	}
	return nil
}

// readmeCommands gives the go commands, without arguments for a human to fill
// in, of the fenced blocks that name a promised one.
func readmeCommands(text string) ([]string, error) {
	var commands []string
	for _, block := range fencedBlocks(text) {
		if !slices.ContainsFunc(promised, func(p string) bool { return slices.Contains(block, p) }) {
			continue
		}
		for _, line := range block {
			if strings.HasPrefix(line, "go ") && !slices.Contains(commands, line) {
				if strings.ContainsAny(line, "|&;<>$`*\"'\\") {
					return nil, fmt.Errorf("command %q needs a shell: keep it plain", line)
				}
				commands = append(commands, line)
			}
		}
	}
	for _, p := range promised {
		if !slices.Contains(commands, p) {
			return nil, fmt.Errorf("no fenced block has the line %q", p)
		}
	}
	return commands, nil
}

// fencedBlocks gives the lines of each ``` block, without prompts, trailing
// comments, and blanks around.
func fencedBlocks(text string) [][]string {
	var blocks [][]string
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			if inside = !inside; inside {
				blocks = append(blocks, nil)
			}
			continue
		}
		if inside {
			line, _, _ = strings.Cut(strings.TrimPrefix(line, "$ "), " #")
			blocks[len(blocks)-1] = append(blocks[len(blocks)-1], strings.TrimSpace(line))
		}
	}
	return blocks
}
