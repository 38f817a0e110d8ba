package template

import (
	"strconv"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

const (
	// maxNesting is how deep function calls may nest.
	maxNesting = 20
	// maxSteps bounds the work of one evaluation: locals that hold locals can
	// multiply. A step is the visit of a node, or of 64 bytes of a value that a
	// function looks into. What a template's own size asks for comes on top.
	maxSteps     = 10_000_000
	stepsPerNode = 4
	stepsPerHole = 8  // a reference to one instance of a counted resource
	stepsPerJq   = 4  // a step of jq, which is slower
	stepsPerCopy = 64 // for each instance of a counted resource
	// maxValue bounds one value, and maxDesired all properties together, in
	// bytes as value.Size estimates them.
	maxValue   = 16 << 20
	maxDesired = 1 << 30
)

// evaluator evaluates nodes in a scope. It is not safe for concurrent use; the
// scope is.
type evaluator struct {
	scope  *Scope
	table  functions
	lookup Lookup   // nil: nothing is known of resources
	in     contexts // which functions may stand here
	index  int      // of the counted instance; -1 outside of one
	depth  int      // of function calls
	left   *int     // steps, together with others
	uses   *uses    // nil: references are not recorded
	// inLocal says that a local is evaluated, where only parameters and other
	// locals exist.
	inLocal bool
	noLocal bool // rules, metadata and policies do not see locals
	output  bool // a reference to a resource that does not exist is null
}

func (s *Scope) evaluator(in contexts, lookup Lookup) *evaluator {
	return &evaluator{scope: s, table: table, lookup: lookup, in: in, index: -1, left: s.work()}
}

// work gives what is counted down while a scope is bound, by all evaluators
// together; later each has its own.
func (s *Scope) work() *int {
	if s.binding != nil {
		return s.binding
	}
	left := s.budget()
	return &left
}

// evalError is a fault at a node.
type evalError struct {
	node doc.Node
	code diag.Code
	args []string
}

func (e *evalError) Error() string { return string(e.code) }

func fail(n doc.Node, code diag.Code, args ...string) error {
	return &evalError{n, code, args}
}

// finding makes a diagnostic of an error of an evaluation.
func finding(sev diag.Severity, err error, path string) diag.Diagnostic {
	e, ok := err.(*evalError)
	if !ok {
		return diag.New(sev, "evaluation-failed", nil, diag.Range{}, path, err.Error())
	}
	var src *diag.Source
	if d := e.node.Doc(); d != nil {
		src = d.Source()
	}
	return diag.New(sev, e.code, src, e.node.Range(), path, e.args...)
}

// budget is how many steps an evaluation may take.
func (s *Scope) budget() int {
	steps := maxSteps + stepsPerCopy*s.copies
	if s.template != nil {
		steps += stepsPerNode * s.template.nodes
	}
	return steps
}

// spend takes steps off the budget.
func (e *evaluator) spend(n doc.Node, steps int) error {
	if *e.left -= steps; *e.left < 0 {
		return fail(n, "evaluation-too-large", strconv.Itoa(e.scope.budget()))
	}
	return nil
}

// bounded refuses a value that is too large.
func bounded(n doc.Node, v value.Value) (value.Value, error) {
	if v.Size() > maxValue {
		return value.Value{}, fail(n, fn.CodeTooLarge, strconv.Itoa(maxValue))
	}
	return v, nil
}

// eval evaluates a node. The result is Absent for what is to be left out.
func (e *evaluator) eval(n doc.Node) (value.Value, error) {
	if err := e.spend(n, 1); err != nil {
		return value.Value{}, err
	}
	switch n.Kind() {
	case doc.List:
		return e.list(n)
	case doc.Map:
		if name, arg, ok := callOf(n); ok {
			return e.call(n, name, arg)
		}
		return e.members(n)
	}
	return n.Scalar(), nil
}

func (e *evaluator) list(n doc.Node) (value.Value, error) {
	items := make([]value.Value, 0, n.Len())
	for i := range n.Len() {
		e.uses.index(i)
		v, err := e.eval(n.At(i))
		e.uses.leave()
		if err != nil {
			return value.Value{}, err
		}
		if !v.IsAbsent() {
			items = append(items, v)
		}
	}
	return bounded(n, value.List(items))
}

func (e *evaluator) members(n doc.Node) (value.Value, error) {
	entries := make([]value.Entry, 0, n.Len())
	for i := range n.Len() {
		member := n.At(i)
		key := member.Key()
		e.uses.enter(key)
		v, err := e.eval(member)
		e.uses.leave()
		if err != nil {
			return value.Value{}, err
		}
		if !v.IsAbsent() {
			entries = append(entries, value.Entry{Key: key, Value: v})
		}
	}
	return bounded(n, value.Map(entries))
}

func (e *evaluator) call(n doc.Node, name string, arg doc.Node) (value.Value, error) {
	f := e.table[name]
	if f == nil {
		return value.Value{}, fail(n, "unknown-function", name, diag.NoNames)
	}
	if f.in&e.in == 0 {
		return value.Value{}, fail(n, "function-misplaced", name, e.in.place())
	}
	if e.depth++; e.depth > maxNesting {
		return value.Value{}, fail(n, "function-too-deep", strconv.Itoa(maxNesting))
	}
	e.uses.hold()
	// A condition's root has a table of its own; its arguments are inside.
	if e.in&atRoot != 0 {
		e.in = inCondition
	}
	var v value.Value
	var err error
	if f.eval != nil {
		v, err = f.eval(e, n, arg)
	} else {
		v, err = e.strict(f, n, arg)
	}
	e.uses.release()
	e.depth--
	return v, err
}

func (in contexts) place() string {
	switch {
	case in&atRoot != 0:
		return "Conditions"
	case in&inCondition != 0:
		return "Conditions, Rules"
	case in&inCount != 0:
		return "Count"
	}
	return "Properties, Outputs"
}

// strict evaluates the arguments and applies the function, unless a part that
// it must know is unknown.
func (e *evaluator) strict(f *function, call, arg doc.Node) (value.Value, error) {
	var buf [4]value.Value
	args, err := e.arguments(buf[:0], f, call, arg)
	if err != nil {
		return value.Value{}, err
	}
	sensitive, unknown, size := false, false, 0
	for _, v := range args {
		size += v.Size()
		sensitive = sensitive || v.HasSensitive()
		unknown = unknown || unknownFor(f.needs, v)
	}
	if unknown {
		if f.name == "Fn::Equals" && e.scope.trial.differ(args[0], args[1]) {
			return value.Bool(false), nil
		}
		return e.later(call, args...), nil
	}
	if f.needs == knowAll {
		if err := e.spend(call, size/64); err != nil {
			return value.Value{}, err
		}
	}
	var v value.Value
	if f.within != nil {
		v, err = f.within(args, e.left)
	} else {
		v, err = f.apply(args)
	}
	if err == nil && v.Size() > maxValue {
		err = &fn.Error{Code: fn.CodeTooLarge, Args: []string{strconv.Itoa(maxValue)}}
	}
	if err != nil {
		return value.Value{}, e.failed(call, err, sensitive)
	}
	return marked(v, sensitive && !(f.parts && (v.Kind() == value.KindList || v.Kind() == value.KindMap))), nil
}

func unknownFor(needs knowledge, v value.Value) bool {
	switch {
	case needs == knowAll || v.IsUnknown():
		return v.HasUnknown()
	case v.HasVanishing():
		return true
	case needs == knowMembers && v.HasUnknown():
		for _, member := range v.Items() {
			if member.IsUnknown() {
				return true
			}
		}
	}
	return false
}

// arguments evaluates a function's arguments: the members of the list that the
// argument must be, or the argument itself. Removed members of that list count
// as null.
func (e *evaluator) arguments(args []value.Value, f *function, call, arg doc.Node) ([]value.Value, error) {
	if f.shape.most == 0 {
		v, err := e.eval(arg)
		if err == nil && f.shape.list && v.Kind() != value.KindList && !v.IsNull() && !v.IsUnknown() {
			err = fail(call, "function-shape", f.name, f.shape.text())
		}
		return append(args, orNull(v)), err
	}
	if arg.Kind() != doc.List || arg.Len() < f.shape.least || f.shape.most > 0 && arg.Len() > f.shape.most {
		return nil, fail(call, "function-shape", f.name, f.shape.text())
	}
	for i := range arg.Len() {
		v, err := e.eval(arg.At(i))
		if err != nil {
			return nil, err
		}
		args = append(args, orNull(v))
	}
	return args, nil
}

// marked marks a value as sensitive if it is made of something sensitive.
func marked(v value.Value, sensitive bool) value.Value {
	if sensitive {
		return v.WithSensitive()
	}
	return v
}

// shown gives a text that was computed, for a message.
func shown(v value.Value) string {
	if v.HasSensitive() {
		return "******"
	}
	return clip(v.Text())
}

func orNull(v value.Value) value.Value {
	if v.IsAbsent() {
		return value.Null()
	}
	return v
}

// text says what the argument should be.
func (s shape) text() string {
	switch {
	case s.list:
		return "[…]"
	case s.most == 0:
		return "value"
	case s.most < 0:
		return "[" + strconv.Itoa(s.least) + "+]"
	case s.least == s.most:
		return "[" + strconv.Itoa(s.least) + "]"
	}
	return "[" + strconv.Itoa(s.least) + ".." + strconv.Itoa(s.most) + "]"
}

// failed places an error of a pure function. Its arguments may show parts of
// values, which must not be seen if they are sensitive.
func (e *evaluator) failed(call doc.Node, err error, sensitive bool) error {
	f, ok := err.(*fn.Error)
	if !ok {
		return fail(call, "evaluation-failed", err.Error())
	}
	args := f.Args
	if sensitive && f.Code != fn.CodeType {
		args = make([]string, len(f.Args))
		for i := range args {
			args[i] = "******"
		}
	}
	for i := range args {
		args[i] = clip(args[i])
	}
	return fail(call, diag.Code(f.Code), args...)
}
