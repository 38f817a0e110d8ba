// Package alicloud drives Alibaba Cloud.
package alicloud
