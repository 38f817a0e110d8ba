package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lint runs the command and gives its exit code, the lines of its output, and
// what it wrote to standard error.
func lint(args ...string) (code int, lines []string, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, &out, &errs)
	return code, strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"), errs.String()
}

// heads keeps the first line of each finding up to its code, and the last line.
func heads(lines []string) []string {
	head := regexp.MustCompile(`^\S+:\d+:\d+: (error|warning|advice) [a-z-]+`)
	var out []string
	for _, line := range lines {
		if h := head.FindString(line); h != "" {
			out = append(out, filepath.ToSlash(h))
		}
	}
	return append(out, lines[len(lines)-1])
}

// TestAllFaultsInOneRun: a file with many faults has all of them reported, each
// with its place and a remedy below it.
func TestAllFaultsInOneRun(t *testing.T) {
	code, lines, stderr := lint("testdata/faults.yml")
	if code != 1 || stderr != "" {
		t.Errorf("exit code %d, standard error %q", code, stderr)
	}
	want := []string{
		"testdata/faults.yml:6:3: warning unused-condition",
		"testdata/faults.yml:10:11: error unknown-type",
		"testdata/faults.yml:14:14: error unknown-reference",
		"testdata/faults.yml:15:7: error unknown-property",
		"testdata/faults.yml:16:18: error wrong-type",
		"testdata/faults.yml:19:16: error unknown-condition",
		"testdata/faults.yml:20:16: error unknown-dependency",
		"testdata/faults.yml:22:26: error unknown-function",
		"testdata/faults.yml:25:5: error missing-property",
		"testdata/faults.yml:27:21: error value-out-of-range",
		"testdata/faults.yml:28:18: error wrong-type",
		"testdata/faults.yml:32:34: error unknown-attribute",
		"testdata/faults.yml:34:22: error unknown-reference",
		"testdata/faults.yml:34:23: error unknown-attribute",
		"1 files, 13 errors, 1 warnings",
	}
	if diff := cmp.Diff(want, heads(lines)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i, line := range lines[:len(lines)-1] {
		if i%2 == 1 && (!strings.HasPrefix(line, "    ") || len(line) < 20) {
			t.Errorf("no remedy below %q: %q", lines[i-1], line)
		}
	}
}

func TestFolders(t *testing.T) {
	code, lines, stderr := lint("-v", "testdata/tree")
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	want := []string{"testdata/tree/sub/old.yml:6:7: warning deprecated-property", "4 files, 0 errors, 1 warnings"}
	if diff := cmp.Diff(want, heads(lines)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, note := range []string{"package.json: skipped", "other.yml: skipped", "terraform.yml: a Terraform template"} {
		if !strings.Contains(stderr, note) {
			t.Errorf("%q is not in %q", note, stderr)
		}
	}
	if _, _, stderr := lint("testdata/tree"); stderr != "" {
		t.Errorf("without -v: %q", stderr)
	}
	_, twice, _ := lint("testdata/tree", "testdata/tree/sound.yaml", "testdata/tree/sub/../sub")
	if !slices.Equal(twice, lines) {
		t.Errorf("files that are named twice are counted twice: %q", twice)
	}
}

func TestNamedFiles(t *testing.T) {
	code, lines, stderr := lint("testdata/tree/package.json")
	if code != 0 || lines[0] != "0 files, 0 errors, 0 warnings" || !strings.Contains(stderr, "not a template") {
		t.Errorf("no template: exit code %d, %q, %q", code, lines, stderr)
	}
	if code, lines, _ := lint("testdata/broken.yml"); code != 1 || !strings.Contains(strings.Join(heads(lines), "\n"), "testdata/broken.yml:5:4: error yaml-") {
		t.Errorf("broken text: exit code %d, %q", code, lines)
	}
	for name, text := range map[string]string{
		"cut.json":  `{"ROSTemplateFormatVersion": "2015-09-01", "Resources": {"A": `,
		"odd.yml":   "\t: ]",
		"early.yml": "a: ]\nROSTemplateFormatVersion: '2015-09-01'\n",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, lines, _ := lint(path); code != 1 {
			t.Errorf("%s: exit code %d, %q", name, code, lines)
		}
	}
}

func TestForms(t *testing.T) {
	_, lines, _ := lint("-snippet", "testdata/faults.json")
	if text := strings.Join(lines, "\n"); !strings.Contains(text, `"CidrBlok"`) || !strings.Contains(text, "^^^^^^^^^^") {
		t.Errorf("no snippet:\n%s", text)
	}
	_, lines, _ = lint("-lang", "zh", "testdata/faults.json")
	if !strings.Contains(lines[0], "没有属性 CidrBlok") {
		t.Errorf("not in Chinese: %q", lines[0])
	}
	code, lines, stderr := lint("-json", "testdata/faults.json", "testdata/tree")
	var found []struct {
		File, Severity, Code, Message, Hint, Path string
		Line, Column                              int
	}
	if err := json.Unmarshal([]byte(strings.Join(lines, "\n")), &found); err != nil {
		t.Fatalf("%v in %q", err, lines)
	}
	if code != 1 || len(found) != 2 || found[0].Line != 4 || found[0].Column != 56 || found[0].Code != "unknown-property" || found[0].Hint == "" {
		t.Errorf("exit code %d, %+v", code, found)
	}
	if stderr != "5 files, 1 errors, 1 warnings\n" {
		t.Errorf("the counts are %q", stderr)
	}
	if code, lines, _ := lint("-json", "testdata/tree/sound.yaml"); code != 0 || strings.Join(lines, "") != "[]" {
		t.Errorf("nothing found: exit code %d, %q", code, lines)
	}
}

func TestFix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.yml")
	text := "ROSTemplateFormatVersion: '2015-09-01'\nResources:\n  Web:\n    Type: ALIYUN::ECS::VPC\n    Properties:\n      cidr_block: 10.0.0.0/8 # all\n      \"vpcName\": !Ref Nmae\n"
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
	code, lines, stderr := lint("-fix", path)
	if code != 1 || len(heads(lines)) != 2 || !strings.Contains(stderr, "2 findings are mended") {
		t.Errorf("exit code %d, %q, %q", code, lines, stderr)
	}
	got, err := os.ReadFile(path)
	want := strings.NewReplacer("cidr_block", "CidrBlock", "vpcName", "VpcName").Replace(text)
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	if _, again, stderr := lint("-fix", path); !slices.Equal(again, lines) || stderr != "" {
		t.Errorf("again: %q, %q", again, stderr)
	}
}

func TestSARIF(t *testing.T) {
	code, lines, stderr := lint("-sarif", "testdata/faults.json")
	var log struct {
		Runs []struct{ Results []struct{ RuleID string } }
	}
	if err := json.Unmarshal([]byte(strings.Join(lines, "\n")), &log); err != nil {
		t.Fatal(err)
	}
	if code != 1 || len(log.Runs) != 1 || len(log.Runs[0].Results) != 1 || log.Runs[0].Results[0].RuleID != "unknown-property" || stderr != "1 files, 1 errors, 0 warnings\n" {
		t.Errorf("exit code %d, %+v, %q", code, log, stderr)
	}
}

func TestMisuse(t *testing.T) {
	for _, args := range [][]string{nil, {"-nonsense", "x"}, {"-lang", "fr", "testdata"}, {"testdata/absent.yml"}, {"testdata/tree", "absent"}} {
		if code, _, stderr := lint(args...); code != 2 || stderr == "" {
			t.Errorf("%q: exit code %d, standard error %q", args, code, stderr)
		}
	}
	if code, _, stderr := lint("-h"); code != 0 || !strings.Contains(stderr, "usage: lint") {
		t.Errorf("-h: exit code %d, %q", code, stderr)
	}
}

// brokenPipe fails as the output of a program does whose reader has gone.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestOutputFails(t *testing.T) {
	for _, args := range [][]string{{"testdata/faults.yml"}, {"-json", "testdata/faults.yml"}, {"testdata/tree/sound.yaml"}} {
		if code := run(args, brokenPipe{}, &bytes.Buffer{}); code != 2 {
			t.Errorf("%q: exit code %d", args, code)
		}
	}
}

func TestOff(t *testing.T) {
	code, lines, _ := lint("-off", "unknown-type,unknown-reference,missing-property", "-off", "wrong-type", "testdata/faults.yml")
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
	for _, head := range heads(lines) {
		for _, off := range []string{"unknown-type", "unknown-reference", "missing-property", "wrong-type"} {
			if strings.HasSuffix(head, off) {
				t.Errorf("reported though it is off: %s", head)
			}
		}
	}
	if code, _, stderr := lint("-off", "unknwon-type", "testdata/faults.yml"); code != 2 || !strings.Contains(stderr, "there is no code") {
		t.Errorf("a code that does not exist: exit code %d, %s", code, stderr)
	}
}

func TestWaived(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.yml")
	const text = "ROSTemplateFormatVersion: '2015-09-01'\nResources:\n  Net:\n    Type: ALIYUN::ECS::VPC\n    Properties:\n      Colour: red # bianpai:ignore unknown-property it is a beta\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, lines, _ := lint(path); code != 0 || lines[0] != "1 files, 0 errors, 0 warnings" {
		t.Errorf("exit code %d, %q", code, lines)
	}
}
