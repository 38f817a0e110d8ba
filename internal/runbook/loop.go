package runbook

import (
	"slices"
	"strconv"
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/value"
)

// rateKeys are the keys of a rate control, which the form of 2019 writes beside
// Items.
var (
	rateKeys = []string{"Mode", "MaxErrors", "Concurrency", "Batch", "ConcurrencyInBatches", "BatchPauseOption"}
	loopKeys = append([]string{"Items", "RateControl", "Outputs"}, rateKeys...)
	// aggregates are the functions that may make a loop's output.
	aggregates = []string{
		"Fn::ListJoin", "Fn::Sum", "Fn::MergeList", "Fn::Union", "Fn::Intersection", "Fn::Difference", "Fn::Max",
		"Fn::Min", "Fn::First", "Fn::Last", "Fn::MergeMap",
	}
	loopOutputKeys = []string{"AggregateType", "AggregateField", "Description"}
)

func (r *reader) loop(task *Task, n doc.Node, path string) {
	l := &Loop{Items: n.Get("Items"), RateControl: n.Get("RateControl"), Node: n}
	task.Loop = l
	r.keys(n, path, "Loop", loopKeys)
	if a := task.atomic(); a != nil && !a.loops {
		r.reportKey(diag.Error, "loop-unfit", n, path, task.Action)
	}
	switch {
	case l.Items.IsZero():
		r.reportKey(diag.Error, "items-missing", n, path)
	case !isDynamic(l.Items):
		if r.kind(l.Items, path+".Items", doc.List) && l.Items.Len() > maxItems {
			r.limit("too-many-items", l.Items, path+".Items", strconv.Itoa(l.Items.Len()), strconv.Itoa(maxItems))
		}
	}
	if l.RateControl.IsZero() || l.RateControl.Kind() == doc.Null {
		l.RateControl = doc.Node{}
		for _, key := range rateKeys {
			l.Flat = l.Flat || !n.Get(key).IsZero()
		}
		if l.Flat {
			l.RateControl = n
		}
	}
	r.rate(l, path)
	for o := range r.taskSection(n, "Outputs", path).Items() {
		r.loopOutput(task, o, path+".Outputs."+o.Key())
	}
}

// rate checks a rate control as far as it is literal.
func (r *reader) rate(l *Loop, path string) {
	n := l.RateControl
	if n.IsZero() || isDynamic(n) {
		return
	}
	if !l.Flat {
		path += ".RateControl"
		if !r.kind(n, path, doc.Map) {
			return
		}
		r.keys(n, path, "RateControl", rateKeys)
	}
	for _, key := range rateKeys {
		if hasReference(n.Get(key)) {
			return
		}
	}
	if _, err := ParseRate(n.Value(), 100); err != nil {
		if e, ok := err.(*Error); ok {
			r.report(diag.Error, e.Finding.Code, n, path, e.Finding.Args...)
		}
	}
}

func (r *reader) loopOutput(task *Task, n doc.Node, path string) {
	r.name(&task.Loop.outputs, n.Key(), len(task.Loop.Outputs), n, n.KeyRange(), path, "output")
	o := &LoopOutput{Name: n.Key(), AggregateType: "Fn::ListJoin", Node: n}
	task.Loop.Outputs = append(task.Loop.Outputs, o)
	if !r.kind(n, path, doc.Map) {
		return
	}
	r.keys(n, path, "output", loopOutputKeys)
	if typ := n.Get("AggregateType"); r.kind(typ, path+".AggregateType", doc.String) {
		if o.AggregateType = typ.Text(); !slices.Contains(aggregates, o.AggregateType) {
			r.report(diag.Error, "unknown-aggregate", typ, path+".AggregateType", o.AggregateType, near(o.AggregateType, aggregates))
		}
	}
	field := n.Get("AggregateField")
	if !r.kind(field, path+".AggregateField", doc.String) {
		r.reportKey(diag.Error, "aggregate-field-missing", n, path)
		return
	}
	o.AggregateField = field.Text()
	if declared := task.Output(o.AggregateField); declared != nil {
		o.AggregateField = declared.Name
		return
	}
	r.report(diag.Warning, "aggregate-field-unknown", field, path+".AggregateField", o.AggregateField, r.t.outputsOf(&Task{Outputs: task.Outputs}))
}

// Items renders the items of a loop: a list. null gives none; JSON text of a
// list is read. The error is an *Error.
func (s *Scope) Items(l *Loop) (value.Value, error) { return s.ItemsOf(l.Items) }

