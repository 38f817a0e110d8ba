package template

import (
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// Pseudo holds what the pseudo parameters ALIYUN::… stand for, and the other
// facts of the world that functions need.
type Pseudo struct {
	AccountID       string
	TenantID        string
	Region          string
	StackID         string
	StackName       string
	ResourceGroupID string
	// Zones lists the zones of each region for Fn::GetAZs. A region that it
	// lacks is taken to have the zones -a, -b and -c.
	Zones map[string][]string
	// Now is the time that Fn::FormatTime gives; zero makes it an error.
	Now time.Time
	// World answers questions about stores, data sources and other stacks; nil
	// answers none.
	World *World
}

const (
	pseudoPrefix  = "ALIYUN::"
	pseudoIndex   = "ALIYUN::Index"
	pseudoNoValue = "ALIYUN::NoValue"
)

var pseudoNames = []string{
	"ALIYUN::StackId", "ALIYUN::StackName", "ALIYUN::Region", pseudoNoValue, "ALIYUN::TenantId",
	pseudoIndex, "ALIYUN::AccountId", "ALIYUN::ResourceGroupId",
}

func (ps *Pseudo) value(name string) (string, bool) {
	switch name {
	case "ALIYUN::StackId":
		return ps.StackID, true
	case "ALIYUN::StackName":
		return ps.StackName, true
	case "ALIYUN::Region":
		return ps.Region, true
	case "ALIYUN::TenantId":
		return ps.TenantID, true
	case "ALIYUN::AccountId":
		return ps.AccountID, true
	case "ALIYUN::ResourceGroupId":
		return ps.ResourceGroupID, true
	}
	return "", false
}

// Scope is a template bound to parameter values: all that its expressions can
// refer to but the state of resources. It is immutable and safe for concurrent
// use.
type Scope struct {
	template *Template // nil if the scope was loaded
	pseudo   Pseudo
	names    map[string]symbol
	params   []boundParameter
	locals   []boundLocal
	mappings doc.Node
	outputs  []boundOutput

	conditions map[string]int32
	truths     []truth

	binding *int   // steps that are left; nil once the scope is bound
	trial   *trial // the scope is a trial, see Conditions
	world   *World // nil once the scope is bound
	answers map[question]answer
	// asksZones says that the world knows zones: there are no stand-ins.
	asksZones bool

	copies int     // instances of counted resources
	counts []int32 // per resource, -1: not counted; nil: none is
	absent []bool  // per resource; nil: all exist
	// open says that only those resources are named that are special: counted,
	// absent, or with a dot in their name. Other names stand for resources too.
	open bool
}

type boundParameter struct {
	name  string
	value value.Value
	given value.Value // the name in the parameter store that value came from
}

// boundLocal is a local ready for use: an expression that is evaluated in each
// place, or a value.
type boundLocal struct {
	name  string
	macro bool
	stays bool        // a macro that is an Eval local: it sees what such a one sees
	node  doc.Node    // the expression; the properties of a query
	value value.Value // of all but macros; what Ref gives for a query
	err   error       // why there is no value
	state evalState

	data       bool // a query
	typ        string
	attributes value.Value // of a query
}

type boundOutput struct {
	name        string
	description string
	noEcho      bool
	value       doc.Node
}

type evalState uint8

const (
	unevaluated evalState = iota
	evaluating
	evaluated
)

// truth is a condition and what came out of it.
type truth struct {
	name  string
	node  doc.Node
	state evalState
	value bool
	err   error
	later *value.Hole // in a trial: not decided
	index int32       // in a trial: its number
}

func (s *Scope) local(name string) *boundLocal {
	if sym := s.names[name]; sym.kind == localSymbol {
		return &s.locals[sym.index]
	}
	return nil
}

// count gives the number of instances of a resource, -1 if it is not counted.
func (s *Scope) count(index int32) int {
	if s.counts == nil {
		return -1
	}
	return int(s.counts[index])
}

func (s *Scope) isAbsent(index int32) bool { return s.absent != nil && s.absent[index] }

// target is what the name of a resource stands for.
type target struct {
	name   string
	count  int // -1: one resource
	absent bool
}

// resource finds a resource, or an instance of a counted one, by name.
func (s *Scope) resource(name string) (target, bool) {
	if sym, ok := s.names[name]; ok {
		if sym.kind != resourceSymbol {
			return target{}, false
		}
		return target{name, s.count(sym.index), s.isAbsent(sym.index)}, true
	}
	if base, i, ok := instance(name); ok {
		if sym := s.names[base]; sym.kind == resourceSymbol && i < s.count(sym.index) {
			return target{name, -1, s.isAbsent(sym.index)}, true
		}
		return target{}, false
	}
	if s.open && !strings.Contains(name, ".") && !strings.HasPrefix(name, pseudoPrefix) {
		return target{name, -1, false}, true
	}
	return target{}, false
}

// instance takes the name of an instance apart: Web[3].
func instance(name string) (base string, index int, ok bool) {
	base, rest, ok := strings.Cut(name, "[")
	if !ok || !strings.HasSuffix(rest, "]") {
		return "", 0, false
	}
	digits := rest[:len(rest)-1]
	i, err := strconv.Atoi(digits)
	if err != nil || i < 0 || strconv.Itoa(i) != digits {
		return "", 0, false
	}
	return base, i, true
}

func instanceName(base string, i int) string {
	buf := make([]byte, 0, len(base)+8)
	buf = append(append(buf, base...), '[')
	buf = strconv.AppendInt(buf, int64(i), 10)
	return string(append(buf, ']'))
}

// Lookup tells what is known of resources. false stands for "not yet".
type Lookup interface {
	Ref(logicalID string) (value.Value, bool)
	Attribute(logicalID, name string) (value.Value, bool)
}
