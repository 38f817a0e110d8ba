package runbook

import (
	"slices"
	"strconv"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// The schedule of polls that counts where a task says nothing.
const (
	defaultRetries     = 10
	defaultDelay       = 2
	defaultBackOff     = 2
	defaultMaxInterval = 1800
)

// polling reads the fields of a task that say how it polls.
func (r *reader) polling(task *Task, path string) {
	task.Polling = Polling{DelayType: Exponential, Delay: defaultDelay, BackOff: defaultBackOff, MaxRetryInterval: defaultMaxInterval}
	if task.Action == WaitFor || task.Action == ExecuteHTTP {
		task.Retries = defaultRetries
	}
	for _, field := range [...]struct {
		key         string
		to          *int
		least, most int64
	}{
		{"Retries", &task.Retries, 0, 300},
		{"Delay", &task.Delay, 1, 3600},
		{"BackOff", &task.BackOff, 1, 3600},
		{"MaxRetryInterval", &task.MaxRetryInterval, 1, 1800},
	} {
		n := task.Node.Get(field.key)
		if n.IsZero() || n.Kind() == doc.Null {
			continue
		}
		i, ok := n.Int()
		if n.Kind() == doc.String {
			parsed, err := strconv.ParseInt(n.Text(), 10, 32)
			i, ok = parsed, err == nil
		}
		switch {
		case !ok:
			r.report(diag.Error, "wrong-kind", n, path+"."+field.key, field.key, "int", n.Kind().String())
		case i < field.least || i > field.most:
			r.report(diag.Error, "out-of-range", n, path+"."+field.key, field.key, strconv.FormatInt(i, 10), strconv.FormatInt(field.least, 10), strconv.FormatInt(field.most, 10))
		default:
			*field.to = int(i)
		}
		r.onlyPolls(task, n, path)
	}
	if n := task.Node.Get("DelayType"); r.kind(n, path+".DelayType", doc.String) {
		types := []string{Exponential, Constant, Linear}
		if task.DelayType = n.Text(); !slices.Contains(types, task.DelayType) {
			r.report(diag.Error, "property-value", n, path+".DelayType", "DelayType", task.DelayType, near(task.DelayType, types))
			task.DelayType = Exponential
		}
		r.onlyPolls(task, n, path)
	}
}

// onlyPolls warns of a field of polling on a task that does not poll.
func (r *reader) onlyPolls(task *Task, n doc.Node, path string) {
	if a := task.atomic(); task.Action != "" && (a == nil || !a.polls) {
		r.reportKey(diag.Warning, "polling-unfit", n, path+"."+n.Key(), n.Key(), task.Action)
	}
}
