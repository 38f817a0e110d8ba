package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/bianpai/bianpai/journal"
)

func Example() {
	ctx := context.Background()
	store := new(journal.Memory)
	write := func(after int64, text string) error {
		return store.Append(ctx, &journal.Append{
			ID:      "stack/web",
			After:   after,
			Recs:    []journal.Record{{Kind: "note", Data: []byte(text)}},
			Summary: []byte("last: " + text),
		})
	}
	fmt.Println(write(0, "created"))
	fmt.Println(write(1, "updated"))

	// Another writer, which has not seen the second record.
	err := write(1, "deleted")
	if conflict, ok := errors.AsType[*journal.ConflictError](err); ok {
		fmt.Println("the tail is", conflict.Tail)
	}

	for r, err := range store.Read(ctx, "stack/web", 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Seq, r.Kind, string(r.Data))
	}
	for h, err := range store.List(ctx, &journal.Query{Prefix: "stack/"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(h.ID, h.Tail, string(h.Summary))
	}
	// Output:
	// <nil>
	// <nil>
	// the tail is 2
	// 1 note created
	// 2 note updated
	// stack/web 2 last: updated
}

func ExampleOpenDir() {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	store, err := journal.OpenDir(dir, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	_, err = journal.OpenDir(dir, nil)
	if _, ok := errors.AsType[*journal.LockedError](err); ok {
		fmt.Println("one at a time")
	}
	// Output: one at a time
}

func ExampleWatcher() {
	ctx := context.Background()
	store := new(journal.Memory)
	go func() {
		for i := range int64(3) {
			rec := journal.Record{Kind: "step", Data: fmt.Append(nil, i)}
			if err := store.Append(ctx, &journal.Append{ID: "run", After: i, Recs: []journal.Record{rec}}); err != nil {
				return
			}
		}
	}()
	for after := int64(0); after < 3; {
		if err := store.Watch(ctx, "run", after); err != nil {
			fmt.Println(err)
			return
		}
		for r, err := range store.Read(ctx, "run", after) {
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println("step", string(r.Data))
			after = r.Seq
		}
	}
	// Output:
	// step 0
	// step 1
	// step 2
}
