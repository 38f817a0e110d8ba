package template

import (
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// contexts is a set of the places where a function may stand.
type contexts uint8

const (
	inNormal    contexts = 1 << iota // Properties, Outputs, Metadata, UpdatePolicy, Locals
	inCondition                      // inside Conditions and Rules
	atRoot                           // the root of a condition
	inCount

	everywhere = inNormal | inCondition | inCount
)

// shape is what the argument of a function looks like.
type shape struct {
	// least and most are the numbers of members of the list that the argument
	// must be; most < 0: no bound. Both zero: the argument is one value.
	least, most int
	raw         uint8 // bit i: member i must be literal
	list        bool  // the one value must be a list, unless a function gives it
}

// knowledge says how much of its arguments a function must know.
type knowledge uint8

const (
	knowAll     knowledge = iota // every part
	knowTop                      // the arguments themselves, not their parts
	knowMembers                  // the arguments and their members
)

// function is one row of the table of functions. A function is either strict
// (apply: computes from evaluated arguments) or special (eval: sees nodes).
type function struct {
	name  string
	in    contexts
	shape shape
	apply func(args []value.Value) (value.Value, error)
	// within is apply for a function whose work is not bounded by the size of
	// its arguments: it takes what it does off the steps that are left.
	within func(args []value.Value, left *int) (value.Value, error)
	needs  knowledge
	// parts says that marks stay on the parts of lists and maps that apply
	// hands on, so that the whole need not be marked.
	parts  bool
	asks   bool // the world, which may have to answer while the scope is bound
	eval   func(e *evaluator, call, arg doc.Node) (value.Value, error)
	verify func(v *verifier, call, arg doc.Node)
}

// functions is the table of all functions by name.
type functions map[string]*function

var table = newFunctions(
	referenceFunctions, subFunctions, textFunctions, listFunctions, mapFunctions, numberFunctions,
	logicFunctions, hostFunctions,
)

func newFunctions(groups ...func() []function) functions {
	t := make(functions, 48)
	for _, group := range groups {
		for _, f := range group() {
			t[f.name] = &f
		}
	}
	return t
}

// callOf takes a function call apart: a map of one key that is Ref or begins
// with Fn::.
func callOf(n doc.Node) (name string, arg doc.Node, ok bool) {
	if n.Kind() != doc.Map || n.Len() != 1 {
		return "", doc.Node{}, false
	}
	arg = n.At(0)
	name = arg.Key()
	if name != "Ref" && !strings.HasPrefix(name, "Fn::") {
		return "", doc.Node{}, false
	}
	return name, arg, true
}

func isCall(n doc.Node) bool {
	_, _, ok := callOf(n)
	return ok
}

// one makes a strict function of one argument.
func one(f func(v value.Value) (value.Value, error)) func([]value.Value) (value.Value, error) {
	return func(args []value.Value) (value.Value, error) { return f(args[0]) }
}

// two makes a strict function of two arguments.
func two(f func(a, b value.Value) (value.Value, error)) func([]value.Value) (value.Value, error) {
	return func(args []value.Value) (value.Value, error) { return f(args[0], args[1]) }
}

// three makes a strict function of three arguments, of which the last may be
// missing.
func three(f func(a, b, c value.Value) (value.Value, error)) func([]value.Value) (value.Value, error) {
	return func(args []value.Value) (value.Value, error) {
		if len(args) < 3 {
			return f(args[0], args[1], value.Null())
		}
		return f(args[0], args[1], args[2])
	}
}

func pair(raw uint8) shape { return shape{least: 2, most: 2, raw: raw} }

func textFunctions() []function {
	return []function{
		{name: "Fn::Join", in: everywhere, shape: pair(0), apply: two(fn.Join)},
		{name: "Fn::Split", in: everywhere, shape: pair(1), apply: two(fn.Split)},
		{name: "Fn::Replace", in: everywhere, shape: pair(0), apply: two(fn.Replace)},
		{name: "Fn::Base64", in: inNormal, apply: one(plainText)},
		{name: "Fn::Base64Encode", in: everywhere, apply: one(fn.Base64Encode)},
		{name: "Fn::Base64Decode", in: everywhere, apply: one(fn.Base64Decode)},
		{name: "Fn::Str", in: everywhere, apply: one(fn.Str)},
		{name: "Fn::Indent", in: everywhere, apply: one(indent)},
		{name: "Fn::MatchPattern", in: everywhere, shape: pair(0), within: matchPattern},
	}
}

// plainText is Fn::Base64, which the service keeps as the identity on texts.
func plainText(v value.Value) (value.Value, error) {
	if v.Kind() != value.KindString {
		return value.Value{}, &fn.Error{Code: fn.CodeType, Args: []string{"text", "string", v.Kind().String()}}
	}
	return v, nil
}

func indent(args value.Value) (value.Value, error) {
	if args.IsNull() {
		return args, nil
	}
	if args.Kind() != value.KindList || args.Len() < 2 || args.Len() > 4 {
		return value.Value{}, &fn.Error{Code: fn.CodeType, Args: []string{"arguments", "list of 2 to 4 members", args.Kind().String()}}
	}
	size, first := value.Int(2), value.Bool(true)
	if args.Len() > 2 {
		size = args.At(2)
	}
	if args.Len() > 3 {
		first = args.At(3)
	}
	return fn.Indent(args.At(0), args.At(1), size, first)
}

func listFunctions() []function {
	return []function{
		{name: "Fn::Select", in: everywhere, shape: shape{least: 2, most: 4, raw: 8}, eval: evalSelect},
		{name: "Fn::ListMerge", in: everywhere, shape: shape{list: true}, apply: one(fn.ListMerge), needs: knowMembers, parts: true},
		{name: "Fn::Length", in: everywhere, apply: one(fn.Length), needs: knowTop},
		{name: "Fn::Index", in: everywhere, shape: pair(0), apply: two(fn.Index)},
		{name: "Fn::Any", in: everywhere, shape: shape{list: true}, apply: one(fn.Any)},
		{name: "Fn::Contains", in: everywhere, shape: pair(0), apply: two(fn.Contains)},
		{name: "Fn::EachMemberIn", in: everywhere, shape: pair(0), apply: two(fn.EachMemberIn)},
		{name: "Fn::SelectMapList", in: everywhere, shape: pair(0), apply: two(fn.SelectMapList), needs: knowMembers, parts: true},
	}
}

func mapFunctions() []function {
	return []function{
		{name: "Fn::MemberListToMap", in: everywhere, shape: shape{least: 3, most: 3, raw: 3}, apply: three(fn.MemberListToMap)},
		{name: "Fn::GetJsonValue", in: everywhere, shape: pair(1), apply: two(fn.GetJSONValue)},
		{name: "Fn::MergeMapToList", in: everywhere, shape: shape{list: true}, apply: one(fn.MergeMapToList)},
		{name: "Fn::MergeMap", in: everywhere, shape: pair(0), apply: two(fn.MergeMap), parts: true},
		{name: "Fn::Jq", in: everywhere, shape: shape{least: 3, most: 3, raw: 1}, within: jq, verify: verifyJq},
	}
}

func jq(args []value.Value, left *int) (value.Value, error) {
	work := *left / stepsPerJq
	before := work
	v, err := fn.JqWithin(args[0].Text() == "All", args[1], args[2], &work)
	*left -= stepsPerJq * (before - work)
	return v, err
}

func matchPattern(args []value.Value, left *int) (value.Value, error) {
	return fn.MatchWithin(args[0], args[1], left)
}

func numberFunctions() []function {
	return []function{
		{name: "Fn::Add", in: everywhere, shape: shape{list: true}, apply: one(fn.Add), needs: knowMembers, parts: true},
		{name: "Fn::Avg", in: everywhere, shape: pair(0), apply: two(fn.Avg)},
		{name: "Fn::Max", in: everywhere, shape: shape{list: true}, apply: one(fn.Max)},
		{name: "Fn::Min", in: everywhere, shape: shape{list: true}, apply: one(fn.Min)},
		{name: "Fn::Calculate", in: everywhere, shape: shape{least: 2, most: 3, raw: 1}, apply: three(fn.Calculate)},
		{name: "Fn::Cidr", in: everywhere, shape: shape{least: 3, most: 3}, apply: three(fn.Cidr)},
	}
}
