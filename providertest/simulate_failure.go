package providertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

// inconsistency is the error of a check.
type inconsistency struct{ text string }

func (e *inconsistency) Error() string { return e.text }

func inconsistent(format string, args ...any) error {
	return &inconsistency{fmt.Sprintf(format, args...)}
}

// fail sets the verdict.
func (s *simulation) fail(step string, err error) {
	s.report.Verdict, s.report.Failure = Failed, s.failure(step, err)
}

// failure says what an error means, with the code that sorts it.
func (s *simulation) failure(step string, err error) *Failure {
	f := &Failure{Step: step, Code: EngineError, Text: err.Error()}
	if list, ok := errors.AsType[*diag.ListError](err); ok {
		f.Code, f.Text = findings(list.List)
	}
	if refusal, ok := errors.AsType[*provider.Error](err); ok {
		f.Code = refusal.Code
	}
	if failed, ok := errors.AsType[*ros.FailedError](err); ok && len(failed.Steps) > 0 {
		first := failed.Steps[0]
		first.Err.RequestID = "" // depends on the order of the calls
		f.Code = first.Err.Code
		f.Text = fmt.Sprintf("%s of %s (%s) failed: %s", first.Verb, first.LogicalID, first.Type, first.Err.Error())
		if step == "create" {
			f.Text += s.origin(first.LogicalID, first.Err.Path)
		}
		if !strings.HasSuffix(string(failed.Status), "ROLLBACK_COMPLETE") {
			f.Text += "; the stack ended in " + string(failed.Status)
		}
	}
	if _, ok := errors.AsType[*inconsistency](err); ok {
		f.Code, f.Text = Inconsistent, err.Error()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		f.Code = TimeLimit
		f.Text = fmt.Sprintf("the time limit of %s passed%s", s.limit, strings.TrimPrefix(f.Text, context.DeadlineExceeded.Error()))
	}
	return f
}

// findings gives the code of the first error and the words of the first few.
func findings(list diag.List) (code, text string) {
	const most = 3
	var words []string
	count := 0
	for _, d := range list {
		if d.Severity != diag.Error {
			continue
		}
		if count++; count == 1 {
			code = string(d.Code)
		}
		if count > most {
			continue
		}
		message, _ := d.Text(diag.English)
		if at := d.Position(); at.Line > 0 {
			message = fmt.Sprintf("line %d: %s", at.Line, message)
		}
		words = append(words, message)
	}
	text = strings.Join(words, "; ")
	if count > most {
		text += fmt.Sprintf("; and %d more", count-most)
	}
	return code, text
}

// origin says where the value of a property that was refused comes from: from
// the template itself, or from a parameter that was made up.
func (s *simulation) origin(logicalID, path string) string {
	if s.now == nil || path == "" {
		return ""
	}
	base, _, _ := strings.Cut(logicalID, "[")
	r := s.now.template.Resource(base)
	if r == nil {
		return ""
	}
	n := r.Properties
	for name := range strings.SplitSeq(path, ".") {
		name, _, _ = strings.Cut(name, "[")
		next := n.Get(name)
		if next.IsZero() {
			break
		}
		n = next
	}
	if n == r.Properties {
		return ""
	}
	if params := parametersIn(n, s.now.template, nil); len(params) > 0 {
		for _, name := range params {
			if p := s.now.template.Parameter(name); !p.Default.IsAbsent() && !p.Default.IsNull() {
				if v, err := plain(p.Default); err == nil && fmt.Sprint(v) == fmt.Sprint(s.now.params[name]) {
					return "; its value is the default of " + name
				}
			}
		}
		return "; its value was made up, for " + someOf(params)
	}
	return fmt.Sprintf("; the template itself sets it, in line %d", s.now.template.Source().Position(n.Range().Start).Line)
}

// parametersIn lists the parameters that a value refers to.
func parametersIn(n doc.Node, t *template.Template, found []string) []string {
	if call, ok := callName(n); ok && call == "Ref" {
		if name := n.At(0).Text(); t.Parameter(name) != nil {
			return append(found, name)
		}
		if l := t.Local(n.At(0).Text()); l != nil && len(found) < 20 {
			return parametersIn(l.Value, t, found)
		}
		return found
	}
	if n.Kind() == doc.String && strings.Contains(n.Text(), "${") {
		for _, p := range t.Parameters {
			if strings.Contains(n.Text(), "${"+p.Name+"}") {
				found = append(found, p.Name)
			}
		}
	}
	for member := range n.Items() {
		found = parametersIn(member, t, found)
	}
	return found
}

// standing tells what a stack that hangs waits for.
func (s *simulation) standing() string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	stack, err := s.engine.Stack(ctx, simulatedStack)
	if err != nil {
		return ""
	}
	var open []string
	for i := range stack.Resources {
		if r := &stack.Resources[i]; r.Status.InProgress() {
			open = append(open, r.LogicalID+" in "+string(r.Status))
		}
	}
	return fmt.Sprintf("; the stack is in %s, open: %s", stack.Status, someOf(open))
}

// someOf gives the first few of many names.
func someOf(names []string) string {
	const most = 5
	switch {
	case len(names) == 0:
		return "none"
	case len(names) > most:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
