package ros

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/value"
	"github.com/bianpai/bianpai/provider"
)

// diffType has properties of every kind.
func diffType() *provider.Type {
	text := &provider.Property{Type: provider.TypeString}
	return &provider.Type{Name: "T::D", Properties: map[string]*provider.Property{
		"Text":   {Type: provider.TypeString, Update: provider.UpdateInPlace},
		"Count":  {Type: provider.TypeInteger, Update: provider.UpdateInPlace},
		"Ratio":  {Type: provider.TypeNumber, Update: provider.UpdateInPlace},
		"On":     {Type: provider.TypeBoolean, Update: provider.UpdateInPlace},
		"List":   {Type: provider.TypeList, Update: provider.UpdateInPlace, Items: text},
		"Policy": {Type: provider.TypeMap, Update: provider.UpdateInPlace},
		"Disk": {Type: provider.TypeMap, Update: provider.UpdateReplaces, Properties: map[string]*provider.Property{
			"Size": {Type: provider.TypeInteger, Update: provider.UpdateInPlace}, // the top decides
			"Key":  {Type: provider.TypeString, Sensitive: true},
		}},
		"Users": {Type: provider.TypeList, Update: provider.UpdateInPlace, Items: &provider.Property{
			Type: provider.TypeMap, Properties: map[string]*provider.Property{"Password": {Type: provider.TypeString, Sensitive: true}},
		}},
		"Password": {Type: provider.TypeString, Sensitive: true, Update: provider.UpdateInPlace},
	}}
}

