package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/examples/internal/console"
	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

type outcome struct {
	code      int
	out, errs string
}

// nextDay lets the time in a bubble be later than in those before it that had
// the same journal: each begins at the same moment.
func nextDay(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "days")
	days, _ := os.ReadFile(path) // none at first
	time.Sleep(time.Duration(len(days)) * 24 * time.Hour)
	if err := os.WriteFile(path, append(days, '.'), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command runs the command in virtual time, with a journal in dir.
func command(t *testing.T, dir, answers string, args ...string) (o outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		nextDay(t, dir)
		var out, errs bytes.Buffer
		o.code = run(t.Context(), append([]string{"-journal", dir}, args...), strings.NewReader(answers), &out, &errs)
		o.out, o.errs = out.String(), errs.String()
	})
	return o
}

// left tells how many instances and images the cloud has of its own.
func left(t *testing.T, dir string) (instances, images int) {
	t.Helper()
	cloud, err := providertest.NewCloud(&providertest.Options{File: filepath.Join(dir, "cloud.json")})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range cloud.Resources() {
		switch item.Type {
		case "ALIYUN::ECS::Instance":
			instances++
		case "ALIYUN::ECS::CustomImage":
			images++
		}
	}
	return instances, images
}

func TestRun(t *testing.T) {
	tests := []struct {
		name, answers string
		args          []string
		code, images  int
		out, errs     string
	}{
		{"approved", "perhaps\ny\n", nil, 0, 1, "Make an image of this instance? [y/n]\nMake an image", ""},
		{"-yes", "", []string{"-yes", "-command", "echo hi"}, 0, 1, "+ echo hi\nComplete!\nSuccess   review", ""},
		{"rejected", "n\n", nil, 1, 0, "Failed    review: Ask whether the instance is as it should be: ", "not as it should be"},
		{"command fails", "", []string{"-command", "true", "-command", "exit 1"}, 1, 0, "Failed    update", "1 of 2 items failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			o := command(t, dir, tt.answers, tt.args...)
			instances, images := left(t, dir)
			if o.code != tt.code || instances != 0 || images != tt.images || !strings.Contains(o.out, tt.out) || !strings.Contains(o.errs, tt.errs) {
				t.Errorf("exit code %d, %d instances, %d images\n%s%s", o.code, instances, images, o.out, o.errs)
			}
			if !strings.Contains(o.out, "Success   release") {
				t.Errorf("the instance is not released:\n%s", o.out)
			}
			again := command(t, dir, tt.answers, tt.args...)
			if _, same := left(t, dir); again.code != tt.code || same != images {
				t.Errorf("the same command once more: exit code %d, %d images\n%s%s", again.code, same, again.out, again.errs)
			}
		})
	}
}

// TestUnanswered: without an answer the execution waits, and goes on with one.
func TestUnanswered(t *testing.T) {
	dir := t.TempDir()
	o := command(t, dir, "")
	if o.code != exitFailed || !strings.Contains(o.errs, "-yes approves") {
		t.Errorf("exit code %d, %s", o.code, o.errs)
	}
	if instances, images := left(t, dir); instances != 1 || images != 0 {
		t.Errorf("%d instances, %d images", instances, images)
	}
	if o := command(t, dir, "", "-yes"); o.code != 0 {
		t.Errorf("exit code %d\n%s%s", o.code, o.out, o.errs)
	}
	if instances, images := left(t, dir); instances != 0 || images != 1 {
		t.Errorf("%d instances, %d images", instances, images)
	}
	if o := command(t, dir, "", "-yes", "-name", "other"); o.code != exitFailed || o.errs == "" {
		t.Errorf("another request in the same journal: exit code %d", o.code)
	}
}

func TestMisuse(t *testing.T) {
	for _, args := range [][]string{{"-nonsense"}, {"too", "much"}} {
		var errs bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), io.Discard, &errs); code != exitMisuse || errs.Len() == 0 {
			t.Errorf("%q: exit code %d, %s", args, code, errs.String())
		}
	}
	if code := run(t.Context(), []string{"-h"}, strings.NewReader(""), io.Discard, io.Discard); code != 0 {
		t.Errorf("-h: exit code %d", code)
	}
}

func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		nextDay(t, dir)
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		var errs bytes.Buffer
		if code := run(ctx, []string{"-journal", dir, "-yes"}, strings.NewReader(""), io.Discard, &errs); code != exitInterrupted || !strings.Contains(errs.String(), dir) {
			t.Errorf("exit code %d, %s", code, errs.String())
		}
	})
	if o := command(t, dir, "", "-yes"); o.code != 0 {
		t.Errorf("exit code %d\n%s%s", o.code, o.out, o.errs)
	}
}

const childVariable = "BIANPAI_RUNBOOK_TEST_JOURNAL"

// TestChild is the process that TestKilled kills.
func TestChild(t *testing.T) {
	dir := os.Getenv(childVariable)
	if dir == "" {
		t.Skip("not a child")
	}
	os.Exit(run(t.Context(), []string{"-journal", dir}, os.Stdin, os.Stdout, os.Stderr))
}

// TestKilled: a process that is killed while it asks loses nothing.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("in real time")
	}
	dir := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), childVariable+"="+dir)
	in, err := child.StdinPipe() // that stays open: the question stays unanswered
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	for buf := make([]byte, 1024); !strings.Contains(printed.String(), "[y/n]"); {
		n, err := out.Read(buf)
		printed.Write(buf[:n])
		if err != nil {
			t.Fatalf("%v\n%s", err, printed.String())
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	if instances, images := left(t, dir); instances != 1 || images != 0 {
		t.Errorf("%d instances, %d images", instances, images)
	}
	var o, e bytes.Buffer
	if code := run(t.Context(), []string{"-journal", dir}, strings.NewReader("y\n"), &o, &e); code != 0 {
		t.Errorf("exit code %d\n%s%s", code, o.String(), e.String())
	}
	if instances, images := left(t, dir); instances != 0 || images != 1 {
		t.Errorf("%d instances, %d images", instances, images)
	}
}

// TestInDoubt: what a lost answer leaves open, a person closes.
func TestInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tmpl, err := oos.Parse("t", []byte("FormatVersion: OOS-2019-06-01\nTasks:\n- {Name: stop, Action: 'ACS::ExecuteAPI', Properties: {Service: ECS, API: StopInstance}}\n"))
		if err != nil {
			t.Fatal(err)
		}
		cloud := providertest.New(t, nil)
		lost := 0
		cloud.OnCall("ECS", "StopInstance").Do(func(context.Context, *provider.Call) (json.RawMessage, error) {
			if lost++; lost == 1 {
				return nil, &provider.Error{Kind: provider.InDoubt, Message: "the connection broke"}
			}
			return json.RawMessage("{}"), nil
		})
		engine, err := oos.New(cloud, nil)
		if err != nil {
			t.Fatal(err)
		}
		x, err := engine.StartExecution(t.Context(), &oos.Start{Template: tmpl})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w := newWatcher(engine, x, console.New(&out).NewTaskDisplay(tmpl), strings.NewReader("n\n"), true)
		if err := w.follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := x.Wait(t.Context()); err != nil || lost != 2 || !strings.Contains(out.String(), "Did it take effect?") {
			t.Errorf("%v after %d calls\n%s", err, lost, out.String())
		}
		if err := engine.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
