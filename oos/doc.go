// Package oos runs runbooks of Alibaba Cloud's Operation Orchestration Service
// in this process: it reads their templates, makes their calls, runs their loops
// under rate control, waits for people and for time, and writes down each step
// before it is taken, so that any process with the same journal can go on.
//
//	engine, err := oos.New(cloud, &oos.Options{Journal: store, Sealer: sealer})
//	if err != nil {
//		return err
//	}
//	defer engine.Shutdown(ctx)
//	tmpl, err := oos.ParseFS(files, "reboot.yml")
//	if err != nil {
//		return err
//	}
//	run, err := engine.StartExecution(ctx, &oos.Start{Template: tmpl, Parameters: params})
//	if err != nil {
//		return err
//	}
//	result, err := run.Wait(ctx)
//
// # Executions
//
// An [Execution] is a handle of what was started: Events tells what happens from
// any position on, Wait waits, Waiting tells what needs a person, and Approve,
// Reject, Notify, Settle and Cancel answer. A context bounds the waiting, never
// the execution. The verbs of the service stand on the [Engine].
//
// An execution and all its children (nested templates, cloud product actions,
// items of loops) share one journal. A child's ID is that of its parent, then
// the task, then the item's number: exec-….t0010.3. Only what a trigger fires is
// an execution of its own.
//
// # Time
//
// What depends on the time (ACS::CurrentUTCTime, the end of a sleep, the next
// firing) takes it from the moment that is written down, so that a restart
// changes nothing. A firing that was due while nobody drove the execution is
// left out. A poll that decided nothing is not written down: after a restart an
// ACS::WaitFor reckons from the time that has passed which polls it has made.
// In a testing/synctest bubble, months pass in milliseconds.
//
// # Crashes
//
// The record that a call is about to be made stands before the call. After a
// crash [Engine.Resume] goes on: a task whose outcome is written down is not run
// again. A call whose outcome is not is repeated if it changes nothing, if it
// leads to the same end however often it is made, or if the service knows it by
// its client token. Else the execution stands still with an [*InDoubtError]
// until [Execution.Settle] tells what became of it. A Caller should answer with
// a *provider.Error: of its kinds, Throttled and Transient are tried again,
// Conflict is an answer that templates decide by.
//
// # Templates and product actions
//
// A child template is looked up once in an execution, by name and version: all
// items of a loop run the same text, which the journal keeps. Options.Templates
// comes first, then the product actions that are built in.
//
// # Secrets
//
// Parameters with NoEcho, and all that derives from them, are in the journal
// sealed, and asterisks elsewhere. Entries of the parameter store are asked for
// when a call is made; the journal has the reference. An answer that shows a
// secret is a secret.
//
// # Concurrency, errors, stability
//
// All methods may be called concurrently. Errors are pointers to structs, to be
// found with errors.AsType. Kinds of events, waits and records are added to; a
// journal that an older release has written can be read.
package oos
