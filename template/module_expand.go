package template

import (
	"github.com/bianpai/bianpai/internal/doc"
)

// moduleExpansion expands one use of a module.
type moduleExpansion struct {
	*modules
	r      *doc.Draft // the resource that uses the module
	id     string
	inner  *doc.Draft // the module's template, which is changed
	values map[string]*doc.Draft
	names  renamer
}

// rename gives the outer name of a resource or a local of the module.
func (x *moduleExpansion) rename(name string) string {
	base := name
	if b, _, ok := instance(name); ok {
		base = b
	}
	if x.inner.Get("Resources").Get(base) != nil || x.inner.Get("Locals").Get(name) != nil {
		return x.id + "." + name
	}
	return name
}

// replace gives the value of a parameter.
func (x *moduleExpansion) replace(name, attribute string) *doc.Draft {
	if attribute != "" {
		return nil
	}
	return x.values[name]
}

// named gives the outer names of what a section of the module has.
func (x *moduleExpansion) named(section string) func(string) string {
	own := x.inner.Get(section)
	return func(name string) string {
		if own.Get(name) != nil {
			return x.id + "." + name
		}
		return name
	}
}

// sections moves the conditions, mappings and locals of the module.
func (x *moduleExpansion) sections() {
	if own := x.inner.Get("Conditions"); own != nil {
		for _, c := range own.Items {
			moved := c.Clone()
			if name, arg, ok := callOfDraft(c); ok && name == "Ref" && x.values[arg.Text] != nil {
				// a value cannot stand at the root of a condition
				moved = callDraft(c.At, "Fn::Equals", doc.DraftList(c.At, x.values[arg.Text].Clone(), &doc.Draft{Kind: doc.Bool, Text: "true", At: c.At}))
			}
			x.names.walk(moved)
			x.conditions.Set(x.id+"."+c.Key, moved)
		}
	}
	if own := x.inner.Get("Mappings"); own != nil {
		for _, table := range own.Items {
			x.mappings.Set(x.id+"."+table.Key, table.Clone())
		}
	}
	if own := x.inner.Get("Locals"); own != nil {
		for _, local := range own.Items {
			moved := local.Clone()
			x.names.resource(moved)
			x.locals.Set(x.id+"."+local.Key, moved)
		}
	}
}

// resources moves the resources of the module. They have what the resource that
// uses it says of condition, dependencies and deletion.
func (x *moduleExpansion) resources(types string, level int) {
	own := x.inner.Get("Resources")
	if own == nil {
		return
	}
	x.members[x.id] = []string{}
	for _, r := range own.Items {
		moved := r.Clone()
		x.names.resource(moved)
		id := x.id + "." + r.Key
		x.condition(moved, id)
		if outer := x.r.Get("DependsOn"); outer != nil {
			x.dependOn(moved, outer)
		}
		if policy := x.r.Get("DeletionPolicy"); policy != nil && moved.Get("DeletionPolicy") == nil {
			moved.Set("DeletionPolicy", policy.Clone())
		}
		hierarchy := types
		if level > 1 {
			hierarchy = types + "/" + typeOf(x.r)
		}
		x.origin(moved, hierarchy)
		before := len(x.made)
		x.resource(moved, id, hierarchy, level+1)
		for _, made := range x.made[before:] {
			x.members[x.id] = append(x.members[x.id], made.Key)
		}
	}
}

// condition joins the condition of a resource in the module with that of the
// module itself.
func (x *moduleExpansion) condition(moved *doc.Draft, id string) {
	outer, inner := x.r.Get("Condition"), moved.Get("Condition")
	switch {
	case outer == nil || outer.Kind == doc.Null:
	case inner == nil || inner.Kind == doc.Null:
		moved.Set("Condition", outer.Clone())
	default:
		both := id + "&" + outer.Text
		x.conditions.Set(both, callDraft(outer.At, "Fn::And", doc.DraftList(outer.At, outer.Clone(), inner.Clone())))
		moved.Set("Condition", doc.DraftText(both, outer.At))
	}
}

func (x *moduleExpansion) dependOn(moved, outer *doc.Draft) {
	needs(moved)
	list := moved.Get("DependsOn")
	if list == nil {
		list = doc.DraftList(outer.At)
		moved.Set("DependsOn", list)
	}
	if outer.Kind == doc.List {
		list.Items = append(list.Items, outer.Clone().Items...)
		return
	}
	list.Items = append(list.Items, outer.Clone())
}

// origin notes in a resource's metadata which module it comes from.
func (x *moduleExpansion) origin(moved *doc.Draft, types string) {
	at := x.r.KeyAt
	metadata := moved.Get("Metadata")
	if metadata == nil || metadata.Kind != doc.Map {
		metadata = doc.DraftMap(at)
		moved.Set("Metadata", metadata)
	}
	metadata.Set("ALIYUN::ROS::Module", doc.DraftMap(at).
		Set("LogicalIdHierarchy", doc.DraftText(x.id, at)).
		Set("TypeHierarchy", doc.DraftText(types, at)))
}

// outputs notes what the outputs of the module give.
func (x *moduleExpansion) outputs() {
	known := make(map[string]*doc.Draft)
	x.modules.outputs[x.id] = known
	own := x.inner.Get("Outputs")
	if own == nil {
		return
	}
	for _, o := range own.Items {
		v := o.Get("Value")
		if v == nil {
			continue
		}
		holder := doc.DraftList(v.At, v.Clone())
		x.names.walk(holder)
		v = holder.Items[0]
		if c := o.Get("Condition"); c != nil && c.Kind == doc.String {
			name := x.named("Conditions")(c.Text)
			v = callDraft(v.At, "Fn::If", doc.DraftList(v.At, doc.DraftText(name, c.At), v, &doc.Draft{Kind: doc.Null, Text: "null", At: v.At}))
		}
		known[o.Key] = v
	}
}
