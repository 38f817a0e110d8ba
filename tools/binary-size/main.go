// Command binary-size builds small programs with ever more of this module and
// prints how large they are, as the table of docs/binary-size.md.
//
//	go run ./tools/binary-size
package main

import (
	"embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed programs/*.txt
var programs embed.FS

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "binary-size:", err)
		os.Exit(1)
	}
}

// run builds each program, in the order of their names, in the module that the
// working folder is of.
func run(out io.Writer) error {
	dir, err := os.MkdirTemp("", "binary-size")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	entries, err := programs.ReadDir("programs")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "| program | MB | MB with -s -w |")
	fmt.Fprintln(out, "|---|---|---|")
	for _, e := range entries {
		source, err := programs.ReadFile("programs/" + e.Name())
		if err != nil {
			return err
		}
		what, _, _ := strings.Cut(string(source), "\n")
		fmt.Fprintf(out, "| %s |", strings.TrimPrefix(what, "// "))
		for _, flags := range []string{"", "-s -w"} {
			size, err := build(dir, source, flags)
			if err != nil {
				return fmt.Errorf("%s: %w", e.Name(), err)
			}
			fmt.Fprintf(out, " %.2f |", float64(size)/1e6)
		}
		fmt.Fprintln(out)
	}
	return nil
}

// build compiles a program and gives the bytes of the binary.
func build(dir string, source []byte, flags string) (int64, error) {
	file, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
	if err := os.WriteFile(file, source, 0o600); err != nil {
		return 0, err
	}
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", flags, "-o", binary, file)
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
