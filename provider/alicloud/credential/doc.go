// Package credential finds what requests to Alibaba Cloud are signed with.
package credential
