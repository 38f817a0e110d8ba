package providertest

import (
	"slices"

	"github.com/bianpai/bianpai/provider"
)

var (
	images    = &kind{typ: "ALIYUN::ECS::CustomImage", types: []string{"ALIYUN::ECS::CopyImage"}, missing: "InvalidImageId.NotFound", status: "Available"}
	snapshots = &kind{typ: "ALIYUN::ECS::Snapshot", missing: "InvalidSnapshotId.NotFound", status: "accomplished"}
)

func (f *frame) tellImage(t *thing) map[string]any {
	progress := "100%"
	if t.status() == "Creating" {
		progress = "50%"
	}
	owner := "self"
	if t.o.Standing {
		owner = orText(f.args.text("ImageOwnerAlias"), "system")
	}
	size := orText(t.text("Size"), "40")
	mapping := map[string]any{"Device": "/dev/xvda", "Type": "system", "Size": size, "SnapshotId": f.snapshotOf(t), "Format": "", "Progress": progress, "RemainTime": 0, "Encrypted": t.text("Encrypted") == "true"}
	return map[string]any{
		"ImageId": t.id, "Status": t.status(), "Progress": progress, "RegionId": f.region, "ImageOwnerAlias": owner, "Description": t.text("Description"),
		"ImageName": orText(orText(t.text("ImageName"), t.text("DestinationImageName")), "image-"+t.id), "ImageFamily": t.text("ImageFamily"), "OSType": "linux", "Platform": "Aliyun", "OSName": "Alibaba Cloud Linux  3.2104 LTS 64",
		"OSNameEn": "Alibaba Cloud Linux  3.2104 LTS 64", "Architecture": orText(t.text("Architecture"), "x86_64"), "Size": size, "Usage": "none", "IsCopied": t.text("IsCopied") == "true", "ImageVersion": t.text("ImageVersion"),
		"DiskDeviceMappings": map[string]any{"DiskDeviceMapping": []any{mapping}}, "IsPublic": t.o.Standing, "IsSelfShared": "", "IsSubscribed": false, "ResourceGroupId": t.text("ResourceGroupId"),
	}
}

// snapshotOf gives the id of the snapshot that an image holds.
func (f *frame) snapshotOf(t *thing) string {
	if id := t.text("SnapshotId"); id != "" {
		return id
	}
	return existingID(styleOf(snapshots.typ), newSeed("snapshot", t.id), f.region)
}

func describeImages(f *frame) (map[string]any, *provider.Error) {
	s := &selection{
		kind: images, ids: f.args.texts("ImageId"), name: "ImageName", tell: f.tellImage,
		by: []string{"ImageFamily", "OSType", "ImageOwnerAlias", "Architecture", "ResourceGroupId"},
	}
	want := f.args.list("Status")
	if len(want) == 0 {
		want = []string{"Available"} // of the API
	}
	s.when = func(known map[string]any) bool { return slices.Contains(want, textOf(known["Status"])) }
	out, err := f.listing("Images.Image", "ImageId", f.selected(s))
	if err == nil {
		out["RegionId"] = f.region
	}
	return out, err
}

func createImage(f *frame) (map[string]any, *provider.Error) {
	props := f.only("ImageName", "Description", "ImageFamily", "ImageVersion", "InstanceId", "SnapshotId", "Architecture", "Platform", "ResourceGroupId")
	switch {
	case f.args.text("InstanceId") != "":
		host, err := f.find(instances, f.args.text("InstanceId"), "InstanceId")
		if err != nil {
			return nil, err
		}
		if s := host.status(); s != "Running" && s != "Stopped" {
			return nil, incorrectStatus(host)
		}
		if d := f.systemDisk(host); d != nil {
			props["Size"] = d.text("Size")
		}
	case f.args.text("SnapshotId") != "":
		if _, err := f.find(snapshots, f.args.text("SnapshotId"), "SnapshotId"); err != nil {
			return nil, err
		}
	case len(f.args.objects("DiskDeviceMapping")) == 0:
		return nil, f.args.missing("InstanceId")
	}
	if name := f.args.text("ImageName"); name != "" {
		for _, t := range f.c.things(images) {
			if t.text("ImageName") == name {
				return nil, invalid("InvalidImageName.Duplicated", "ImageName", "The specified ImageName %q is already in use.", name)
			}
		}
	}
	return f.makeImage(props)
}

func (f *frame) makeImage(props map[string]any) (map[string]any, *provider.Error) {
	t, err := f.make(images, props, "")
	if err != nil {
		return nil, err
	}
	t.become("Create", "Creating", "Available")
	return map[string]any{"ImageId": t.id}, nil
}

