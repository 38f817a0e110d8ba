package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
	"github.com/bianpai/bianpai/provider/signal"
	"github.com/bianpai/bianpai/providertest/gateway"
)

// connect makes the way to the cloud.
func (s *session) connect() error {
	source := credential.Default(&credential.Options{Profile: s.set.profile})
	s.later(source.Close)
	t, err := transport.New(s.credentials(source), &transport.Options{
		Endpoint: s.set.endpoint, Region: s.set.region, Getenv: os.Getenv, UserAgent: "bianpai-deploy",
	})
	if err != nil {
		return err
	}
	s.later(func() error { t.CloseIdleConnections(); return nil })
	opts := &alicloud.Options{Region: s.set.region}
	if s.set.signalURL != "" || s.set.local() {
		if opts.Signals, err = s.inbox(); err != nil {
			return err
		}
	}
	if s.cloud, err = alicloud.New(t, opts); err != nil {
		return err
	}
	s.caller, err = alicloud.NewCaller(t, &alicloud.CallerOptions{Region: s.set.region})
	return err
}

// credentials are those of the user. A cloud on this machine knows a key of its
// own, for those who have none.
func (s *session) credentials(source credential.Provider) credential.Provider {
	if !s.set.local() || os.Getenv("ALIBABA_CLOUD_ACCESS_KEY_ID") != "" || s.set.profile != "" {
		return source
	}
	return credential.AccessKey(gateway.KeyID, gateway.KeySecret)
}

// inbox serves the place that instances signal to.
func (s *session) inbox() (*signal.Inbox, error) {
	l, err := net.Listen("tcp", s.set.signals)
	if err != nil {
		return nil, fmt.Errorf("listen for signals (another deploy may be at work; -signals takes another address): %w", err)
	}
	address := s.set.signalURL
	if address == "" {
		address = "http://" + l.Addr().String() + "/waitcondition"
	}
	mac := hmac.New(sha256.New, s.key)
	_, _ = io.WriteString(mac, "signals") // a hash does not fail
	inbox, err := signal.NewInbox(s.store, &signal.Options{URL: address, Key: mac.Sum(nil)})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	server := &http.Server{Handler: inbox, ReadHeaderTimeout: patience}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	s.later(func() error {
		err := shutdown(server.Shutdown)
		if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
		return err
	})
	return inbox, nil
}

// openStore opens the journal; one process at a time has it open.
func (s *session) openStore(dir string) error {
	store, err := journal.OpenDir(dir, nil)
	if err != nil {
		return err
	}
	s.store = store
	s.later(store.Close)
	return nil
}
