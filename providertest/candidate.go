package providertest

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/provider"
)

// sampleRegion is the region that sample values speak of.
const sampleRegion = "cn-hangzhou"

// wish is what is known of a value that is to be made up.
type wish struct {
	name        string
	association string // the form's association property
	pattern     string
	least, most *int     // length
	low, high   *float64 // of a number
	uses        []use
}

// use is a resource property that takes the value as it is.
type use struct {
	typ  string
	name string
	prop *provider.Property // nil: unknown
}

// suggester makes up values. It remembers what it gave, where values must not
// be the same.
type suggester struct {
	base    netip.Prefix   // of the VPC
	taken   []netip.Prefix // in it
	subnets map[string]string
}

// number gives a number in the ranges of the wish and of the properties that
// take it.
func (s *suggester) number(w *wish) float64 {
	low, high := math.Inf(-1), math.Inf(1)
	bound := func(lo, hi *float64) {
		if lo != nil {
			low = max(low, *lo)
		}
		if hi != nil {
			high = min(high, *hi)
		}
	}
	bound(w.low, w.high)
	for _, u := range w.uses {
		if u.prop == nil {
			continue
		}
		bound(u.prop.Min, u.prop.Max)
		for _, v := range u.prop.Enum {
			if f, err := strconv.ParseFloat(v, 64); err == nil && f >= low && f <= high {
				return f
			}
		}
	}
	want := 1.0
	switch name := strings.ToLower(w.name); {
	case strings.HasSuffix(name, "port"):
		want = 8080
	case strings.Contains(name, "size"):
		want = 100
	case strings.Contains(name, "timeout"):
		want = 60
	}
	return max(min(want, high), low)
}

// text gives the first candidate that fits, and also suits the properties that
// take it, if there is such a one.
func (s *suggester) text(w *wish, i int, fits func(string) bool) (string, bool) {
	first, found := "", false
	for text := range s.texts(w, i) {
		if !w.fits(text) || fits != nil && !fits(text) {
			continue
		}
		if w.suits(text) {
			return text, true
		}
		if !found {
			first, found = text, true
		}
	}
	return first, found
}

// suits reports whether the properties that take a text allow it.
func (w *wish) suits(text string) bool {
	n := len([]rune(text))
	for _, u := range w.uses {
		p := u.prop
		if p == nil || p.Type == provider.TypeList || p.Type == provider.TypeMap {
			continue
		}
		if p.MinLength != nil && n < *p.MinLength || p.MaxLength != nil && n > *p.MaxLength {
			return false
		}
		if re := patternOf(p.Pattern); p.Pattern != "" && re != nil && !re.MatchString(text) {
			return false
		}
	}
	return true
}

// fits reports whether a text is as long as it may be and matches the pattern.
func (w *wish) fits(text string) bool {
	n := len([]rune(text))
	if w.least != nil && n < *w.least || w.most != nil && n > *w.most {
		return false
	}
	return w.pattern == "" || matches(w.pattern, text)
}

// matches reports whether a pattern of a template matches; a pattern that
// cannot be read counts as matched, as somebody else will complain.
func matches(pattern, text string) bool {
	re, err := fn.NewPattern(pattern)
	if err != nil {
		return true
	}
	ok, err := re.Match(text)
	return ok || err != nil
}

// property gives a value in the shape of a property.
func (s *suggester) property(u use, association string, i int) any {
	p := u.prop
	switch p.Type {
	case provider.TypeInteger, provider.TypeNumber:
		return wholeNumber(s.number(&wish{name: u.name, uses: []use{u}}))
	case provider.TypeBoolean:
		return true
	case provider.TypeList:
		return s.items(u, association, i)
	case provider.TypeMap:
		m := make(map[string]any)
		for name, member := range p.Properties {
			if member.Required {
				m[name] = s.property(use{u.typ, name, member}, "", i)
			}
		}
		return m
	}
	w := &wish{name: u.name, association: association, least: p.MinLength, most: p.MaxLength, uses: []use{u}}
	if len(p.Enum) > 0 {
		return p.Enum[0]
	}
	text, _ := s.text(w, i, nil)
	return text
}

