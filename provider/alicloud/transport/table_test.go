package transport

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider/alicloud"
)

func TestTableOfEndpoints(t *testing.T) {
	all, err := readPlaces(endpointLines)
	if err != nil {
		t.Fatal(err)
	}
	host := func(product, name string) {
		t.Helper()
		if got, err := targetOf(strings.ReplaceAll(name, "REGION", "cn-hangzhou")); err != nil || !strings.HasSuffix(got.host, ".aliyuncs.com") {
			t.Errorf("%s: %q is no host: %v", product, name, err)
		}
	}
	last := ""
	for line := range strings.Lines(endpointLines) {
		if name, _, _ := strings.Cut(line, " "); name != "#" && !strings.HasPrefix(name, "#") {
			if name <= last {
				t.Errorf("%s stands behind %s", name, last)
			}
			last = name
		}
	}
	for product, p := range all {
		known := alicloud.DefaultEndpoint(product, "", "cn-hangzhou", "1")
		if (p.host == "") != (known != "") {
			t.Errorf("%s: the host is %q here and %q with the provider: exactly one of them is to say it", product, p.host, known)
		}
		for _, name := range []string{p.host, p.intl, p.vpc} {
			if name != "" {
				host(product, name)
			}
		}
		for _, name := range p.regions {
			host(product, name)
		}
	}
}

func TestReadPlacesIsStrict(t *testing.T) {
	for _, text := range []string{"ecs\n", "ECS ecs.aliyuncs.com\n", "ecs - x\n", "ecs - env=\n", "ecs - a/b=h\n", "ecs - r,r=h\n", "ecs -\necs -\n"} {
		if _, err := readPlaces(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