func TestDiff(t *testing.T) {
	tests := []struct{ before, after, want string }{
		{`{}`, `{}`, ``},
		{`{"Text":"a"}`, `{"Text":"b"}`, `Text: "a" -> "b" update`},
		{`{"Text":"5"}`, `{"Text":5}`, ``},
		{`{"Text":"true"}`, `{"Text":true}`, ``},
		{`{"Text":"5"}`, `{"Text":"5.0"}`, `Text: "5" -> "5.0" update`},
		{`{"Count":"05"}`, `{"Count":5}`, ``},
		{`{"Count":5}`, `{"Count":5.0}`, ``},
		{`{"Count":"5"}`, `{"Count":"6"}`, `Count: "5" -> "6" update`},
		{`{"Count":"five"}`, `{"Count":5}`, `Count: "five" -> 5 update`},
		{`{"Ratio":"0.50"}`, `{"Ratio":0.5}`, ``},
		{`{"On":"True"}`, `{"On":"true"}`, ``},
		{`{"On":true}`, `{"On":"TRUE"}`, ``},
		{`{"On":true}`, `{"On":"no"}`, `On: true -> "no" update`},
		{`{"Text":"a","Count":1}`, `{"Count":1,"Text":"a"}`, ``},
		{`{"Text":null}`, `{}`, ``},
		{`{}`, `{"Text":null,"Disk":null}`, ``},
		{`{"Disk":{"Size":1,"Name":null}}`, `{"Disk":{"Size":"1"}}`, ``},
		{`{"Text":"a"}`, `{}`, `Text: "a" ->  update`},
		{`{}`, `{"Text":"a"}`, `Text:  -> "a" update`},
		{`{"Text":""}`, `{}`, `Text: "" ->  update`},
		{`{"Other":1}`, `{"Other":"1"}`, ``},
		{`{"Other":1}`, `{"Other":2}`, `Other: 1 -> 2 `},
		{`{"Disk":{"Size":1,"Type":"x"}}`, `{"Disk":{"Type":"y","Size":2}}`, `Disk.Type: "x" -> "y" replace; Disk.Size: 1 -> 2 replace`},
		{`{"Disk":{"Size":1}}`, `{}`, `Disk: {"Size":1} ->  replace`},
		{`{"Disk":{"Size":1}}`, `{"Disk":"all"}`, `Disk: {"Size":1} -> "all" replace`},
		{`{"List":["a","b"]}`, `{"List":["b","a"]}`, `List[0]: "a" -> "b" update; List[1]: "b" -> "a" update`},
		{`{"List":["a","b"]}`, `{"List":["a"]}`, `List: ["a","b"] -> ["a"] update`},
		{`{"List":[1,"2"]}`, `{"List":["1",2]}`, ``},
		{`{"List":["a"]}`, `{"List":"[\"a\"]"}`, ``},
		{`{"List":["a"]}`, `{"List":"[\"a\""}`, `List: ["a"] -> "[\"a\"" update`},
		{`{"Policy":{"S":[{"E":"Allow"}]}}`, `{"Policy":" {\"S\": [{\"E\": \"Allow\"}]}"}`, ``},
		{`{"Policy":{"S":[{"E":"Allow"}]}}`, `{"Policy":"{\"S\":[{\"E\":\"Deny\"}]}"}`, `Policy.S[0].E: "Allow" -> "Deny" update`},
		{`{"Tags":[{"Key":"a","Value":"1"}]}`, `{"Tags":[{"Key":"a","Value":"2"}]}`, `Tags[0].Value: "1" -> "2" `},
		{`{"Tags":[{"Key":"a"}]}`, `{"Tags":[{"Key":"a"},{"Key":"b"}]}`, `Tags[1]:  -> {"Key":"b"} `},
		{`{"Tags":[{"Key":"a"},{"Key":"b"}]}`, `{"Tags":[{"Key":"a"}]}`, `Tags[1]: {"Key":"b"} ->  `},
		{`{"Tags":[{"Key":"a"}]}`, `{"Tags":[]}`, `Tags[0]: {"Key":"a"} ->  `},
		{`{"Password":"one"}`, `{"Password":"two"}`, `Password: SECRET -> SECRET update`},
		{`{"Password":"one"}`, `{"Password":"one"}`, ``},
		{`{"Disk":{"Key":"one"}}`, `{"Disk":{"Key":"two"}}`, `Disk.Key: SECRET -> SECRET replace`},
		{`{"Users":[{"Name":"a","Password":"one"}]}`, `{"Users":[{"Name":"a","Password":"two"}]}`, `Users[0].Password: SECRET -> SECRET update`},
		{`{"Text":"a"}`, `{"Text":{"$expr":{"Fn::GetAtt":["N","Ip"]},"$refs":["N"]}}`, `Text: "a" -> N update possible`},
		{`{"Text":"a"}`, `{"Text":{"$expr":{"Ref":"N"},"$refs":["N"]}}`, `Text: "a" -> N update`},
		{`{"List":["a","b"]}`, `{"List":["a",{"$expr":{"Ref":"M"},"$refs":["M"]}]}`, `List[1]: "b" -> M update possible`},
		{`{"List":["a"]}`, `{"List":["a",{"$expr":{"Ref":"M"},"$refs":["M"]}]}`, `List: ["a"] -> M update`},
	}
	vault := testVault(t)
	for _, tt := range tests {
		before, err := vault.Parse([]byte(tt.before))
		if err != nil {
			t.Fatal(err)
		}
		after, err := vault.Parse([]byte(tt.after))
		if err != nil {
			t.Fatal(err)
		}
		d := &differ{wire: vault.Wire(), bytes: &arena{}, moves: func(h *value.Hole) (string, bool) {
			return h.Refs[0], h.Refs[0] == "N" && strings.Contains(string(h.Expr.AppendJSON(nil)), `"Ref"`)
		}}
		// As in a plan, what is wanted is marked, and what was applied is not.
		d.compareAll(diffType(), before, markSecrets(after, &typeInfo{Type: diffType(), secrets: secretProperties(diffType())}))
		if got := diffText(d.out); got != tt.want {
			t.Errorf("%s -> %s:\n got %s\nwant %s", tt.before, tt.after, got, tt.want)
		}
	}
}

