package providertest

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
)

// TestBehavioursFindWhatTheyMade makes every creating call with sample values
// of its mandatory parameters, and looks what it made up by every describing
// call of the kind: it is there, once, with the values that were given, and the
// same token makes no second one. After the deletion it is gone.
func TestBehavioursFindWhatTheyMade(t *testing.T) {
	eachBehaviour(t, func(t *testing.T, p *productBehaviour) {
		for name, b := range p.calls {
			if b.verb == "create" {
				t.Run(name, func(t *testing.T) { (&sampledCall{t: t, c: New(t, nil), p: p, b: b}).prove(name) })
			}
		}
	})
}

// sampledCall makes one thing and looks it up.
type sampledCall struct {
	t     *testing.T
	c     *Cloud
	p     *productBehaviour
	b     *callBehaviour
	given map[string]any
}

func (m *sampledCall) call(api string, params map[string]any, token string) (map[string]any, *provider.Error) {
	m.t.Helper()
	res, err := m.c.Call(m.t.Context(), &provider.Call{Service: m.p.service, API: api, Token: token, Parameters: encode(params)})
	if err != nil {
		refusal, ok := errors.AsType[*provider.Error](err)
		if !ok {
			m.t.Fatalf("%s: %v", api, err)
		}
		return nil, refusal
	}
	var out map[string]any
	dec := json.NewDecoder(strings.NewReader(string(res.Body)))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		m.t.Fatal(err)
	}
	return out, nil
}

func (m *sampledCall) prove(name string) {
	api, _ := m.c.index.API(m.p.service, name)
	m.given = make(map[string]any)
	for _, names := range m.b.need {
		m.add(api, names[0])
	}
	for _, k := range m.b.kind.key {
		if k.param != k.of.text {
			continue
		}
		m.add(api, k.param)
	}
	out, refusal := m.call(name, m.given, "token")
	for range 10 { // what only the type knows to be mandatory
		if refusal == nil || refusal.Path == "" || m.given[refusal.Path] != nil || !m.add(api, m.paramOf(refusal.Path)) {
			break
		}
		out, refusal = m.call(name, m.given, "token")
	}
	if refusal != nil {
		m.t.Fatalf("%v: %v", m.given, refusal)
	}
	if api.Token {
		again, refusal := m.call(name, m.given, "token")
		if refusal != nil || textOf(again[m.b.kind.id]) != textOf(out[m.b.kind.id]) {
			m.t.Errorf("the same token: %v, %v", again, refusal)
		}
	}
	if n := len(m.c.Resources()); n != 1 {
		m.t.Fatalf("%d resources", n)
	}
	if got := m.c.Resources()[0].Type; got != m.b.kind.typ {
		m.t.Errorf("made a %s", got)
	}
	id := textOf(out[m.b.kind.id])
	if id == "" && m.b.kind.id != "" {
		id = m.c.Resources()[0].PhysicalID // the answer names it otherwise
	}
	m.describe(id, true)
	m.remove(id)
}

// paramOf finds the parameter that becomes a property.
func (m *sampledCall) paramOf(prop string) string {
	head, _, _ := strings.Cut(prop, ".")
	for _, t := range m.b.take {
		if t.name == head && t.from.op == '$' {
			return t.from.text
		}
	}
	for _, t := range m.b.otherwise {
		if e := &t.from; t.name == head {
			for e.op == '[' || e.op == '|' {
				e = &e.args[0]
			}
			return e.text
		}
	}
	return head
}

// naming gives the parameters that name the thing in a call.
func (m *sampledCall) naming(api *calls.API, b *callBehaviour, id string) map[string]any {
	params := make(map[string]any)
	if param := orText(b.id, m.b.kind.id); param != "" && id != "" {
		for i := range api.Parameters {
			switch p := &api.Parameters[i]; {
			case p.Name != param:
			case p.Form == calls.Repeated:
				params[param] = []any{id}
			default:
				params[param] = id
			}
		}
	}
	for _, k := range m.b.kind.key {
		if v := m.given[k.param]; v != nil && hasParameter(api, k.param) && len(params) == 0 || len(m.b.kind.key) > 0 && m.b.kind.id == "" && hasParameter(api, k.param) && v != nil {
			params[k.param] = v
		}
	}
	for _, names := range b.need {
		if v := m.given[names[0]]; v != nil {
			params[names[0]] = v
		}
		if text, ok := sampleTexts[names[0]]; ok && params[names[0]] == nil {
			params[names[0]] = text
		}
		for _, v := range b.values {
			if v.param == names[0] && params[v.param] == nil {
				params[v.param] = v.values[0]
			}
		}
	}
	return params
}

