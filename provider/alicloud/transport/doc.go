// Package transport connects the provider of package alicloud with Alibaba
// Cloud: it signs requests with what package credential finds, and sends them.
//
//	cred := credential.Default(nil)
//	t, err := transport.New(cred, nil)
//	p, err := alicloud.New(t, &alicloud.Options{Region: "cn-hangzhou"})
//
// It is the one package that links alibaba-cloud-sdk-go, of which it uses the
// generic request alone. A program that does not import it has no part of the
// SDK.
//
// # Where requests go
//
// A host is what the request says, else [Options.Endpoints], else the
// environment if [Options.Getenv] is set, else a table: of the hosts by region,
// inside a VPC, and for the international site. [Options.Endpoint] sends all of
// them to one server instead, such as the in-memory cloud for tests.
//
// # What it promises
//
// A call is sent once; trying again is for the caller. Its context ends it at
// once, whatever it waits for. What a server answered is an answer, whatever it
// says; [alicloud.AnswerError] reads it. Where there is none, the error is the
// context's, or a [*provider.Error]: of kind Transient where the request may
// have arrived, with the code [provider.NotSent] where it certainly did not, of kind
// Denied without a credential, Invalid or Unsupported where the request cannot
// be sent as it is. Redirections are not followed.
//
// No URL, header, secret, token or signature is in an error or a log, and an
// answer that is no JSON object, or refuses, has them blotted out. The SDK
// writes requests to standard output when the environment says DEBUG=sdk at the
// start of the program: leave that unset.
package transport
