package providertest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// state tells how far a run is, in the three ways in which the answers say it.
func (r *commandRun) state(now time.Time) (invocation, record, invoke string) {
	switch {
	case r.Stopped:
		return "Stopped", "Stopped", "Stopped"
	case now.Before(r.Ends):
		return "Running", "Running", "Running"
	case r.Error != "":
		return "Invalid", "Failed", "Failed"
	case r.ExitCode != 0:
		return "Failed", "Failed", "Finished"
	}
	return "Success", "Finished", "Finished"
}

// state sums the runs up: as long as one runs, the invocation does.
func (inv *invocation) state(now time.Time) (status, invoke string) {
	failed := 0
	for _, r := range inv.Runs {
		switch s, _, _ := r.state(now); s {
		case "Running":
			return "Running", "Running"
		case "Stopped":
			return "Stopped", "Stopped"
		case "Success":
		default:
			failed++
		}
	}
	switch {
	case failed == 0:
		return "Success", "Finished"
	case failed < len(inv.Runs):
		return "PartialFailed", "PartialFailed"
	}
	return "Failed", "Failed"
}

// runsOf gives what the call asks for of the runs, newest invocation first.
func (f *frame) invocationsAsked() []*invocation {
	want, command, name := f.args.list("InvokeId"), f.args.text("CommandId"), f.args.text("CommandName")
	var list []*invocation
	for _, inv := range f.c.invocations {
		if len(want) > 0 && !slices.Contains(want, inv.ID) || command != "" && inv.CommandID != command || name != "" && inv.Name != name {
			continue
		}
		if _, invoke := inv.state(f.now()); f.args.has("InvokeStatus") && f.args.text("InvokeStatus") != invoke {
			continue
		}
		if len(f.runs(inv)) > 0 {
			list = append(list, inv)
		}
	}
	slices.SortFunc(list, func(a, b *invocation) int { return cmp.Compare(b.Order, a.Order) })
	return list
}

func (f *frame) runs(inv *invocation) []*commandRun {
	want := f.args.list("InstanceId")
	var list []*commandRun
	for _, r := range inv.Runs {
		_, record, _ := r.state(f.now())
		if (len(want) == 0 || slices.Contains(want, r.Instance)) && (!f.args.has("InvokeRecordStatus") || f.args.text("InvokeRecordStatus") == record) {
			list = append(list, r)
		}
	}
	return list
}

// tell gives what is known of a run. The list of invocations has it under
// other names than the list of results.
func (f *frame) tellRun(inv *invocation, r *commandRun) map[string]any {
	status, record, invoke := r.state(f.now())
	known := map[string]any{
		"InstanceId": r.Instance, "InvokeId": inv.ID, "CommandId": inv.CommandID, "InvocationStatus": status, "InvokeRecordStatus": record, "InstanceInvokeStatus": invoke,
		"Dropped": 0, "Repeats": 1, "ErrorCode": r.Error, "ErrorInfo": "", "StartTime": inv.Started.Format(timeForm), "CreationTime": inv.Started.Format(timeForm), "Username": "",
		"Timed": false, "StopTime": "", "Output": "", "ExitCode": 0, "FinishedTime": "", "FinishTime": "", "UpdateTime": inv.Started.Format(timeForm), "TerminationMode": "Process",
	}
	if status != "Running" {
		known["FinishedTime"], known["FinishTime"] = r.Ends.Format(timeForm), r.Ends.Format(timeForm)
		known["Output"], known["ExitCode"] = f.contentOf(r.Output), r.ExitCode
	}
	if r.Error != "" {
		known["ErrorInfo"] = "The command did not run: " + r.Error + "."
		known["ExitCode"] = 1
	}
	return known
}

func (f *frame) tellInvocation(inv *invocation) map[string]any {
	status, invoke := inv.state(f.now())
	runs := make([]any, 0, len(inv.Runs))
	for _, r := range f.runs(inv) {
		runs = append(runs, f.tellRun(inv, r))
	}
	return map[string]any{
		"InvokeId": inv.ID, "CommandId": inv.CommandID, "CommandName": inv.Name, "CommandType": inv.Type, "CommandContent": f.contentOf(decodeContent(inv.Content, "")),
		"InvocationStatus": status, "InvokeStatus": invoke, "InvokeInstances": map[string]any{"InvokeInstance": runs}, "CreationTime": inv.Started.Format(timeForm),
		"VmCount": len(inv.Runs), "Frequency": "", "Timed": false, "RepeatMode": "Once", "Parameters": "{}", "Timeout": inv.Timeout, "WorkingDir": inv.Dir, "CommandDescription": inv.About, "Username": inv.User,
		"Tags": tagList(nil),
	}
}

func describeInvocations(f *frame) (map[string]any, *provider.Error) {
	list := make([]map[string]any, 0)
	for _, inv := range f.invocationsAsked() {
		list = append(list, f.tellInvocation(inv))
	}
	return f.listing("Invocations.Invocation", "InvokeId", list)
}

func describeInvocationResults(f *frame) (map[string]any, *provider.Error) {
	list := make([]map[string]any, 0)
	for _, inv := range f.invocationsAsked() {
		for _, r := range f.runs(inv) {
			list = append(list, f.tellRun(inv, r))
		}
	}
	page, next, err := f.page(list)
	if err != nil {
		return nil, err
	}
	results := make([]any, 0, len(page))
	for _, known := range page {
		told := maps.Clone(known)
		for _, other := range [...]string{"InstanceInvokeStatus", "CreationTime", "FinishTime", "UpdateTime", "Timed"} {
			delete(told, other)
		}
		results = append(results, told)
	}
	return map[string]any{"Invocation": map[string]any{
		"InvocationResults": map[string]any{"InvocationResult": results}, "TotalCount": len(list), "NextToken": next,
		"PageNumber": f.args.number("PageNumber", 1), "PageSize": min(f.args.number("PageSize", 10), largestPage),
	}}, nil
}
