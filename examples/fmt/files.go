package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

var extensions = []string{".yml", ".yaml", ".json"}

// findFiles lists the files that a path stands for.
func findFiles(path string) ([]string, error) {
	if path == "-" {
		return []string{path}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err = filepath.WalkDir(path, func(p string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Type().IsRegular() && slices.Contains(extensions, strings.ToLower(filepath.Ext(p))):
			files = append(files, p)
		case entry.IsDir() && p != path && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir // .git and its like
		}
		return nil
	})
	return files, err
}

// replaceFile writes a file whole or not at all: beside its place first. The
// source gives the permissions; a target other than the source must be new.
func replaceFile(source, target string, text []byte) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if target != source {
		if _, err := os.Lstat(target); err == nil {
			return fmt.Errorf("%s exists already", target)
		}
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(text)
	if e := tmp.Chmod(info.Mode().Perm()); err == nil {
		err = e
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), target)
	}
	if err != nil {
		_ = os.Remove(tmp.Name()) // the first error counts
	}
	return err
}
