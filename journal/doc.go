// Package journal keeps append-only journals: named sequences of records, of
// which a program is the reading. It is the only thing that a run leaves
// behind, so everything that has to survive a crash goes through [Store].
//
// A writer appends where it believes the tail to be, and is refused when
// another was there first; so a journal has one order, whoever writes:
//
//	store, err := journal.OpenDir("/var/lib/app/journal", nil)
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//	head, err := store.Head(ctx, "stack/web")
//	if err != nil {
//		return err
//	}
//	err = store.Append(ctx, &journal.Append{
//		ID:    "stack/web",
//		After: head.Tail,
//		Recs:  []journal.Record{{At: time.Now(), Kind: "note", Data: []byte("hello")}},
//	})
//	if conflict, ok := errors.AsType[*journal.ConflictError](err); ok {
//		// Read what came after head.Tail, decide again, append after conflict.Tail.
//	}
//
// # Stores
//
// [Memory] keeps journals in memory. [OpenDir] keeps each in a file of a
// directory, for one process at a time. For several processes, implement Store
// over a database; package journaltest has the suite that it has to pass. What
// a store may offer beyond Store are small interfaces of their own: [Watcher]
// (else readers poll) and [Leaser] (else a journal has one driver by
// arrangement).
//
// # Reading
//
// A record with Base set starts a run of records that needs nothing before it.
// A reader starts at [Head].Base, and [Store.Trim] may drop what stands before
// it. [Head].Summary is a small text of the writer's, replaced as part of an
// append, so that a list of journals need not read them.
//
// # Errors
//
// All errors that a caller can act on are pointers to struct types, to be found
// with errors.AsType: [*ConflictError], [*FencedError], [*TrimmedError],
// [*HeldError], [*InvalidError], [*SizeError]; of a directory also
// [*LockedError], [*FormatError], [*CorruptError] and [*BrokenError]. After an
// error of Append that is none of the refusals (conflict, fenced, invalid,
// size) the records may have been written or not.
//
// # Concurrency and stability
//
// All stores are safe for use by several goroutines at once. No mutex is held
// while a caller's code runs or a watch waits, and no goroutine is started.
//
// Files of a format that this release knows stay readable by later ones. A
// format that it does not know is refused, and nothing is changed.
package journal
