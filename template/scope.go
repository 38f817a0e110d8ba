package template

import (
	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/value"
)

// Pseudo holds what the pseudo parameters ALIYUN::… stand for.
type Pseudo struct {
	AccountID       string
	TenantID        string
	Region          string
	StackID         string
	StackName       string
	ResourceGroupID string
}

// Scope is a template bound to parameter values: all that its expressions can
// refer to but the resources' state. It is immutable and safe for concurrent
// use.
type Scope struct {
	t *Template
}

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
	// resource.
	Properties     value.Value
	Uses           []Use    // in the order of the properties
	DependsOn      []string // declared ones only, those that do not exist dropped
	DeletionPolicy string   // "Delete" or "Retain"
	Metadata       value.Value
}

// Use is one reference to another resource.
type Use struct {
	To        string // logical id
	Attribute string // "" for Ref
	Path      string // where: VpcId, Tags[0].Value
}

// Lookup tells what is known of resources. false stands for "not yet".
type Lookup interface {
	Ref(logicalID string) (value.Value, bool)
	Attribute(logicalID, name string) (value.Value, bool)
}

// OutputValue is one evaluated output.
type OutputValue struct {
	Name        string
	Description string
	Value       value.Value
	NoEcho      bool
}

var _ diag.List
