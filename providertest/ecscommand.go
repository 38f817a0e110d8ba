package providertest

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

var commands = &kind{typ: "ALIYUN::ECS::Command", missing: "InvalidCmdId.NotFound", status: "Available"}

// Command is a command that a call runs on an instance.
type Command struct {
	InvokeID   string
	InstanceID string
	CommandID  string
	Name       string
	Type       string // "RunShellScript"
	Content    string // as it runs there, decoded
	Parameters map[string]string
}

// CommandResult is how a command ends. The zero value is a success without
// output.
type CommandResult struct {
	ExitCode int
	Output   string
	Error    string        // a code, such as "InstanceNotRunning": it did not run at all
	Takes    time.Duration // over what Latency says of "Invoke"
}

// ScriptCommand says how commands end that RunCommand and InvokeCommand start,
// once for each instance, from now on. f must be quick and not call the cloud.
// Nil: all succeed without output.
func (c *Cloud) ScriptCommand(f func(Command) CommandResult) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.commands = f
}

// invocation is a command that was started.
type invocation struct {
	ID        string        `json:"id"`
	CommandID string        `json:"command"`
	Name      string        `json:"name,omitempty"`
	Type      string        `json:"type,omitempty"`
	Content   string        `json:"content"`           // as it was given
	Timeout   int           `json:"timeout,omitempty"` // seconds
	Dir       string        `json:"dir,omitempty"`
	About     string        `json:"about,omitempty"`
	User      string        `json:"user,omitempty"`
	Order     int64         `json:"n"`
	Started   time.Time     `json:"started"`
	Runs      []*commandRun `json:"runs"`
}

// commandRun is a command on one instance.
type commandRun struct {
	Instance string    `json:"instance"`
	ExitCode int       `json:"exit"`
	Output   string    `json:"output,omitempty"`
	Error    string    `json:"error,omitempty"`
	Ends     time.Time `json:"ends"`
	Stopped  bool      `json:"stopped,omitempty"`
}

func (f *frame) startCommand(command, name, typ, content string) (*invocation, *provider.Error) {
	ids := f.args.list("InstanceId")
	if len(ids) == 0 && len(f.args.objects("ResourceTag")) == 0 {
		return nil, f.args.missing("InstanceId")
	}
	f.c.order++
	inv := &invocation{
		ID: styleOf("ALIYUN::ECS::Invocation").write(f.seed.with("invoke"), f.region, func(string) string { return "" }), Order: f.c.order,
		CommandID: command, Name: name, Type: typ, Content: content, Started: f.now(),
		Timeout: f.args.number("Timeout", 60), Dir: f.args.text("WorkingDir"), About: f.args.text("Description"), User: f.args.text("Username"),
	}
	given := f.parameters()
	for _, id := range ids {
		t, err := f.find(instances, id, "InstanceId")
		if err != nil {
			return nil, err
		}
		inv.Runs = append(inv.Runs, f.runOn(t, inv, given))
	}
	f.c.invocations[inv.ID] = inv
	f.c.file.invoked(inv)
	return inv, nil
}

// runOn decides how a command ends on an instance.
func (f *frame) runOn(t *thing, inv *invocation, given map[string]string) *commandRun {
	run := &commandRun{Instance: t.id, Ends: inv.Started}
	if t.status() != "Running" {
		run.Error = "InstanceNotRunning"
		return run
	}
	var result CommandResult
	if f.c.commands != nil {
		content := decodeContent(inv.Content, f.args.text("ContentEncoding"))
		for _, name := range slices.Sorted(maps.Keys(given)) {
			content = strings.ReplaceAll(content, "{{"+name+"}}", given[name])
		}
		result = f.c.commands(Command{InvokeID: inv.ID, InstanceID: t.id, CommandID: inv.CommandID, Name: inv.Name, Type: inv.Type, Content: content, Parameters: given})
	}
	run.ExitCode, run.Output, run.Error = result.ExitCode, result.Output, result.Error
	run.Ends = run.Ends.Add(result.Takes + f.c.delay("Invoke", commands.typ))
	return run
}

// parameters reads the parameters of a command: a map, or JSON text of one.
func (f *frame) parameters() map[string]string {
	list := f.args.objects("Parameters")
	if len(list) == 0 {
		return nil
	}
	given := make(map[string]string, len(list[0]))
	for name, v := range list[0] {
		given[name] = textOf(v)
	}
	return given
}

func decodeContent(content, encoding string) string {
	if strings.EqualFold(encoding, "PlainText") {
		return content
	}
	if text, err := base64.StdEncoding.DecodeString(content); err == nil {
		return string(text)
	}
	return content
}

func (s *stateFile) invoked(inv *invocation) {
	if s != nil {
		s.invocations = append(s.invocations, inv)
	}
}

