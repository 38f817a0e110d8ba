package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bianpai/bianpai/provider"
)

func baseType() *provider.Type {
	return &provider.Type{
		Name: "ALIYUN::T::X", Coverage: provider.CoverageTop, Ref: provider.TypeString,
		Properties: map[string]*provider.Property{
			"Zone": {Type: provider.TypeString, Required: true, Enum: []string{"a"}},
			"Size": {Type: provider.TypeNumber, UpdateHint: provider.UpdateReplaces, Min: new(1.0)},
			"Disk": {Type: provider.TypeMap, Properties: map[string]*provider.Property{"Kind": {Type: provider.TypeString}}},
		},
		Attributes:        map[string]provider.Attribute{"Id": {Type: provider.TypeString}},
		DynamicAttributes: []string{"Outputs.*"},
	}
}

func TestOverlay(t *testing.T) {
	over := &provider.Type{
		Name: "ignored", Coverage: provider.CoverageDocs, ReplaceOrder: provider.DeleteFirst, Grade: provider.GradeProven,
		Properties: map[string]*provider.Property{
			"Size": {Type: provider.TypeInteger, Update: provider.UpdateInPlace, Max: new(9.0)},
			"Disk": {Properties: map[string]*provider.Property{"Kind": {Sensitive: true}, "Size": {Type: provider.TypeInteger}}},
			"New":  {Type: provider.TypeBoolean},
		},
		Attributes:        map[string]provider.Attribute{"Id": {Sensitive: true}, "Url": {Type: provider.TypeString}},
		DynamicAttributes: []string{"Outputs.*", "*"},
	}
	base, unchanged := baseType(), baseType()
	got := provider.Overlay(base, over)
	want := &provider.Type{
		Name: "ALIYUN::T::X", Coverage: provider.CoverageTop, Ref: provider.TypeString,
		ReplaceOrder: provider.DeleteFirst, Grade: provider.GradeProven,
		Properties: map[string]*provider.Property{
			"Zone": {Type: provider.TypeString, Required: true, Enum: []string{"a"}},
			"Size": {Type: provider.TypeInteger, Update: provider.UpdateInPlace, Min: new(1.0), Max: new(9.0)},
			"Disk": {Type: provider.TypeMap, Properties: map[string]*provider.Property{
				"Kind": {Type: provider.TypeString, Sensitive: true}, "Size": {Type: provider.TypeInteger}}},
			"New": {Type: provider.TypeBoolean},
		},
		Attributes:        map[string]provider.Attribute{"Id": {Type: provider.TypeString, Sensitive: true}, "Url": {Type: provider.TypeString}},
		DynamicAttributes: []string{"Outputs.*", "*"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Overlay (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(unchanged, base); diff != "" {
		t.Errorf("Overlay changed its base:\n%s", diff)
	}
	if got := provider.Overlay(base, &provider.Type{}); !cmp.Equal(got, base) {
		t.Error("an empty overlay changes the type")
	}
	if provider.Overlay(nil, over) != over || provider.Overlay(base, nil) != base || provider.Overlay(nil, nil) != nil {
		t.Error("nil is not the neutral element")
	}
}
