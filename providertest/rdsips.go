package providertest

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// ipArraysKey is where an instance keeps its white lists, once a call has
// changed one.
const ipArraysKey = "IPArrays"

// modifySecurityIPs changes a white list of an RDS instance: it covers the
// list, appends to it or deletes from it. The default one is a property.
func modifySecurityIPs(f *frame) (map[string]any, *provider.Error) {
	id := f.args.text("DBInstanceId")
	t, err := f.find(kindFor("ALIYUN::RDS::DBInstance"), id, "DBInstanceId")
	if err != nil {
		return nil, err
	}
	if f.c.objects[t.o.key] == nil {
		return byShape(f)
	}
	if err := f.args.missing("SecurityIps"); err != nil && f.args.text("SecurityGroupId") == "" {
		return nil, err
	}
	if s := t.status(); s != "Running" {
		return nil, &provider.Error{Kind: provider.Conflict, Code: "OperationDenied.DBInstanceStatus", Message: "The instance " + id + " is " + s + "."}
	}
	name := orText(f.args.text("DBInstanceIPArrayName"), "default")
	arrays := slices.Clone(listOf(t.value(ipArraysKey)))
	if len(arrays) == 0 {
		arrays = append(arrays, ipArray("default", orText(t.text("SecurityIPList"), "127.0.0.1"), ""))
	}
	at := slices.IndexFunc(arrays, func(v any) bool { return textOf(v.(map[string]any)["DBInstanceIPArrayName"]) == name })
	var had []string
	if at >= 0 {
		had = (&arguments{given: arrays[at].(map[string]any)}).list("SecurityIPList")
	}
	ips := f.args.list("SecurityIps")
	switch f.args.text("ModifyMode") {
	case "Append":
		ips = append(had, slices.DeleteFunc(ips, func(ip string) bool { return slices.Contains(had, ip) })...)
	case "Delete":
		ips = slices.DeleteFunc(had, func(ip string) bool { return slices.Contains(ips, ip) })
	}
	array := ipArray(name, strings.Join(ips, ","), f.args.text("DBInstanceIPArrayAttribute"))
	switch {
	case at < 0:
		arrays = append(arrays, array)
	case len(ips) == 0 && name != "default":
		arrays = slices.Delete(arrays, at, at+1)
	default:
		arrays[at] = array
	}
	if name == "default" {
		if err := f.c.revise(t, map[string]any{"SecurityIPList": array["SecurityIPList"]}); err != nil {
			return nil, err
		}
	}
	t.set(ipArraysKey, arrays)
	return map[string]any{"TaskId": f.seed.with("task").text(digits, 9)}, nil
}

func ipArray(name, ips, attribute string) map[string]any {
	return map[string]any{
		"DBInstanceIPArrayName": name, "SecurityIPList": ips, "DBInstanceIPArrayAttribute": attribute, "SecurityIPType": "IPv4", "WhitelistNetworkType": "MIX",
	}
}
