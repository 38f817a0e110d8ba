package providertest

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/bianpai/bianpai/provider"
)

var forwardingRules = &kind{typ: "ALIYUN::SLB::Rule", missing: "InvalidRuleId.NotFound", status: "Available"}

// rulesMadeKey is where a resource of forwarding rules keeps each with its id:
// one resource stands for all rules of one call.
const rulesMadeKey = "Made"

// plainRuleMembers are the members of a rule that its resource has beside the
// advanced settings.
var plainRuleMembers = []string{"RuleName", "Domain", "Url", "VServerGroupId"}

// createRules makes forwarding rules of a listener.
func createRules(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("LoadBalancerId", "ListenerPort", "RuleList"); err != nil {
		return nil, err
	}
	asked := f.args.objects("RuleList")
	if len(asked) == 0 {
		return nil, invalid("InvalidParameter.RuleList", "RuleList", "The specified RuleList is not a list of rules.")
	}
	list := make([]any, 0, len(asked))
	for _, rule := range asked {
		if f.ruleNamed(textOf(rule["RuleName"])) {
			return nil, invalid("DomainExist", "RuleList", "A rule of this name is there already.")
		}
		list = append(list, ruleProperty(rule))
	}
	props := f.only("LoadBalancerId", "ListenerPort", "ListenerProtocol")
	s := f.c.shapeOf(forwardingRules.typ)
	props["RuleList"] = list
	for name, v := range props {
		props[name] = fitted(s.typ.Properties[name], v)
	}
	op, err := f.c.create(&provider.Request{Token: f.api.Name + " " + f.seed.text(base36, 16), Type: s.name, Desired: json.RawMessage(encode(props))})
	if err != nil {
		return nil, err
	}
	t := f.c.thing(forwardingRules, op.Key.ID)
	made := make([]any, 0, len(asked))
	for i, rule := range asked {
		id := t.id
		if i > 0 {
			id = s.style.write(t.o.Seed.at(i), f.region, func(string) string { return strconv.Itoa(i) })
		}
		rule = maps.Clone(rule)
		rule["RuleId"] = id
		made = append(made, rule)
	}
	t.set(rulesMadeKey, made)
	return f.rulesAnswer(made), nil
}

// ruleProperty gives a rule as the resource has it.
func ruleProperty(rule map[string]any) map[string]any {
	own, advanced := make(map[string]any), make(map[string]any)
	for name, v := range rule {
		if slices.Contains(plainRuleMembers, name) {
			own[name] = v
		} else {
			advanced[name] = v
		}
	}
	if len(advanced) > 0 {
		own["AdvancedSettings"] = advanced
	}
	return own
}

func (f *frame) rulesAnswer(rules []any) map[string]any {
	m := find(f.c.membersOf(f.api.Service, f.api.Name), "Rules")
	v, _ := m.complete(map[string]any{"Rule": rules})
	return map[string]any{"Rules": v}
}

// eachRule visits the rules of the listener that the call names, until one is
// what was looked for.
func (f *frame) eachRule(found func(t *thing, i int, rule map[string]any) bool) {
	for _, o := range f.c.inOrder() {
		if o.Type != forwardingRules.typ || o.Standing {
			continue
		}
		t := f.c.thing(forwardingRules, o.ID)
		if t == nil {
			continue
		}
		for _, name := range [...]string{"LoadBalancerId", "ListenerPort", "ListenerProtocol"} {
			if want := f.args.text(name); want != "" && t.text(name) != "" && want != t.text(name) {
				t = nil
				break
			}
		}
		if t == nil {
			continue
		}
		for i, v := range listOf(t.value(rulesMadeKey)) {
			if rule, ok := v.(map[string]any); ok && found(t, i, rule) {
				return
			}
		}
	}
}

func (f *frame) ruleNamed(name string) bool {
	there := false
	f.eachRule(func(_ *thing, _ int, rule map[string]any) bool {
		there = textOf(rule["RuleName"]) == name
		return there
	})
	return there
}

func describeRules(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("LoadBalancerId", "ListenerPort"); err != nil {
		return nil, err
	}
	rules := make([]any, 0)
	f.eachRule(func(_ *thing, _ int, rule map[string]any) bool {
		rules = append(rules, rule)
		return false
	})
	return f.rulesAnswer(rules), nil
}

// rule finds a rule by its id.
func (f *frame) rule(id string) (t *thing, at int, rule map[string]any, err *provider.Error) {
	f.eachRule(func(of *thing, i int, r map[string]any) bool {
		if textOf(r["RuleId"]) != id {
			return false
		}
		t, at, rule = of, i, r
		return true
	})
	if t == nil {
		err = f.notThere(forwardingRules.missing, "RuleId", id)
	}
	return t, at, rule, err
}

func describeRule(f *frame) (map[string]any, *provider.Error) {
	if assumed(f.args.text("RuleId")) {
		return byShape(f)
	}
	t, _, rule, err := f.rule(f.args.text("RuleId"))
	if err != nil {
		return nil, err
	}
	known := maps.Clone(rule)
	for _, name := range [...]string{"LoadBalancerId", "ListenerPort"} {
		known[name] = t.text(name)
	}
	return (&answerMember{typ: provider.TypeMap, members: f.c.membersOf(f.api.Service, f.api.Name)}).whole(known), nil
}

// setRule changes a rule, in what calls tell and in its resource.
func setRule(f *frame) (map[string]any, *provider.Error) {
	if assumed(f.args.text("RuleId")) {
		return byShape(f)
	}
	t, at, rule, err := f.rule(f.args.text("RuleId"))
	if err != nil {
		return nil, err
	}
	rule = maps.Clone(rule)
	for name, v := range f.echoes() {
		if name != "RegionId" && name != "Tags" {
			rule[name] = v
		}
	}
	return map[string]any{}, f.replaceRule(t, at, rule)
}

// replaceRule puts another rule in the place of one; nil takes it away, and with
// the last one the resource.
func (f *frame) replaceRule(t *thing, at int, rule map[string]any) *provider.Error {
	made := slices.Clone(listOf(t.value(rulesMadeKey)))
	if rule == nil {
		made = slices.Delete(made, at, at+1)
	} else {
		made[at] = rule
	}
	if len(made) == 0 {
		f.c.remove(t.o)
		return nil
	}
	list := make([]any, 0, len(made))
	for _, v := range made {
		own := maps.Clone(v.(map[string]any))
		delete(own, "RuleId")
		list = append(list, ruleProperty(own))
	}
	p := f.c.shapeOf(t.o.Type).typ.Properties["RuleList"]
	if err := f.c.revise(t, map[string]any{"RuleList": fitted(p, list)}); err != nil {
		return err
	}
	t.set(rulesMadeKey, made)
	return nil
}

func deleteRules(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("RuleIds"); err != nil {
		return nil, err
	}
	for _, id := range f.args.list("RuleIds") {
		if assumed(id) {
			return byShape(f)
		}
		t, at, _, err := f.rule(id)
		if err != nil {
			return nil, err
		}
		if err := f.replaceRule(t, at, nil); err != nil {
			return nil, err
		}
	}
	return map[string]any{}, nil
}
