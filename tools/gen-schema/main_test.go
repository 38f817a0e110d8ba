package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
)

const catalogue = "../../provider/schema/types.txt"

func TestEncode(t *testing.T) {
	const in = `{
	"ALIYUN::B::Second": {"coverage": "attributes", "attributes": ["B", "A", "Odd name"], "properties": {}, "source": ["x"],
		"attributeTypes": {"A": "List[String] | Null"}, "ref": "List[Map] | Null", "dataSource": true, "dynamicAttributes": ["Outputs.*"]},
	"ALIYUN::A::First": {"coverage": "full", "attributes": [], "source": ["x"], "properties": {
		"Z": {"type": "list", "minLength": 1, "items": {"type": "map", "properties": {"Odd ": {"type": "string", "required": true}}}},
		"Y": {"type": "map", "freeKeys": true, "deprecated": true},
		"X": {"type": "integer", "enum": [1, true, "a\"b"], "min": -1, "max": 2.5, "update": "no"},
		"W": {"type": "string", "pattern": "^\\d$", "maxLength": 9, "updateHint": "yes"},
		"V": {"type": "any", "untyped": true, "update": "yes"}}}}`
	want := strings.Join([]string{
		"ALIYUN::A::First\tf\ts\t\t\tV:aU W:su<..9>/\"^\\\\d$\" X:iX(-1..2.5)=\"1\",\"true\",\"a\\\"b\" Y:mFD Z:l<1..>[m{\"Odd \":sR}]",
		"ALIYUN::B::Second\taD\tl\tOutputs.*\tA:l B \"Odd name\"\t", ""}, "\n")
	types, err := readFacts([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	got, err := encode(types)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("encode (-want +got):\n%s", diff)
	}
}

func TestRefusals(t *testing.T) {
	for _, in := range []string{
		`[`, `{} {}`, `{"T": {"unheard": 1}}`, `{"T": {"coverage": "half"}}`, `{"T T": {"coverage": "full"}}`,
		`{"T": {"coverage": "full", "properties": {"P": {"type": "date"}}}}`,
		`{"T": {"coverage": "full", "properties": {"P": {"type": "string", "update": "maybe"}}}}`,
		`{"T": {"coverage": "full", "properties": {"P": {"type": "string", "enum": [null]}}}}`,
	} {
		types, err := readFacts([]byte(in))
		if err == nil {
			_, err = encode(types)
		}
		if err == nil {
			t.Errorf("%s: no error", in)
		}
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.json"), filepath.Join(dir, "out.txt")
	if err := os.WriteFile(in, []byte(`{"A::B::C": {"coverage": "names"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want int
	}{
		{nil, 2}, {[]string{"-no-such-flag"}, 2}, {[]string{"-in", in, "more"}, 2},
		{[]string{"-in", filepath.Join(dir, "absent"), "-out", out}, 1}, {[]string{"-in", in, "-out", out}, 0},
	} {
		if got := run(c.args, &bytes.Buffer{}); got != c.want {
			t.Errorf("run(%q) = %d, want %d", c.args, got, c.want)
		}
	}
	if got, err := os.ReadFile(out); err != nil || string(got) != "A::B::C\tn\ts\t\t\t\n" {
		t.Errorf("wrote %q, %v", got, err)
	}
}

// source reads the listing that the catalogue was made from; it is not part of
// the repository.
func source(t *testing.T) map[string]*typeFacts {
	t.Helper()
	dir := os.Getenv("BIANPAI_DATA")
	if dir == "" {
		t.Skip("BIANPAI_DATA does not name the folder of ros-resource-types.json")
	}
	data, err := os.ReadFile(filepath.Join(dir, "ros-resource-types.json"))
	if err != nil {
		t.Fatal(err)
	}
	types, err := readFacts(data)
	if err != nil {
		t.Fatal(err)
	}
	return types
}

func TestCatalogueIsUpToDate(t *testing.T) {
	want, err := encode(source(t))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(catalogue)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("types.txt is not what the source gives: run go run ./tools/gen-schema -in FILE")
	}
}

// TestNothingIsLost compares what the catalogue decodes with the source, fact
// by fact.
func TestNothingIsLost(t *testing.T) {
	types := source(t)
	for name := range schema.Default().Names() {
		if types[name] == nil {
			t.Errorf("%s is not in the source", name)
		}
	}
	for name, want := range types {
		got := schema.Default().Type(name)
		if got == nil {
			t.Errorf("%s is not in the catalogue", name)
			continue
		}
		if len(got.Attributes) != len(want.Attributes) || got.DataSource != want.DataSource ||
			!slices.Equal(got.DynamicAttributes, want.DynamicAttributes) {
			t.Errorf("%s: %+v", name, got)
		}
		for a := range got.Attributes {
			if !slices.Contains(want.Attributes, a) {
				t.Errorf("%s: attribute %s is not in the source", name, a)
			}
		}
		if diff := cmp.Diff(plain(want.Properties), facts(listedOnly(got.Properties, want.Properties)), sameNumber); diff != "" {
			t.Errorf("%s (-source +catalogue):\n%s", name, diff)
		}
	}
}

// plain brings the source's properties into the form that fact gives: values
// of enumerations as text, and no word on what is untyped, which is of type any.
func plain(props map[string]*propertyFacts) map[string]*propertyFacts {
	for _, p := range props {
		for ; p != nil; p = p.Items {
			p.Untyped = false
			for i, v := range p.Enum {
				p.Enum[i] = fmt.Sprint(v)
			}
			plain(p.Properties)
		}
	}
	return props
}

// listedOnly leaves out the properties that the catalogue has from its list of
// the unlisted, of which nothing but the name is known.
func listedOnly(got map[string]*provider.Property, want map[string]*propertyFacts) map[string]*provider.Property {
	if got == nil {
		return nil
	}
	m := map[string]*provider.Property{}
	for name, p := range got {
		switch w := want[name]; {
		case w == nil && p.Type == provider.TypeAny:
			continue
		case w != nil:
			p = listedProperty(p, w)
		}
		m[name] = p
	}
	return m
}

func listedProperty(p *provider.Property, w *propertyFacts) *provider.Property {
	kept := *p
	kept.Properties = listedOnly(p.Properties, w.Properties)
	if p.Items != nil && w.Items != nil {
		kept.Items = listedProperty(p.Items, w.Items)
	}
	return &kept
}

// sameNumber lets 9223372036854775808 and its nearest float64 pass as equal.
var sameNumber = cmp.Comparer(func(a, b json.Number) bool {
	x, errX := a.Float64()
	y, errY := b.Float64()
	return a == b || errX == nil && errY == nil && x == y
})

var typeWords = map[provider.ValueType]string{
	provider.TypeAny: "any", provider.TypeString: "string", provider.TypeInteger: "integer", provider.TypeNumber: "number",
	provider.TypeBoolean: "boolean", provider.TypeList: "list", provider.TypeMap: "map",
}

// facts turns decoded properties back into the source's form.
func facts(props map[string]*provider.Property) map[string]*propertyFacts {
	if props == nil {
		return nil
	}
	m := map[string]*propertyFacts{}
	for name, p := range props {
		m[name] = fact(p)
	}
	return m
}

func fact(p *provider.Property) *propertyFacts {
	if p == nil {
		return nil
	}
	words := map[provider.Mutability]string{provider.UpdateInPlace: "yes", provider.UpdateReplaces: "no"}
	f := &propertyFacts{
		Type: typeWords[p.Type], Required: p.Required, Update: words[p.Update], UpdateHint: words[p.UpdateHint],
		Pattern: p.Pattern, Items: fact(p.Items), Properties: facts(p.Properties), FreeKeys: p.FreeKeys, Deprecated: p.Deprecated,
		Min: number(p.Min), Max: number(p.Max), MinLength: number(p.MinLength), MaxLength: number(p.MaxLength),
	}
	for _, v := range p.Enum {
		f.Enum = append(f.Enum, v)
	}
	return f
}

func number[T int | float64](v *T) json.Number {
	if v == nil {
		return ""
	}
	text, _ := json.Marshal(*v)
	return json.Number(text)
}