// ItemsOf renders a node that gives items, as LoopItems of an ACS::Loop.
func (s *Scope) ItemsOf(n doc.Node) (value.Value, error) {
	v, err := s.Render(n)
	if err != nil {
		return v, err
	}
	if v = parsedText(v); v.IsUnknown() {
		return v, knownLater(n, v)
	}
	switch v.Kind() {
	case value.Absent, value.KindNull:
		return value.List(nil), nil
	case value.KindList:
	default:
		return v, failedAt(n, "items-not-list", v.Kind().String())
	}
	if s.Template.options.Strict && v.Len() > maxItems {
		return v, failedAt(n, "too-many-items", strconv.Itoa(v.Len()), strconv.Itoa(maxItems))
	}
	return v, nil
}

// Rate renders and reads the rate control of a loop of so many items. The error
// is an *Error.
func (s *Scope) Rate(l *Loop, items int) (Rate, error) {
	if !l.Flat {
		return s.RateOf(l.RateControl, items)
	}
	var entries []value.Entry
	for _, key := range rateKeys {
		if n := l.RateControl.Get(key); !n.IsZero() {
			v, err := s.Render(n)
			if err != nil {
				return Rate{}, err
			}
			entries = append(entries, value.Entry{Key: key, Value: v})
		}
	}
	return rateAt(l.RateControl, value.Map(entries), items)
}

// RateOf renders and reads a node that is a rate control, as LoopRateControl of
// an ACS::Loop.
func (s *Scope) RateOf(n doc.Node, items int) (Rate, error) {
	v, err := s.Render(n)
	if err != nil {
		return Rate{}, err
	}
	return rateAt(n, v, items)
}

func rateAt(n doc.Node, v value.Value, items int) (Rate, error) {
	if v.HasUnknown() {
		return Rate{}, knownLater(n, v)
	}
	rate, err := ParseRate(v, items)
	if e, ok := err.(*Error); ok && !n.IsZero() {
		return rate, failedAt(n, e.Finding.Code, e.Finding.Args...)
	}
	return rate, err
}

// Aggregate makes an output of a loop by the function of its AggregateType, of
// the outputs of all items in their order, with null for an item that has none.
// The error is an *Error.
func Aggregate(typ string, items []value.Value) (value.Value, error) {
	f := table[typ]
	if f == nil || !slices.Contains(aggregates, typ) {
		return value.Null(), failed("unknown-aggregate", typ, near(typ, aggregates))
	}
	args, sensitive := make([]value.Value, len(items)), false
	for i, item := range items {
		args[i] = orNull(item)
		sensitive = sensitive || item.HasSensitive()
	}
	if len(args) == 0 && typ != "Fn::Sum" && f.most != 0 {
		return value.List(nil), nil
	}
	if f.most == 0 {
		args = []value.Value{value.List(args)}
	}
	v, err := f.apply(time.Time{}, args)
	if err != nil {
		return value.Null(), functionError(doc.Node{}, err, sensitive)
	}
	return marked(v, sensitive && !f.parts), nil
}

// CallParameters drops what an API call leaves out: null members of maps and
// null elements of lists, at any depth.
func CallParameters(v value.Value) value.Value { return withoutNull(v, true) }

// ChildParameters drops the null members of a map, so that the child's defaults
// apply; what is inside of the others stays.
func ChildParameters(v value.Value) value.Value { return withoutNull(v, false) }

// hasNull reports whether there is something to drop.
func hasNull(v value.Value, deep bool) bool {
	for i := range v.Len() {
		if member := v.At(i); member.IsNull() || member.IsAbsent() || deep && hasNull(member, true) {
			return true
		}
	}
	return false
}

func withoutNull(v value.Value, deep bool) value.Value {
	if !hasNull(v, deep) {
		return v
	}
	clean := func(v value.Value) value.Value {
		if deep {
			return withoutNull(v, true)
		}
		return v
	}
	keep := func(v value.Value) bool { return !v.IsNull() && !v.IsAbsent() }
	switch v.Kind() {
	case value.KindMap:
		entries := make([]value.Entry, 0, v.Len())
		for key, member := range v.Entries() {
			if keep(member) {
				entries = append(entries, value.Entry{Key: key, Value: clean(member)})
			}
		}
		return marked(value.Map(entries), v.Sensitive())
	case value.KindList:
		if !deep {
			return v
		}
		items := make([]value.Value, 0, v.Len())
		for _, item := range v.Items() {
			if keep(item) {
				items = append(items, clean(item))
			}
		}
		return marked(value.List(items), v.Sensitive())
	}
	return v
}
