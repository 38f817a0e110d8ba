package providertest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/oos"
)

// SampleRunbookParameters makes up values for the parameters of a runbook that
// have no default, by allowed values, association property, name, and the API
// parameter that takes them. Ids are of resources that every Cloud knows. The
// same runbook gives the same values.
//
// If no values were found that the runbook accepts, the error is what binding
// them says, and the values are returned with it.
func SampleRunbookParameters(t *oos.Template) (map[string]any, error) {
	s := &runbookSampler{takers: make(map[string][]string), members: make(map[string][]string), loops: make(map[string]bool)}
	for _, task := range t.Tasks {
		item := ""
		if task.Loop != nil {
			item, _ = soleReference(task.Loop.Items)
			s.loops[strings.ToLower(item)] = true
		}
		s.visit(task.Properties, item, 0)
		s.visit(task.When, item, 0)
	}
	values := make(map[string]any)
	for i, p := range t.Parameters {
		if !p.Default.IsZero() && !s.mustBeGiven(p) {
			continue
		}
		if v := s.sample(p, i); v != nil {
			values[p.Name] = v
		}
	}
	_, err := t.Bind(values, &runbook.World{
		AccountID: "1234567890123456", Region: sampleRegion, ExecutionID: "exec-0123456789abcdef0123", ExecuteUser: "sample", Now: sampleTime,
	})
	return values, err
}

// runbookSampler makes up the values of one runbook.
type runbookSampler struct {
	suggester
	// By names of parameters in lower case:
	takers  map[string][]string // properties that take the parameter, or an item of it, as it is
	members map[string][]string // members that are selected of it, or of an item
	loops   map[string]bool     // a loop goes through it
}

// mustBeGiven reports whether a default is only a place for a value: what another
// service fills in before it starts the runbook, or an empty script.
func (s *runbookSampler) mustBeGiven(p *runbook.Parameter) bool {
	text := p.Default.Text()
	if p.Default.Kind() == doc.List && p.Default.Len() > 0 {
		text = p.Default.At(0).Text()
	}
	return strings.HasPrefix(text, "${") || text == "" && p.Default.Kind() == doc.String && isCommand(p.Name)
}

// soleReference gives the name in a text that is one reference to a parameter.
func soleReference(n doc.Node) (string, bool) {
	inner, opened := strings.CutPrefix(strings.TrimSpace(n.Text()), "{{")
	inner, closed := strings.CutSuffix(inner, "}}")
	if !opened || !closed || n.Kind() != doc.String {
		return "", false
	}
	inner = strings.TrimSpace(inner)
	return inner, inner != "" && !strings.ContainsAny(inner, "{}.:")
}

// visit looks which properties take a parameter as it is; item is the parameter
// that the loop goes through.
func (s *runbookSampler) visit(n doc.Node, item string, depth int) {
	if depth > 20 {
		return
	}
	if args := n.Get("Fn::Select"); args.Len() == 2 && args.At(0).Kind() == doc.String {
		if name, ok := s.source(args.At(1), item); ok {
			low := strings.ToLower(name)
			s.members[low] = append(s.members[low], args.At(0).Text())
		}
	}
	for member := range n.Items() {
		key := n.Key()
		if n.Kind() == doc.Map {
			key = member.Key()
		}
		if name, ok := s.source(member, item); ok {
			s.take(name, key)
		}
		s.visit(member, item, depth+1)
	}
}

// source gives the parameter that a text is, or is an item of.
func (s *runbookSampler) source(n doc.Node, item string) (string, bool) {
	if name, ok := soleReference(n); ok {
		return name, true
	}
	return item, item != "" && strings.ReplaceAll(strings.ToLower(n.Text()), " ", "") == "{{acs::taskloopitem}}"
}

func (s *runbookSampler) take(parameter, taker string) {
	low := strings.ToLower(parameter)
	s.takers[low] = append(s.takers[low], taker)
}

// sample makes up a value; nil if none comes to mind.
func (s *runbookSampler) sample(p *runbook.Parameter, i int) any {
	if len(p.AllowedValues) > 0 {
		v, err := plain(p.AllowedValues[0])
		if err != nil {
			return nil
		}
		if p.Type == "List" {
			return []any{v}
		}
		return v
	}
	if members := s.members[strings.ToLower(p.Name)]; len(members) > 0 && p.AssociationProperty == "" && (p.Type == "Json" || p.Type == "List") {
		return s.record(p, members, i)
	}
	switch p.Type {
	case "Number":
		return wholeNumber(s.number(&wish{name: p.Name, low: p.MinValue, high: p.MaxValue}))
	case "Boolean":
		return true
	case "List":
		item := p.AssociationProperty
		return []any{s.textFor(p, item, strings.TrimSuffix(p.Name, "s"), 2*i), s.textFor(p, item, strings.TrimSuffix(p.Name, "s")+"2", 2*i+1)}
	case "Json":
		return s.structure(p)
	}
	return s.textFor(p, p.AssociationProperty, p.Name, i)
}

// record gives a map with the members that are selected of it, or a list of one.
func (s *runbookSampler) record(p *runbook.Parameter, members []string, i int) any {
	m := make(map[string]any, len(members))
	for k, name := range members {
		text, ok := s.text(&wish{name: name}, i+k, nil)
		if !ok {
			text = word(name, i)
		}
		m[name] = text
	}
	if s.loops[strings.ToLower(p.Name)] || p.Type == "List" {
		return []any{m}
	}
	return m
}

