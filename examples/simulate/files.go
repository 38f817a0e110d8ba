package main

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/template"
)

var extensions = []string{".yml", ".yaml", ".json"}

// findFiles lists the files that the paths stand for, each once.
func findFiles(paths []string, only *regexp.Regexp) ([]string, error) {
	var files []string
	seen := map[string]bool{}
	add := func(path string) {
		path = filepath.Clean(path)
		if !seen[path] && (only == nil || only.MatchString(filepath.ToSlash(path))) {
			files = append(files, path)
		}
		seen[path] = true
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			add(path)
			continue
		}
		err = filepath.WalkDir(path, func(p string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.Type().IsRegular() && slices.Contains(extensions, strings.ToLower(filepath.Ext(p))):
				add(p)
			case entry.IsDir() && p != path && strings.HasPrefix(entry.Name(), "."):
				return fs.SkipDir // .git and its like
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// simulateAll simulates files, some at a time, and yields the reports in the
// order of the files.
func simulateAll(ctx context.Context, files []string, set *settings) iter.Seq[*providertest.Simulation] {
	return func(yield func(*providertest.Simulation) bool) {
		ctx, cancel := context.WithCancel(ctx)
		reports := make([]chan *providertest.Simulation, len(files))
		slots := make(chan struct{}, set.workers)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		for i := range files {
			reports[i] = make(chan *providertest.Simulation, 1)
		}
		running.Go(func() {
			for i, path := range files {
				select {
				case slots <- struct{}{}:
				case <-ctx.Done():
					close(reports[i])
					continue
				}
				running.Go(func() {
					defer func() { <-slots }()
					reports[i] <- simulateFile(ctx, path, set)
				})
			}
		})
		for _, report := range reports {
			if r := <-report; r != nil && !yield(r) {
				return
			}
		}
	}
}

// simulateFile gives the report of a file.
func simulateFile(ctx context.Context, path string, set *settings) *providertest.Simulation {
	src, err := os.ReadFile(path)
	if err != nil {
		return failed(path, "read", err)
	}
	switch template.Detect(src) {
	case template.NotTemplate:
		return &providertest.Simulation{Template: path, Verdict: providertest.Skipped, Reason: notTemplate}
	case template.Runbook:
		return simulateRunbook(ctx, path, src, set)
	}
	t, err := template.Parse(path, src, nil)
	if _, faulty := errors.AsType[*diag.ListError](err); err != nil && !faulty {
		return failed(path, "parse", err)
	}
	return providertest.Simulate(ctx, t, &providertest.SimulateOptions{Limit: set.limit, Changes: set.changes})
}

// notTemplate is the reason of files that are no templates at all, which are
// not counted.
const notTemplate = "not a template"

func failed(path, step string, err error) *providertest.Simulation {
	return &providertest.Simulation{
		Template: path, Verdict: providertest.Failed,
		Failure: &providertest.Failure{Step: step, Code: step, Text: err.Error()},
	}
}
