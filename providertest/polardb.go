package providertest

import (
	"github.com/bianpai/bianpai/provider"
)

const (
	polarCluster = "ALIYUN::POLARDB::DBCluster"
	polarAddress = "ALIYUN::POLARDB::DBClusterEndpointAddress"
)

var polarWhiteLists = &whiteLists{
	typ: polarCluster, id: "DBClusterId", name: "DBClusterIPArrayName", attribute: "DBClusterIPArrayAttribute", busy: "OperationDenied.DBClusterStatus",
	ready: "Running", ips: "SecurityIps", prop: "SecurityIPList",
}

// modifyPolarWhiteList changes the addresses that may connect to a cluster, or
// the security groups whose instances may.
func modifyPolarWhiteList(f *frame) (map[string]any, *provider.Error) {
	if f.args.text("WhiteListType") != "SecurityGroup" {
		return polarWhiteLists.modify(f)
	}
	t, err := f.find(kindFor(polarCluster), f.args.text("DBClusterId"), "DBClusterId")
	if err != nil {
		return nil, err
	}
	if f.c.objects[t.o.key] == nil {
		return byShape(f)
	}
	return map[string]any{}, f.c.amend(t, map[string]any{"SecurityGroupIds": anyList(f.args.list("SecurityGroupIds"))})
}

// describePolarEndpoints tells of the addresses of a cluster: of its writer and
// of the one that parts reads and writes.
func describePolarEndpoints(f *frame) (map[string]any, *provider.Error) {
	t, err := f.held(kindFor(polarCluster), "DBClusterId")
	if err != nil {
		return nil, err
	}
	if t == nil {
		return byShape(f)
	}
	items := []any{
		f.polarEndpoint(t, t.text("PrimaryEndpointId"), "Primary", t.text("PrimaryConnectionString")),
		f.polarEndpoint(t, t.text("ClusterEndpointId"), "Cluster", t.text("ClusterConnectionString")),
	}
	wanted := f.args.text("DBEndpointId")
	var told []any
	for _, item := range items {
		if wanted == "" || textOf(walk(item, "DBEndpointId")) == wanted {
			told = append(told, item)
		}
	}
	if len(told) == 0 {
		return nil, f.notThere("InvalidEndpoint.NotFound", "DBEndpointId", wanted)
	}
	return map[string]any{"Items": told}, nil
}

// polarEndpoint tells of one endpoint, with the addresses that calls have made.
func (f *frame) polarEndpoint(cluster *thing, id, typ, connection string) map[string]any {
	address := func(connection, net string) map[string]any {
		return map[string]any{
			"ConnectionString": connection, "NetType": net, "Port": "3306", "IPAddress": "192.0.2.10", "PrivateZoneConnectionString": "", "SSLEnabled": "Disabled",
			"VPCId": cluster.text("VpcId"), "VSwitchId": cluster.text("VSwitchId"), "VpcInstanceId": "",
		}
	}
	addresses := []any{address(connection, "Private")}
	for _, o := range f.c.inOrder() {
		if o.Type != polarAddress {
			continue
		}
		a := f.c.thing(kindFor(polarAddress), o.ID)
		if a == nil || a.text("DBClusterId") != cluster.id || a.text("DBEndpointId") != id {
			continue
		}
		one := address(a.text("ConnectionString"), a.text("NetType"))
		if a.text("NetType") == "Private" {
			addresses[0] = one
		} else {
			addresses = append(addresses, one)
		}
	}
	return map[string]any{
		"DBClusterId": cluster.id, "DBEndpointId": id, "EndpointType": typ, "AddressItems": addresses, "DBEndpointDescription": "",
		"ReadWriteMode": "ReadWrite", "AutoAddNewNodes": "Enable", "Nodes": "", "NodeWithRoles": "", "EndpointConfig": "{}",
	}
}
