// Command gen-shapes makes the two embedded tables of API calls from the
// source of alibaba-cloud-sdk-go: provider/calls/apis.txt, the names and
// places of request parameters, and providertest/answers.txt, the members of
// responses. Only names and types are taken over.
//
//	go mod download github.com/aliyun/alibaba-cloud-sdk-go@v1.63.107
//	go run ./tools/gen-shapes -in "$(go env GOMODCACHE)/github.com/aliyun/alibaba-cloud-sdk-go@v1.63.107"
//
// Which packages are read, and by which code a caller names each, says
// provider/calls/services.txt. The output depends on the input only.
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

func run(args []string, stderr io.Writer) int {
	fs := flag.NewFlagSet("gen-shapes", flag.ContinueOnError)
	fs.SetOutput(stderr)
	in := fs.String("in", "", "the `directory` of the SDK's source")
	services := fs.String("services", "provider/calls/services.txt", "the `file` that lists the services")
	requests := fs.String("requests", "provider/calls/apis.txt", "the `file` to write requests to")
	responses := fs.String("responses", "providertest/answers.txt", "the `file` to write responses to")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	if *in == "" || fs.NArg() > 0 {
		fs.Usage()
		return 2
	}
	if err := generate(*in, *services, *requests, *responses); err != nil {
		fmt.Fprintln(stderr, "gen-shapes:", err)
		return 1
	}
	return 0
}

func generate(in, servicesFile, requestsFile, responsesFile string) error {
	listing, err := os.ReadFile(servicesFile)
	if err != nil {
		return err
	}
	services, err := readServices(string(listing))
	if err != nil {
		return fmt.Errorf("%s: %w", servicesFile, err)
	}
	var apis []*api
	for _, s := range services {
		if s.folder == "" {
			continue // its calls are written by hand
		}
		p, err := readPackage(filepath.Join(in, "services", s.folder))
		if err != nil {
			return err
		}
		found, err := p.apis(s)
		if err != nil {
			return err
		}
		apis = append(apis, found...)
	}
	requests, responses := encode(apis)
	if err := os.WriteFile(requestsFile, requests, 0o644); err != nil {
		return err
	}
	return os.WriteFile(responsesFile, responses, 0o644)
}

// service is a line of services.txt: code, product, version, style, and the
// SDK's folder if it has one.
type service struct {
	code, product, version, style, folder string
}

func readServices(text string) ([]service, error) {
	var list []service
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 4 || len(f) > 5 {
			return nil, fmt.Errorf("%q has %d fields", line, len(f))
		}
		s := service{code: f[0], product: f[1], version: f[2], style: f[3]}
		if len(f) == 5 {
			s.folder = f[4]
		}
		list = append(list, s)
	}
	return list, nil
}

// encode writes a line an API, in the order of service and name without case.
func encode(apis []*api) (requests, responses []byte) {
	slices.SortFunc(apis, func(a, b *api) int { return cmp.Compare(a.key(), b.key()) })
	var req, resp bytes.Buffer
	for _, a := range apis {
		token := ""
		if a.takesToken() {
			token = "T"
		}
		fmt.Fprintf(&req, "%s %s\t%s%s\t%s\t%s\n", a.service, a.name, token, a.verb, a.path, join(a.parameters))
		fmt.Fprintf(&resp, "%s %s\t%s\n", a.service, a.name, join(a.answer))
	}
	return req.Bytes(), resp.Bytes()
}

func join(fields []field) string {
	var b strings.Builder
	writeFields(&b, fields)
	return b.String()
}

func writeFields(b *strings.Builder, fields []field) {
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.name)
		b.WriteString(f.marks)
		if len(f.members) > 0 {
			b.WriteByte('{')
			writeFields(b, f.members)
			b.WriteByte('}')
		}
	}
}
