// Package providertest tests stacks without a cloud account: an in-memory
// Alibaba Cloud that behaves like the services where it matters to an
// orchestrator, faults to inject into it, and made-up parameter values.
//
// A Cloud is a provider.Provider, a provider.Finder and a provider.Caller:
//
//	cloud := providertest.New(t, nil)
//	cloud.Inject(providertest.On("Create", "Db").Nth(1), providertest.Throttle())
//	// … create a stack with cloud as its provider …
//	db, _ := cloud.Resource("Db")
//	// … look at db, cloud.Calls(), cloud.Resources() …
//	// … delete the stack …
//	cloud.AssertEmpty(t)
//
// It takes the same provider.Types as production does. It checks properties as
// far as a type is known, refuses references to what is not there, VSwitches
// outside their VPC, names that are taken and deletions of what is in use, all
// with the services' codes and a request id; gives ids in the services' style;
// and makes up every attribute of a type. The same token always makes one
// resource, and its id and attributes follow from the token. Long-running types
// answer "not done" for a while. Wait conditions get their signals, unless a
// test withholds them with Signals.
//
// Conformance checks any provider.Provider against the contract, type by type,
// on resources that it makes: also that answers may get lost and calls refused.
//
// Simulate takes a template through the whole life of a stack with made-up
// parameters and changes, and tells what does not fit. SimulateRunbook runs a
// runbook to its end in virtual time.
//
// Existing gives ids of things that are there from the start, such as the VPC
// that a user picks; SampleParameters uses such ids.
//
// # Raw calls
//
// Call answers the API calls that runbooks make, on the same state: an instance
// of a stack can be stopped, tagged or imaged by a call, and one that
// RunInstances made is among Resources. ECS instances, commands, disks, images,
// snapshots, tags, security groups, key pairs and elastic IPs behave, as do the
// stacks of ROS, of which only status and outputs are simulated. ScriptCommand
// says how commands end.
//
// Every other call that package calls knows is answered by the shape of its
// response: an element for each id that was asked for, statuses that say that
// all is well, and what earlier such calls set on the id. What such a call does
// is not simulated; ShapeAnswered lists them, so that a test can tell. Parameters
// that the API does not take are refused. OnCall scripts any call, and the
// function OnCall selects calls for Inject.
//
// Of what was there from the start nothing is known but the id: it runs until a
// call stops it, but a call that wants it stopped is taken, once. Where a call
// asks for things by other marks than an id or a name, and no resource of the
// kind is in the cloud, one that was there from the start answers.
//
// All methods of a Cloud may be called concurrently. Waiting uses package time
// and holds no lock, so that it costs nothing in a testing/synctest bubble; Run
// makes one.
//
// The API may still change until version 1.
package providertest
