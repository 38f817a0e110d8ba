package runbook

import (
	"github.com/bianpai/bianpai/internal/fn"
	"github.com/bianpai/bianpai/internal/value"
)

func logicFunctions() []function {
	return []function{
		{name: "Fn::Equals", least: 2, most: 2, apply: pure(func(a []value.Value) (value.Value, error) {
			return value.Bool(equal(a[0], a[1])), nil
		})},
		{name: "Fn::If", least: 3, most: 3, conditions: true, parts: true, lazy: lazyIf, apply: pure(applyIf)},
		{name: "Fn::And", least: 1, most: -1, conditions: true, lazy: lazyAnd, apply: pure(func(a []value.Value) (value.Value, error) {
			return applyUntil(a, false)
		})},
		{name: "Fn::Or", least: 1, most: -1, conditions: true, lazy: lazyOr, apply: pure(func(a []value.Value) (value.Value, error) {
			return applyUntil(a, true)
		})},
		{name: "Fn::Not", conditions: true, apply: pure(func(a []value.Value) (value.Value, error) {
			if a[0].Kind() == value.KindList && a[0].Len() == 1 {
				a = []value.Value{a[0].At(0)}
			}
			b, err := needTruth(a[0])
			return value.Bool(!b), err
		})},
	}
}

func needTruth(v value.Value) (bool, error) {
	b, ok := truth(v)
	if !ok {
		return false, &fn.Error{Code: "condition-not-boolean", Args: []string{shown(v)}}
	}
	return b, nil
}

func lazyIf(c *call, s *Scope) (value.Value, error) {
	if len(c.args) != 3 {
		return value.Null(), failedAt(c.node, "function-arguments", c.fn.name, c.fn.shape(), "?")
	}
	condition, err := c.args[0].eval(s)
	if err != nil {
		return condition, err
	}
	if condition.HasUnknown() {
		args, err := c.arguments(nil, s)
		if err != nil {
			return value.Value{}, err
		}
		return hole(c.fn.name, args), nil
	}
	b, err := needTruth(condition)
	if err != nil {
		return value.Value{}, functionError(c.node, err, false)
	}
	chosen := c.args[2]
	if b {
		chosen = c.args[1]
	}
	v, err := chosen.eval(s)
	return marked(v, err == nil && condition.HasSensitive()), err
}

func applyIf(args []value.Value) (value.Value, error) {
	b, err := needTruth(args[0])
	if b {
		return args[1], err
	}
	return args[2], err
}

func lazyAnd(c *call, s *Scope) (value.Value, error) { return lazyUntil(c, s, false) }
func lazyOr(c *call, s *Scope) (value.Value, error)  { return lazyUntil(c, s, true) }

// lazyUntil evaluates conditions until one of them decides.
func lazyUntil(c *call, s *Scope, decisive bool) (value.Value, error) {
	sensitive := false
	for i, x := range c.args {
		v, err := x.eval(s)
		if err != nil {
			return v, err
		}
		if v.HasUnknown() {
			rest := &call{fn: c.fn, node: c.node, args: c.args[i:]}
			args, err := rest.arguments(nil, s)
			if err != nil {
				return value.Value{}, err
			}
			return hole(c.fn.name, args), nil
		}
		b, err := needTruth(v)
		if err != nil {
			return value.Value{}, functionError(c.node, err, false)
		}
		if sensitive = sensitive || v.HasSensitive(); b == decisive {
			return marked(value.Bool(decisive), sensitive), nil
		}
	}
	return marked(value.Bool(!decisive), sensitive), nil
}

func applyUntil(args []value.Value, decisive bool) (value.Value, error) {
	for _, v := range args {
		if b, err := needTruth(v); err != nil || b == decisive {
			return value.Bool(b), err
		}
	}
	return value.Bool(!decisive), nil
}
