package signal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/bianpai/bianpai/journal"
)

// Options are what an inbox needs to know.
type Options struct {
	// URL is where instances reach the inbox; required. It may have a query.
	URL string
	// Key signs addresses: at least 16 bytes that the host program keeps. With
	// another key after a restart, the addresses that were given out are void.
	Key []byte
	// Validity is how long an address can be used; 0: 48 hours, which is more
	// than the longest timeout of a condition (12 hours).
	Validity time.Duration
}

// Inbox keeps signals in a journal, one a handle. Its methods may be called
// concurrently, also in several processes that share the journal.
type Inbox struct {
	store    journal.Store
	base     *url.URL
	key      []byte
	validity time.Duration
}

const (
	prefix     = "signal/"
	kindSignal = "signal"
	kindEpoch  = "epoch" // what came before is of the past

	shortestKey     = 16
	defaultValidity = 48 * time.Hour
	// maxSignals bounds what one handle keeps: a condition counts to some
	// thousands at most, and a script in a loop must not fill the disk.
	maxSignals = 10_000
)

// NewInbox makes an inbox.
func NewInbox(store journal.Store, opts *Options) (*Inbox, error) {
	if store == nil || opts == nil {
		return nil, errors.New("signal: NewInbox needs a journal and options")
	}
	base, err := url.Parse(opts.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("signal: Options.URL %q is no URL such as https://ops.example.com/waitcondition", opts.URL)
	}
	if len(opts.Key) < shortestKey {
		return nil, fmt.Errorf("signal: Options.Key has %d bytes, it needs %d or more", len(opts.Key), shortestKey)
	}
	in := &Inbox{store: store, base: base, key: append([]byte(nil), opts.Key...), validity: opts.Validity}
	if in.validity <= 0 {
		in.validity = defaultValidity
	}
	return in, nil
}

// Put keeps a signal. It returns when the signal is durable.
func (in *Inbox) Put(ctx context.Context, handle string, s Signal) error {
	data, err := json.Marshal(&s)
	if err != nil {
		return fmt.Errorf("signal: %w", err)
	}
	return in.append(ctx, handle, kindSignal, data)
}

// epoch is the record that parts the signals before an update from the others.
type epoch struct {
	Token string `json:"token"`
}

// Renew begins a new epoch: the signals so far are those before the last update.
// It does so once for a token, however often it is called in a row.
func (in *Inbox) Renew(ctx context.Context, handle, token string) error {
	last := epoch{}
	for rec, err := range in.store.Read(ctx, prefix+handle, 0) {
		if err != nil {
			return fmt.Errorf("signals of %s: %w", handle, err)
		}
		if rec.Kind != kindEpoch {
			continue
		}
		if err := json.Unmarshal(rec.Data, &last); err != nil {
			return fmt.Errorf("signals of %s, record %d: %w", handle, rec.Seq, err)
		}
	}
	if last.Token == token && token != "" {
		return nil
	}
	data, err := json.Marshal(&epoch{token})
	if err != nil {
		return fmt.Errorf("signal: %w", err)
	}
	return in.append(ctx, handle, kindEpoch, data)
}

// Drop forgets a handle and its signals.
func (in *Inbox) Drop(ctx context.Context, handle string) error {
	head, err := in.store.Head(ctx, prefix+handle)
	if err != nil || head.Tail == 0 {
		return err
	}
	return in.store.Trim(ctx, prefix+handle, head.Tail+1)
}

// Received gives the signals since the last Renew, and those between it and the
// one before.
func (in *Inbox) Received(ctx context.Context, handle string) (now, before Set, err error) {
	for rec, err := range in.store.Read(ctx, prefix+handle, 0) {
		if err != nil {
			return nil, nil, fmt.Errorf("signals of %s: %w", handle, err)
		}
		if rec.Kind == kindEpoch {
			now, before = nil, now
			continue
		}
		var s Signal
		if err := json.Unmarshal(rec.Data, &s); err != nil {
			return nil, nil, fmt.Errorf("signals of %s, record %d: %w", handle, rec.Seq, err)
		}
		now = now.Add(s)
	}
	return now, before, nil
}

// FullError says that a handle has got more signals than it keeps.
type FullError struct{ Handle string }

func (e *FullError) Error() string {
	return fmt.Sprintf("wait condition handle %s has received %d signals and takes no more", e.Handle, maxSignals)
}

// append writes one record behind what others may write at the same time.
func (in *Inbox) append(ctx context.Context, handle, kind string, data []byte) error {
	for {
		head, err := in.store.Head(ctx, prefix+handle)
		if err != nil {
			return err
		}
		if head.Tail >= maxSignals && kind == kindSignal {
			return &FullError{handle}
		}
		err = in.store.Append(ctx, &journal.Append{
			ID: prefix + handle, After: head.Tail,
			Recs: []journal.Record{{Kind: kind, At: time.Now().UTC(), Data: data}},
		})
		if _, again := errors.AsType[*journal.ConflictError](err); !again {
			return err
		}
	}
}
