package runbook

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/internal/doc"
)

// The actions that are built into the service.
const (
	ExecuteAPI    = "ACS::ExecuteAPI"
	WaitFor       = "ACS::WaitFor"
	CheckFor      = "ACS::CheckFor"
	ExecuteHTTP   = "ACS::ExecuteHttpRequest"
	SelectTargets = "ACS::SelectTargets"
	ChoiceAction  = "ACS::Choice"
	Sleep         = "ACS::Sleep"
	Pause         = "ACS::Pause"
	Approve       = "ACS::Approve"
	Notify        = "ACS::Notify"
	ChildTemplate = "ACS::Template"
	LoopAction    = "ACS::Loop"
	TimerTrigger  = "ACS::TimerTrigger"
	EventTrigger  = "ACS::EventTrigger"
	AlarmTrigger  = "ACS::AlarmTrigger"
	GitCodeRepo   = "ACS::GitCodeRepo"
)

// action is what is known of an atomic action.
type action struct {
	name       string
	loops      bool // may stand in a loop
	trigger    bool
	polls      bool // has a schedule of retries
	result     bool // has a raw result
	properties []property
}

// property is one property of an atomic action.
type property struct {
	name     string
	required bool
	kinds    []doc.Kind // what it may be where it is literal; nil: anything
	values   []string   // the texts it may be where it is literal; nil: any
}

var (
	text     = []doc.Kind{doc.String}
	boolean  = []doc.Kind{doc.Bool, doc.String}
	number   = []doc.Kind{doc.Int, doc.Float, doc.String}
	mapping  = []doc.Kind{doc.Map}
	sequence = []doc.Kind{doc.List}
)

