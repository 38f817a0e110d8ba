package provider

// Coverage says how much of a type is known, and so what a validator may
// report.
type Coverage uint8

// The coverages, least first.
const (
	CoverageNone       Coverage = iota // nothing but the name
	CoverageAttributes                 // attributes; accept any property
	CoverageNames                      // names of properties, perhaps not all
	CoverageDocs                       // from old documentation
	CoverageTop                        // top-level properties, nothing nested
	CoverageFull                       // names, types, structure, limits, attributes
)

// Mutability says whether a property can be changed in place.
type Mutability uint8

// The mutabilities. UpdateUnknown plans as a possible replacement.
const (
	UpdateUnknown Mutability = iota
	UpdateInPlace
	UpdateReplaces
)

// ValueType is the JSON shape of a property or an attribute.
type ValueType uint8

// The value types.
const (
	TypeAny ValueType = iota
	TypeString
	TypeInteger
	TypeNumber
	TypeBoolean
	TypeList
	TypeMap
)

// Type is all that is known of a resource type: the catalogue's facts overlaid
// by the provider's own. It is read-only once handed out.
type Type struct {
	Name       string
	DataSource bool
	Coverage   Coverage
	Properties map[string]*Property
	// Attributes maps the names that Fn::GetAtt reads to their shape.
	Attributes map[string]Attribute
	// DynamicAttributes are patterns of names that the template decides:
	// "Outputs.*" or "*".
	DynamicAttributes []string
	Ref               ValueType // shape of Ref; TypeAny stands for a string
	ReplaceOrder      ReplaceOrder
	// Grade tells how far the provider has proven the type.
	Grade Grade
}

// ReplaceOrder says in which order a replacement makes the new resource and
// removes the old one.
type ReplaceOrder uint8

// The orders of replacement.
const (
	CreateFirst ReplaceOrder = iota // safe, where both can exist at once
	DeleteFirst                     // the resource holds a slot that only one can hold
)

// Grade tells how far a provider supports a type.
type Grade uint8

// The grades.
const (
	GradeAbsent Grade = iota
	GradeDescribed
	GradeProven
)

// Property is what is known of a property.
type Property struct {
	Type       ValueType
	Required   bool
	Update     Mutability
	UpdateHint Mutability // a guess, only where Update is unknown
	Enum       []string   // the values' text
	Min, Max   *float64
	MinLength  *int // of a string in characters, of a list in items
	MaxLength  *int
	Pattern    string
	Items      *Property            // element of a list; nil: unknown
	Properties map[string]*Property // members of a map; nil: unknown unless FreeKeys
	FreeKeys   bool
	Deprecated bool
	Sensitive  bool
}

// Attribute is what is known of an attribute.
type Attribute struct {
	Type      ValueType
	Sensitive bool
}
