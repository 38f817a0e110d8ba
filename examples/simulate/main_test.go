package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/providertest"
)

// command runs the command.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

const tree = "testdata/tree"

func TestTree(t *testing.T) {
	code, stdout, stderr := command(t, tree)
	want := `
pass  testdata/tree/counted.yml: resources: 4
FAIL  testdata/tree/deep/faulty.yml: validate: line 5: ALIYUN::ECS::VPC has no property CidrBlok here
pass  testdata/tree/deep/runbook.yml: tasks: 1
pass  testdata/tree/deep/serverless.yml: resources: 1 (n/a: update in place, replace, remove, bring back)
skip  testdata/tree/deep/terraform.yml: Terraform
pass  testdata/tree/kept.yml: resources: 2
pass  testdata/tree/network.yml: resources: 3
pass  testdata/tree/single.yml: resources: 1 (n/a: remove, bring back)
pass  testdata/tree/waiting.json: resources: 2
9 templates: 7 passed, 1 failed, 1 skipped
`
	if got := filepath.ToSlash(stdout); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got:\n%s\nwant:%s", got, want)
	}
	if code != exitFailed || stderr != "" {
		t.Errorf("exit code %d, standard error %q", code, stderr)
	}
}

func TestRunbooks(t *testing.T) {
	code, stdout, _ := command(t, "-actions", "testdata/actions", "testdata/runbooks")
	want := `
pass  testdata/runbooks/approved.yml: tasks: 4
FAIL  testdata/runbooks/failing.yml: run: check (ACS::CheckFor): ECS DescribeInstances: CheckFailed: .Instances.Instance | length is 0, which is not as desired
pass  testdata/runbooks/fleet.yml: tasks: 2 (answered by shape: ECD.DescribeDesktops 2 fitted, ECD.RebootDesktops 1)
pass  testdata/runbooks/nightly.yml: tasks: 3 (stood in for: ACS::ECS::InstallDockerCE)
skip  testdata/runbooks/state.json: a template without tasks
5 templates: 3 passed, 1 failed, 1 skipped
`
	if got := filepath.ToSlash(stdout); got != strings.TrimPrefix(want, "\n") || code != exitFailed {
		t.Errorf("exit code %d, got:\n%s\nwant:%s", code, got, want)
	}
	code, stdout, _ = command(t, "-v", "testdata/runbooks/nightly.yml")
	if line := regexp.MustCompile(`(?m)^ +fire +done .* Timer trigger, by hand: 3 tasks succeeded`); code != 0 || !line.MatchString(stdout) {
		t.Errorf("exit code %d:\n%s", code, stdout)
	}
}

// TestSteps: what is done to each template.
func TestSteps(t *testing.T) {
	tests := []struct{ file, step, want string }{
		{"network.yml", "update in place", `done .* 1 to update`},
		{"network.yml", "replace", `done .* 3 to replace`},
		{"network.yml", "remove", `done .* Group: 1 to delete`},
		{"network.yml", "bring back", `done .* 1 to create`},
		{"waiting.json", "remove", `done .* Ready: 1 to delete`},
		{"counted.yml", "create", `done .* 4 to create`},
		{"counted.yml", "remove", `done .* Topic: 1 to delete`},
		{"kept.yml", "delete", `done .* kept as DeletionPolicy says: Archive \(ALIYUN::OSS::Bucket archive-of-the-sample`},
		{"single.yml", "remove", `n/a .* it is the only resource`},
	}
	for _, tt := range tests {
		t.Run(tt.file+" "+tt.step, func(t *testing.T) {
			code, stdout, _ := command(t, "-v", filepath.Join(tree, tt.file))
			if line := regexp.MustCompile(`(?m)^ +` + tt.step + ` +` + tt.want); code != 0 || !line.MatchString(stdout) {
				t.Errorf("exit code %d, no line like %q in:\n%s", code, line, stdout)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	code, stdout, stderr := command(t, "-json", "-run", `network|faulty`, tree)
	var reports []providertest.Simulation
	if err := json.Unmarshal([]byte(stdout), &reports); err != nil {
		t.Fatalf("%v in:\n%s", err, stdout)
	}
	if code != exitFailed || len(reports) != 2 || reports[0].Failure == nil || reports[0].Failure.Code != "unknown-property" || len(reports[1].Steps) != 10 {
		t.Errorf("exit code %d, %d reports: %s", code, len(reports), stdout)
	}
	if want := "2 templates: 1 passed, 1 failed, 0 skipped\n"; stderr != want {
		t.Errorf("standard error %q, want %q", stderr, want)
	}
	if _, stdout, _ := command(t, "-json", "-run", "^$", tree); stdout != "[]\n" {
		t.Errorf("no reports are %q", stdout)
	}
}

func TestNoTemplates(t *testing.T) {
	code, stdout, stderr := command(t, "-v", "-run", "other", tree)
	if code != 0 || stdout != "0 templates: 0 passed, 0 failed, 0 skipped\n" || !strings.Contains(stderr, "not a template") {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}

func TestMisuse(t *testing.T) {
	for _, args := range [][]string{{}, {"-no-such-flag", tree}, {"no/such/path"}, {"-run", "(", tree}, {"-workers", "0", tree}, {"-changes", "0", tree}, {"-limit", "-1s", tree}, {"-actions", "no/such/path", tree}} {
		if code, stdout, stderr := command(t, args...); code != exitMisuse || stderr == "" || stdout != "" {
			t.Errorf("%q: exit code %d, %q, %q", args, code, stdout, stderr)
		}
	}
	if code, _, stderr := command(t, "-h"); code != 0 || !strings.Contains(stderr, "usage: simulate") {
		t.Errorf("-h: exit code %d, %q", code, stderr)
	}
}

func TestUnreadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.yml")
	if err := os.WriteFile(path, nil, 0o000); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(path); err == nil {
		t.Skip("this user may read anything")
	}
	if code, stdout, _ := command(t, path); code != exitFailed || !strings.Contains(stdout, "FAIL  "+path+": read: ") {
		t.Errorf("exit code %d, %q", code, stdout)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{tree}, &out, &errs); code != exitFailed {
		t.Errorf("exit code %d: %s", code, out.String())
	}
}
