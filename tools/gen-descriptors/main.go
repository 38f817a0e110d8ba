// Command gen-descriptors turns a table of the calls behind resource types, as
// YAML blocks in a Markdown text, into the descriptors of provider/alicloud.
//
//	go run ./tools/gen-descriptors -in provider-apis.md -out provider/alicloud/descriptors
//
// Names are taken over, sentences are not. It says where parameters of a ROA
// call go and which calls take a client token, by package calls. It was run to
// begin with; files that a hand has gone over since are named with -keep.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

func run(args []string, stderr io.Writer) int {
	fs := flag.NewFlagSet("gen-descriptors", flag.ContinueOnError)
	fs.SetOutput(stderr)
	in := fs.String("in", "", "the Markdown `file` with the blocks")
	out := fs.String("out", "", "the `directory` to write to")
	keep := fs.String("keep", "", "`names` of files that are not written, parted by commas")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	if *in == "" || *out == "" || fs.NArg() > 0 {
		fs.Usage()
		return 2
	}
	if err := generate(*in, *out, strings.Split(*keep, ",")); err != nil {
		fmt.Fprintln(stderr, "gen-descriptors:", err)
		return 1
	}
	return 0
}

var (
	fenced  = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	product = regexp.MustCompile(`^\| ([a-z0-9]+) \| (\S+) \| (\d{4}-\d\d-\d\d) \| (RPC|ROA|own)`)
	outside = regexp.MustCompile(`[^a-z0-9]+`)
)

// generate writes one file for each product that type names have.
func generate(in, out string, keep []string) error {
	text, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	w := &writer{products: map[string]service{}}
	for line := range strings.Lines(string(text)) {
		if m := product.FindStringSubmatch(line); m != nil {
			w.products[m[1]] = service{name: m[2], version: m[3], style: m[4]}
		}
	}
	files := map[string][]string{}
	for _, m := range fenced.FindAllStringSubmatch(string(text), -1) {
		d, problems := doc.Parse(in, []byte(m[1]), nil)
		if err := problems.Err(); err != nil {
			return err
		}
		for block := range d.Root().Items() {
			if block.Get("hand").IsZero() {
				name := fileName(block.Key())
				files[name] = append(files[name], w.block(block))
			}
		}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for name, blocks := range files {
		if slices.Contains(keep, name) {
			continue
		}
		slices.Sort(blocks)
		if err := os.WriteFile(filepath.Join(out, name), []byte(strings.Join(blocks, "\n")), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// fileName is "ecs.txt" for ALIYUN::ECS::VPC.
func fileName(typ string) string {
	_, rest, _ := strings.Cut(typ, "::")
	head, _, _ := strings.Cut(rest, "::")
	return outside.ReplaceAllString(strings.ToLower(head), "") + ".txt"
}
