package providertest

import (
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// whiteLists says how a database service speaks of the lists of addresses that
// may connect to an instance.
type whiteLists struct {
	typ       string // of the instance
	id        string // parameters
	name      string
	attribute string
	busy      string // the code for an instance that is not ready
	ready     string // the status of one that is
	ips       string // the member that has the addresses
	prop      string // the property that holds the default list; empty: none does
	more      map[string]any
}

var (
	rdsWhiteLists = &whiteLists{
		typ: "ALIYUN::RDS::DBInstance", id: "DBInstanceId", name: "DBInstanceIPArrayName", attribute: "DBInstanceIPArrayAttribute", busy: "OperationDenied.DBInstanceStatus",
		ready: "Running", ips: "SecurityIPList", prop: "SecurityIPList", more: map[string]any{"SecurityIPType": "IPv4", "WhitelistNetworkType": "MIX"},
	}
	redisWhiteLists = &whiteLists{
		typ: "ALIYUN::REDIS::Instance", id: "InstanceId", name: "SecurityIpGroupName", attribute: "SecurityIpGroupAttribute", busy: "IncorrectDBInstanceState",
		ready: "Normal", ips: "SecurityIpList",
	}
)

// ipArraysKey is where an instance keeps its white lists, once a call has
// changed one.
const ipArraysKey = "IPArrays"

// modify changes a white list: the call covers it, appends to it or deletes from
// it.
func (w *whiteLists) modify(f *frame) (map[string]any, *provider.Error) {
	t, err := f.held(kindFor(w.typ), w.id)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return byShape(f)
	}
	if err := f.args.missing("SecurityIps"); err != nil && f.args.text("SecurityGroupId") == "" {
		return nil, err
	}
	if s := t.status(); s != w.ready {
		return nil, &provider.Error{Kind: provider.Conflict, Code: w.busy, Message: "The instance " + t.id + " is " + s + "."}
	}
	name := orText(f.args.text(w.name), "default")
	lists := slices.Clone(listOf(t.value(ipArraysKey)))
	if len(lists) == 0 {
		lists = append(lists, w.list("default", orText(t.text(w.prop), "127.0.0.1"), ""))
	}
	at := slices.IndexFunc(lists, func(v any) bool { return textOf(walk(v, w.name)) == name })
	var had []string
	if at >= 0 {
		had = (&arguments{given: lists[at].(map[string]any)}).list(w.ips)
	}
	ips := changedList(f.args.text("ModifyMode"), had, f.args.list("SecurityIps"))
	list := w.list(name, strings.Join(ips, ","), f.args.text(w.attribute))
	switch {
	case at < 0:
		lists = append(lists, list)
	case len(ips) == 0 && name != "default":
		lists = slices.Delete(lists, at, at+1)
	default:
		lists[at] = list
	}
	if name == "default" && w.prop != "" {
		if err := f.c.revise(t, map[string]any{w.prop: list[w.ips]}); err != nil {
			return nil, err
		}
	}
	t.set(ipArraysKey, lists)
	return map[string]any{"TaskId": f.seed.with("task").text(digits, 9)}, nil
}

// changedList gives what a list is after a call of a mode; without one the call
// covers it.
func changedList(mode string, had, given []string) []string {
	switch mode {
	case "Append":
		return append(slices.Clone(had), slices.DeleteFunc(given, func(ip string) bool { return slices.Contains(had, ip) })...)
	case "Delete":
		return slices.DeleteFunc(slices.Clone(had), func(ip string) bool { return slices.Contains(given, ip) })
	}
	return given
}

func (w *whiteLists) list(name, ips, attribute string) map[string]any {
	m := map[string]any{w.name: name, w.ips: ips, w.attribute: attribute}
	for k, v := range w.more {
		m[k] = v
	}
	return m
}
