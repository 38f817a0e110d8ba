// Package sdktest holds tests of the gateway with the generated clients of
// alibaba-cloud-sdk-go, as a program has them: services/vpc and services/ecs.
// They compile for minutes and take 1.6 GB of memory, so they have a build tag:
//
//	go test -tags sdkclients ./providertest/gateway/internal/sdktest
//
// The stage "clients" of tools/check does that. Nothing imports this package.
package sdktest
