// Package secret holds the secrets of one journal: in clear in memory, and
// sealed in what is written. Everywhere else a secret is its reference, a keyed
// digest.
package secret