func hasParameter(api *calls.API, name string) bool {
	return slices.ContainsFunc(api.Parameters, func(p calls.Parameter) bool { return p.Name == name })
}

func (m *sampledCall) describe(id string, there bool) {
	for name, b := range m.p.calls {
		if b.kind != m.b.kind || b.verb != "list" && (b.verb != "get" || !there) {
			continue
		}
		if slices.ContainsFunc(b.where, func(c condition) bool { return !c.not && there && !m.c.fulfils(c) }) {
			continue
		}
		api, _ := m.c.index.API(m.p.service, name)
		params := m.naming(api, b, id)
		out, refusal := m.call(name, params, "")
		if refusal != nil {
			// A get with refusals of its own is of a setting that is not there yet.
			if there && len(b.refusals) == 0 {
				m.t.Errorf("%s %v: %v", name, params, refusal)
			}
			continue
		}
		list, isList := walk(out, b.at).([]any)
		if b.also.op != 0 && len(list) > 0 {
			list = list[:len(list)-1]
		}
		switch {
		case b.at == "":
			m.compare(name, out)
		case isList && there && len(list) == 1:
			m.compare(name, list[0])
		case isList && (there || len(list) > 0):
			m.t.Errorf("%s %v: %d elements, there: %v", name, params, len(list), there)
		}
	}
}

// fulfils reports whether the only resource has what a condition wants.
func (c *Cloud) fulfils(cond condition) bool {
	return slices.Contains(cond.values, textOf(memberOf(c.Resources()[0].Properties, cond.of.text)))
}

// compare checks that an answer tells what was given; passwords it need not.
func (m *sampledCall) compare(name string, told any) {
	out, _ := told.(map[string]any)
	for param, v := range m.given {
		have, ok := out[param]
		_, nested := have.(map[string]any)
		_, list := have.([]any)
		if ok && !nested && !list && !strings.Contains(param, "Password") && !strings.EqualFold(textOf(have), textOf(v)) {
			m.t.Errorf("%s: %s is %v, given %v", name, param, have, v)
		}
	}
}

func (m *sampledCall) remove(id string) {
	for name, b := range m.p.calls {
		if b.kind != m.b.kind || b.verb != "delete" || b.in != nil && !slices.Contains(b.in.statuses, m.b.kind.status) {
			continue
		}
		api, _ := m.c.index.API(m.p.service, name)
		if _, refusal := m.call(name, m.naming(api, b, id), ""); refusal != nil {
			m.t.Errorf("%s: %v", name, refusal)
			continue
		}
		if n := len(m.c.Resources()); n != 0 {
			m.t.Errorf("%s: %d resources are left", name, n)
		}
		m.describe(id, false)
	}
}

// add adds a sample value of a parameter.
func (m *sampledCall) add(api *calls.API, name string) bool {
	head, rest, nested := strings.Cut(name, ".")
	for i := range api.Parameters {
		p := &api.Parameters[i]
		if p.Name != name && (!nested || p.Name != head) {
			continue
		}
		if nested && p.Name == head {
			for j := range p.Members {
				if p.Members[j].Name == rest {
					m.given[name] = m.sample(&p.Members[j])
					if prop := m.c.shapeOf(m.b.kind.typ).typ.Properties[head]; prop != nil && prop.Properties[rest] != nil {
						m.given[name] = m.value(rest, prop.Properties[rest])
					}
					return true
				}
			}
			return false
		}
		m.given[name] = m.sample(p)
		return true
	}
	return false
}

