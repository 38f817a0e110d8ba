// Package schema is the catalogue of the resource types of Resource
// Orchestration Service: some 1,370 types with their properties, limits and
// attributes, as [provider.Type] values.
//
//	types := schema.Default()
//	vpc := types.Type("ALIYUN::ECS::VPC") // nil for a type that does not exist
//	fmt.Println(vpc.Properties["CidrBlock"].Update == provider.UpdateReplaces)
//
// The facts are a text in the program (types.txt, made by tools/gen-schema).
// A type is found in it by binary search and decoded when it is first asked
// for, so a program that asks for none pays neither time nor heap.
//
// Three files are kept by hand beside it: secrets.txt names the properties and
// attributes whose values are secret, slots.txt the types whose replacement
// must remove the old resource before it makes the new one, unlisted.txt what
// exists though the listings lack it. They are laid over a type when it is
// decoded.
//
// How far a type is known is its Coverage: only [provider.CoverageFull] and
// [provider.CoverageTop] allow the conclusion that a name which is not listed
// does not exist. Enumerations lag behind the service at any coverage.
//
// All functions and methods may be called concurrently. A *[provider.Type] is
// shared by all callers and must not be changed; [provider.Overlay] makes
// changed copies.
package schema