func runCommand(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("Type", "CommandContent"); err != nil {
		return nil, err
	}
	var command string
	if f.args.flag("KeepCommand") {
		out, err := createCommand(f)
		if err != nil {
			return nil, err
		}
		command = textOf(out["CommandId"])
	} else {
		command = styleOf(commands.typ).write(f.seed.with("command"), f.region, func(string) string { return "" })
	}
	inv, err := f.startCommand(command, f.args.text("Name"), f.args.text("Type"), f.args.text("CommandContent"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"InvokeId": inv.ID, "CommandId": command}, nil
}

// isPublicCommand reports whether an id is of a command that the service offers
// to everybody, of which nothing more is known.
func isPublicCommand(id string) bool {
	return strings.HasPrefix(id, "ACS-") || strings.HasPrefix(id, "cmd-ACS-")
}

func invokeCommand(f *frame) (map[string]any, *provider.Error) {
	if id := f.args.text("CommandId"); isPublicCommand(id) {
		inv, err := f.startCommand(id, id, "RunShellScript", "")
		if err != nil {
			return nil, err
		}
		return map[string]any{"InvokeId": inv.ID}, nil
	}
	t, err := f.find(commands, f.args.text("CommandId"), "CommandId")
	if err != nil {
		return nil, err
	}
	inv, err := f.startCommand(t.id, t.text("Name"), t.text("Type"), t.text("CommandContent"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"InvokeId": inv.ID}, nil
}

func createCommand(f *frame) (map[string]any, *provider.Error) {
	if f.api.Name == "CreateCommand" {
		if err := f.args.missing("Name", "Type", "CommandContent"); err != nil {
			return nil, err
		}
	}
	t, err := f.make(commands, f.only("Name", "Type", "CommandContent", "Description", "Timeout", "WorkingDir", "EnableParameter", "ContentEncoding"), "")
	if err != nil {
		return nil, err
	}
	return map[string]any{"CommandId": t.id}, nil
}

func modifyCommand(f *frame) (map[string]any, *provider.Error) {
	t, err := f.find(commands, f.args.text("CommandId"), "CommandId")
	if err != nil {
		return nil, err
	}
	return map[string]any{}, f.c.amend(t, f.only("Name", "CommandContent", "Description", "Timeout", "WorkingDir"))
}

func (f *frame) tellCommand(t *thing) map[string]any {
	return map[string]any{
		"CommandId": t.id, "Name": t.text("Name"), "Type": t.text("Type"), "CommandContent": t.text("CommandContent"), "Description": t.text("Description"),
		"Provider": "User", "WorkingDir": t.text("WorkingDir"), "Timeout": orText(t.text("Timeout"), "60"),
	}
}

func describeCommands(f *frame) (map[string]any, *provider.Error) {
	s := &selection{kind: commands, ids: f.args.texts("CommandId"), name: "Name", tell: f.tellCommand, by: []string{"Type"}}
	return f.listing("Commands.Command", "CommandId", f.selected(s))
}

func stopInvocation(f *frame) (map[string]any, *provider.Error) {
	inv := f.c.invocations[f.args.text("InvokeId")]
	if inv == nil {
		return nil, &provider.Error{Kind: provider.NotFound, Code: "InvalidInvokeId.NotFound", Path: "InvokeId", Message: "The specified InvokeId does not exist."}
	}
	ids := f.args.list("InstanceId")
	stopped := *inv
	stopped.Runs = nil
	for _, run := range inv.Runs {
		r := *run
		if f.now().Before(r.Ends) && (len(ids) == 0 || slices.Contains(ids, r.Instance)) {
			r.Stopped, r.Ends = true, f.now()
		}
		stopped.Runs = append(stopped.Runs, &r)
	}
	f.c.invocations[inv.ID] = &stopped
	f.c.file.invoked(&stopped)
	return map[string]any{}, nil
}

// describeAssistant tells that the assistant runs where the instance does.
func describeAssistant(f *frame) (map[string]any, *provider.Error) {
	s := &selection{kind: instances, ids: f.args.texts("InstanceId"), tell: func(t *thing) map[string]any {
		known := f.tellInstance(t)
		running := "true"
		if t.status() != "Running" {
			running = "false"
		}
		return map[string]any{
			"InstanceId": t.id, "CloudAssistantStatus": running, "CloudAssistantVersion": "2.2.3.456", "OSType": known["OSType"], "LastHeartbeatTime": f.now().Format(timeForm),
			"ActiveTaskCount": 0, "InvocationCount": 0, "SupportSessionManager": true,
		}
	}, by: []string{"OSType"}}
	return f.listing("InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus", "InstanceId", f.selected(s))
}

// contentOf gives a text in the encoding that the call asks for.
func (f *frame) contentOf(text string) string {
	if strings.EqualFold(f.args.text("ContentEncoding"), "PlainText") {
		return text
	}
	return base64.StdEncoding.EncodeToString([]byte(text))
}
