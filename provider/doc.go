// Package provider is the contract between an engine and a cloud.
//
// A [Provider] creates, reads, updates and deletes resources and says what it
// knows of their types. It starts an operation or looks at one; it never sleeps,
// retries or loops. An operation that is not done says when to ask again, so a
// database that takes forty minutes survives any number of restarts of the
// program, and retries, limits and time-outs are written once, in the engine.
//
//	func (p *Buckets) Create(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
//		name, err := p.put(ctx, req.Token, req.Desired)
//		if err != nil {
//			return nil, &provider.Error{Kind: provider.Conflict, Code: "BucketAlreadyExists", Err: err}
//		}
//		return &provider.Progress{PhysicalID: name, Done: true, Attributes: json.RawMessage(`{"Name":"` + name + `"}`)}, nil
//	}
//
// Every call carries a token, the same on each try of one operation; a provider
// hands it to the service where the service takes one. [Planner], [Finder] and
// [Lister] are optional abilities, found by a type assertion. A [Caller] makes
// raw API calls; runbooks stand on it.
//
// A refusal is an [*Error] whose [Kind] says what can be done about it. An error
// of another type counts as [Unknown]: the engine does not try again.
//
// [Type] is what is known of a resource type. Package provider/schema has one
// for every type of the service; a provider that knows more lays its own over it
// with [Overlay]. Types are shared and read-only.
//
// All methods of the interfaces are called concurrently. The interfaces do not
// grow: what comes later comes as a further optional ability.
package provider
