package alicloud

import (
	"errors"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// What is a part of something else is gone when that has nothing of it, though
// the lookup still finds that.
func TestGoneWithout(t *testing.T) {
	type m = map[string]any
	zone := func(vpcs ...any) m { return m{"ZoneId": "z1", "BindVpcs": m{"Vpc": append([]any{}, vpcs...)}} }
	pack := func(cens ...any) m {
		return m{"CenBandwidthPackages": m{"CenBandwidthPackage": []any{m{"Status": "Idle", "CenIds": m{"CenId": append([]any{}, cens...)}}}}}
	}
	tests := []struct {
		name, typ, id, api string
		answer             m
		there              bool
	}{
		{"a zone with a network", "ALIYUN::PVTZ::ZoneVpcBinder", "z1", "DescribeZoneInfo", zone(m{"VpcId": "vpc-1", "RegionId": "cn-hangzhou"}), true},
		{"a zone without one", "ALIYUN::PVTZ::ZoneVpcBinder", "z1", "DescribeZoneInfo", zone(), false},
		{"the zone itself", "ALIYUN::PVTZ::Zone", "z1", "DescribeZoneInfo", zone(), true},
		{"a package that is used", "ALIYUN::CEN::CenBandwidthPackageAssociation", "cenbwp-1:cen-1", "DescribeCenBandwidthPackages", pack("cen-1"), true},
		{"a package that is not", "ALIYUN::CEN::CenBandwidthPackageAssociation", "cenbwp-1:cen-1", "DescribeCenBandwidthPackages", pack(), false},
		{"no member of the name", "ALIYUN::PVTZ::ZoneVpcBinder", "z1", "DescribeZoneInfo", m{"ZoneId": "z1"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newProvider(t, &table{answers: map[string]func(*Request) (int, any){test.api: func(*Request) (int, any) { return 200, test.answer }}})
			_, err := p.Read(t.Context(), &provider.Request{Type: test.typ, PhysicalID: test.id})
			refusal, refused := errors.AsType[*provider.Error](err)
			switch {
			case test.there && err != nil:
				t.Error(err)
			case !test.there && (!refused || refusal.Kind != provider.NotFound):
				t.Errorf("%v, not an error of kind %s", err, provider.NotFound)
			}
		})
	}
}
