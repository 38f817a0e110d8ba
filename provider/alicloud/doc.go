// Package alicloud drives Alibaba Cloud: a [provider.Provider] for the resource
// types of the stack service.
//
//	p, err := alicloud.New(transport, &alicloud.Options{Region: "cn-hangzhou"})
//	engine, err := ros.New(store, p, nil)
//
// What is known of a type is data, one descriptor each (descriptors/README.md):
// the calls that create, read, change and delete it, how properties become
// parameters, where attributes are, what to wait for. One handler works on all
// of them. A few types need no service and are handled here.
//
// [Provider.Types] tells how far each type is supported: proven by the
// conformance suite, described by data that is checked mechanically, or absent;
// docs/types.md has the table. An absent type is refused by Describe, and so
// when a change is planned.
//
// A [Caller] makes raw calls of any API for runbooks, by the table of package
// calls:
//
//	caller, err := alicloud.NewCaller(transport, &alicloud.CallerOptions{Region: "cn-hangzhou"})
//	engine, err := oos.New(caller, nil)
//
// A request makes at most one call that changes something. What has to follow,
// waiting included, is for the next request with the same token; Resume says
// how far it is. Calls get the token, or one derived from it, where they take
// one. A call that takes none and whose answer was lost is repeated where that
// does no harm, looked up where the properties tell the ID, and else an error
// of kind InDoubt.
//
// Errors are of type [*provider.Error] or the context's. [AnswerError] maps the
// services' codes to kinds, in one place.
//
// The package makes no connections: a [Transport] signs and sends. It does not
// import the SDK.
//
// All methods may be called concurrently.
package alicloud
