package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bianpai/bianpai/examples/internal/console"
	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/ros"
)

// session is what a command works with: the journal, the cloud, the two
// engines, and the person in front of it.
type session struct {
	set   *settings
	out   *console.Terminal
	asker *console.Asker

	store  *journal.Dir
	key    []byte
	cloud  provider.Provider
	caller provider.Caller
	stacks *ros.Engine
	books  *oos.Engine

	closers []func() error // in the order in which things were opened
}

// patience is how long a command that ends waits for what is in flight.
const patience = 10 * time.Second

// open opens a session; the caller closes it.
func open(set *settings, in io.Reader, out io.Writer) (s *session, err error) {
	s = &session{set: set, out: console.New(out)}
	s.asker = console.NewAsker(in, func(line string) { s.out.Printf("%s\n", line) }, "-yes goes on without asking")
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.key, err = loadKey(set.state); err != nil {
		return s, err
	}
	if err := s.openStore(filepath.Join(set.state, "journal")); err != nil {
		return s, err
	}
	if err := s.connect(); err != nil {
		return s, err
	}
	return s, s.engines()
}

func (s *session) engines() error {
	sealer, err := ros.NewSealer(s.key)
	if err != nil {
		return err
	}
	if s.stacks, err = ros.New(s.cloud, &ros.Options{Journal: s.store, Sealer: sealer, Region: s.set.region}); err != nil {
		return err
	}
	s.later(func() error { return shutdown(s.stacks.Shutdown) })
	if s.books, err = oos.New(s.caller, &oos.Options{Journal: s.store, Sealer: sealer, Region: s.set.region}); err != nil {
		return err
	}
	s.later(func() error { return shutdown(s.books.Shutdown) })
	return nil
}

func shutdown(f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return f(ctx)
}

// later has something done when the session is closed.
func (s *session) later(f func() error) { s.closers = append(s.closers, f) }

// close undoes what open did, the last thing first.
func (s *session) close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	return errors.Join(errs...)
}

const keySize = 32

// loadKey reads the key of the secrets, or makes one for a new folder. It lies
// beside the journal for want of a better place: a service keeps it in a secret
// store.
func loadKey(dir string) ([]byte, error) {
	file := filepath.Join(dir, "key")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(dir, file)
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keySize {
		return nil, fmt.Errorf("%s is not the key of a journal: %d hexadecimal digits", file, 2*keySize)
	}
	return key, nil
}

func makeKey(dir, file string) ([]byte, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key := make([]byte, keySize)
	rand.Read(key) // never fails
	return key, os.WriteFile(file, []byte(hex.EncodeToString(key)+"\n"), 0o600)
}
