package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/ros"
)

// place is where the story happens, the same for the first process and its
// children: a folder, and the key of the secrets. A real program keeps the key
// in a secret store, apart from the journal.
type place struct {
	dir string
	key []byte
}

const (
	partVariable = "BIANPAI_QUICKSTART_PART"
	dirVariable  = "BIANPAI_QUICKSTART_DIR"
	keyVariable  = "BIANPAI_QUICKSTART_KEY"
)

// create makes a fresh place.
func (p *place) create() (err error) {
	p.key = make([]byte, 32)
	rand.Read(p.key) // never fails
	p.dir, err = os.MkdirTemp("", "bianpai-quickstart-")
	return err
}

// environment tells a child process its part and the place.
func (p *place) environment(part string) []string {
	return append(os.Environ(), partVariable+"="+part, dirVariable+"="+p.dir, keyVariable+"="+hex.EncodeToString(p.key))
}

// fromEnvironment is the child's side of environment. The part is empty in the
// first process.
func (p *place) fromEnvironment() (part string, err error) {
	if part = os.Getenv(partVariable); part == "" {
		return "", nil
	}
	p.dir = os.Getenv(dirVariable)
	p.key, err = hex.DecodeString(os.Getenv(keyVariable))
	return part, err
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

// world is what a process needs to work on stacks. One process at a time has
// it open.
type world struct {
	cloud  *providertest.Cloud
	store  *journal.Dir
	engine *ros.Engine
}

// open opens the cloud, whose state outlives a killed process as a real
// cloud's does, the journal, and an engine over both.
func (p *place) open() (w *world, err error) {
	w = &world{}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	w.cloud, err = providertest.NewCloud(&providertest.Options{File: p.path("cloud"), Latency: latency})
	if err != nil {
		return w, err
	}
	w.store, err = journal.OpenDir(p.path("journal"), nil)
	if err != nil {
		return w, err
	}
	sealer, err := ros.NewSealer(p.key)
	if err != nil {
		return w, err
	}
	w.engine, err = ros.New(w.cloud, &ros.Options{Journal: w.store, Sealer: sealer})
	return w, err
}

func (w *world) close() error {
	var errs []error
	if w.engine != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		errs = append(errs, w.engine.Shutdown(ctx))
	}
	if w.store != nil {
		errs = append(errs, w.store.Close())
	}
	if w.cloud != nil {
		errs = append(errs, w.cloud.Close())
	}
	return errors.Join(errs...)
}

// with calls f with the world open.
func (p *place) with(f func(*world) error) error {
	w, err := p.open()
	if err != nil {
		return fmt.Errorf("open %s: %w", p.dir, err)
	}
	return errors.Join(f(w), w.close())
}

// latency is how long the cloud takes: what it takes in minutes in reality,
// here in hundreds of milliseconds.
func latency(verb, typ string) time.Duration {
	d, ok := map[string]time.Duration{
		"ALIYUN::RDS::DBInstance":   900,
		"ALIYUN::REDIS::Instance":   600,
		"ALIYUN::ECS::Instance":     350,
		"ALIYUN::SLB::LoadBalancer": 250,
	}[typ]
	if !ok {
		d = 70
	}
	if verb != "Create" {
		d /= 2
	}
	return d * time.Millisecond
}