func copyImage(f *frame) (map[string]any, *provider.Error) {
	from, err := f.find(images, f.args.text("ImageId"), "ImageId")
	if err != nil {
		return nil, err
	}
	props := map[string]any{
		"ImageName": orText(f.args.text("DestinationImageName"), "copy-of-"+from.id), "Description": f.args.text("DestinationDescription"),
		"IsCopied": true, "Encrypted": f.args.flag("Encrypted"), "Size": orText(from.text("Size"), "40"),
	}
	if tags := f.args.tags(); tags != nil {
		props["Tags"] = tagProperty(tags)
	}
	return f.makeImage(props)
}

func modifyImage(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(images, f.args.text("ImageId"), "ImageId")
	if err != nil {
		return nil, err
	}
	for _, name := range [...]string{"ImageName", "Description", "ImageFamily"} {
		if v, ok := f.args.given[name]; ok {
			t.set(name, v)
		}
	}
	if status := f.args.text("Status"); status != "" {
		t.become("Modify", status, status)
	}
	return map[string]any{}, nil
}

// sharesKey is where an image keeps the accounts that may use it.
const sharesKey = "Accounts"

func shareImage(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(images, f.args.text("ImageId"), "ImageId")
	if err != nil {
		return nil, err
	}
	shares := (&arguments{given: map[string]any{sharesKey: t.value(sharesKey)}}).list(sharesKey)
	remove := f.args.list("RemoveAccount")
	shares = slices.DeleteFunc(append(shares, f.args.list("AddAccount")...), func(id string) bool { return slices.Contains(remove, id) })
	slices.Sort(shares)
	t.set(sharesKey, anyList(slices.Compact(shares)))
	return map[string]any{}, nil
}

func describeImageShares(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(images, f.args.text("ImageId"), "ImageId")
	if err != nil {
		return nil, err
	}
	list := make([]map[string]any, 0)
	for _, id := range (&arguments{given: map[string]any{sharesKey: t.value(sharesKey)}}).list(sharesKey) {
		list = append(list, map[string]any{"AliyunId": id})
	}
	out, err := f.listing("Accounts.Account", "AliyunId", list)
	if err == nil {
		out["ImageId"], out["RegionId"], out["ShareGroups"] = t.id, f.region, map[string]any{"ShareGroup": []any{}}
	}
	return out, err
}

// deleting makes a call that takes a thing away.
func deleting(k *kind, parameter string) behaviour {
	return func(f *frame) (map[string]any, *provider.Error) {
		t, err := f.find(k, f.args.text(parameter), parameter)
		if err != nil {
			return nil, err
		}
		if err := f.c.blocker(t.o); err != nil {
			return nil, err
		}
		t.vanish()
		return map[string]any{}, nil
	}
}

func (f *frame) tellSnapshot(t *thing) map[string]any {
	status, progress := t.status(), "100%"
	if status == "progressing" {
		progress = "50%"
	}
	return map[string]any{
		"SnapshotId": t.id, "Status": status, "Progress": progress, "RegionId": f.region, "SnapshotName": orText(t.text("SnapshotName"), "snapshot-"+t.id), "Description": t.text("Description"),
		"SourceDiskId": t.text("DiskId"), "SourceDiskType": orText(t.text("SourceDiskType"), "system"), "SourceDiskSize": orText(t.text("Size"), "40"), "Encrypted": false, "RetentionDays": t.text("RetentionDays"),
		"Usage": "none", "Available": status == "accomplished", "SnapshotType": "user", "InstantAccess": false, "RemainTime": 0, "ResourceGroupId": t.text("ResourceGroupId"),
	}
}

func describeSnapshots(f *frame) (map[string]any, *provider.Error) {
	s := &selection{kind: snapshots, ids: f.args.texts("SnapshotIds"), name: "SnapshotName", tell: f.tellSnapshot, by: []string{"SourceDiskType", "SnapshotType", "ResourceGroupId", "Usage"}}
	status, disk := f.args.text("Status"), f.args.text("DiskId")
	var host []string
	if id := f.args.text("InstanceId"); id != "" {
		if t := f.c.thing(instances, id); t != nil {
			for _, d := range f.disksOf(t) {
				host = append(host, d.id)
			}
		}
	}
	s.when = func(known map[string]any) bool {
		of := textOf(known["SourceDiskId"])
		return (status == "" || status == "all" || status == known["Status"]) && (disk == "" || of == "" || of == disk) && (host == nil || of == "" || slices.Contains(host, of))
	}
	return f.listing("Snapshots.Snapshot", "SnapshotId", f.selected(s))
}

func createSnapshot(f *frame) (map[string]any, *provider.Error) {
	d, err := f.find(disks, f.args.text("DiskId"), "DiskId")
	if err != nil {
		return nil, err
	}
	props := f.only("SnapshotName", "Description", "DiskId", "RetentionDays", "ResourceGroupId")
	props["Size"], props["SourceDiskType"] = orText(d.text("Size"), "40"), orText(d.text("Type"), "data")
	t, err := f.make(snapshots, props, "")
	if err != nil {
		return nil, err
	}
	t.become("Create", "progressing", "accomplished")
	return map[string]any{"SnapshotId": t.id}, nil
}
