package schema

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

func TestEveryTypeDecodes(t *testing.T) {
	for line := range strings.Lines(types) {
		if _, err := decodeType(strings.TrimSuffix(line, "\n")); err != nil {
			t.Error(err)
		}
	}
}

func TestNames(t *testing.T) {
	names := slices.Collect(Default().Names())
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("names are not sorted, or doubled")
	}
	for _, name := range names {
		if got := Default().Type(name); got == nil || got.Name != name {
			t.Fatalf("Type(%q) = %v", name, got)
		}
		for _, near := range []string{name + "x", name[:len(name)-1], strings.ToLower(name)} {
			_, listed := slices.BinarySearch(names, near)
			if got := Default().Type(near); !listed && got != nil && got.Coverage != provider.CoverageNone {
				t.Errorf("Type(%q) is not nil", near)
			}
		}
	}
	for range Default().Names() {
		break // stopping early must be safe
	}
}

// TestCounts holds the figures that the source's description gives.
func TestCounts(t *testing.T) {
	got := map[string]int{}
	var count func(where string, props map[string]*provider.Property)
	count = func(where string, props map[string]*provider.Property) {
		for _, p := range props {
			got[where]++
			if where != "nested properties" {
				got["update known"] += boolInt(p.Update != provider.UpdateUnknown)
				got["update hint"] += boolInt(p.UpdateHint != provider.UpdateUnknown)
			}
			for p := p; p != nil; p = p.Items {
				got["required"] += boolInt(p.Required)
				got["enum"] += boolInt(p.Enum != nil)
				got["range"] += boolInt(p.Min != nil || p.Max != nil)
				got["length"] += boolInt(p.MinLength != nil || p.MaxLength != nil)
				got["pattern"] += boolInt(p.Pattern != "")
				got["free keys"] += boolInt(p.FreeKeys)
				got["deprecated"] += boolInt(p.Deprecated)
				count("nested properties", p.Properties)
			}
		}
	}
	for line := range strings.Lines(types) {
		typ, err := decodeType(strings.TrimSuffix(line, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		family, _, _ := strings.Cut(typ.Name, "::")
		got[family]++
		got[fmt.Sprint("coverage ", typ.Coverage)]++
		got["attributes"] += len(typ.Attributes)
		got["data sources"] += boolInt(typ.DataSource)
		count("properties", typ.Properties)
	}
	want := map[string]int{
		"ALIYUN": 1003, "DATASOURCE": 354, "MODULE": 17, "data sources": 354,
		"coverage 5": 925, "coverage 4": 269, "coverage 3": 18, "coverage 2": 78, "coverage 1": 84,
		"properties": 9547, "nested properties": 3400, "attributes": 6456,
		"update known": 3760, "update hint": 3207,
		"required": 3448, "enum": 1434, "range": 508, "length": 830, "pattern": 134, "free keys": 118, "deprecated": 119,
	}
	for what, n := range want {
		if got[what] != n {
			t.Errorf("%s: %d, want %d", what, got[what], n)
		}
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestOpenFamilies(t *testing.T) {
	for name, known := range map[string]bool{
		"Custom::Domain": true, "MODULE::Acme::Net::Base": true, "Aliyun::Serverless::Function": true,
		"Custom::": false, "MODULE::": false, "custom::Domain": false, "ALIYUN::ECS::Vpc": false, "": false, "\t": false,
		"ALIYUN::ECS::VPC\tf": false,
	} {
		got := Default().Type(name)
		if (got != nil) != known {
			t.Errorf("Type(%q) = %v", name, got)
		}
		if got != nil && (got.Coverage != provider.CoverageNone || got.Name != name) {
			t.Errorf("Type(%q) = %+v", name, got)
		}
	}
	if got := Default().Type("MODULE::ACS::OOS::Extension"); got == nil || got.Coverage != provider.CoverageTop {
		t.Errorf("a listed module is taken for an unknown one: %+v", got)
	}
}

func TestTypeIsSharedBetweenGoroutines(t *testing.T) {
	c := &Catalogue{}
	names := slices.Collect(c.Names())[:100]
	got := make([][]*provider.Type, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			for _, name := range names {
				got[i] = append(got[i], c.Type(name))
			}
		})
	}
	wg.Wait()
	for i := range got {
		if !slices.Equal(got[i], got[0]) {
			t.Fatal("two callers have different types of one name")
		}
	}
}

// TestNothingAtStart has a copy of the test program report what package
// initialisation costs: at most 2 ms and 2 MiB are allowed, nothing is spent.
func TestNothingAtStart(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	spent := regexp.MustCompile(`init \S*/provider/schema @\S+ ms, (\S+) ms clock, (\d+) bytes`)
	if m := spent.FindSubmatch(out); m != nil {
		ms, _ := strconv.ParseFloat(string(m[1]), 64)
		if size, _ := strconv.Atoi(string(m[2])); size > 0 || ms > 2 {
			t.Errorf("initialisation takes %v ms and %d bytes", ms, size)
		}
	}
	if n := testing.AllocsPerRun(10, func() { _ = Default() }); n != 0 {
		t.Errorf("Default allocates %v times", n)
	}
}

func BenchmarkTypeFirstUse(b *testing.B) {
	names := slices.Collect(Default().Names())
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		(&Catalogue{}).Type(names[i%len(names)])
	}
}

func BenchmarkTypeAgain(b *testing.B) {
	c := Default()
	b.ReportAllocs()
	for b.Loop() {
		c.Type("ALIYUN::ECS::InstanceGroup")
	}
}

// BenchmarkAllTypes decodes the whole catalogue and says how much heap it holds.
func BenchmarkAllTypes(b *testing.B) {
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		c := &Catalogue{}
		for name := range c.Names() {
			c.Type(name)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(c)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-held")
}

func TestDecodeRefusesBrokenLines(t *testing.T) {
	for _, line := range []string{
		"", "A::B::C", "A\tf\ts\t\t", "A\t\ts\t\t\t", "A\tz\ts\t\t\t", "A\tf\t\t\t\t", "A\tf\tz\t\t\t",
		"A\tf\ts\t\tX:\t", "A\tf\ts\t\tX:z\t", "A\tf\ts\t\tX:ss\t", "A\tf\ts\t\t\tP", "A\tf\ts\t\t\tP:", "A\tf\ts\t\t\tP:sQ",
		"A\tf\ts\t\t\tP:s(1", "A\tf\ts\t\t\tP:s(1)", "A\tf\ts\t\t\tP:s(x..)", "A\tf\ts\t\t\tP:s<1..y>", `A	f	s			P:s="a`,
		"A\tf\ts\t\t\tP:s=a", "A\tf\ts\t\t\tP:s/", "A\tf\ts\t\t\tP:l[", "A\tf\ts\t\t\tP:l[s", "A\tf\ts\t\t\tP:m{Q:s", "A\tf\ts\t\t\tP:s}",
		"A\tf\ts\t\t\tP:sQ:s", `A	f	s			"P:s`,
	} {
		if typ, err := decodeType(line); err == nil {
			t.Errorf("decodeType(%q) = %+v", line, typ)
		}
	}
}