func apiProperties(more ...property) []property {
	return append([]property{
		{name: "Service", required: true, kinds: text},
		{name: "API", required: true, kinds: text},
		{name: "Parameters", kinds: []doc.Kind{doc.Map, doc.Null}},
		{name: "AutoPaging", kinds: boolean},
		{name: "Risk", kinds: text, values: []string{"High", "Normal"}},
		{name: "Method", kinds: text, values: []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"}},
		{name: "URI", kinds: text},
		{name: "Headers", kinds: mapping},
		{name: "Body"},
	}, more...)
}

func pollProperties() []property {
	return apiProperties(
		property{name: "PropertySelector", required: true, kinds: text},
		property{name: "DesiredValues", kinds: sequence},
		property{name: "NotDesiredValues", kinds: sequence},
		property{name: "StopRetryValues", kinds: sequence},
	)
}

// atomicActions are all actions that are built in, by lower-case name.
var atomicActions = func() map[string]*action {
	hook := property{name: "WebHook", kinds: mapping}
	transformer := property{name: "OutputTransformer"}
	m := make(map[string]*action)
	for _, a := range []action{
		{name: ExecuteAPI, loops: true, result: true, properties: apiProperties()},
		{name: WaitFor, loops: true, result: true, polls: true, properties: pollProperties()},
		{name: CheckFor, loops: true, result: true, polls: true, properties: pollProperties()},
		{name: ExecuteHTTP, loops: true, result: true, polls: true, properties: []property{
			{name: "URL", required: true, kinds: text},
			{name: "Method", kinds: text, values: []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"}},
			{name: "Headers", kinds: mapping}, {name: "Query", kinds: mapping}, {name: "Body"},
			{name: "CheckFor", kinds: mapping}, {name: "WaitFor", kinds: mapping},
		}},
		{name: SelectTargets, result: true, properties: []property{
			{name: "ResourceType", required: true, kinds: text}, {name: "RegionId", kinds: text},
			{name: "Filters", required: true, kinds: sequence},
		}},
		{name: ChoiceAction, properties: []property{
			{name: "DefaultTask", required: true, kinds: text}, {name: "Choices", required: true, kinds: sequence},
		}},
		{name: Sleep, properties: []property{{name: "Duration"}, {name: "EndDate"}}},
		{name: Pause},
		{name: Approve, properties: []property{
			{name: "NotifyType", kinds: text, values: []string{"WebHook", "Mail"}}, hook, {name: "Mail", kinds: mapping},
			{name: "Approvers", kinds: sequence}, {name: "MinRequiredApprovals", kinds: number},
			{name: "AppendExecutionLink", kinds: boolean},
		}},
		{name: Notify, result: true, properties: []property{
			{name: "NotifyType", required: true, kinds: text, values: []string{"WebHook", "Mail"}}, hook,
			{name: "Mail", kinds: mapping}, {name: "AppendExecutionLink", kinds: boolean},
		}},
		{name: ChildTemplate, loops: true, result: true, properties: []property{
			{name: "TemplateName", kinds: text}, {name: "TemplateVersion", kinds: text},
			{name: "TemplateContent", kinds: mapping}, {name: "Parameters", kinds: []doc.Kind{doc.Map, doc.Null}},
		}},
		{name: LoopAction, result: true, properties: []property{
			{name: "LoopItems", required: true, kinds: sequence}, {name: "LoopRateControl", kinds: mapping},
			{name: "LoopTasks", required: true, kinds: sequence},
		}},
		{name: TimerTrigger, trigger: true, result: true, properties: []property{
			{name: "Type", required: true, kinds: text, values: []string{"cron", "rate", "at"}},
			{name: "Expression", required: true, kinds: text}, {name: "TimeZone", kinds: text},
			{name: "StartDate", kinds: text}, {name: "EndDate", kinds: text},
		}},
		{name: EventTrigger, trigger: true, result: true, properties: []property{
			{name: "Product", required: true, kinds: text}, {name: "Name", required: true}, {name: "Level"},
			{name: "Content", kinds: mapping}, {name: "RegionId"}, {name: "Tags"}, transformer,
		}},
		{name: AlarmTrigger, trigger: true, result: true, properties: []property{
			{name: "Namespace", required: true, kinds: text}, {name: "MetricName", required: true, kinds: text},
			{name: "Statistics", kinds: text}, {name: "ComparisonOperator", kinds: text}, {name: "Threshold"},
			{name: "Times"}, {name: "Period"}, {name: "Interval"}, {name: "SilenceTime"}, {name: "EffectiveInterval"},
			{name: "Resources"}, {name: "Tags"}, {name: "ResourceGroup"}, transformer,
		}},
		{name: GitCodeRepo, result: true, properties: []property{
			{name: "Platform", required: true, kinds: text}, {name: "Owner", required: true, kinds: text},
			{name: "Organization", kinds: text}, {name: "Repository", required: true, kinds: text},
		}},
	} {
		m[strings.ToLower(a.name)] = &a
	}
	return m
}()

func findAtomic(name string) *action { return atomicActions[strings.ToLower(name)] }

func (task *Task) atomic() *action { return findAtomic(task.Action) }

// IsAtomic reports whether an action is built in, not a template.
func IsAtomic(action string) bool { return findAtomic(action) != nil }

// IsTrigger reports whether an action is a trigger.
func IsTrigger(action string) bool {
	a := findAtomic(action)
	return a != nil && a.trigger
}

// hasResult reports whether the task leaves a raw result.
func (task *Task) hasResult() bool {
	a := task.atomic()
	return a == nil || a.result
}

//go:embed actions.txt
var actionList string

// productActions are the names of the known cloud product actions, by
// lower-case name.
var productActions = sync.OnceValue(func() map[string]string {
	m := make(map[string]string)
	for name := range strings.FieldsSeq(actionList) {
		m[strings.ToLower(name)] = name
	}
	return m
})

// ProductActions lists the known cloud product actions, which are templates of
// the service, in alphabetical order.
func ProductActions() []string { return strings.Fields(actionList) }

// canonicalAction gives an action's own spelling, if it is known.
func canonicalAction(name string) string {
	if a := findAtomic(name); a != nil {
		return a.name
	}
	if known, ok := productActions()[strings.ToLower(name)]; ok {
		return known
	}
	return name
}
