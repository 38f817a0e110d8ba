package providertest

import (
	"encoding/json"

	"github.com/bianpai/bianpai/provider"
)

// zoneBinders are the sets of networks in which private zones are resolved, one
// a zone at most.
var zoneBinders = &kind{typ: "ALIYUN::PVTZ::ZoneVpcBinder", missing: "Zone.NotExists", status: "Available"}

// bindZoneVPC sets all networks of a zone: those that the call does not name are
// bound no longer.
func bindZoneVPC(f *frame) (map[string]any, *provider.Error) {
	id := f.args.text("ZoneId")
	zone, err := f.find(kindFor("ALIYUN::PVTZ::Zone"), id, "ZoneId")
	if err != nil && assumed(id) {
		return byShape(f)
	}
	if err != nil {
		return nil, err
	}
	asked := f.args.objects("Vpcs")
	list := make([]any, 0, len(asked))
	for _, one := range asked {
		if textOf(one["VpcId"]) == "" || textOf(one["RegionId"]) == "" {
			return nil, invalid("MissingParameter", "Vpcs", "A network is named by RegionId and VpcId.")
		}
		list = append(list, map[string]any{"RegionId": one["RegionId"], "VpcId": one["VpcId"]})
	}
	binder := f.c.thing(zoneBinders, zone.id)
	switch {
	case binder == nil && len(list) > 0:
		_, err = f.c.create(&provider.Request{
			Token: f.api.Name + " " + f.seed.text(base36, 16), Type: zoneBinders.typ,
			Desired: json.RawMessage(encode(map[string]any{"ZoneId": zone.id, "Vpcs": list})),
		})
	case binder != nil && len(list) > 0:
		err = f.c.revise(binder, map[string]any{"Vpcs": list})
	case binder != nil:
		binder.vanish()
	}
	return map[string]any{}, err
}
