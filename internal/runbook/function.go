package runbook

import (
	"slices"
	"strconv"
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// function is one row of the table of functions.
type function struct {
	name string
	// least and most are the numbers of members of the list that the argument
	// must be; most < 0: no bound. most 0: the argument is one value.
	least, most int
	conditions  bool // the arguments are conditions, for If only the first one
	// parts says that marks stay on the parts that the function hands on, so
	// that the whole need not be marked, and that parts may be unknown.
	parts bool
	// apply computes from arguments; now is the time of rendering.
	apply func(now time.Time, args []value.Value) (value.Value, error)
	// lazy evaluates by itself, as far as it has to.
	lazy func(c *call, s *Scope) (value.Value, error)
}

// table is the table of all functions by name.
var table = newTable(logicFunctions(), textFunctions(), listFunctions(), mapFunctions(), setFunctions(), timeFunctions(), otherFunctions())

func newTable(groups ...[]function) map[string]*function {
	t := make(map[string]*function, 40)
	for _, group := range groups {
		for i := range group {
			t[group[i].name] = &group[i]
		}
	}
	return t
}

// functionNames lists all functions, sorted.
func functionNames() []string {
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// pure makes a row's apply of a function that needs no time.
func pure(f func(args []value.Value) (value.Value, error)) func(time.Time, []value.Value) (value.Value, error) {
	return func(_ time.Time, args []value.Value) (value.Value, error) { return f(args) }
}

// call is a function call, compiled.
type call struct {
	fn   *function
	node doc.Node
	// args are the arguments; if whole is set instead, it gives their list.
	args    []expression
	whole   expression
	program *fn.Program // of Fn::Jq, if its program is literal
}

// call compiles a function call.
func (c *compiler) call(n doc.Node, name string, arg doc.Node) expression {
	f := table[name]
	if f == nil {
		c.report(diag.Error, "unknown-function", n, name, near(name, functionNames()))
		return constant{n.Value()}
	}
	x := &call{fn: f, node: n}
	compile := c.compile
	if f.conditions {
		compile = c.condition
	}
	switch {
	case f.most == 0:
		if f.conditions && arg.Kind() == doc.List && arg.Len() == 1 {
			arg = arg.At(0) // Fn::Not with its condition in a list
		}
		x.args = []expression{compile(arg)}
	case arg.Kind() != doc.List:
		if x.whole = c.compile(arg); isConstant(x.whole) {
			c.report(diag.Error, "function-shape", n, name, f.shape(), arg.Kind().String())
		}
	default:
		if arg.Len() < f.least || f.most > 0 && arg.Len() > f.most {
			c.report(diag.Error, "function-arguments", n, name, f.shape(), strconv.Itoa(arg.Len()))
		}
		x.args = make([]expression, arg.Len())
		for i := range x.args {
			compileOne := c.compile
			switch {
			case f.conditions && (i == 0 || name != "Fn::If"):
				compileOne = c.condition
			case name == "Fn::Jq" && i == 1:
				compileOne = c.program
			}
			x.args[i] = c.under(strconv.Itoa(i), arg.At(i), compileOne)
		}
		c.remember(arg, listExpression(x.args))
	}
	if name == "Fn::Jq" {
		c.jq(x, arg)
	}
	return x
}

// jq checks the literal arguments of Fn::Jq.
func (c *compiler) jq(x *call, arg doc.Node) {
	if len(x.args) != 3 {
		return
	}
	if mode, ok := x.args[0].(constant); ok && mode.v.Text() != jqFirst && mode.v.Text() != jqAll {
		c.report(diag.Error, "jq-mode", arg.At(0), shown(mode.v))
	}
	if program, ok := x.args[1].(constant); ok {
		if program.v.Kind() != value.KindString {
			c.report(diag.Error, "jq-not-text", arg.At(1), program.v.Kind().String())
			return
		}
		x.program = c.compileProgram(arg.At(1), program.v.Text())
	}
}

// shape says what the argument should be.
func (f *function) shape() string {
	switch {
	case f.most == 0:
		return "value"
	case f.most < 0:
		return strconv.Itoa(f.least) + "+"
	case f.least == f.most:
		return strconv.Itoa(f.least)
	}
	return strconv.Itoa(f.least) + "-" + strconv.Itoa(f.most)
}

func (c *call) eval(s *Scope) (value.Value, error) {
	if c.fn.lazy != nil && c.whole == nil {
		return c.fn.lazy(c, s)
	}
	var array [4]value.Value
	args, err := c.arguments(array[:0], s)
	if err != nil {
		return value.Value{}, err
	}
	unknown, sensitive := false, false
	for _, arg := range args {
		sensitive = sensitive || arg.HasSensitive()
		unknown = unknown || arg.HasUnknown()
	}
	if unknown {
		return hole(c.fn.name, slices.Clone(args)), nil
	}
	var now time.Time
	if s.World != nil {
		now = s.World.Now
	}
	v, err := c.fn.apply(now, args)
	if err != nil {
		return v, functionError(c.node, err, sensitive)
	}
	return marked(v, sensitive && !c.fn.parts), nil
}

// arguments evaluates all arguments.
func (c *call) arguments(args []value.Value, s *Scope) ([]value.Value, error) {
	if c.whole == nil {
		for _, x := range c.args {
			v, err := x.eval(s)
			if err != nil {
				return nil, err
			}
			args = append(args, orNull(v))
		}
		return args, nil
	}
	list, err := c.whole.eval(s)
	if err != nil {
		return nil, err
	}
	if list.IsUnknown() {
		return nil, knownLater(c.node, list)
	}
	if n := list.Len(); list.Kind() != value.KindList || n < c.fn.least || c.fn.most > 0 && n > c.fn.most {
		return nil, failedAt(c.node, "function-shape", c.fn.name, c.fn.shape(), list.Kind().String())
	}
	for _, v := range list.Items() {
		args = append(args, v)
	}
	return args, nil
}
