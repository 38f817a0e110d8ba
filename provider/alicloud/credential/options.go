package credential

import (
	"cmp"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// Options are where sources look and by which way they call. Nil and the zero
// value stand for the process and the public cloud.
type Options struct {
	Getenv func(string) string // nil: os.Getenv
	// Home is the user's folder, in which the files are; empty: os.UserHomeDir.
	Home string
	// Profile selects a profile of the files; empty: ALIBABA_CLOUD_PROFILE, or
	// what the file says.
	Profile string
	// Transport carries the calls to the security token service and to a
	// credentials URI; nil: one of its own that honours the proxy variables.
	Transport http.RoundTripper
	// STS is the host, or the URL without a path, of the security token service;
	// empty: ALIBABA_CLOUD_STS_ENDPOINT, or the host of the region.
	STS string
	// Region of the security token service; empty: ALIBABA_CLOUD_STS_REGION, or
	// the central host.
	Region string
	// Metadata is the URL of an instance's metadata service; empty:
	// http://100.100.100.200.
	Metadata string
	// MetadataTransport carries the calls to it; nil: one without a proxy.
	MetadataTransport http.RoundTripper
}

func (o *Options) orDefault() *Options {
	if o == nil {
		return &Options{}
	}
	kept := *o
	return &kept
}

func (o *Options) env(name string) string {
	if o.Getenv != nil {
		return o.Getenv(name)
	}
	return os.Getenv(name)
}

// says reports whether a variable is set to true.
func (o *Options) says(name string) bool {
	v := strings.TrimSpace(o.env(name))
	return v == "1" || strings.EqualFold(v, "true")
}

// inHome gives the path of a file in the user's folder.
func (o *Options) inHome(parts ...string) (string, error) {
	home := o.Home
	if home == "" {
		var err error
		if home, err = os.UserHomeDir(); err != nil {
			return "", err
		}
	}
	return filepath.Join(append([]string{home}, parts...)...), nil
}

// read reads a file, by default one in the user's folder, and tells which.
func (o *Options) read(path string, inHome ...string) (data []byte, where string, err error) {
	if path == "" {
		if path, err = o.inHome(inHome...); err != nil {
			return nil, "", err
		}
	}
	data, err = readFile(path)
	return data, path, err
}

// transport gives the way to the security token service. What it makes keeps
// no connection open: a session is renewed once an hour, and nobody would close
// it.
func (o *Options) transport() http.RoundTripper {
	if o.Transport != nil {
		return o.Transport
	}
	return &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, ForceAttemptHTTP2: true}
}

func (o *Options) metadataTransport() http.RoundTripper {
	if o.MetadataTransport != nil {
		return o.MetadataTransport
	}
	return &http.Transport{DisableKeepAlives: true}
}

// endpoint gives the URL of the security token service.
func (o *Options) endpoint(region string, vpc bool) string {
	host := cmp.Or(o.STS, o.env("ALIBABA_CLOUD_STS_ENDPOINT"))
	if host == "" {
		region = cmp.Or(region, o.Region, o.env("ALIBABA_CLOUD_STS_REGION"))
		switch {
		case region == "":
			host = "sts.aliyuncs.com"
		case vpc || o.says("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"):
			host = "sts-vpc." + region + ".aliyuncs.com"
		default:
			host = "sts." + region + ".aliyuncs.com"
		}
	}
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	return strings.TrimSuffix(host, "/")
}