// structure gives the shape that a form would.
func (s *runbookSampler) structure(p *runbook.Parameter) any {
	name := strings.ToLower(p.Name)
	switch association := p.AssociationProperty; {
	case association == "Targets":
		return s.targets(p)
	case association == "RateControl" || name == "ratecontrol":
		return map[string]any{"Mode": "Concurrency", "Concurrency": 2, "MaxErrors": 0}
	case association == "Tags" || strings.HasSuffix(name, "tags"):
		return []any{map[string]any{"Key": "sample", "Value": "1"}}
	case strings.HasSuffix(association, "TimerTrigger"):
		return map[string]any{"type": "cron", "expression": "0 0 10 ? * *", "endDate": "2099-12-01T00:00:00Z", "timeZone": "Asia/Shanghai"}
	case strings.Contains(name, "policy"):
		return map[string]any{"Version": "1", "Statement": []any{}}
	}
	if s.loops[name] {
		return []any{map[string]any{}}
	}
	return map[string]any{}
}

// targetTypes are the types of the ids that the Targets form picks, where the
// resource type it names is not the schema's.
var targetTypes = map[string]string{"ALIYUN::RDS::Instance": "ALIYUN::RDS::DBInstance", "ALIYUN::Redis::Instance": "ALIYUN::REDIS::Instance"}

func (s *runbookSampler) targets(p *runbook.Parameter) any {
	typ := p.AssociationMetadata.Get("ResourceType").Text()
	if typ == "" || strings.Contains(typ, "$") {
		typ = "ALIYUN::ECS::Instance"
	}
	if known := targetTypes[typ]; known != "" {
		typ = known
	}
	ids := make([]any, 2)
	for i := range ids {
		ids[i] = existingID(styleOf(typ), newSeed("sample", p.Name, fmt.Sprint(i)), sampleRegion)
	}
	return map[string]any{"Type": "ResourceIds", "ResourceIds": ids, "RegionId": sampleRegion}
}

// commandFields are the ends of names of what a command line is.
var commandFields = [...]string{"commandcontent", "command", "script", "commandtorun"}

func isCommand(name string) bool {
	return slices.ContainsFunc(commandFields[:], func(end string) bool { return strings.HasSuffix(strings.ToLower(name), end) })
}

// textFor makes up a text.
func (s *runbookSampler) textFor(p *runbook.Parameter, association, name string, i int) any {
	w := &wish{name: name, association: association, pattern: p.AllowedPattern, least: p.MinLength, most: p.MaxLength}
	if p.Type == "List" {
		w.least, w.most = nil, nil
	}
	for _, text := range s.special(p, association) {
		if w.fits(text) {
			return text
		}
	}
	if id, ok := existingFor(association, name); ok && w.fits(id) {
		return id
	}
	if text, ok := s.text(w, i, nil); ok && (!strings.HasPrefix(text, "sample") || len(s.takers[strings.ToLower(p.Name)]) == 0) {
		return text
	}
	for _, taker := range append(s.takers[strings.ToLower(p.Name)], name) {
		if r := referenceOf(taker); r != nil {
			if id := existingID(styleOf(r.To[0]), newSeed("sample", name), sampleRegion); w.fits(id) {
				return id
			}
		}
		w.name = taker
		if text, ok := s.text(w, i, nil); ok && (taker == name || !strings.HasPrefix(text, "sample")) {
			return text
		}
	}
	return word(name, i)
}

// referenceOf finds what a name, or the end of one, refers to: commandInstanceId
// to an instance.
func referenceOf(name string) *reference {
	name = strings.TrimSuffix(name, "s")
	for i, r := range name {
		if i > 0 && (r < 'A' || r > 'Z') {
			continue
		}
		if known := theFacts().References[strings.ToLower(name[i:])]; known != nil {
			return known
		}
	}
	return nil
}

// special gives candidates that only runbooks ask for.
func (s *runbookSampler) special(p *runbook.Parameter, association string) []string {
	low := strings.ToLower(p.Name)
	switch {
	case strings.Contains(p.AllowedPattern, "oos-secret"):
		return []string{"{{oos-secret:sample}}"}
	case association == "DateTime":
		if format := p.AssociationMetadata.Get("Format").Text(); format != "" {
			return []string{timeOf(format)}
		}
		return []string{"2030-01-01T00:00:00Z"}
	case association == "Code", strings.HasSuffix(association, "CommandContent"):
		return []string{"echo sample"}
	case association == "RegionId":
		return []string{sampleRegion}
	case strings.HasSuffix(association, "SecretParameter::Value"):
		return []string{"sample"}
	case low == "oosassumerole":
		return []string{"OOSServiceRole"}
	case isCommand(p.Name):
		return []string{"echo sample"}
	}
	return nil
}

// timeOf writes a time in the form that a form's letters name.
func timeOf(format string) string {
	return strings.NewReplacer("YYYY", "2030", "yyyy", "2030", "MM", "01", "DD", "02", "dd", "02", "HH", "03", "hh", "03", "mm", "04", "ss", "05", "[", "", "]", "", "'", "").Replace(format)
}
