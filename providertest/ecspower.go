package providertest

import (
	"slices"

	"github.com/bianpai/bianpai/provider"
)

// power is a call that takes instances from one status to another.
type power struct {
	verb, onTheWay, then string
	from                 []string
}

var (
	start  = power{verb: "Start", onTheWay: "Starting", then: "Running", from: []string{"Stopped"}}
	stop   = power{verb: "Stop", onTheWay: "Stopping", then: "Stopped", from: []string{"Running"}}
	reboot = power{verb: "Reboot", onTheWay: "Starting", then: "Running", from: []string{"Running"}}
)

func incorrectStatus(t *thing) *provider.Error {
	return &provider.Error{
		Kind: provider.Conflict, Code: "IncorrectInstanceStatus",
		Message: "The current status of the resource does not support this operation: " + t.id + " is " + t.status() + ".",
	}
}

// one does it to one instance.
func (p power) one(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(instances, f.args.text("InstanceId"), "InstanceId")
	if err != nil {
		return nil, err
	}
	if !t.fresh() && !slices.Contains(p.from, t.status()) && !(p.verb == "Stop" && f.args.flag("ForceStop") && t.status() != "Stopped") {
		return nil, incorrectStatus(t)
	}
	t.become(p.verb, p.onTheWay, p.then)
	return map[string]any{}, nil
}

// several does it to all instances that the call names, and tells of each.
func (p power) several(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("InstanceId"); err != nil {
		return nil, err
	}
	list := make([]any, 0)
	for _, id := range f.args.list("InstanceId") {
		t, err := f.find(instances, id, "InstanceId")
		if err != nil {
			return nil, err
		}
		before, code, message := t.status(), "200", "success"
		if t.fresh() || slices.Contains(p.from, before) {
			t.become(p.verb, p.onTheWay, p.then)
		} else {
			refusal := incorrectStatus(t)
			code, message = refusal.Code, refusal.Message
		}
		list = append(list, map[string]any{"InstanceId": id, "Code": code, "Message": message, "PreviousStatus": before, "CurrentStatus": t.status()})
	}
	return map[string]any{"InstanceResponses": map[string]any{"InstanceResponse": list}}, nil
}

func (f *frame) deleteInstance(id string) *provider.Error {
	t, err := f.find(instances, id, "InstanceId")
	if err != nil {
		return err
	}
	if t.text("DeletionProtection") == "true" {
		return &provider.Error{Kind: provider.Conflict, Code: "InvalidOperation.DeletionProtection", Message: "The instance " + id + " is protected against deletion."}
	}
	if t.status() != "Stopped" && !f.args.flag("Force") && !t.fresh() {
		return incorrectStatus(t)
	}
	f.bereave(t)
	t.vanish()
	return nil
}

// bereave takes along what goes with an instance, and sets the rest free.
func (f *frame) bereave(t *thing) {
	for _, d := range f.disksOf(t) {
		if d.text("Type") == "system" || d.text("DeleteWithInstance") == "true" {
			d.vanish()
		} else {
			f.release(d)
		}
	}
	for _, e := range f.c.things(addresses) {
		if f.bound(e) == t.id {
			e.set("InstanceId", "")
		}
	}
	for _, n := range f.c.things(interfaces) {
		switch {
		case f.hostOf(n) != t.id:
		case n.text("Type") == "Primary":
			n.vanish()
		default:
			n.set("InstanceId", "")
		}
	}
}

func deleteInstance(f *frame) (map[string]any, *provider.Error) {
	return map[string]any{}, f.deleteInstance(f.args.text("InstanceId"))
}

func deleteInstances(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("InstanceId"); err != nil {
		return nil, err
	}
	for _, id := range f.args.list("InstanceId") {
		if err := f.deleteInstance(id); err != nil {
			return nil, err
		}
	}
	return map[string]any{}, nil
}

// modifyInstance sets what the parameters name.
func modifyInstance(f *frame) (map[string]any, *provider.Error) {
	ids := f.args.texts("InstanceId", "InstanceIds")
	if len(ids) == 0 {
		return nil, f.args.missing("InstanceId")
	}
	for _, id := range ids {
		t, err := f.find(instances, id, "InstanceId")
		if err != nil {
			return nil, err
		}
		values := f.echoes()
		for _, name := range [...]string{"InstanceId", "InstanceIds", "RegionId", "ClientToken"} {
			delete(values, name)
		}
		if err := f.c.amend(t, values); err != nil {
			return nil, err
		}
	}
	return map[string]any{"OrderId": "2" + f.seed.with("order").text(digits, 14)}, nil
}

// modifySpec changes the type of a stopped instance.
func modifySpec(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(instances, f.args.text("InstanceId"), "InstanceId")
	if err != nil {
		return nil, err
	}
	if t.status() != "Stopped" && f.args.has("InstanceType") && !t.fresh() {
		return nil, incorrectStatus(t)
	}
	return modifyInstance(f)
}

func allocatePublicIP(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(instances, f.args.text("InstanceId"), "InstanceId")
	if err != nil {
		return nil, err
	}
	ip := orText(t.publicIP(), publicAddress(t.o.Seed.with("public")))
	t.set("PublicIp", ip)
	return map[string]any{"IpAddress": ip}, nil
}

// describeInstanceRole answers with the roles of instances.
func describeInstanceRole(f *frame) (map[string]any, *provider.Error) {
	list := make([]any, 0)
	for _, id := range f.args.texts("InstanceIds") {
		t, err := f.find(instances, id, "InstanceIds")
		if err != nil {
			return nil, err
		}
		list = append(list, map[string]any{"InstanceId": id, "RamRoleName": t.text("RamRoleName")})
	}
	return map[string]any{"InstanceRamRoleSets": map[string]any{"InstanceRamRoleSet": list}, "RegionId": f.region, "TotalCount": len(list)}, nil
}

func setInstanceRole(attach bool) behaviour {
	return func(f *frame) (map[string]any, *provider.Error) {
		if err := f.args.missing("InstanceIds"); err != nil {
			return nil, err
		}
		list := make([]any, 0)
		for _, id := range f.args.texts("InstanceIds") {
			t, err := f.find(instances, id, "InstanceIds")
			if err != nil {
				return nil, err
			}
			role := ""
			if attach {
				role = f.args.text("RamRoleName")
			}
			t.set("RamRoleName", role)
			list = append(list, map[string]any{"InstanceId": id, "Success": true, "Code": "200", "Message": "success"})
		}
		result := f.api.Name + "Result"
		return map[string]any{result + "s": map[string]any{result: list}, "RamRoleName": f.args.text("RamRoleName"), "TotalCount": len(list), "FailCount": 0}, nil
	}
}
