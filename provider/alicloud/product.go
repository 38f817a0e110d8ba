package alicloud

import (
	_ "embed" // for the tables
	"strings"
	"sync"
)

//go:embed products.txt
var productLines string

//go:embed busy.txt
var busyLines string

// product is a service as its API sees it.
type product struct {
	key      string // by which descriptors name it: "redis"
	name     string // "R-kvstore"
	version  string
	style    Style
	endpoint string
	busy     []string // codes that mean "not now"
}

// products reads the table once.
var products = sync.OnceValue(func() map[string]*product {
	busy := map[string][]string{}
	for line := range strings.Lines(busyLines) {
		if f := strings.Fields(line); len(f) > 1 && f[0] != "#" {
			busy[f[0]] = f[1:]
		}
	}
	all := map[string]*product{}
	for line := range strings.Lines(productLines) {
		f := strings.Fields(line)
		if len(f) != 6 || f[0] == "#" {
			continue
		}
		p := &product{key: f[0], name: f[1], version: f[2], endpoint: f[4], busy: busy[f[5]]}
		switch f[3] {
		case "ROA":
			p.style = ROA
		case "SLS":
			p.style = SLS
		}
		all[p.key] = p
	}
	return all
})

// DefaultEndpoint gives the host of a product's version in a region, "" for one
// that is in no table. An account is needed by few; where it is not known, those
// have none.
func DefaultEndpoint(name, version, region, account string) string {
	for _, p := range products() {
		if strings.EqualFold(p.name, name) && (version == "" || p.version == version) {
			if strings.Contains(p.endpoint, "ACCOUNT") && account == "" {
				return ""
			}
			return strings.NewReplacer("REGION", region, "ACCOUNT", account).Replace(p.endpoint)
		}
	}
	return ""
}
