package overhttp_test

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/providertest"
)

var update = flag.Bool("update", false, "write provider/alicloud/proven.txt as the suite has it")

const provenFile = "../../provider/alicloud/proven.txt"

// provenTypes reads the list of the types that are said to be proven.
func provenTypes(t testing.TB) (head []string, types []string) {
	t.Helper()
	data, err := os.ReadFile(provenFile)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, "#"):
			head = append(head, line)
		case line != "":
			types = append(types, line)
		}
	}
	return head, types
}

// TestProvenTypes runs the conformance suite over HTTP. A type that is listed as
// proven and fails, or has no fixture, fails the test; one that passes and is
// not listed is told.
func TestProvenTypes(t *testing.T) {
	head, listed := provenTypes(t)
	report := providertest.Conformance(t, &providertest.ConformanceConfig{
		Open:     subject,
		Tolerate: func(typ string) bool { return *update || !slices.Contains(listed, typ) },
	})
	passed := report.Proven()
	some := strings.Contains(flag.Lookup("test.run").Value.String(), "/") // not all types were asked for
	if *update && !some {
		var out bytes.Buffer
		for _, line := range slices.Concat(head, passed) {
			out.WriteString(line + "\n")
		}
		if err := os.WriteFile(provenFile, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		listed = passed
	}
	known := map[string]bool{}
	for _, one := range report.Results {
		known[one.Type] = true
	}
	for _, typ := range listed {
		if !known[typ] && !some {
			t.Errorf("%s is listed in %s, and the suite has no fixture for it", typ, provenFile)
		}
	}
	for _, typ := range passed {
		if !slices.Contains(listed, typ) {
			t.Logf("%s passes; run the test with -update to list it", typ)
		}
	}
	t.Logf("%d of %d types pass, %d are listed\n%s", len(passed), len(known), len(listed), report)
}