// sampleTexts are values of parameters whose form the cloud checks.
var sampleTexts = map[string]string{
	"CidrBlock": "10.0.0.0/16", "DestinationCidrBlock": "10.1.0.0/16", "ZoneId": "cn-hangzhou-h", "AccountPassword": "Sample_123", "Password": "Sample_123", "AccountName": "sample", "DBName": "sample",
	"CharacterSetName": "utf8", "Priority": "1", "Bandwidth": "5", "ExternalIp": "198.18.0.1", "SnatIp": "198.18.0.1", "InternalIp": "10.0.0.1", "ExternalPort": "80", "InternalPort": "80",
	"SecurityIPList": "10.0.0.0/8", "DBInstanceStorage": "20", "EngineVersion": "8.0", "Protocol": "HTTP", "PolicyType": "Custom",
	"MSE PubNetworkFlow": "1", "ECS repeatWeekdays": "[1]", "ECS timePoints": "[2]", "CS scaling_group": `{"instance_types":["ecs.g7.large"],"vswitch_ids":["{VSwitch}"],"system_disk_size":120}`,
}

func (m *sampledCall) sample(p *calls.Parameter) any {
	typ := m.c.shapeOf(m.b.kind.typ).typ
	if prop := typ.Properties[p.Name]; prop != nil && (prop.Items != nil || len(prop.Properties) > 0) && m.set(p.Name) == "" {
		v := m.value(p.Name, prop)
		if p.Form == calls.Plain || p.Form == calls.JSON {
			return string(encode(v))
		}
		return v
	}
	v := m.sampleText(p)
	if p.Form == calls.Repeated {
		return []any{v}
	}
	return v
}

// value makes up a value that a property takes, with what is mandatory in it.
func (m *sampledCall) value(name string, p *provider.Property) any {
	switch p.Type {
	case provider.TypeBoolean:
		return true
	case provider.TypeInteger, provider.TypeNumber:
		if p.Min != nil {
			return json.Number(strconv.Itoa(int(*p.Min)))
		}
		return json.Number("1")
	case provider.TypeList:
		n := 1
		if p.MinLength != nil {
			n = max(n, *p.MinLength)
		}
		list := make([]any, 0, n)
		for range n {
			item := any("sample")
			if p.Items != nil {
				item = m.value(name, p.Items)
			}
			list = append(list, item)
		}
		return list
	case provider.TypeMap:
		object := make(map[string]any)
		for inner, ip := range p.Properties {
			if ip.Required {
				object[inner] = m.value(inner, ip)
			}
		}
		return object
	}
	if r := m.c.reference(m.c.shapeOf(m.b.kind.typ), name); r != nil && len(r.To) > 0 {
		return m.c.Existing(r.To[0])
	}
	if text, ok := sampleTexts[name]; ok {
		return text
	}
	return "sample"
}

// set gives the first of the values that the call is known to take.
func (m *sampledCall) set(param string) string {
	for _, known := range m.b.values {
		if known.param == param {
			return known.values[0]
		}
	}
	return ""
}

func (m *sampledCall) sampleText(p *calls.Parameter) any {
	if first := m.set(p.Name); first != "" {
		return first
	}
	if text, ok := sampleTexts[m.p.service+" "+p.Name]; ok {
		return strings.ReplaceAll(text, "{VSwitch}", m.c.Existing("ALIYUN::ECS::VSwitch"))
	}
	if h := m.b.kind.host; h != nil && h.param == p.Name {
		return m.c.Existing(h.types[0])
	}
	if text, ok := sampleTexts[p.Name]; ok {
		return text
	}
	if p.Name == m.b.kind.id {
		return "probe-" + strings.ToLower(p.Name) // a name of its own, not one that is there
	}
	s := m.c.shapeOf(m.b.kind.typ)
	if r := m.c.reference(s, p.Name); r != nil && len(r.To) > 0 && !r.accepts(m.b.kind.typ) {
		return m.c.Existing(r.To[0])
	}
	prop := s.typ.Properties[p.Name]
	switch {
	case p.Type == provider.TypeBoolean:
		return true
	case p.Type == provider.TypeInteger, p.Type == provider.TypeNumber:
		if prop != nil && prop.Min != nil {
			return json.Number(strconv.Itoa(int(*prop.Min)))
		}
		return json.Number("80")
	}
	return "sample-" + strings.ToLower(p.Name)
}