func (s *suggester) items(u use, association string, i int) []any {
	item := u.prop.Items
	if item == nil {
		item = &provider.Property{Type: provider.TypeString}
	}
	n := 1
	if u.prop.MinLength != nil {
		n = max(n, *u.prop.MinLength)
	}
	list := make([]any, 0, n)
	for k := range n {
		list = append(list, s.property(use{u.typ, u.name, item}, association, i+k))
	}
	return list
}

func wholeNumber(f float64) any {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int64(f)
	}
	return f
}

// existingTypes are the resource types of association properties that do not
// say it with their own name.
var existingTypes = map[string]string{
	"ALIYUN::SLB::ACL":          "ALIYUN::SLB::AccessControl",
	"ALIYUN::VPC::VSwitch":      "ALIYUN::ECS::VSwitch",
	"ALIYUN::VPC::VPC":          "ALIYUN::ECS::VPC",
	"ALIYUN::RDS::Instance":     "ALIYUN::RDS::DBInstance",
	"ALIYUN::SLB::Instance":     "ALIYUN::SLB::LoadBalancer",
	"ALIYUN::Redis::Instance":   "ALIYUN::REDIS::Instance",
	"ALIYUN::CS::Cluster":       "ALIYUN::CS::ManagedKubernetesCluster",
	"ALIYUN::ECS::KeyPair":      "ALIYUN::ECS::SSHKeyPair",
	"ALIYUN::PolarDB::Instance": "ALIYUN::POLARDB::DBCluster",
	"ALIYUN::ECS::Image":        "ALIYUN::ECS::CustomImage",
	"ALIYUN::ECS::Eni":          "ALIYUN::ECS::NetworkInterface",
}

// existingFor gives the id of a resource that is there from the start, for an
// association property that asks for one.
func existingFor(association, name string) (string, bool) {
	cut := strings.LastIndex(association, "::")
	if cut < 0 {
		return "", false
	}
	typ, field := association[:cut], association[cut+2:]
	if alias := existingTypes[typ]; alias != "" {
		typ = alias
	}
	style := theFacts().styles[typ]
	stem, isID := cutID(field)
	if style == nil || !isID && style.prop != field {
		return "", false
	}
	own := strings.EqualFold(theFacts().Self[typ], field) || strings.HasSuffix(strings.ToLower(lastPart(typ)), strings.ToLower(stem))
	if isID && !own && field != "InstanceId" && field != "GroupId" {
		// Not the thing itself, but something that it names.
		r := theFacts().References[strings.ToLower(field)]
		if r == nil || r.Missing == "" {
			return "", false
		}
		style = styleOf(r.To[0])
	}
	return existingID(style, newSeed("sample", typ, name), sampleRegion), true
}

// zone gives a zone; the parameters of one template get different ones.
func zone(i int) string {
	return sampleRegion + "-" + string("hijkgf"[i%6])
}

func letterOrDigit(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// cidr gives an address range: that of a VPC, or the next free one in it.
func (s *suggester) cidr(name string) string {
	if !s.base.IsValid() {
		s.base = netip.MustParsePrefix("192.168.0.0/16")
	}
	if low := strings.ToLower(name); strings.Contains(low, "vpc") && !strings.Contains(low, "switch") {
		return s.base.String()
	}
	if s.subnets[name] == "" {
		if s.subnets == nil {
			s.subnets = make(map[string]string)
		}
		s.subnets[name] = s.subnet().String()
	}
	return s.subnets[name]
}

// subnet gives a range in that of the VPC which is not taken.
func (s *suggester) subnet() netip.Prefix {
	var p netip.Prefix
	for i := 1; i < 250; i++ {
		b := s.base.Addr().As4()
		b[2] += byte(i)
		p = netip.PrefixFrom(netip.AddrFrom4(b), 24)
		if !slices.ContainsFunc(s.taken, p.Overlaps) {
			break
		}
	}
	s.taken = append(s.taken, p)
	return p
}

func word(name string, i int) string {
	return fmt.Sprintf("sample%s%d", strings.ToLower(strings.Map(letterOrDigit, name)), i)
}
