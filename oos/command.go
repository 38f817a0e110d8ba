package oos

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/runbook"
	"github.com/bianpai/bianpai/internal/value"
)

// work is a unit's call, as the machine hands it out.
type work struct {
	execution string // full ID of the execution
	unit      string // full ID of the unit
	task      *runbook.Task
	action    *action
	token     string
	repeated  bool // it may have been made before, and its answer lost
	props     value.Value
	err       error // why there are no properties
	scope     *runbook.Scope
	region    string
	role      string // to make it under; empty: the caller's own identity
	started   time.Time
	polls     int // made since the work was handed out
}

// loadWork asks for a template.
type loadWork struct{ key string }

// result is what came of a call.
type result struct {
	raw     value.Value
	err     *TaskError
	again   core.Class    // what the error means for another try
	doubt   bool          // nobody can tell whether it took effect
	unsure  bool          // it may have
	after   time.Duration // the other side wants to be waited for
	secrets []value.Value // that the call was given, and that are in no vault
}

// loadResult is a template that was asked for.
type loadResult struct {
	name, version string
	text          []byte
	tmpl          *Template
	err           *TaskError
}

// command gives the command of an ID, if it should be in flight. It is asked
// only when the intent is durable.
func (m *machine) command(id string, repeated bool) (core.Command, bool) {
	if u := m.flights[id]; u != nil {
		return m.unitCommand(id, u, repeated), true
	}
	if key, ok := strings.CutPrefix(id, loadPrefix); ok {
		p := m.programs[key]
		return core.Command{ID: id, Work: &loadWork{key}}, p != nil && !p.ready
	}
	return m.trigger.command(m, id)
}

func (m *machine) unitCommand(id string, u *unit, repeated bool) core.Command {
	if u.state == sleeping {
		return core.Command{ID: id, NotBefore: u.until.time()}
	}
	t := u.template()
	w := &work{
		execution: m.id(u.exec.path), unit: m.id(u.path()), task: t, action: actionOf(t), token: m.token(u),
		repeated: repeated || u.unsure, region: m.head.Region, started: u.started.time(),
	}
	if w.props, w.err = m.render(u); w.err == nil {
		w.role, w.err = m.role(u.exec)
	}
	w.scope = &runbook.Scope{Template: u.exec.prog.tmpl}
	return core.Command{ID: id, NotBefore: u.next.time(), Work: w, Limit: limitOf(w.props)}
}

// role names the RAM role that the calls of an execution are made under: that of
// its template, or else, as product actions have none, that of its parent.
func (m *machine) role(x *execution) (string, error) {
	for ; ; x = x.parent.exec {
		if node := x.prog.tmpl.RamRole; !node.IsZero() {
			v, err := m.at(x, x.began, x.item).Render(node)
			if err != nil || v.Text() != "" {
				return v.Text(), err
			}
		}
		if x.parent == nil {
			return "", nil
		}
	}
}

// limitOf names the rate limit that a call is counted under: its service.
func limitOf(props value.Value) string {
	service, _ := props.Get("Service")
	return service.Text()
}

// token names the call of a unit to the service: the same on every try and
// after every crash, and no other's.
func (m *machine) token(u *unit) string {
	name := m.id(u.path())
	for v := u; v != nil; v = v.exec.parent {
		name += "#" + strconv.Itoa(v.run().attempt)
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16])
}
