package providertest

import (
	"encoding/json"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// clusterTypes are the resource types that stand for the clusters of one call,
// by cluster_type and profile.
var clusterTypes = map[string]string{
	"Kubernetes": "ALIYUN::CS::KubernetesCluster", "ManagedKubernetes": "ALIYUN::CS::ManagedKubernetesCluster",
	"ManagedKubernetes Serverless": "ALIYUN::CS::ServerlessKubernetesCluster", "ManagedKubernetes Edge": "ALIYUN::CS::ManagedEdgeKubernetesCluster",
	"Ask": "ALIYUN::CS::ServerlessKubernetesCluster",
}

// createCluster makes a cluster of the type that the call describes. Properties
// are named as its parameters, without the underlines.
func createCluster(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("name", "cluster_type"); err != nil {
		return nil, err
	}
	typ := clusterTypes[strings.TrimSpace(f.args.text("cluster_type")+" "+f.args.text("profile"))]
	if typ == "" {
		typ = clusterTypes[f.args.text("cluster_type")]
	}
	if typ == "" {
		return nil, invalid("ErrorClusterType", "cluster_type", "There is no type of clusters %s.", f.args.text("cluster_type"))
	}
	s := f.c.shapeOf(typ)
	props := folded(f.args.given, s.typ.Properties)
	for name, v := range props {
		props[name] = fitted(s.typ.Properties[name], v)
	}
	op, err := f.c.create(&provider.Request{Token: f.api.Name + " " + f.seed.text(base36, 16), Type: typ, Desired: json.RawMessage(encode(props))})
	if err != nil {
		return nil, err
	}
	k := behaviourOf(typ)
	t := f.c.thing(&k.kind, op.Key.ID)
	for _, name := range [...]string{"cluster_type", "profile"} {
		if f.args.text(name) != "" {
			t.set(name, f.args.text(name))
		}
	}
	t.become("Create", k.onTheWay["Create"], k.status)
	return map[string]any{"cluster_id": t.id, "request_id": requestID(f.number), "task_id": t.value("TaskId")}, nil
}

// modifyClusterTags gives a cluster the tags that the body lists, and no others.
func modifyClusterTags(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(kindFor("ALIYUN::CS::ManagedKubernetesCluster"), f.args.text("ClusterId"), "ClusterId")
	if err != nil {
		return nil, err
	}
	list := foldedValue(f.bodyList(), f.c.shapeOf(t.o.Type).typ.Properties["Tags"])
	return map[string]any{}, f.c.revise(t, map[string]any{"Tags": list})
}

// installClusterAddons adds the components that the body lists.
func installClusterAddons(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(kindFor("ALIYUN::CS::ManagedKubernetesCluster"), f.args.text("ClusterId"), "ClusterId")
	if err != nil {
		return nil, err
	}
	have, _ := t.value("Addons").([]any)
	items, _ := foldedValue(f.bodyList(), f.c.shapeOf(t.o.Type).typ.Properties["Addons"]).([]any)
	list := (&listChange{by: []string{"Name"}}).apply(have, items)
	return map[string]any{"task_id": t.value("TaskId")}, f.c.revise(t, map[string]any{"Addons": list})
}

// bodyList reads a body that is a list.
func (f *frame) bodyList() any {
	return listOf(string(f.req.Body))
}

// folded gives values the names that properties have: vswitch_ids becomes
// VSwitchIds. What no property is named as is left out.
func folded(given map[string]any, properties map[string]*provider.Property) map[string]any {
	plain := func(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }
	names := make(map[string]string, len(properties))
	for name := range properties {
		names[plain(name)] = name
	}
	out := make(map[string]any, len(given))
	for name, v := range given {
		own := names[plain(name)]
		if own == "" {
			continue
		}
		out[own] = foldedValue(v, properties[own])
	}
	return out
}

func foldedValue(v any, p *provider.Property) any {
	switch v := unwrapped(v).(type) {
	case map[string]any:
		if p != nil && len(p.Properties) > 0 {
			return folded(v, p.Properties)
		}
	case []any:
		if p == nil || p.Items == nil {
			return v
		}
		list := make([]any, 0, len(v))
		for _, item := range v {
			list = append(list, foldedValue(item, p.Items))
		}
		return list
	}
	return v
}

// clusterResources are what a cluster consists of, by the type that the service
// names them by, and the attribute that has the id.
var clusterResources = [...]struct{ typ, attribute string }{
	{"SLB", "IngressSLBId"}, {"ALIYUN::ESS::ScalingGroup", "ScalingGroupId"}, {"ALIYUN::ESS::ScalingConfiguration", "ScalingConfigurationId"},
	{"ALIYUN::ESS::ScalingRule", "ScalingRuleId"}, {"ALIYUN::RAM::Role", "WorkerRamRoleName"},
}

// describeClusterResources lists what a cluster consists of.
func describeClusterResources(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(kindFor("ALIYUN::CS::ManagedKubernetesCluster"), f.args.text("ClusterId"), "ClusterId")
	if err != nil {
		return nil, err
	}
	f.list = []any{}
	for _, r := range clusterResources {
		f.list = append(f.list, map[string]any{
			"cluster_id": t.id, "resource_type": r.typ, "instance_id": t.value(r.attribute), "resource_info": t.value(r.attribute), "state": "CREATE_COMPLETE", "auto_create": 1,
		})
	}
	return nil, nil
}
