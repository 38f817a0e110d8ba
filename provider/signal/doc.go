// Package signal is how an instance tells a stack that it is ready: wait
// condition handles, the signals sent to them, and what wait conditions make of
// those.
//
// An [Inbox] is the place that signals are sent to, an http.Handler on a
// journal. The host program mounts it where instances can reach it and hands it
// to its provider:
//
//	inbox, err := signal.NewInbox(store, &signal.Options{URL: "https://ops.example.com/waitcondition", Key: key})
//	mux.Handle("/waitcondition", inbox)
//	cloud, err := alicloud.New(transport, &alicloud.Options{Region: "cn-hangzhou", Signals: inbox})
//
// The address of a handle is a URL that is signed with the host's key, so that
// nobody can signal without having read it. A signal is durable before it is
// acknowledged.
//
// The rest of the package is pure: [Decode] reads a signal's body, a [Set] keeps
// one signal an ID, and [Set.Outcome] says whether a condition is met. The rules
// are those of the stack service.
package signal
