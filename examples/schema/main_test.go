package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/provider/schema"
)

var update = flag.Bool("update", false, "write the golden file anew")

func written(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, &out, &errs); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	var out bytes.Buffer
	if err := json.Indent(&out, written(t, "-type", "ALIYUN::MNS::Queue,ALIYUN::ECS::VSwitch"), "", "  "); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/two-types.json"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("(-golden +now; -update writes it anew)\n%s", diff)
	}
}

// TestWholeSchema checks what no validator is needed for: every type is there,
// references lead somewhere, patterns compile, the size is one for an editor.
func TestWholeSchema(t *testing.T) {
	text := written(t)
	if !bytes.Equal(text, written(t)) {
		t.Error("two runs differ")
	}
	if len(text) > 2<<20 {
		t.Errorf("%d bytes, more than 2 MiB", len(text))
	}
	var whole map[string]any
	if err := json.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	definitions := whole["definitions"].(map[string]any)
	for name := range schema.Default().Names() {
		if definitions[name] == nil {
			t.Errorf("%s is not described", name)
		}
	}
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				visit(item)
			}
		case map[string]any:
			if to, ok := v["$ref"].(string); ok && definitions[strings.TrimPrefix(to, "#/definitions/")] == nil {
				t.Errorf("%s leads nowhere", to)
			}
			if p, ok := v["pattern"].(string); ok {
				if _, err := regexp.Compile(p); err != nil {
					t.Error(err)
				}
			}
			for _, item := range v {
				visit(item)
			}
		}
	}
	visit(whole)
}

func TestFilters(t *testing.T) {
	var some struct {
		Definitions map[string]json.RawMessage
	}
	if err := json.Unmarshal(written(t, "-product", "NAS"), &some); err != nil {
		t.Fatal(err)
	}
	for name := range some.Definitions {
		if strings.Count(name, "::") == 2 && !strings.HasSuffix(name, "::") && productOf(name) != "NAS" {
			t.Errorf("%s is described", name)
		}
	}
	if some.Definitions["ALIYUN::NAS::FileSystem"] == nil {
		t.Error("NAS has no file system")
	}
	file := filepath.Join(t.TempDir(), "ros.json")
	written(t, "-product", "NAS", "-o", file)
	if text, err := os.ReadFile(file); err != nil || !json.Valid(text) {
		t.Error(err)
	}
	var tags []string
	if err := json.Unmarshal(written(t, "-tags"), &tags); err != nil || !slices.Contains(tags, "!GetAtt sequence") {
		t.Error(tags, err)
	}
	var out bytes.Buffer
	if code := run([]string{"-type", "ALIYUN::No::Such"}, &out, &out); code != 2 {
		t.Errorf("a type that does not exist gives %d", code)
	}
}
