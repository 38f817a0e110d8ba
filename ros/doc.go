// Package ros drives stacks of Alibaba Cloud's Resource Orchestration Service
// in this process: it plans what a template asks for, does what the plan says
// through a provider, and writes down each step before it is taken, so that any
// process with the same journal can go on with it.
//
//	engine, err := ros.New(cloud, &ros.Options{Journal: store, Sealer: sealer})
//	if err != nil {
//		return err
//	}
//	defer engine.Shutdown(ctx)
//	plan, err := engine.Plan(ctx, &ros.Change{Stack: "web", Template: tmpl})
//	if err != nil {
//		return err
//	}
//	plan.Print(os.Stdout, nil)
//	run, err := engine.Apply(ctx, plan)
//	if err != nil {
//		return err
//	}
//	result, err := run.Wait(ctx)
//
// # Plan and apply
//
// [Engine.Plan] and [Engine.Apply] are the two primitives; CreateStack,
// UpdateStack and DeleteStack are both in one. A [Plan] is plain data: it holds
// every step with its order and reasons, the clean-up and the rollback
// included. It can be stored, reviewed, and applied by another process. Apply
// does what it says and nothing else, and refuses it once the stack has moved
// on.
//
// A [Run] is a handle of what was started: Events tells what happens from any
// position on, Wait waits, Cancel stops and rolls back. A context bounds the
// waiting, never the operation.
//
// # Crashes
//
// A journal entry with a client token stands before each call to the provider.
// After a crash, [Engine.Resume] goes on: what was done is not done again, and
// a call whose answer was lost is made with the same token, or looked up. Where
// neither settles it, the operation stands still with an [*InDoubtError] until
// [Run.Settle]. Nothing is guessed. If the journal cannot be written, no further
// call is made and the operation stops with a [*StoppedError].
//
// # Secrets
//
// Parameters with NoEcho, secret properties and attributes, and all values made
// from them stand in no plan, event, error or log. Plans and journals hold keyed
// digests of them, and the values sealed with the [Sealer] that the host
// program supplies. Without the key a stack that has secrets can be looked at, but
// not changed.
//
// # Errors
//
// Errors that a caller can act on are pointers to struct types, to be found with
// errors.AsType.
//
// Before anything is started: *diag.ListError (all faults of template and
// parameters), [*NotFoundError], [*ExistsError], [*BusyError], [*StatusError],
// [*StalePlanError], [*NoChangeError], [*ReplacementError], [*RetainError], and
// *journal.HeldError when another process drives the stack.
//
// Of an operation: [*FailedError] (it ended, and was rolled back if that was
// asked for), [*InDoubtError], [*StoppedError]; of Cancel and Abort
// [*NotRunningError]. The service's own error code, such as StackExists, begins
// the text where it has one.
//
// # Concurrency and stability
//
// Engines, runs and plans that nobody changes may be used by several goroutines
// at once. Goroutines run while a stack is driven, and end with
// [Engine.Shutdown]. There is no global state.
//
// The API may still change until version 1. A plan of another format
// ([PlanFormat]) is refused, never misread.
package ros
