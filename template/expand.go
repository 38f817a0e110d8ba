package template

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// Desired lists the resources that a template asks for, with counts and
// conditions applied, in template order.
type Desired struct {
	Resources []*DesiredResource
}

// DesiredResource is one resource that should exist.
type DesiredResource struct {
	LogicalID string
	Type      string
	Template  *Resource
	Index     int // number of a counted instance; -1: not counted
	// Properties is a map with holes for all that depends on another
	// resource. Members that are to be left out are gone.
	Properties     value.Value
	Uses           []Use    // in the order of the properties
	DependsOn      []string // the declared ones that exist, instances by name
	DeletionPolicy string   // "Delete" or "Retain"
	Metadata       value.Value
	UpdatePolicy   value.Value
}

// Use is one reference to another resource.
type Use struct {
	To        string // logical id
	Attribute string // "" for Ref
	Path      string // the property that it is in: VpcId, Tags[0].Value
	// At is where the call stands that refers to it: in the template's text,
	// be it in a local that the property uses.
	At diag.Range
}

// String says where the use is and what it refers to: "VpcId: Vpc.Id".
func (u Use) String() string {
	if u.Attribute == "" {
		return u.Path + ": " + u.To
	}
	return u.Path + ": " + u.To + "." + u.Attribute
}

// Expand evaluates the resources. What depends on the state of other resources
// is left open as holes in the properties. The error is a *diag.ListError with
// all faults at once, cycles among the resources that exist included.
func (s *Scope) Expand() (*Desired, error) {
	if s.template == nil {
		d := diag.New(diag.Error, "scope-without-template", nil, diag.Range{}, "")
		return nil, diag.List{d}.Err()
	}
	x := expander{scope: s, template: s.template}
	x.eval = s.evaluator(inNormal, nil)
	x.eval.uses = &uses{}
	x.run()
	if x.faults.Err() == nil {
		x.faults = append(x.faults, cycles(s.template, x.desired)...)
	}
	x.faults.Sort()
	if err := x.faults.Err(); err != nil {
		return nil, err
	}
	return &Desired{x.desired}, nil
}

type expander struct {
	scope    *Scope
	template *Template
	eval     *evaluator
	desired  []*DesiredResource
	size     int // of all properties
	slab     []DesiredResource
	faults   diag.List
}

func (x *expander) run() {
	size := 0
	for i := range x.template.Resources {
		size += x.instances(int32(i))
	}
	x.slab = make([]DesiredResource, size)
	x.desired = make([]*DesiredResource, 0, size)
	for i, r := range x.template.Resources {
		n := x.instances(int32(i))
		if n == 1 && x.scope.count(int32(i)) < 0 {
			x.resource(r, r.Name, -1)
			n = 0
		}
		for k := range n {
			if x.spent() {
				return
			}
			x.resource(r, instanceName(r.Name, k), k)
		}
		if x.spent() {
			return
		}
	}
}

// spent reports whether a budget is used up; one fault says so.
func (x *expander) spent() bool {
	if x.size > maxDesired {
		x.faults = append(x.faults, diag.New(diag.Error, fn.CodeTooLarge, x.template.Source(), diag.Range{}, "Resources", strconv.Itoa(maxDesired)))
		return true
	}
	return *x.eval.left < 0
}

// instances is how many resources one entry of the template gives.
func (x *expander) instances(index int32) int {
	if x.scope.isAbsent(index) {
		return 0
	}
	if n := x.scope.count(index); n >= 0 {
		return n
	}
	return 1
}

func (x *expander) resource(r *Resource, id string, index int) {
	d := &x.slab[len(x.desired)]
	x.desired = append(x.desired, d)
	d.LogicalID, d.Type, d.Template, d.Index = id, r.Type, r, index
	d.DeletionPolicy = r.DeletionPolicy
	x.eval.index = index
	d.Properties = x.properties(r)
	x.size += d.Properties.Size()
	d.Uses = x.eval.uses.take()
	d.DependsOn = x.dependsOn(r)
	x.eval.index = -1
	if !r.Metadata.IsZero() {
		d.Metadata = x.attribute(r, r.Metadata)
	}
	if !r.UpdatePolicy.IsZero() {
		d.UpdatePolicy = x.attribute(r, r.UpdatePolicy)
	}
	if d.DeletionPolicy == "" {
		d.DeletionPolicy = x.policy(r)
	}
}

