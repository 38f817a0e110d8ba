package providertest

import (
	"slices"
	"strconv"

	"github.com/bianpai/bianpai/provider"
)

var disks = &kind{typ: "ALIYUN::ECS::Disk", missing: "InvalidDiskId.NotFound", status: "Available"}

// systemDisk gives the system disk of an instance. It is made up when a call
// first asks for it, and goes when the instance goes.
func (f *frame) systemDisk(t *thing) *thing {
	id := existingID(styleOf(disks.typ), newSeed("system disk", t.id), f.region)
	d := f.c.thing(disks, id)
	if d == nil || d.value("InstanceId") != nil {
		return d
	}
	d.alter(func(l *live) {
		l.Status = "In_use"
		l.Set = map[string]any{
			"InstanceId": t.id, "Type": "system", "Device": "/dev/xvda", "Size": orText(t.text("SystemDiskSize"), "40"), "Category": orText(t.text("SystemDiskCategory"), "cloud_essd"),
			"ImageId": t.text("ImageId"), "ZoneId": t.text("ZoneId"), "DeleteWithInstance": true, "Portable": false,
		}
	})
	return d
}

// disksOf gives the disks of an instance, the system disk first.
func (f *frame) disksOf(t *thing) []*thing {
	list := make([]*thing, 0, 1)
	system := f.systemDisk(t)
	if system != nil {
		list = append(list, system)
	}
	for _, o := range f.c.inOrder() {
		if o.Type != disks.typ || system != nil && o.ID == system.id {
			continue
		}
		if d := f.c.thing(disks, o.ID); d != nil && d.text("InstanceId") == t.id {
			list = append(list, d)
		}
	}
	return list
}

func (f *frame) tellDisk(t *thing) map[string]any {
	instance := t.text("InstanceId")
	status := t.status()
	if instance != "" && status == "Available" {
		status = "In_use" // a resource made it with the instance
	}
	known := map[string]any{
		"DiskId": t.id, "Status": status, "RegionId": f.region, "InstanceId": instance, "Type": orText(t.text("Type"), "data"), "Device": t.text("Device"),
		"DiskName": orText(t.text("DiskName"), ""), "Description": t.text("Description"), "DiskChargeType": "PostPaid", "SourceSnapshotId": t.text("SnapshotId"),
		"Size": orText(t.text("Size"), "40"), "Category": orText(orText(t.text("Category"), t.text("DiskCategory")), "cloud_essd"), "ZoneId": orText(t.text("ZoneId"), f.region+"-h"),
		"Encrypted": t.text("Encrypted") == "true", "Portable": t.text("Portable") != "false", "DeleteWithInstance": t.text("DeleteWithInstance") == "true",
		"KMSKeyId": t.text("KMSKeyId"), "ImageId": t.text("ImageId"), "AutoSnapshotPolicyId": t.text("AutoSnapshotPolicyId"), "PerformanceLevel": orText(t.text("PerformanceLevel"), "PL1"),
		"OperationLocks": map[string]any{"OperationLock": []any{}}, "MultiAttach": "Disabled", "ResourceGroupId": t.text("ResourceGroupId"), "EnableAutoSnapshot": true, "DeleteAutoSnapshot": false,
	}
	attachments := []any{}
	if instance != "" {
		attachments = append(attachments, map[string]any{"InstanceId": instance, "Device": t.text("Device")})
	}
	known["Attachments"] = map[string]any{"Attachment": attachments}
	return known
}

func describeDisks(f *frame) (map[string]any, *provider.Error) {
	s := &selection{
		kind: disks, ids: f.args.texts("DiskIds"), name: "DiskName", tell: f.tellDisk,
		by: []string{"Status", "ZoneId", "Category", "AutoSnapshotPolicyId", "ResourceGroupId"},
	}
	if kind := f.args.text("DiskType"); kind != "" && kind != "all" {
		s.when = func(known map[string]any) bool { return known["Type"] == kind }
	}
	if id := f.args.text("InstanceId"); id != "" {
		t := f.c.thing(instances, id)
		if t == nil {
			return f.listing("Disks.Disk", "DiskId", nil)
		}
		of := make([]string, 0, 1)
		for _, d := range f.disksOf(t) {
			if len(s.ids) == 0 || slices.Contains(s.ids, d.id) {
				of = append(of, d.id)
			}
		}
		if s.ids = of; len(of) == 0 {
			return f.listing("Disks.Disk", "DiskId", nil)
		}
	}
	return f.listing("Disks.Disk", "DiskId", f.selected(s))
}

func createDisk(f *frame) (map[string]any, *provider.Error) {
	if !f.args.has("Size") && !f.args.has("SnapshotId") {
		return nil, f.args.missing("Size")
	}
	props := f.only("DiskName", "Description", "Size", "ZoneId", "DiskCategory", "Encrypted", "KMSKeyId", "SnapshotId", "PerformanceLevel", "ResourceGroupId")
	t, err := f.make(disks, props, "")
	if err != nil {
		return nil, err
	}
	t.become("Create", "Creating", "Available")
	if id := f.args.text("InstanceId"); id != "" {
		if err := f.attach(t, id); err != nil {
			return nil, err
		}
	}
	return map[string]any{"DiskId": t.id}, nil
}

