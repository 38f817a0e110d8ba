package providertest

import (
	"iter"
	"strings"

	"github.com/bianpai/bianpai/provider/schema"
)

// passwords satisfy the usual rules for passwords; some services dislike some
// of the signs.
var passwords = [...]string{"Sample-Pass1", "Sample_Pass1", "Sample@Pass1", "Sample!Pass1", "SamplePass1", "samplepass1", "Sample-Passw0rd-2024", "Sample_Passw0rd#2024"}

// byField are sample values by the last part of an association property, or the
// end of a name, in lower case.
var byField = []struct{ end, value string }{
	{"systemdiskcategory", "cloud_essd"},
	{"datadiskcategory", "cloud_essd"},
	{"diskcategory", "cloud_essd"},
	{"regionid", sampleRegion},
	{"region", sampleRegion},
	{"imageid", "aliyun_3_x64_20G_alibase_20240528.vhd"},
	{"payperiodunit", "Month"},
	{"payperiod", "1"},
	{"chargetype", "PostPaid"},
	{"engineversion", "8.0"},
	{"nodeclass", "polar.mysql.x4.medium"},
	{"instanceclass", "redis.master.small.default"},
	{"dbinstanceclass", "mysql.n2.medium.1"},
	{"instancetype", "ecs.g7.large"},
	{"domainname", "sample.example.com"},
	{"domain", "sample.example.com"},
	{"fileurl", "https://sample.example.com/file"},
	{"url", "https://sample.example.com/file"},
	{"email", "someone@example.com"},
	{"mail", "someone@example.com"},
	{"phone", "13800000000"},
	{"mobile", "13800000000"},
	{"port", "8080"},
	{"accountid", "1234567890123456"},
	{"uid", "1234567890123456"},
	{"resourcegroupid", "rg-acfm000000000aa"},
	{"version", "1.0"},
	{"protocol", "TCP"},
	{"cron", "0 0 1 * * ?"},
	{"arn", "acs:ram::1234567890123456:role/sample"},
	{"count", "1"},
	{"amount", "1"},
	{"size", "100"},
	{"ip", "192.168.0.10"},
}

// texts yields candidates for a text, best first.
func (s *suggester) texts(w *wish, i int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, text := range s.speaking(w, i) {
			if !yield(text) {
				return
			}
		}
		for _, text := range s.fitted(w, i) {
			if !yield(text) {
				return
			}
		}
		patterns := []string{w.pattern}
		for _, u := range w.uses {
			if u.prop != nil {
				patterns = append(patterns, u.prop.Pattern)
			}
		}
		for _, pattern := range patterns {
			if pattern == "" {
				continue
			}
			least, most := lengthOf(w)
			for text := range textsOf(pattern, least, most) {
				if !yield(text) {
					return
				}
			}
		}
	}
}

// speaking gives candidates by what the parameter seems to be.
func (s *suggester) speaking(w *wish, i int) []string {
	var list []string
	if id, ok := existingFor(w.association, w.name); ok {
		list = append(list, id)
	}
	list = append(list, s.field(strings.ReplaceAll(w.association, ":", ""), w.name, i)...)
	for _, u := range w.uses {
		if u.prop != nil {
			list = append(list, u.prop.Enum...)
		}
		if _, ok := cutID(u.name); !ok {
			list = append(list, s.field(u.name, w.name, i)...)
			continue
		}
		if r := findReference(schema.Default(), u.typ, u.name); r != nil {
			list = append(list, existingID(styleOf(r.To[0]), newSeed("sample", w.name), sampleRegion))
		}
		list = append(list, s.field(u.name, w.name, i)...)
	}
	if r := theFacts().References[strings.TrimSuffix(strings.ToLower(w.name), "s")]; r != nil {
		list = append(list, existingID(styleOf(r.To[0]), newSeed("sample", w.name), sampleRegion))
	}
	return append(list, s.field(w.name, w.name, i)...)
}

// field gives candidates by the name of a field.
func (s *suggester) field(field, name string, i int) []string {
	low := strings.ToLower(field)
	switch {
	case low == "":
		return nil
	case strings.Contains(low, "password"):
		return passwords[:]
	case strings.HasSuffix(low, "zoneid"), strings.HasSuffix(low, "zone"):
		return []string{zone(i)}
	case strings.Contains(low, "cidr"):
		return []string{s.cidr(name)}
	case strings.Contains(low, "rds") && strings.HasSuffix(low, "instancetype"), strings.Contains(low, "db") && strings.HasSuffix(low, "class"):
		return []string{"mysql.n2.medium.1"}
	case strings.Contains(low, "slb") && strings.HasSuffix(low, "instancetype"):
		return []string{"slb.s2.small"}
	case strings.HasSuffix(low, "datetime"), strings.HasSuffix(low, "time"):
		return []string{"2030-01-01T00:00:00Z", "2030-01-01T00:00Z", "2030-01-01 00:00:00", "00:00Z-01:00Z"}
	case strings.HasSuffix(low, "apikeyinfo"):
		return []string{`{"ApiKeyId":"1","ApiKeyValue":"sk-00000000000000000000000000000000"}`}
	case strings.HasSuffix(low, "bucketname"):
		return []string{"sample-bucket-" + newSeed(name).text(base36, 6)}
	}
	for _, f := range byField {
		if strings.HasSuffix(low, f.end) {
			return []string{f.value}
		}
	}
	return nil
}

// lengthOf gives the least and the most letters that a parameter may have.
func lengthOf(w *wish) (least, most int) {
	least, most = 0, 128
	if w.least != nil {
		least = *w.least
	}
	if w.most != nil {
		most = *w.most
	}
	return least, most
}

// fitted gives plain words that are as long as the parameter, and the
// properties that take it, allow.
func (s *suggester) fitted(w *wish, i int) []string {
	least, most := lengthOf(w)
	for _, u := range w.uses {
		if u.prop != nil && u.prop.MinLength != nil {
			least = max(least, *u.prop.MinLength)
		}
		if u.prop != nil && u.prop.MaxLength != nil {
			most = min(most, *u.prop.MaxLength)
		}
	}
	text := word(w.name, i)
	for len(text) < min(least, 1<<16) {
		text += text
	}
	text = text[:min(len(text), max(most, least, 0))]
	return []string{text, "a", "1"}
}
