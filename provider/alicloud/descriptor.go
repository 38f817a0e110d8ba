package alicloud

// descriptor is what is known of the calls behind a type. It is read-only once
// decoded. descriptors/README.md tells its text form.
type descriptor struct {
	name    string
	product *product
	id      identity

	create, after, update, remove []*step

	read  *step       // the lookup
	other []*step     // further forms of it; the first whose condition holds is it
	reads []namedStep // further lookups that attributes are taken from

	ready, removed *wait
	attributes     []attribute
	secret         []string

	tags, resourceGroup string // the resource type in calls that tag and group; "true": those take none

	gone, removeGone                      []string            // codes
	goneStates                            []string            // values of the wait's field
	goneWithout                           *path               // where the lookup's item has the resource, being of something else
	createRetry, updateRetry, removeRetry []string            // codes that pass
	replace                               []string            // properties; "all" is every one
	listedFixed, local                    []string            // properties
	keys                                  map[string][]string // by what the items of a property are known
	back                                  map[string]*path    // of properties in the lookup's item; nil: it has not
}

// step is a call: one, or one for each item of a list.
type step struct {
	product    *product
	action     string
	method     string // HTTP, of a ROA call
	path       string // of a ROA call, with [Name] where a parameter goes
	token      string // the parameter that takes the client token
	form       bool   // of a ROA call: the body is a form
	item       *path  // of the object in the answer; nil: the answer itself
	when       *condition
	partial    bool     // sets what it is given and leaves the rest
	on         []string // only a change of these makes it run; empty: of any that it sends
	until      []string // what the wait's field must be then, where that is not what it usually is
	parameters []parameter
	line       int
}

type namedStep struct {
	name string
	step *step
}

// parameter gives one parameter of a call a value: that of a property by a
// mapping, or one that an expression computes, which a mapping may write.
type parameter struct {
	name    string // of computed ones without a mapping
	query   bool   // of a ROA call: goes to the query
	must    bool   // no call is made without it
	value   *template
	mapping *mapping
	inherit string // "^P": the mapping that create has of property P
}

// wait says when an operation is over.
type wait struct {
	read           string // of a named lookup; empty: the main one
	field          *path
	ok, busy, fail []*template
	every          bool // all items of a list must be ok
	gone           bool // over when nothing is found
	when           *condition
}

// attribute is where an attribute's value is found: the first source that has
// one.
type attribute struct {
	name    string
	sources []source
}

// sourceKind is where a value comes from.
type sourceKind uint8

const (
	fromItem sourceKind = iota
	fromCreate
	fromProperty
	fromRead
	fromCall
	fromText
	fromRegion
	fromNowhere
)

type source struct {
	kind sourceKind
	path *path     // into an item, an answer or a property
	read string    // of fromRead
	call *step     // of fromCall
	text *template // of fromText
}

// reader is the lookup for a resource with these properties.
func (d *descriptor) reader(env *scope) *step {
	if d.read == nil || d.read.when.holds(env) {
		return d.read
	}
	for _, s := range d.other {
		if s.when.holds(env) {
			return s
		}
	}
	return d.read
}

func (d *descriptor) named(name string) *step {
	for _, r := range d.reads {
		if r.name == name {
			return r.step
		}
	}
	return nil
}
