package transport

import (
	"cmp"
	_ "embed" // for the table
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
)

//go:embed endpoints.txt
var endpointLines string

// place is where a product is, beyond what the provider's table says.
type place struct {
	host    string // empty: the provider's
	env     []string
	intl    string
	vpc     string
	regions map[string]string
}

// places reads the table once. A test reads it strictly.
var places = sync.OnceValue(func() map[string]place {
	all, err := readPlaces(endpointLines)
	if err != nil {
		panic(err) // the table is part of the program
	}
	return all
})

func readPlaces(text string) (map[string]place, error) {
	all := map[string]place{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		f := strings.Fields(line)
		if len(f) == 0 || f[0][0] == '#' {
			continue
		}
		p, err := readPlace(f)
		if _, twice := all[f[0]]; twice {
			err = errors.New("the product is there twice")
		}
		if err != nil {
			return nil, fmt.Errorf("endpoints.txt:%d: %w", number, err)
		}
		all[f[0]] = p
	}
	return all, nil
}

func readPlace(f []string) (place, error) {
	p := place{regions: map[string]string{}}
	if len(f) < 2 || f[0] != strings.ToLower(f[0]) {
		return p, errors.New("a line is a product in lower case and a host")
	}
	if f[1] != "-" {
		p.host = f[1]
	}
	for _, field := range f[2:] {
		key, value, ok := strings.Cut(field, "=")
		switch {
		case !ok || value == "":
			return p, fmt.Errorf("%q is not name=value", field)
		case key == "env":
			p.env = strings.Split(value, ",")
		case key == "intl":
			p.intl = value
		case key == "vpc":
			p.vpc = value
		default:
			for region := range strings.SplitSeq(key, ",") {
				if !validRegion(region) || p.regions[region] != "" {
					return p, fmt.Errorf("%q is no region, or there twice", region)
				}
				p.regions[region] = value
			}
		}
	}
	return p, nil
}

// hosts finds where requests go.
type hosts struct {
	opts  *Options
	local *url.URL // plays all services
	given map[string]string
}

// newHosts checks what the options say.
func newHosts(o *Options) (*hosts, error) {
	h := &hosts{opts: o, given: map[string]string{}}
	if o.Endpoint != "" {
		u, err := url.Parse(o.Endpoint)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			return nil, errors.New("transport: Options.Endpoint is not an http or https URL without a path")
		}
		h.local = u
	}
	for _, product := range slices.Sorted(maps.Keys(o.Endpoints)) {
		if _, err := targetOf(strings.ReplaceAll(o.Endpoints[product], "REGION", "cn-hangzhou")); err != nil {
			return nil, fmt.Errorf("transport: Options.Endpoints[%q]: %w", product, err)
		}
		h.given[strings.ToLower(product)] = o.Endpoints[product]
	}
	return h, nil
}

// target is where a request goes to, and as whom it addresses the server.
type target struct {
	scheme, address string
	host            string
}

func (t target) direct(r *http.Request) {
	r.URL.Scheme, r.URL.Host, r.Host = t.scheme, t.address, t.host
}

// find gives the target of a request: what it says itself, the options, the
// environment, the table.
func (h *hosts) find(req *alicloud.Request, region string) (target, error) {
	name := cmp.Or(req.Endpoint, h.given[strings.ToLower(req.Product)], h.environment(req.Product), h.table(req, region))
	if name == "" && h.local != nil {
		name = hostLabel(req.Product) + "." + region + ".aliyuncs.com"
	}
	if name == "" {
		return target{}, &provider.Error{Kind: provider.Unsupported, Code: codeNoEndpoint, Message: "no endpoint is known of " + req.Product +
			" " + req.Version + " in " + region + ": set Options.Endpoints, or Options.Account for a service with the account in its host"}
	}
	t, err := targetOf(strings.ReplaceAll(name, "REGION", region))
	if err != nil {
		return target{}, invalid("BadEndpoint", "the endpoint of "+req.Product+": "+err.Error())
	}
	if h.local != nil {
		t.scheme, t.address = h.local.Scheme, h.local.Host
	}
	return t, nil
}

func hostLabel(product string) string {
	return strings.Map(func(r rune) rune {
		if validRegion(string(r)) {
			return r
		}
		return '-'
	}, strings.ToLower(product))
}

// environment asks for the names that the Terraform provider knows.
func (h *hosts) environment(product string) string {
	if h.opts.Getenv == nil {
		return ""
	}
	key := strings.ToLower(product)
	for _, name := range append([]string{strings.ToUpper(strings.ReplaceAll(key, "-", "_"))}, places()[key].env...) {
		if v := cmp.Or(h.opts.Getenv("ALIBABA_CLOUD_ENDPOINT_"+name), h.opts.Getenv(name+"_ENDPOINT")); strings.TrimSpace(v) != "" {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func (h *hosts) table(req *alicloud.Request, region string) string {
	p, listed := places()[strings.ToLower(req.Product)]
	base := cmp.Or(p.host, alicloud.DefaultEndpoint(req.Product, req.Version, "REGION", h.opts.Account))
	if base == "" && listed {
		base = alicloud.DefaultEndpoint(req.Product, "", "REGION", h.opts.Account)
	}
	switch {
	case base == "":
		return ""
	case h.opts.VPC && p.vpc != "":
		return p.vpc
	case h.opts.VPC:
		return insideVPC(base)
	case h.opts.International && p.intl != "":
		return p.intl
	}
	return cmp.Or(p.regions[region], base)
}

// insideVPC gives the host by which a regional service is reached from inside a
// VPC; central ones have no other.
func insideVPC(host string) string {
	first, rest, _ := strings.Cut(host, ".")
	if rest == "REGION.aliyuncs.com" {
		return first + "-vpc." + rest
	}
	return host
}

// targetOf reads a host, or a URL without a path. What is signed travels
// unencrypted to a host of this machine only.
func targetOf(name string) (target, error) {
	scheme, rest, isURL := strings.Cut(name, "://")
	if !isURL {
		scheme, rest = "https", name
	}
	u, err := url.Parse("https://" + strings.TrimSuffix(rest, "/"))
	switch {
	case err != nil || !plainHost(u.Hostname()) || u.Host != strings.TrimSuffix(rest, "/"):
		return target{}, errors.New("it is neither a host nor a URL without a path")
	case scheme != "https" && scheme != "http":
		return target{}, errors.New("it is no URL of https")
	case scheme == "http" && !loopback(u.Hostname()):
		return target{}, errors.New("it is a URL of http, by which credentials do not travel to another machine")
	}
	return target{scheme: scheme, address: u.Host, host: u.Host}, nil
}

// plainHost reports whether a name is an address or of the letters that names of
// hosts have: any other would be written in several ways.
func plainHost(name string) bool {
	return net.ParseIP(name) != nil || validRegion(strings.ReplaceAll(name, ".", "-"))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