func diffText(diffs []Diff) string {
	var texts []string
	short := func(wire []byte) string {
		v, err := value.ParseWire(wire, nil)
		switch {
		case len(wire) == 0:
			return ""
		case err == nil && v.IsUnknown() && v.Hole().Sensitive:
			return "SECRET"
		case err == nil && v.HasUnknown():
			_, refs, _ := strings.Cut(string(wire), `"$refs":["`)
			name, _, _ := strings.Cut(refs, `"`)
			return name
		}
		return string(wire)
	}
	for _, d := range diffs {
		text := fmt.Sprintf("%s: %s -> %s %s", d.Path, short(d.Before), short(d.After), d.Effect)
		if d.Possible {
			text += " possible"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// FuzzDiff checks that there are differences exactly where two values are not
// the same, and that no input is too much.
func FuzzDiff(f *testing.F) {
	f.Add(`{"Text":"5","Disk":{"Size":1}}`, `{"Text":5,"Disk":{"Size":"2"}}`)
	f.Add(`{"Policy":{"a":[1,null]}}`, `{"Policy":"{\"a\":[1]}"}`)
	f.Add(`{"Users":[{"Password":"x"}]}`, `{"Users":[{"Password":{"y":null}}]}`)
	f.Add(`{"Text":{"$expr":{"Ref":"N"},"$refs":["N"]}}`, `{"List":["[]",[],{}]}`)
	vault := testVault(f)
	f.Fuzz(func(t *testing.T, x, y string) {
		before, err := vault.Parse([]byte(x))
		if err != nil || before.Kind() != value.KindMap {
			t.Skip()
		}
		after, err := vault.Parse([]byte(y))
		if err != nil || after.Kind() != value.KindMap {
			t.Skip()
		}
		typ := diffType()
		d := &differ{wire: vault.Wire(), bytes: &arena{}, moves: func(h *value.Hole) (string, bool) { return "N", len(h.Refs) == 1 }}
		d.compareAll(typ, before, after)
		if same := sameFor(&provider.Property{Properties: typ.Properties}, before, after); same != (len(d.out) == 0) {
			t.Errorf("same: %v, and the differences are %s", same, diffText(d.out))
		}
		for _, diff := range d.out {
			if typ.Properties[topOf(diff.Path)] != nil && diff.Effect == "" {
				t.Errorf("%s lacks its effect", diff.Path)
			}
			if diff.Before == nil && diff.After == nil {
				t.Errorf("%s differs from nothing to nothing", diff.Path)
			}
		}
	})
}

// TestSameIsSymmetric: which of two values comes first makes no difference,
// and every value is the same as itself.
func TestSameIsSymmetric(t *testing.T) {
	texts := []string{`1`, `"1"`, `1.0`, `"1.0"`, `true`, `"True"`, `"true"`, `0`, `false`, `null`, `""`, `[]`, `"[]"`, `[1]`, `["1"]`, `[null]`, `{}`, `"{}"`, `{"a":null}`, `{"a":1}`, `"{\"a\":\"1\"}"`, `{"b":1,"a":1}`}
	props := []*provider.Property{nil, {}, {Type: provider.TypeString}, {Type: provider.TypeInteger}, {Type: provider.TypeNumber}, {Type: provider.TypeBoolean}, {Type: provider.TypeList}, {Type: provider.TypeMap}, {Sensitive: true}}
	for p, prop := range props {
		for _, x := range texts {
			for _, y := range texts {
				a, _ := value.ParseJSON([]byte(x))
				b, _ := value.ParseJSON([]byte(y))
				if sameFor(prop, a, b) != sameFor(prop, b, a) {
					t.Errorf("property %d: %s and %s: it depends", p, x, y)
				}
				if x == y && !sameFor(prop, a, b) {
					t.Errorf("property %d: %s differs from itself", p, x)
				}
			}
		}
	}
	if one, _ := value.ParseJSON([]byte(`{"a":null,"b":"1"}`)); !sameValue(one, value.Map([]value.Entry{{Key: "b", Value: value.Int(1)}})) {
		t.Error("sameValue minds null or text")
	}
}
