// Package calls knows the API calls of the services: which there are, which
// parameters they take and where those go, and what may be done about a call
// whose answer was lost.
//
//	index := calls.Default()
//	api, ok := index.API("ecs", "runinstances") // case does not count
//	name, ok := api.Match("SystemDiskSize")     // "SystemDisk.Size"
//	index.Class("ECS", "RunInstances")          // provider.Token
//
// The facts are those of alibaba-cloud-sdk-go, for the products that templates
// use, and of a few calls beside them; tools/gen-shapes writes the table. They
// are as old as that SDK: a call or a parameter that is missing here may exist.
// Nothing is decoded before it is asked for.
package calls
