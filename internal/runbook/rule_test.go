package runbook

import (
	"fmt"
	"testing"
)

func TestSection94Rules(t *testing.T) {
	s, _ := exampleScope(t, "x")
	raw := mustValue(t, `{"status":"done","n":3,"list":[]}`)
	for rules, want := range map[string]string{
		`{"Rules":[{"PropertySelector":"status","Operator":"Equals","Value":"done"}]}`:                                         "true",
		`{"Rules":[{"PropertySelector":".n","Value":3},{"PropertySelector":"status","Operator":"In","Value":["x"]}]}`:          "false",
		`{"Rules":[{"PropertySelector":".n","Operator":"NotIn","Value":[1,2]},{"PropertySelector":"none.deep","Value":null}]}`: "true",
		`{"Rules":[{"PropertySelector":".status[]","Operator":"Equals","Value":null}]}`:                                        "true",
		`{"Rules":[{"PropertySelector":"status","Operator":"Like","Value":"d"}]}`:                                              "!rule-operator",
		`{"Rules":[{"Operator":"Equals","Value":"d"}]}`:                                                                        "!selector-missing",
		`{}`:           "!rules-missing",
		`{"Rules":[]}`: "true",
	} {
		met, err := s.Meets(raw, mustValue(t, rules))
		got := fmt.Sprint(met)
		if e, ok := err.(*Error); ok {
			got = "!" + string(e.Finding.Code)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", rules, got, want)
		}
	}
}
