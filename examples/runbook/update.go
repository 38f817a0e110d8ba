package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/bianpai/bianpai/examples/internal/console"
	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/providertest"
)

//go:embed update-image.yml
var runbook []byte

// newCloud makes a cloud that takes its time, and is there again when the
// process was killed.
func newCloud(dir string) (*providertest.Cloud, error) {
	cloud, err := providertest.NewCloud(&providertest.Options{
		File: filepath.Join(dir, "cloud.json"),
		Latency: func(verb, _ string) time.Duration {
			return map[string]time.Duration{"Create": 2 * time.Second, "Invoke": time.Second, "Stop": time.Second}[verb]
		},
	})
	if err != nil {
		return nil, err
	}
	cloud.ScriptCommand(func(c providertest.Command) providertest.CommandResult {
		if strings.Contains(c.Content, "exit 1") {
			return providertest.CommandResult{ExitCode: 1, Output: "it failed\n"}
		}
		return providertest.CommandResult{Output: "+ " + c.Content + "\nComplete!\n"}
	})
	return cloud, nil
}

// update runs the runbook, or goes on with it.
func update(ctx context.Context, set *settings, in io.Reader, out io.Writer) (err error) {
	tmpl, err := oos.Parse("update-image.yml", runbook)
	if err != nil {
		return err
	}
	cloud, err := newCloud(set.journal)
	if err != nil {
		return err
	}
	store, err := journal.OpenDir(filepath.Join(set.journal, "journal"), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	engine, err := oos.New(cloud, &oos.Options{Journal: store})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Shutdown(context.WithoutCancel(ctx))) }()
	commands := make([]any, len(set.commands))
	for i, c := range set.commands {
		commands[i] = c
	}
	x, err := engine.StartExecution(ctx, &oos.Start{
		Template: tmpl, ClientToken: "update-image", // the same journal has the same execution
		Parameters: map[string]any{
			"sourceImageId": set.image, "targetImageName": set.name, "commands": commands,
			"vSwitchId": cloud.Existing("ALIYUN::ECS::VSwitch"), "securityGroupId": cloud.Existing("ALIYUN::ECS::SecurityGroup"),
		},
	})
	if err != nil {
		return err
	}
	if err := newWatcher(engine, x, console.New(out).NewTaskDisplay(tmpl), in, set.yes).follow(ctx); err != nil {
		return err
	}
	res, err := x.Wait(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the image %s is %v\n", set.name, res.Outputs["imageId"])
	return nil
}
