package alicloud

import (
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// BenchmarkCreate measures a creation of three requests without a wire: what
// the handler costs over the calls.
func BenchmarkCreate(b *testing.B) {
	desired := asJSON(b, map[string]any{"CidrBlock": "10.0.0.0/8", "VpcName": "net", "Tags": []any{map[string]any{"Key": "k", "Value": "v"}}})
	for b.Loop() {
		p := newProvider(b, network())
		if _, err := drive(b, p.Create, &provider.Request{Token: "t", Type: "ALIYUN::ECS::VPC", Desired: desired}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	f := network()
	p := newProvider(b, f)
	f.answers["CreateVpc"](&Request{})
	req := &provider.Request{Type: "ALIYUN::ECS::VPC", PhysicalID: "vpc-1"}
	for b.Loop() {
		f.calls = f.calls[:0]
		if _, err := p.Read(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeAll(b *testing.B) {
	for b.Loop() {
		for name := range describedTypes() {
			text, line := findBlock(name)
			if _, err := decodeBlock(text, line); err != nil {
				b.Fatal(err)
			}
		}
	}
}
