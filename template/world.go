package template

import (
	"encoding/json"
	"errors"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// World answers what a template asks of the world outside of it. It is asked
// while a template is bound, each question once; the answers become part of the
// scope, which asks nothing later. A question that nobody answers is a fault of
// the template, placed where it is asked.
//
// Values are Go values in the manner of JSON, or JSON as json.RawMessage; nil
// is null. An error is reported with its text.
type World struct {
	// Parameter gives the value of a parameter in the OOS parameter store, a
	// string or a list of strings. secret says that it is an encrypted one:
	// its value is sensitive.
	Parameter func(name string, secret bool) (any, error)
	// Query runs a data source of the section Locals.
	Query func(q *Query) (*QueryResult, error)
	// StackOutput gives an output of another stack; nil if there is no such
	// stack, it is being changed, or it has no such output.
	StackOutput func(q *StackOutputQuery) (any, error)
	// Image gives the id of the image that a product of the marketplace has
	// in a region; "" if it has none.
	Image func(code, region string) (string, error)
	// Zones lists the zones of a region which Pseudo.Zones lacks.
	Zones func(region string) ([]string, error)
}

// Query asks a data source.
type Query struct {
	Name       string          // of the local
	Type       string          // DATASOURCE::…
	Properties json.RawMessage // a JSON object
}

// QueryResult is what a data source gave: the value of Ref, and the attributes,
// a map by name or nil.
type QueryResult struct {
	Ref        any
	Attributes any
}

// StackOutputQuery asks for an output of another stack.
type StackOutputQuery struct {
	Stack  string // name or id
	Output string
	Region string // "" for the template's own
}

// question is one question to the world; what its parts are is up to asks.
type question struct {
	asks    string
	a, b, c string
}

type answer struct {
	value  value.Value
	err    error
	secret bool // so is what was asked
}

// ask gives the answer to a question. The world is asked only while the scope
// is bound; about what is sensitive the answer is sensitive.
func (e *evaluator) ask(call doc.Node, q question, about ...value.Value) (value.Value, error) {
	s := e.scope
	sensitive := false
	for _, v := range about {
		sensitive = sensitive || v.HasSensitive()
	}
	got, ok := s.answers[q]
	switch {
	case ok:
	case s.trial != nil:
		return e.later(call), nil
	case s.world == nil:
		return value.Value{}, fail(call, "answer-too-late", q.asks)
	default:
		got.value, got.err = s.world.answer(q)
		got.secret = sensitive
		if s.answers == nil {
			s.answers = make(map[question]answer)
		}
		s.answers[q] = got
	}
	if got.err != nil {
		return value.Value{}, unanswered(call, q.asks, got.err, sensitive)
	}
	return marked(got.value, sensitive), nil
}

// errNobody says that the host program answers no questions of a kind.
var errNobody = errors.New("nobody answers")

func unanswered(at doc.Node, asks string, err error, sensitive bool) error {
	switch {
	case errors.Is(err, errNobody):
		return fail(at, "world-missing", asks)
	case sensitive:
		return fail(at, "world-failed", asks, "******")
	}
	return fail(at, "world-failed", asks, clipLong(err.Error()))
}

// The questions, named after what asks them.
const (
	askOutput = "Fn::GetStackOutput"
	askImage  = "Fn::MarketplaceImage"
	askZones  = "Fn::GetAZs"
)

func (w *World) answer(q question) (value.Value, error) {
	var got any
	var err error
	switch {
	case q.asks == askOutput && w.StackOutput != nil:
		got, err = w.StackOutput(&StackOutputQuery{Stack: q.a, Output: q.b, Region: q.c})
	case q.asks == askImage && w.Image != nil:
		var id string
		if id, err = w.Image(q.a, q.b); id != "" {
			got = id
		}
	case q.asks == askZones && w.Zones != nil:
		got, err = w.Zones(q.a)
	default:
		return value.Value{}, errNobody
	}
	if err != nil {
		return value.Value{}, err
	}
	return value.FromGo(got)
}

// stored gives the value that the parameter store has under a name.
func (w *World) stored(p *Parameter, name value.Value) (value.Value, *fault) {
	if name.Kind() != value.KindString || name.Text() == "" {
		return value.Value{}, &fault{"parameter-type", []string{p.Name, p.Type, p.shown(name)}}
	}
	if w.Parameter == nil {
		return value.Value{}, &fault{"parameter-store-missing", []string{p.Name, p.Type}}
	}
	got, err := w.Parameter(name.Text(), p.Type == typeSecret)
	v := value.Value{}
	if err == nil {
		v, err = value.FromGo(got)
	}
	if err == nil && v.Kind() != value.KindString && !isTexts(v) {
		err = errors.New(v.Kind().String())
	}
	if err != nil {
		return value.Value{}, &fault{"parameter-not-stored", []string{p.Name, p.shown(name), clipLong(err.Error())}}
	}
	return v, nil
}

// isTexts reports whether a value is a list of strings.
func isTexts(v value.Value) bool {
	if v.Kind() != value.KindList {
		return false
	}
	for _, member := range v.Items() {
		if member.Kind() != value.KindString {
			return false
		}
	}
	return true
}

// run asks a data source. What is asked with a secret is secret.
func (w *World) run(l *boundLocal, properties value.Value) (ref, attributes value.Value, err error) {
	if w.Query == nil {
		return ref, attributes, errNobody
	}
	got, err := w.Query(&Query{Name: l.name, Type: l.typ, Properties: properties.AppendJSON(nil)})
	if err != nil {
		return ref, attributes, err
	}
	if got == nil {
		got = &QueryResult{}
	}
	if ref, err = value.FromGo(got.Ref); err != nil {
		return ref, attributes, err
	}
	attributes, err = value.FromGo(got.Attributes)
	if err == nil && attributes.Kind() != value.KindMap && !attributes.IsNull() {
		err = errors.New("the attributes are no JSON object")
	}
	sensitive := properties.HasSensitive()
	return marked(ref, sensitive), marked(attributes, sensitive), err
}
