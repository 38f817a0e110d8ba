package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	messy = "ROSTemplateFormatVersion: '2015-09-01'\nResources:\n    Web: # one\n        Type: ALIYUN::ECS::VPC   \n"
	neat  = "ROSTemplateFormatVersion: '2015-09-01'\nResources:\n  Web: # one\n    Type: ALIYUN::ECS::VPC\n"
)

// folder makes a folder of files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func format(stdin string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func TestStandardOutput(t *testing.T) {
	dir := folder(t, map[string]string{"a.yml": messy})
	if code, out, errs := format("", filepath.Join(dir, "a.yml")); code != 0 || out != neat || errs != "" {
		t.Errorf("%d, %q, %q", code, out, errs)
	}
	if code, out, _ := format(messy, "-"); code != 0 || out != neat {
		t.Errorf("%d, %q", code, out)
	}
}

func TestListDiffWrite(t *testing.T) {
	dir := folder(t, map[string]string{"a.yml": messy, "sub/b.yaml": neat, "package.json": `{"name":   "x"}`, ".git/c.yml": messy, "notes.txt": "x"})
	a := filepath.Join(dir, "a.yml")
	if code, out, _ := format("", "-l", dir); code != 0 || out != a+"\n" {
		t.Errorf("-l: %d, %q", code, out)
	}
	want := "--- " + a + "\n+++ " + a + " (formatted)\n@@ -1,4 +1,4 @@\n ROSTemplateFormatVersion: '2015-09-01'\n Resources:\n" +
		"-    Web: # one\n-        Type: ALIYUN::ECS::VPC   \n+  Web: # one\n+    Type: ALIYUN::ECS::VPC\n"
	if code, out, _ := format("", "-d", dir); code != 0 || out != want {
		t.Errorf("-d: %d, %q", code, out)
	}
	if read(t, a) != messy {
		t.Error("-d wrote")
	}
	if code, out, errs := format("", "-w", "-l", dir); code != 0 || out != a+"\n" || errs != "" {
		t.Errorf("-w: %d, %q, %q", code, out, errs)
	}
	if read(t, a) != neat || read(t, filepath.Join(dir, "package.json")) != `{"name":   "x"}` || read(t, filepath.Join(dir, ".git/c.yml")) != messy {
		t.Error("wrote the wrong files")
	}
	if info, err := os.Stat(a); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 5 {
		t.Errorf("left behind: %v", entries)
	}
	if code, out, _ := format("", "-l", dir); code != 0 || out != "" {
		t.Errorf("again: %d, %q", code, out)
	}
}

func TestConvert(t *testing.T) {
	dir := folder(t, map[string]string{"a.yml": messy})
	path := filepath.Join(dir, "a.yml")
	code, _, errs := format("", "-w", "-to", "json", path)
	if code != 0 || !strings.Contains(errs, "1 comments are lost") {
		t.Errorf("%d, %q", code, errs)
	}
	if code, _, errs = format("", "-w", "-to", "json", path); code != 1 || !strings.Contains(errs, "exists already") {
		t.Errorf("%d, %q", code, errs)
	}
	code, out, errs := format("", "-to", "yaml", filepath.Join(dir, "a.json"))
	if want := strings.Replace(neat, " # one", "", 1); code != 0 || out != want || errs != "" {
		t.Errorf("%d, %q, %q", code, out, errs)
	}
}

func TestFaults(t *testing.T) {
	dir := folder(t, map[string]string{"a.yml": "ROSTemplateFormatVersion: ]\n", "b.yml": messy})
	if code, out, errs := format("", filepath.Join(dir, "a.yml"), filepath.Join(dir, "b.yml")); code != 1 || out != neat || !strings.Contains(errs, "a.yml:1:27: error yaml-") {
		t.Errorf("%d, %q, %q", code, out, errs)
	}
	for _, args := range [][]string{nil, {"-x", "a"}, {"-to", "xml", dir}, {filepath.Join(dir, "absent")}} {
		if code, _, errs := format("", args...); code != 2 || errs == "" {
			t.Errorf("%q: %d, %q", args, code, errs)
		}
	}
	if code, _, _ := format("", "-w", "-"); code != 1 {
		t.Error("-w of standard input")
	}
	if code, _, errs := format("", "-h"); code != 0 || !strings.Contains(errs, "usage: fmt") {
		t.Errorf("%d, %q", code, errs)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestOutputFails(t *testing.T) {
	if code := run([]string{"-"}, strings.NewReader(messy), brokenPipe{}, &bytes.Buffer{}); code != 1 {
		t.Errorf("exit code %d", code)
	}
}
