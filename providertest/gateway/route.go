package gateway

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/bianpai/bianpai/provider/calls"
)

// target is what a request calls.
type target struct {
	service calls.Service
	name    string     // of the API
	api     *calls.API // nil if nothing is known of it
	region  string     // that the host is of; may be ""
}

// routes finds the APIs that requests call.
type routes struct {
	index    *calls.Index
	services []calls.Service
	paths    map[string][]*route // by version, method and number of parts
}

// route is the path of a ROA call.
type route struct {
	service calls.Service
	api     *calls.API
	parts   []string
}

func newRoutes(index *calls.Index) *routes {
	rs := &routes{index: index, paths: make(map[string][]*route)}
	for s := range index.Services() {
		rs.services = append(rs.services, s)
		if !s.ROA {
			continue
		}
		for name := range index.APIs(s.Code) {
			api, ok := index.API(s.Code, name)
			if !ok || strings.Trim(api.Path, "/") == "" {
				continue
			}
			rt := &route{service: s, api: api, parts: split(api.Path)}
			key := pathKey(s.Version, api.Method, rt.parts)
			rs.paths[key] = append(rs.paths[key], rt)
		}
	}
	return rs
}

func invalidVersion() *refusal {
	return &refusal{status: http.StatusBadRequest, code: "InvalidVersion", message: "Specified parameter Version is not valid."}
}

func split(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

func pathKey(version, method string, parts []string) string {
	return version + " " + method + strings.Repeat("/", len(parts))
}

// find finds what a request calls, or says why there is nothing.
func (rs *routes) find(in *incoming) (target, *refusal) {
	product, region := readHost(in.host)
	to := target{name: in.action, region: region}
	if in.version == "" {
		return to, missing("Version")
	}
	candidates := rs.candidates(product, in.version)
	if len(candidates) == 0 {
		return to, invalidVersion()
	}
	if !in.flat() {
		return rs.findPath(in, to, candidates)
	}
	if in.action == "" {
		return to, missing("Action")
	}
	to.service = candidates[len(candidates)-1]
	for _, s := range candidates {
		api, ok := rs.index.API(s.Code, in.action)
		if !ok {
			continue
		}
		to.service, to.api = s, api
		if s.Version != in.version {
			return to, invalidVersion()
		}
		if api.Name != in.action { // names of APIs have a case
			return to, notFound()
		}
		break
	}
	if in.method != http.MethodGet && in.method != http.MethodPost {
		return to, &refusal{status: http.StatusBadRequest, code: "UnsupportedHTTPMethod", message: "This http method is not supported."}
	}
	return to, nil
}

// candidates are the services that a request may mean: that of the host, if it
// names one, else all of the version. The last of them is meant if none has such
// an API; where nothing is known of the host's service, that is left to the
// scripts of the cloud.
func (rs *routes) candidates(product, version string) []calls.Service {
	var list []calls.Service
	for _, s := range rs.services {
		if names(s, product) {
			return []calls.Service{s}
		}
		if s.Version == version {
			list = append(list, s)
		}
	}
	if product != "" {
		list = append(list, calls.Service{Code: strings.ToUpper(product), Product: product, Version: version})
	}
	return list
}

// hostNames are the first labels of hosts that are not the product's name.
var hostNames = map[string]string{
	"mongodb": "DDS", "metrics": "CMS", "business": "BSSOPENAPI", "apigateway": "CLOUDAPI", "tds": "SAS", "swas": "SWAS-OPEN",
}

func names(s calls.Service, product string) bool {
	return product != "" && (strings.EqualFold(s.Code, product) || strings.EqualFold(s.Product, product) || s.Code == hostNames[product])
}

var regionForm = regexp.MustCompile(`^[a-z]{2}-[a-z0-9-]+$`)

// readHost reads product and region from a host such as
// ecs.cn-hangzhou.aliyuncs.com or ACCOUNT.cn-hangzhou.fc.aliyuncs.com; both are
// empty for one of another kind.
func readHost(host string) (product, region string) {
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	rest, ok := strings.CutSuffix(strings.ToLower(host), ".aliyuncs.com")
	if !ok {
		return "", ""
	}
	for i, label := range strings.Split(rest, ".") {
		switch {
		case strings.Trim(label, "0123456789") == "": // the account
		case i > 0 && region == "" && regionForm.MatchString(label):
			region = label
		case product == "":
			product = label
		}
	}
	if head, tail, ok := strings.Cut(product, "-cn-"); ok && region == "" {
		product, region = head, "cn-"+tail
	}
	return strings.TrimSuffix(strings.TrimSuffix(product, "-vpc"), "-intl"), region
}

// findPath finds a ROA call by method and path. Of several that fit, the one
// that the header names is meant, else the one with the fewest placeholders.
func (rs *routes) findPath(in *incoming, to target, candidates []calls.Service) (target, *refusal) {
	to.service = candidates[len(candidates)-1]
	parts := split(in.path)
	fewest := len(parts)
	for _, s := range candidates {
		for _, rt := range rs.paths[pathKey(in.version, in.method, parts)] {
			if rt.service.Code != s.Code {
				continue
			}
			n, ok := rt.fits(parts)
			if ok && rt.api.Name == in.action {
				n = -1
			}
			if ok && n <= fewest { // what the SDK knows comes later in the table
				fewest = n
				to.service, to.api, to.name = s, rt.api, rt.api.Name
			}
		}
	}
	if to.api != nil {
		return to, nil
	}
	if _, known := rs.index.API(to.service.Code, in.action); known || in.action == "" {
		return to, notFound() // another method or path than this API has
	}
	return to, nil
}

// fits counts the placeholders of a route that fits.
func (rt *route) fits(parts []string) (int, bool) {
	n := 0
	for i, part := range rt.parts {
		if strings.HasPrefix(part, "[") {
			if parts[i] == "" {
				return 0, false
			}
			n++
			continue
		}
		if have, err := url.PathUnescape(parts[i]); err != nil || have != part {
			return 0, false
		}
	}
	return n, true
}
