package providertest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
)

func TestFactsSpeakOfKnownTypes(t *testing.T) {
	types, f := described{schema.Default()}, theFacts()
	check := func(typ, where string) {
		if types.Type(typ) == nil {
			t.Errorf("%s names %s, which the catalogue does not know", where, typ)
		}
	}
	for typ, pattern := range f.IDs {
		check(typ, "ids")
		for _, p := range f.styles[typ].parts {
			for _, name := range p.props {
				head, _, _ := strings.Cut(name, ".")
				if typ := types.Type(typ); typ != nil && !typ.has(head) && name != "default" && name != "standard" {
					t.Errorf("ids: %s has no property %s: %s", typ.Name, name, pattern)
				}
			}
		}
	}
	for typ := range f.Seconds {
		check(typ, "seconds")
	}
	for typ, attribute := range f.Self {
		check(typ, "self")
		if typ := types.Type(typ); typ != nil && attribute != "-" {
			if _, ok := typ.Attributes[attribute]; !ok {
				t.Errorf("self: %s has no attribute %s", typ.Name, attribute)
			}
		}
	}
	for typ, names := range f.Many {
		check(typ, "many")
		for _, name := range names {
			if typ := types.Type(typ); typ != nil && !typ.has(name) {
				t.Errorf("many: %s has no property %s", typ.Name, name)
			}
		}
	}
	for typ, u := range f.Unique {
		check(typ, "unique")
		typ := types.Type(typ)
		if typ != nil && (!typ.has(u.By) || u.Within != "" && !typ.has(u.Within) || u.Code == "") {
			t.Errorf("unique: %s has no property %s or %s", typ.Name, u.By, u.Within)
		}
		if typ != nil && typ.ReplaceOrder != provider.DeleteFirst {
			t.Errorf("unique: %s is replaced by making the new one first", typ.Name)
		}
	}
	for place := range f.Members {
		typ, attribute, _ := strings.Cut(place, ".")
		check(typ, "members")
		if typ := types.Type(typ); typ != nil {
			if _, ok := typ.Attributes[attribute]; !ok {
				t.Errorf("members: %s has no attribute %s", typ.Name, attribute)
			}
		}
	}
	checkReferences := func(typ string, refs map[string]*reference) {
		for name, r := range refs {
			for _, to := range r.To {
				check(to, "reference "+typ+" "+name)
			}
			if r.Hold == block && r.Code == "" {
				t.Errorf("reference %s %s blocks without a code", typ, name)
			}
			if typ := types.Type(typ); typ != nil && !typ.takes(name) {
				t.Errorf("reference: %s has no property %s", typ.Name, name)
			}
		}
	}
	checkReferences("", f.References)
	for typ, refs := range f.Own {
		check(typ, "own")
		checkReferences(typ, refs)
	}
}

// described is the catalogue, whose types say what properties they may have.
type described struct{ *schema.Catalogue }

type describedType struct{ *provider.Type }

func (d described) Type(name string) *describedType {
	if t := d.Catalogue.Type(name); t != nil {
		return &describedType{t}
	}
	return nil
}

func (t *describedType) has(name string) bool {
	return t.Coverage <= provider.CoverageAttributes || t.Properties[name] != nil
}

// takes reports whether the type has a property of a name in lower case and
// singular.
func (t *describedType) takes(low string) bool {
	for name := range t.Properties {
		if name = strings.ToLower(name); name == low || name == low+"s" {
			return true
		}
	}
	return t.Coverage <= provider.CoverageAttributes || low == "servergroupid" // inside the actions of a listener or a rule
}

func TestIDStyles(t *testing.T) {
	props := func(name string) string { return "v-" + strings.ToLower(name) }
	tests := []struct{ pattern, want string }{
		{"vpc-{~18}", `^vpc-bp1[0-9a-z]{18}$`},
		{"c{%32}", `^c[0-9a-f]{32}$`},
		{"{#16}", `^[1-9][0-9]{15}$`},
		{"{@}", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$`},
		{"{A}:{B|C}-{^5}.{region}.x", `^v-a:v-b-[0-9a-z]{5}\.cn-hangzhou\.x$`},
	}
	for _, test := range tests {
		style := parseIDStyle(test.pattern)
		id := style.write(newSeed("t"), "cn-hangzhou", props)
		if !regexp.MustCompile(test.want).MatchString(id) {
			t.Errorf("%s gave %q", test.pattern, id)
		}
		if again := style.write(newSeed("t"), "cn-hangzhou", props); again != id {
			t.Errorf("%s gave %q and then %q", test.pattern, id, again)
		}
	}
}

func TestExistingIDsAreKnown(t *testing.T) {
	for _, typ := range slices.Sorted(schema.Default().Names()) {
		for _, from := range []string{"a", "b"} {
			id := existingID(styleOf(typ), newSeed(from), "cn-hangzhou")
			if len(id) > checkLetters && !isExisting(id) {
				t.Errorf("%s: %q is not known", typ, id)
			}
		}
	}
	style := styleOf(vpcType)
	for i := range 1000 {
		if id := style.write(newSeed("other").at(i), "cn-hangzhou", nil); isExisting(id) {
			t.Errorf("%q is taken for an existing one", id)
		}
	}
}