// properties evaluates the properties one by one, so that each faulty one is
// reported.
func (x *expander) properties(r *Resource) value.Value {
	n := r.Properties
	if n.Kind() != doc.Map {
		return value.Map(nil)
	}
	if _, _, ok := callOf(n); ok {
		v, err := x.eval.eval(n)
		if err != nil {
			x.faults = append(x.faults, finding(diag.Error, err, r.path("Properties")))
		}
		if v.Kind() != value.KindMap && !v.IsUnknown() {
			v = value.Map(nil)
		}
		return v
	}
	raw := rawProperty(r.Type)
	entries := make([]value.Entry, 0, n.Len())
	for i := range n.Len() {
		member := n.At(i)
		key := member.Key()
		var v value.Value
		var err error
		if key == raw {
			v = member.Value()
		} else {
			x.eval.uses.enter(key)
			v, err = x.eval.eval(member)
			x.eval.uses.leave()
		}
		if err != nil {
			x.faults = append(x.faults, finding(diag.Error, err, r.path("Properties")+"."+key))
			x.eval.reset()
			continue
		}
		if !v.IsAbsent() {
			entries = append(entries, value.Entry{Key: key, Value: v})
		}
	}
	return value.Map(entries)
}

// reset makes the evaluator usable after an error.
func (e *evaluator) reset() {
	e.depth = 0
	if e.uses != nil {
		e.uses.path, e.uses.held = e.uses.path[:0], 0
	}
}

// rawProperty names the property of a type that holds a template of its own
// and is not evaluated.
func rawProperty(typ string) string {
	if strings.HasPrefix(typ, "ALIYUN::ROS::Stack") && (typ == typeStack || typ == typeStackGroup) {
		return "TemplateBody"
	}
	return ""
}

const (
	typeStack      = "ALIYUN::ROS::Stack"
	typeStackGroup = "ALIYUN::ROS::StackGroup"
)

// aside gives an evaluator for what is not a property: it sees no locals, and
// its references are not noted.
func (x *expander) aside() *evaluator {
	return &evaluator{scope: x.scope, table: x.eval.table, left: x.eval.left, in: inNormal, index: -1, noLocal: true}
}

// attribute evaluates Metadata, where a reference waits for no resource.
func (x *expander) attribute(r *Resource, n doc.Node) value.Value {
	e := x.aside()
	v, err := e.eval(n)
	if err != nil {
		x.faults = append(x.faults, finding(diag.Error, err, r.path(n.Key())))
	}
	return v
}

func (x *expander) policy(r *Resource) string {
	e := x.aside()
	v, err := e.eval(r.policy)
	switch {
	case err != nil:
	case empty(v) || v.Text() == policyDelete:
		return policyDelete
	case v.Text() == policyRetain:
		return policyRetain
	default:
		err = fail(r.policy, "deletion-policy", v.String(), diag.NoNames)
	}
	x.faults = append(x.faults, finding(diag.Error, err, r.path("DeletionPolicy")))
	return policyDelete
}

// computedNames gives the names that a function in DependsOn gives, which
// parameters alone decide: one, a list of them, or null.
func (x *expander) computedNames(r *Resource, n doc.Node) []string {
	e := &evaluator{scope: x.scope, table: x.eval.table, left: x.eval.left, in: inCondition, index: -1, noLocal: true}
	v, err := e.eval(n)
	if err == nil && v.HasUnknown() {
		err = fail(n, "condition-known-later", r.Name)
	}
	list := []value.Value{v}
	if v.Kind() == value.KindList {
		list = list[:0]
		for _, member := range v.Items() {
			list = append(list, member)
		}
	}
	var names []string
	for _, name := range list {
		if err != nil || empty(name) || name.Kind() == value.KindString && name.Text() == "" {
			continue
		}
		if _, ok := x.scope.resource(name.Text()); !ok || name.Kind() != value.KindString {
			err = fail(n, "unknown-dependency", shown(name), r.Name, diag.NoNames)
			continue
		}
		names = append(names, name.Text())
	}
	if err != nil {
		x.faults = append(x.faults, finding(diag.Error, err, r.path("DependsOn")))
	}
	return names
}

// dependsOn gives the declared dependencies that exist.
func (x *expander) dependsOn(r *Resource) []string {
	declared := r.DependsOn
	for _, n := range r.computed {
		declared = append(slices.Clone(declared), x.computedNames(r, n)...)
	}
	if len(declared) == 0 {
		return nil
	}
	if len(r.computed) == 0 && x.scope.counts == nil && x.scope.absent == nil {
		return declared
	}
	var names []string
	for _, name := range declared {
		to, ok := x.scope.resource(name)
		switch {
		case !ok || to.absent:
		case to.count < 0:
			names = append(names, name)
		default:
			for i := range to.count {
				names = append(names, instanceName(name, i))
			}
		}
	}
	return names
}
