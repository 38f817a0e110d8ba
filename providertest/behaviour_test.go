package providertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/calls"
	"github.com/bianpai/bianpai/provider/schema"
)

// eachBehaviour calls f with every product's file.
func eachBehaviour(t *testing.T, f func(t *testing.T, p *productBehaviour)) {
	entries, err := behaviourFiles.ReadDir("behaviours")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			text, err := behaviourFiles.ReadFile("behaviours/" + entry.Name())
			if err != nil {
				t.Fatal(err)
			}
			p, err := parseBehaviours(strings.ToUpper(strings.TrimSuffix(entry.Name(), ".txt")), string(text))
			if err != nil {
				t.Fatal(err)
			}
			f(t, p)
		})
	}
}

// TestBehavioursNameWhatThereIs checks the files against the tables of calls,
// answers and types.
func TestBehavioursNameWhatThereIs(t *testing.T) {
	n := 0
	c := New(t, nil)
	eachBehaviour(t, func(t *testing.T, p *productBehaviour) {
		for _, api := range p.tagging {
			if _, ok := c.index.API(p.service, api); !ok {
				t.Errorf("tagging: there is no API %s", api)
			}
		}
		for _, k := range p.kinds {
			checkKind(t, c, p, k)
		}
		for name, b := range p.calls {
			n++
			k := &behaviourChecker{t: t, c: c, p: p, b: b, where: fmt.Sprintf("%s.txt, line %d: %s", strings.ToLower(p.service), b.line, name)}
			k.check(name)
		}
	})
	t.Logf("%d calls behave by file, %d in Go", n, len(behaviours))
}

func checkKind(t *testing.T, c *Cloud, p *productBehaviour, k *kindBehaviour) {
	where := fmt.Sprintf("line %d: %s", k.line, k.typ)
	for _, typ := range append([]string{k.typ}, k.types...) {
		if schema.Default().Type(typ) == nil {
			t.Errorf("%s: there is no type %s", where, typ)
		}
	}
	if k.id == "" && len(k.key) == 0 {
		t.Errorf("%s: it needs an id or a key", where)
	}
	for prop := range k.words {
		if head, _, _ := strings.Cut(prop, "."); c.shapeOf(k.typ).typ.Properties[head] == nil {
			t.Errorf("%s: the type has no property %s", where, prop)
		}
	}
	if h := k.host; h != nil {
		for _, typ := range h.types {
			if schema.Default().Type(typ) == nil {
				t.Errorf("%s: there is no type %s", where, typ)
			}
		}
		if c.shapeOf(k.typ).typ.Properties[h.prop] == nil {
			t.Errorf("%s: the type has no property %s", where, h.prop)
		}
	}
	if !slices.ContainsFunc(slices.Collect(callsOf(p)), func(b *callBehaviour) bool { return b.kind == k }) {
		t.Errorf("%s: no call is about it", where)
	}
	told := make(map[string]bool)
	for b := range callsOf(p) {
		if b.kind == k && (b.verb == "list" || b.verb == "get") {
			for _, api := range b.apis {
				members := c.membersOf(p.service, api)
				if b.at != "" {
					members = memberAt(members, b.at).members
				}
				for _, f := range k.facts {
					told[f.name] = told[f.name] || memberAt(members, f.name).name != ""
				}
			}
		}
	}
	for _, f := range k.facts {
		if !told[f.name] {
			t.Errorf("%s: no answer has a member %s", where, f.name)
		}
	}
}

func callsOf(p *productBehaviour) func(yield func(*callBehaviour) bool) {
	return func(yield func(*callBehaviour) bool) {
		for _, b := range p.calls {
			if !yield(b) {
				return
			}
		}
	}
}

// behaviourChecker checks one call.
type behaviourChecker struct {
	t     *testing.T
	c     *Cloud
	p     *productBehaviour
	b     *callBehaviour
	api   *calls.API
	where string
}

func (k *behaviourChecker) check(name string) {
	api, ok := k.c.index.API(k.p.service, name)
	if k.api = api; !ok || api.Name != name {
		k.t.Errorf("%s: there is no such API", k.where)
		return
	}
	if behaviours[k.p.service+" "+name] != nil {
		k.t.Errorf("%s: it is in the Go table too", k.where)
	}
	b := k.b
	for _, typ := range b.along {
		if behaviourOf(typ) == nil {
			k.t.Errorf("%s: no calls are about %s", k.where, typ)
		}
	}
	for _, names := range b.need {
		k.parameters(names...)
	}
	for _, v := range b.values {
		k.parameters(v.param)
	}
	for _, m := range b.by {
		k.parameters(m.param)
		k.expr(&m.of)
	}
	if b.id != "" {
		k.parameters(b.id)
	}
	for _, list := range [...][]target{b.take, b.otherwise, b.tell, b.facts, b.kind.facts} {
		for i := range list {
			k.expr(&list[i].from)
		}
	}
	for i := range b.lists {
		k.expr(&b.lists[i].from)
	}
	for _, r := range b.refusals {
		for i := range r.when {
			k.expr(&r.when[i].of)
		}
	}
	for i := range b.where {
		k.expr(&b.where[i].of)
	}
	k.statuses()
	k.naming()
	k.answer()
}

func (k *behaviourChecker) has(name string) bool {
	return slices.ContainsFunc(k.api.Parameters, func(p calls.Parameter) bool {
		return p.Name == name || strings.HasPrefix(p.Name, name+".") || hasMember(&p, name)
	})
}

