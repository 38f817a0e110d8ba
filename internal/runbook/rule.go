package runbook

import (
	"github.com/bianpai/bianpai/internal/value"
)

// The operators of the rules of an ACS::ExecuteHttpRequest.
const (
	OperatorEquals = "Equals"
	OperatorIn     = "In"
	OperatorNotIn  = "NotIn"
)

// Meets reports whether a response meets all rules of CheckFor or WaitFor in the
// rendered properties of an ACS::ExecuteHttpRequest: a map {Rules: [{
// PropertySelector, Operator, Value}]}. A selector that fails finds null. The
// error is an *Error about the rules themselves.
func (s *Scope) Meets(raw, check value.Value) (bool, error) {
	rules, ok := member(check, "Rules")
	if !ok || rules.Kind() != value.KindList {
		return false, failed("rules-missing")
	}
	for _, rule := range rules.Items() {
		found, err := s.Property(raw, rule)
		if e, ok := err.(*Error); ok && (e.Finding.Code == "selector-missing" || e.Finding.Code == "jq-program") {
			return false, err
		}
		if err != nil {
			found = value.Null()
		}
		wanted, _ := rule.Get("Value")
		operator, _ := rule.Get("Operator")
		var met bool
		switch operator.Text() {
		case OperatorEquals, "":
			met = equal(found, orNull(wanted))
		case OperatorIn:
			met = contains(values(rule, "Value"), found)
		case OperatorNotIn:
			met = !contains(values(rule, "Value"), found)
		default:
			return false, failed("rule-operator", shown(operator))
		}
		if !met {
			return false, nil
		}
	}
	return true, nil
}