// only gives these parameters, and the tags, as properties.
func (f *frame) only(names ...string) map[string]any {
	props := make(map[string]any, len(names))
	for _, name := range names {
		if v, ok := f.args.given[name]; ok {
			props[name] = v
		}
	}
	if tags := f.args.tags(); tags != nil {
		props["Tags"] = tagProperty(tags)
	}
	return props
}

func incorrectDisk(t *thing) *provider.Error {
	return &provider.Error{Kind: provider.Conflict, Code: "IncorrectDiskStatus", Message: "The disk " + t.id + " is " + t.status() + "."}
}

// attach puts a disk on an instance.
func (f *frame) attach(t *thing, instance string) *provider.Error {
	host, err := f.find(instances, instance, "InstanceId")
	if err != nil {
		return err
	}
	if s := host.status(); s != "Running" && s != "Stopped" {
		return incorrectStatus(host)
	}
	device := orText(f.args.text("Device"), "/dev/xvd"+string("bcdefghijklmnop"[min(len(f.disksOf(host)), 15)-1]))
	bootable := f.args.flag("Bootable")
	t.become("Attach", "Attaching", "In_use")
	t.alter(func(l *live) {
		l.Set = map[string]any{"InstanceId": instance, "Device": device, "DeleteWithInstance": f.args.flag("DeleteWithInstance"), "Type": "data", "Size": t.text("Size")}
		if bootable {
			l.Set["Type"], l.Set["Device"] = "system", "/dev/xvda"
		}
	})
	return nil
}

func attachDisk(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(disks, f.args.text("DiskId"), "DiskId")
	if err != nil {
		return nil, err
	}
	if t.status() != "Available" {
		return nil, incorrectDisk(t)
	}
	return map[string]any{}, f.attach(t, f.args.text("InstanceId"))
}

func detachDisk(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(disks, f.args.text("DiskId"), "DiskId")
	if err != nil {
		return nil, err
	}
	if t.status() != "In_use" && t.text("InstanceId") == "" && !t.fresh() {
		return nil, incorrectDisk(t)
	}
	f.release(t)
	return map[string]any{}, nil
}

// release takes a disk off its instance.
func (f *frame) release(t *thing) {
	t.become("Detach", "Detaching", "Available")
	for name, v := range map[string]any{"InstanceId": "", "Device": "", "Portable": true} {
		t.set(name, v)
	}
}

func resizeDisk(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(disks, f.args.text("DiskId"), "DiskId")
	if err != nil {
		return nil, err
	}
	size := f.args.number("NewSize", 0)
	if have, _ := strconv.Atoi(t.text("Size")); size < have || size < 1 {
		return nil, invalid("InvalidDiskSize.TooSmall", "NewSize", "The specified new disk size is less than the original one.")
	}
	t.set("Size", strconv.Itoa(size))
	return map[string]any{"OrderId": "2" + f.seed.with("order").text(digits, 14)}, nil
}

func deleteDisk(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(disks, f.args.text("DiskId"), "DiskId")
	if err != nil {
		return nil, err
	}
	if t.text("InstanceId") != "" {
		return nil, incorrectDisk(t)
	}
	t.vanish()
	return map[string]any{}, nil
}

func modifyDisk(f *frame) (map[string]any, *provider.Error) {
	ids := f.args.texts("DiskId", "DiskIds")
	if len(ids) == 0 {
		return nil, f.args.missing("DiskId")
	}
	for _, id := range ids {
		t, err := f.find(disks, id, "DiskId")
		if err != nil {
			return nil, err
		}
		for _, name := range [...]string{"DiskName", "Description", "DeleteWithInstance", "AutoSnapshotPolicyId", "PerformanceLevel", "DiskCategory"} {
			if v, ok := f.args.given[name]; ok {
				t.set(name, v)
			}
		}
	}
	return map[string]any{}, nil
}

// resetDisk takes a disk back to what it was made from. Its instance must be
// stopped.
func resetDisk(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(disks, f.args.text("DiskId"), "DiskId")
	if err != nil {
		return nil, err
	}
	if host := f.c.thing(instances, t.text("InstanceId")); host != nil && host.status() != "Stopped" && !host.fresh() {
		return nil, incorrectStatus(host)
	}
	return map[string]any{}, nil
}

func replaceSystemDisk(f *frame) (map[string]any, *provider.Error) {
	host, err := f.find(instances, f.args.text("InstanceId"), "InstanceId")
	if err != nil {
		return nil, err
	}
	if host.status() != "Stopped" && !host.fresh() {
		return nil, incorrectStatus(host)
	}
	if image := f.args.text("ImageId"); image != "" {
		host.set("ImageId", image)
	}
	d := f.systemDisk(host)
	if d == nil {
		return map[string]any{}, nil
	}
	if size := f.args.text("SystemDisk.Size"); size != "" {
		d.set("Size", size)
	}
	return map[string]any{"DiskId": d.id}, nil
}
