package providertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/ros"
)

// crashEnd is how things stand after an operation.
type crashEnd struct {
	status ros.Status
	lines  []string       // of the stack and of the cloud, sorted
	made   map[string]int // by logical id: how many resources the operation made
}

// good reports whether the operation came to what was wanted, and so did all
// that it planned. What one that failed had begun by then is a matter of time.
func (e *crashEnd) good() bool {
	switch e.status {
	case ros.CreateComplete, ros.UpdateComplete, ros.DeleteComplete:
		return true
	}
	return false
}

// compare tells in which way an end differs from the one wanted.
func (e *crashEnd) compare(got *crashEnd) error {
	if e.status != got.status {
		return fmt.Errorf("it ended in %s, without a crash in %s", got.status, e.status)
	}
	var diff []string
	for _, line := range e.lines {
		if !slices.Contains(got.lines, line) {
			diff = append(diff, "- "+line)
		}
	}
	for _, line := range got.lines {
		if !slices.Contains(e.lines, line) {
			diff = append(diff, "+ "+line)
		}
	}
	if len(diff) > 0 {
		return fmt.Errorf("it came to another end than without a crash (-) :\n%s", strings.Join(diff, "\n"))
	}
	if !e.good() {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(got.made)) {
		if got.made[id] != e.made[id] {
			return fmt.Errorf("%s was made %d times, without a crash %d times", id, got.made[id], e.made[id])
		}
	}
	return nil
}

// look notes how things stand, and compares the cloud with the stack's record.
func (r *crashRun) look(step *CrashStep, status ros.Status) (crashEnd, error) {
	ctx := r.t.Context()
	end := crashEnd{status: status, made: map[string]int{}}
	s, err := r.engine.Stack(ctx, r.id)
	if err != nil {
		return end, err
	}
	for ev, err := range r.engine.Events(ctx, r.id, r.seen) {
		if err != nil {
			return end, err
		}
		if r.seen = ev.Seq; ev.Kind == ros.StackEvent {
			status = ev.Status
		}
	}
	if status != s.Status {
		return end, fmt.Errorf("the last event tells of %s, the stack is in %s", status, s.Status)
	}
	items := r.ours(s)
	if err := r.agree(s, items); err != nil {
		return end, err
	}
	if err := r.tokens(&end); err != nil {
		return end, err
	}
	names := namesOf(s, items)
	for _, item := range items {
		end.lines = append(end.lines, "cloud: "+item.LogicalID+" "+item.Type+" "+names.Replace(canonical(item.Properties)))
	}
	for _, res := range s.Resources {
		if res.PhysicalID == "" && len(res.Deposed) == 0 {
			continue
		}
		line := fmt.Sprintf("stack: %s %s, %d replaced", res.LogicalID, res.Type, len(res.Deposed))
		if end.good() {
			line += " " + string(res.Status)
		}
		end.lines = append(end.lines, line)
	}
	for _, out := range s.Outputs {
		end.lines = append(end.lines, "output: "+out.Key+" "+names.Replace(canonical(out.Value)))
	}
	slices.Sort(end.lines)
	if status == ros.DeleteComplete {
		r.id, r.seen = "", 0
	}
	return end, nil
}

// ours are the resources in the cloud that the stack has made and that it is
// not to leave behind.
func (r *crashRun) ours(s *ros.Stack) []Item {
	items := r.cloud.Resources()
	if r.sweep.cfg.Connect != nil {
		r.identify(s, items)
	}
	return slices.DeleteFunc(items, func(item Item) bool {
		return slices.Contains(r.sweep.cfg.Kept, item.LogicalID)
	})
}

// identify gives what calls have made the logical ids of the stack. A name stays
// when the stack has let go of the resource.
func (r *crashRun) identify(s *ros.Stack, items []Item) {
	for _, res := range s.Resources {
		for _, id := range append([]string{res.PhysicalID}, res.Deposed...) {
			r.named[key{res.Type, id}] = res.LogicalID
		}
	}
	for i := range items {
		items[i].LogicalID = r.named[key{items[i].Type, items[i].PhysicalID}]
	}
}

// agree compares the stack's record with the cloud.
func (r *crashRun) agree(s *ros.Stack, items []Item) error {
	there := map[key]bool{}
	parents := map[string]bool{}
	for _, item := range items {
		there[key{item.Type, item.PhysicalID}] = true
		parents[item.PhysicalID] = r.sweep.cfg.Connect != nil
	}
	known := map[string]bool{}
	for _, res := range s.Resources {
		known[res.PhysicalID] = true
		for _, id := range res.Deposed {
			known[id] = true
		}
		// What a call has changed about another resource is no item of its own.
		parent, _, _ := strings.Cut(res.PhysicalID, ":")
		if res.PhysicalID != "" && !strings.HasPrefix(res.Type, "DATASOURCE::") && !there[key{res.Type, res.PhysicalID}] && !parents[parent] && !slices.Contains(r.sweep.cfg.Kept, res.LogicalID) {
			return fmt.Errorf("the stack has %s as %s, which the cloud does not know", res.LogicalID, res.PhysicalID)
		}
	}
	for _, item := range items {
		if !known[item.PhysicalID] {
			return fmt.Errorf("the cloud has %s as %s (%s), which the stack does not know", item.LogicalID, item.PhysicalID, item.Type)
		}
	}
	return nil
}

// tokens counts what was made, and refuses a token that made two. Of what calls
// make, a second one is told by agree: the stack does not know it.
func (r *crashRun) tokens(end *crashEnd) error {
	made := map[string]string{}
	for _, op := range r.cloud.Calls() {
		if op.Verb != "Create" || op.PhysicalID == "" || op.Outcome == OutcomeFailed && op.Code != "" && made[op.Token] == "" {
			continue
		}
		switch have := made[op.Token]; {
		case have == "":
			made[op.Token] = op.PhysicalID
			end.made[op.LogicalID]++
		case have != op.PhysicalID:
			return fmt.Errorf("one token made %s twice: %s and %s", op.LogicalID, have, op.PhysicalID)
		}
	}
	return nil
}

// shortestName is the length from which on an attribute is taken for a name,
// an address or the like.
const shortestName = 6

// namesOf puts logical ids in the place of physical ones, and of attributes
// that come with them: those made by another call have others.
func namesOf(s *ros.Stack, items []Item) *strings.Replacer {
	var pairs [][2]string
	for _, item := range items {
		pairs = append(pairs, [2]string{item.PhysicalID, "<" + item.LogicalID + ">"})
	}
	for _, res := range s.Resources {
		pairs = append(pairs, [2]string{res.PhysicalID, "<" + res.LogicalID + ">"})
		var attributes map[string]any
		if json.Unmarshal(res.Attributes, &attributes) != nil {
			continue
		}
		for name, v := range attributes {
			if text, ok := v.(string); ok && len(text) >= shortestName {
				pairs = append(pairs, [2]string{text, "<" + res.LogicalID + "." + name + ">"})
			}
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		if c := len(b[0]) - len(a[0]); c != 0 {
			return c // an id may begin with another one
		}
		return strings.Compare(a[0]+a[1], b[0]+b[1])
	})
	var list []string
	for i, p := range pairs {
		if p[0] != "" && (i == 0 || pairs[i-1][0] != p[0]) {
			list = append(list, p[0], p[1])
		}
	}
	return strings.NewReplacer(list...)
}

// canonical is JSON with its keys in order.
func canonical(data json.RawMessage) string {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return string(data)
	}
	out, err := json.Marshal(v)
	if err != nil {
		return string(data)
	}
	return string(out)
}
