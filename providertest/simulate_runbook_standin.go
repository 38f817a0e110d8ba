package providertest

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/oos/products"
)

// standIns makes runbooks for those that nobody has: they take whatever
// they are given, do nothing, and have the outputs that their callers select.
type standIns struct {
	known map[*oos.Template]bool
	uses  map[string]*standIn // by name in lower case
	made  map[string]bool
}

// standIn is what callers expect of a runbook.
type standIn struct {
	outputs map[string]bool // whether one is a list
}

func newStandIns(t *oos.Template) *standIns {
	s := &standIns{known: make(map[*oos.Template]bool), uses: make(map[string]*standIn), made: make(map[string]bool)}
	s.learn(t)
	return s
}

// leadingName finds the output that a selector speaks of, and whether it goes
// through a list.
var leadingName = regexp.MustCompile(`^\s*\.?\s*([A-Za-z_][A-Za-z0-9_-]*)(\[)?`)

// learn notes what a runbook's tasks expect of others.
func (s *standIns) learn(t *oos.Template) {
	if s.known[t] {
		return
	}
	s.known[t] = true
	for _, task := range t.Tasks {
		name := strings.ToLower(task.Action)
		if name == "acs::template" {
			name = strings.ToLower(task.Properties.Get("TemplateName").Text())
		}
		use := s.uses[name]
		if use == nil {
			use = &standIn{outputs: make(map[string]bool)}
			s.uses[name] = use
		}
		for _, output := range task.Outputs {
			if found := leadingName.FindStringSubmatch(output.Selector.Text()); found != nil {
				use.outputs[found[1]] = use.outputs[found[1]] || found[2] != "" || output.Type == "List"
			}
		}
	}
}

// find gives a runbook that stands in for one that nobody has; nil if it is
// built in.
func (s *standIns) find(name string) (*oos.Template, error) {
	if text, ok := products.Lookup(name); ok {
		t, err := oos.Parse(name, text)
		if err == nil {
			s.learn(t)
		}
		return nil, nil
	}
	use := s.uses[strings.ToLower(name)]
	if use == nil {
		use = &standIn{}
	}
	s.made[name] = true
	outputs := make(map[string]any)
	for o, list := range use.outputs {
		v := any(word(o, 0))
		if list {
			v = []any{v}
		}
		outputs[o] = map[string]any{"Type": "String", "Value": v}
	}
	text, err := json.Marshal(map[string]any{
		"FormatVersion": "OOS-2019-06-01", "Outputs": outputs,
		"Tasks": []any{map[string]any{"Name": "standIn", "Action": "ACS::Sleep", "Properties": map[string]any{"Duration": "1s"}}},
	})
	if err != nil {
		return nil, err
	}
	return oos.Parse(name, text)
}

// used lists what was stood in for.
func (s *standIns) used() []string { return slices.Sorted(maps.Keys(s.made)) }
