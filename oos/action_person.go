package oos

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/internal/core"
	"github.com/bianpai/bianpai/internal/value"
)

// pause waits for a person to go on.
var pause = action{kind: personAction, begin: func(_ *unit, _ value.Value, ev *unitStarted) error {
	ev.Wait, ev.Need = WaitPause, 1
	return nil
}}

// approve waits for approvals, and tells people by a message that they are
// asked. A message that cannot be sent is a fact, but no failure.
var approve = action{
	kind: personAction,
	begin: func(_ *unit, props value.Value, ev *unitStarted) error {
		ev.Wait, ev.Need = WaitApproval, 1
		if min := text(props, "MinRequiredApprovals"); min != "" {
			n, err := strconv.Atoi(min)
			if err != nil || n < 1 {
				return &TaskError{Code: "InvalidParameter", Message: "MinRequiredApprovals is " + min + ", it must be a number from 1"}
			}
			ev.Need = n
		}
		if who := approvers(props); len(who) > 0 && ev.Need > len(who) {
			return &TaskError{Code: "InvalidParameter", Message: "MinRequiredApprovals is more than there are Approvers"}
		}
		return nil
	},
	do: func(ctx context.Context, ef *effector, w *work) core.Answer {
		if ef.set.notify == nil {
			return answer(&result{}) // whoever looks at what waits is told
		}
		return answer(ef.send(ctx, w, true))
	},
}

// approvers lists the names whose approval counts: the part before the @.
func approvers(props value.Value) []string {
	list, _ := props.Get("Approvers")
	if list.Kind() == value.KindString {
		if parsed, err := value.ParseJSON([]byte(list.Text())); err == nil && parsed.Kind() == value.KindList {
			list = parsed
		} else if list.Text() != "" {
			list = value.List([]value.Value{list})
		}
	}
	if list.Kind() != value.KindList {
		return nil
	}
	var names []string
	for _, name := range list.Items() {
		if n := userName(asText(name)); n != "" {
			names = append(names, n)
		}
	}
	return names
}

func userName(logon string) string {
	name, _, _ := strings.Cut(logon, "@")
	return name
}

// notify sends a message. After a crash it may be sent twice, rather than not.
var notify = action{kind: callAction, do: func(ctx context.Context, ef *effector, w *work) core.Answer {
	if ef.set.notify == nil {
		return answer(&result{err: &TaskError{Code: "Unsupported", Message: "there is no way to send messages: set Options.Notify"}})
	}
	return answer(ef.send(ctx, w, false))
}}

// send hands a message to the host program.
func (ef *effector) send(ctx context.Context, w *work, link bool) *result {
	props, res := ef.resolve(ctx, w)
	if res != nil {
		return res
	}
	n := &Notification{
		ExecutionID: w.execution, TaskExecutionID: w.unit, TaskName: w.task.Name, Action: w.task.Action,
		Type: text(props, "NotifyType"), AppendExecutionLink: link,
		WebHook: object(props, "WebHook"), Mail: object(props, "Mail"),
	}
	if _, ok := props.Get("AppendExecutionLink"); ok {
		n.AppendExecutionLink = !isFalse(props, "AppendExecutionLink")
	}
	if err := ef.set.notify(ctx, n); err != nil {
		failed := &TaskError{Code: "NotifyFailed", Message: scrubAll(err.Error(), secretsOf(w))}
		return &result{err: failed, again: core.Final, secrets: secretsOf(w)}
	}
	return &result{raw: value.Map(nil)}
}

// object gives a member that is a map as JSON, without null members.
func object(props value.Value, key string) json.RawMessage {
	v, ok := props.Get(key)
	if !ok || v.Kind() != value.KindMap {
		return nil
	}
	return withoutNull(v).AppendJSON(nil)
}

func withoutNull(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindMap:
		var entries []value.Entry
		for key, member := range v.Entries() {
			if !member.IsNull() {
				entries = append(entries, value.Entry{Key: key, Value: withoutNull(member)})
			}
		}
		return value.Map(entries)
	case value.KindList:
		items := make([]value.Value, 0, v.Len())
		for _, item := range v.Items() {
			items = append(items, withoutNull(item))
		}
		return value.List(items)
	}
	return v
}
