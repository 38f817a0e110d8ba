// Package credential finds what requests to Alibaba Cloud are signed with: a
// key that is given, the sources that the SDKs and the aliyun CLI know, and roles
// that are assumed with any of them.
//
//	source := credential.Default(nil)
//	defer source.Close()
//	c, err := source.Credential(ctx)
//	if err != nil {
//		return err
//	}
//	fmt.Println("calls are signed with", c)
//
// For a role, which is what a runbook's RamRole names:
//
//	ops := credential.AssumeRole(source, credential.Role{Name: "OOSServiceRole"}, nil)
//	defer ops.Close()
//
// Nothing of it needs the SDK. Tests point [Options] at servers of their own.
//
// # Concurrency
//
// All sources may be asked concurrently, and for every request: sessions are
// kept in a [Cache]. Whoever makes a Cache closes it; a source that it was made
// from is closed by whoever made that.
//
// # Errors
//
// A failure says which sources were tried and why each had nothing
// ([*ChainError]), what a service refused ([*ServiceError]), or that it did not
// answer ([*NoAnswer]). [Retryable] tells whether to try again later. No error,
// log line or encoding has a secret, a session token or an identity token in it.
//
// # Stability
//
// Sources are added; the order of [Default] stays.
package credential
