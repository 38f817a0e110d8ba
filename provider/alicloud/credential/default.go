package credential

// Default gives the credential of the first source that has one, in the order
// that users of the SDKs know: environment, OIDC, CLI profile, credentials file,
// ECS instance role, credentials URI. See [Chain] for failures, [NewCache] for
// how long it is kept.
func Default(opts *Options) *Cache {
	o := opts.orDefault()
	return NewCache(Chain(
		Environment(o.env),
		newOIDCSource(OIDCRole{}, o, o.endpoint("", false)),
		newCLISource("", "", o),
		newINISource("", "", o),
		newMetadata("", o),
		newURISource("", o),
	))
}
