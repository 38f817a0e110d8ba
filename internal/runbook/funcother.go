package runbook

import (
	"net/netip"
	"strings"

	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

// The modes of Fn::Jq.
const (
	jqFirst = "First"
	jqAll   = "All"
)

func otherFunctions() []function {
	return []function{
		{name: "Fn::Jq", least: 3, most: 3, lazy: lazyJq, parts: true, apply: pure(applyJq)},
		{name: "Fn::Eval", least: 1, most: 1, apply: pure(func(args []value.Value) (value.Value, error) { return evaluate(args[0]) })},
		{name: "Fn::IsIpInCIDR", least: 2, most: 2, apply: pure(isIPInCIDR)},
		{name: "Fn::FindMatchedPackage", least: 2, most: 2, lazy: lazyPackage},
	}
}

// lazyJq runs a jq program, which was compiled with the template if it is
// literal.
func lazyJq(c *call, s *Scope) (value.Value, error) {
	var array [3]value.Value
	args, err := c.arguments(array[:0], s)
	if err != nil {
		return value.Value{}, err
	}
	if len(args) != 3 {
		return value.Null(), failedAt(c.node, "function-arguments", c.fn.name, c.fn.shape(), "?")
	}
	sensitive := false
	for _, arg := range args {
		if arg.HasUnknown() {
			return hole(c.fn.name, append([]value.Value(nil), args...)), nil
		}
		sensitive = sensitive || arg.HasSensitive()
	}
	program := c.program
	if program == nil {
		if args[1].Kind() != value.KindString {
			return value.Null(), functionError(c.node, wrongType("program", "string", args[1]), sensitive)
		}
		if program, err = s.Template.programs.get(args[1].Text()); err != nil {
			return value.Null(), functionError(c.node, err, sensitive)
		}
	}
	v, err := runJq(program, args)
	if err != nil {
		return v, functionError(c.node, err, sensitive)
	}
	return marked(v, args[1].HasSensitive()), nil
}

func applyJq(args []value.Value) (value.Value, error) {
	if args[1].Kind() != value.KindString {
		return value.Null(), wrongType("program", "string", args[1])
	}
	program, err := fn.NewProgram(args[1].Text())
	if err != nil {
		return value.Null(), err
	}
	v, err := runJq(program, args)
	return marked(v, err == nil && args[1].HasSensitive()), err
}

func runJq(program *fn.Program, args []value.Value) (value.Value, error) {
	source := parsedText(args[2])
	switch args[0].Text() {
	case jqFirst:
		return program.First(source)
	case jqAll:
		return program.All(source)
	}
	return value.Null(), &fn.Error{Code: "jq-mode", Args: []string{shown(args[0])}}
}

func isIPInCIDR(args []value.Value) (value.Value, error) {
	if args[0].IsNull() {
		return args[0], nil
	}
	address, err := netip.ParseAddr(strings.TrimSpace(args[0].Text()))
	if err != nil {
		return value.Null(), &fn.Error{Code: "address-invalid", Args: []string{shown(args[0])}}
	}
	block, err := netip.ParsePrefix(strings.TrimSpace(args[1].Text()))
	if err != nil {
		return value.Null(), &fn.Error{Code: fn.CodeCIDR, Args: []string{shown(args[1])}}
	}
	return value.Bool(block.Contains(address.Unmap())), nil
}

// packageMembers are what the result of Fn::FindMatchedPackage always has.
var packageMembers = [...]string{"InstallScript", "UninstallScript", "OutputScript", "BucketName", "ObjectName"}

// lazyPackage asks the scope for the entry of a package template that fits an
// instance: the format of packages is known to its owner only.
func lazyPackage(c *call, s *Scope) (value.Value, error) {
	args, err := c.arguments(nil, s)
	if err != nil {
		return value.Value{}, err
	}
	for _, arg := range args {
		if arg.HasUnknown() {
			return value.Null(), knownLater(c.node, arg)
		}
	}
	if s.Package == nil {
		return value.Null(), failedAt(c.node, "package-unsupported")
	}
	found, err := s.Package(parsedText(args[0]), parsedText(args[1]))
	if err != nil {
		return value.Null(), failedAt(c.node, "package-failed", err.Error())
	}
	entries := make([]value.Entry, 0, len(packageMembers))
	for key, member := range found.Entries() {
		entries = append(entries, value.Entry{Key: key, Value: member})
	}
	for _, key := range packageMembers {
		if _, ok := found.Get(key); !ok {
			entries = append(entries, value.Entry{Key: key, Value: value.String("")})
		}
	}
	return value.Map(entries), nil
}