func (k *behaviourChecker) parameters(names ...string) {
	for _, name := range names {
		if !k.has(name) && name != "RegionId" {
			k.t.Errorf("%s: there is no parameter %s", k.where, name)
		}
	}
}

func hasMember(p *calls.Parameter, name string) bool {
	rest, ok := strings.CutPrefix(name, p.Name+".")
	return ok && slices.ContainsFunc(p.Members, func(m calls.Parameter) bool { return m.Name == rest })
}

func (k *behaviourChecker) expr(e *expr) {
	if e.op == '$' {
		k.parameters(e.text)
	}
	for i := range e.args {
		k.expr(&e.args[i])
	}
	if e.op == ':' && (e.text == "users" || e.text == "kin" || e.text == "on") {
		typ := e.args[0].text
		if schema.Default().Type(typ) == nil {
			k.t.Errorf("%s: there is no type %s", k.where, typ)
		}
		if e.text == "kin" && behaviourOf(typ) == nil {
			k.t.Errorf("%s: no file has a kind %s", k.where, typ)
		}
	}
	for i := range e.items {
		k.expr(&e.items[i].from)
	}
}

// statuses checks that verbs are those of the kind.
func (k *behaviourChecker) statuses() {
	b := k.b
	if len(b.become) > 0 && b.kind.onTheWay[b.become[0]] == "" && len(b.become) == 1 {
		k.t.Errorf("%s: the kind has no status on the way for %s", k.where, b.become[0])
	}
	if b.hostBecome != "" {
		if b.kind.host == nil {
			k.t.Errorf("%s: the kind has no host", k.where)
		} else if h := behaviourOf(b.kind.host.types[0]); h == nil || h.onTheWay[b.hostBecome] == "" {
			k.t.Errorf("%s: the host has no status on the way for %s", k.where, b.hostBecome)
		}
	}
	if b.hostIn != nil && b.kind.host == nil {
		k.t.Errorf("%s: the kind has no host", k.where)
	}
}

// naming checks that the call can name what it is about.
func (k *behaviourChecker) naming() {
	b := k.b
	if b.verb == "create" || b.verb == "list" {
		return
	}
	if b.id == "" && b.kind.id != "" && len(b.kind.key) == 0 {
		k.parameters(b.kind.id)
	}
	if b.id == "" && len(b.kind.key) > 0 && !k.has(b.kind.id) {
		k.parameters(b.kind.key[0].param)
	}
}

// answer checks the members that the call tells.
func (k *behaviourChecker) answer() {
	members := k.c.membersOf(k.p.service, k.api.Name)
	for _, target := range k.b.tell {
		k.member(members, target.name, target.from.items)
	}
	if k.b.verb == "list" && k.b.at == "" {
		k.t.Errorf("%s: it does not say where the list stands", k.where)
	}
	if k.b.at != "" {
		node := memberAt(members, k.b.at)
		if node.name == "" || node.typ != provider.TypeMap {
			k.t.Errorf("%s: its answer has no objects at %s", k.where, k.b.at)
			return
		}
		members = node.members
	}
	for _, target := range k.b.facts {
		k.member(members, target.name, target.from.items)
	}
}

func (k *behaviourChecker) member(members []answerMember, name string, items []target) {
	node := memberAt(members, name)
	if node.name == "" {
		k.t.Errorf("%s: its answer has no member %s", k.where, name)
		return
	}
	for _, item := range items {
		if memberAt(node.members, item.name).name == "" {
			k.t.Errorf("%s: its answer has no member %s in %s", k.where, item.name, name)
		}
	}
}

// TestBehavioursAreStrict refuses files that say what nobody would understand.
func TestBehavioursAreStrict(t *testing.T) {
	const kind = "kind ALIYUN::RDS::Account\n\tid A\n"
	for _, test := range []struct{ text, want string }{
		{"colour red", "line 1: colour: no such statement"},
		{"kind", "nothing follows"},
		{"\tid A", "wrong depth"},
		{kind + "\t\tneed A", "wrong depth"},
		{kind + "\tcolour red", "no such statement"},
		{kind + "\tlist A\n\t\tcolour red", "no such statement"},
		{kind + "\tlist A\n\t\ttake A", "does not belong to a list"},
		{kind + "\tlist A\n\tget A", "stands there twice"},
		{kind + "\tlist A B", "parted by commas"},
		{kind + "\tget A\n\t\ttell B=:nope", "no word :nope"},
		{kind + "\tget A\n\t\ttell B='x", "quotation mark"},
		{kind + "\tget A\n\t\ttell B=C{", "name is missing"},
		{kind + "\tget A\n\t\ttell B=", "expression is missing"},
		{kind + "\tget A\n\t\ttell B=C)", "too much"},
		{kind + "\tget A\n\t\ttell B=:join(C", "parenthesis"},
		{kind + "\tget A\n\t\trefuse Code when A", "CODE if CONDITION"},
		{kind + "\tget A\n\t\tin Running else", "one code follows else"},
		{kind + "\tmodify A\n\t\tmerge B=$C", "by MEMBERS"},
		{kind + "\tstatus Running Create", "no pair"},
		{kind + "\thost A", "a type is missing"},
	} {
		if _, err := parseBehaviours("RDS", test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.text, err, test.want)
		}
	}
}

func FuzzParseBehaviours(f *testing.F) {
	f.Add("kind ALIYUN::RDS::Account\n\tkey A B=C\n\tcreate D\n\t\ttake * -A E>F.G H=[$I 'j'|:join(K)]{L M=:item}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := parseBehaviours("RDS", text); (p == nil) == (err == nil) {
			t.Errorf("%v, %v", p, err)
		}
	})
}
