package template

import (
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// service makes a service of Function Compute, a role for it if it has
// policies and no role of its own, and its functions.
func (x *serverless) service(r *doc.Draft) {
	id, at := r.Key, r.KeyAt
	p := properties(r, "Policies")
	for _, key := range [...]string{"LogConfig", "NasConfig", "VpcConfig"} {
		if v := p.Get(key); v != nil && v.Kind == doc.String { // Auto: left to the deployment tool
			p.Remove(key)
		}
	}
	var attached []string
	if policies := r.Get("Properties").Get("Policies"); policies != nil && p.Get("Role") == nil {
		attached = x.role(r, policies)
		p.Set("Role", getAttDraft(at, id+"Role", "Arn"))
	}
	p.Set("ServiceName", uniqueName(at, id))
	needs(x.add(id, "ALIYUN::FC::Service", r, p), attached...)
	x.children(r, "Function", func(child *doc.Draft, functionID string) { x.function(id, child, functionID) })
}

// role makes the role that a service's functions take on, with its policies:
// names of the service's own, or documents.
func (x *serverless) role(r, policies *doc.Draft) (attached []string) {
	id, at := r.Key+"Role", policies.At
	trust := doc.DraftMap(at).Set("Version", doc.DraftText("1", at)).Set("Statement", doc.DraftList(at,
		doc.DraftMap(at).
			Set("Action", doc.DraftText("sts:AssumeRole", at)).
			Set("Effect", doc.DraftText("Allow", at)).
			Set("Principal", doc.DraftMap(at).Set("Service", doc.DraftList(at, doc.DraftText("fc.aliyuncs.com", at))))))
	p := doc.DraftMap(at).Set("RoleName", uniqueName(at, id)).Set("AssumeRolePolicyDocument", trust)
	list := []*doc.Draft{policies}
	if policies.Kind == doc.List {
		list = policies.Items
	}
	own := doc.DraftList(at)
	var names []*doc.Draft
	for i, policy := range list {
		if _, _, call := callOfDraft(policy); policy.Kind == doc.Map && !call {
			own.Items = append(own.Items, doc.DraftMap(policy.At).
				Set("PolicyName", uniqueName(policy.At, id+"Policy"+strconv.Itoa(i))).
				Set("PolicyDocument", policy.Clone()))
			continue
		}
		names = append(names, policy)
	}
	if len(own.Items) > 0 {
		p.Set("Policies", own)
	}
	x.add(id, "ALIYUN::RAM::Role", r, p)
	for i, name := range names {
		attachment := id + "Attachment" + strconv.Itoa(i)
		x.add(attachment, "ALIYUN::RAM::AttachPolicyToRole", r, doc.DraftMap(name.At).
			Set("PolicyName", name.Clone()).
			Set("PolicyType", doc.DraftText("System", name.At)).
			Set("RoleName", getAttDraft(name.At, id, "RoleName")))
		attached = append(attached, attachment)
	}
	return attached
}

// function makes a function and its triggers.
func (x *serverless) function(service string, r *doc.Draft, id string) {
	at := r.KeyAt
	p := properties(r, "CodeUri", "Events")
	p.Set("ServiceName", getAttDraft(at, service, "ServiceName"))
	p.Set("FunctionName", doc.DraftText(r.Key, at))
	if uri := r.Get("Properties").Get("CodeUri"); uri != nil {
		if code := codeOf(uri); code != nil {
			p.Set("Code", code)
		} else {
			x.t.reportAt(diag.Error, "serverless-code", uri.At, "Resources."+service+"."+r.Key+".Properties.CodeUri", r.Key, clip(uri.Text))
		}
	}
	needs(x.add(id, "ALIYUN::FC::Function", r, p), service)
	for _, events := range []*doc.Draft{r.Get("Events"), r.Get("Properties").Get("Events")} {
		if events == nil {
			continue
		}
		for _, event := range events.Items {
			x.trigger(service, id, event)
		}
	}
}

// codeOf reads where the code of a function lies: oss://bucket/object, or a
// map of Bucket and Key. It is nil for a local folder.
func codeOf(uri *doc.Draft) *doc.Draft {
	code := doc.DraftMap(uri.At)
	if uri.Kind == doc.Map && uri.Get("Bucket") != nil && uri.Get("Key") != nil {
		return code.Set("OssBucketName", uri.Get("Bucket").Clone()).Set("OssObjectName", uri.Get("Key").Clone())
	}
	path, ok := strings.CutPrefix(uri.Text, "oss://")
	bucket, object, split := strings.Cut(path, "/")
	if !ok || !split || uri.Kind != doc.String {
		return nil
	}
	return code.Set("OssBucketName", doc.DraftText(bucket, uri.At)).Set("OssObjectName", doc.DraftText(object, uri.At))
}

// triggerTypes are the kinds of events, and the service in whose name the
// source of one is written.
var triggerTypes = map[string]struct{ name, source string }{
	"HTTP": {"http", ""}, "Timer": {"timer", ""}, "OSS": {"oss", "oss"}, "Log": {"log", "log"},
	"MNSTopic": {"mns_topic", "mns"}, "CDN": {"cdn_events", "cdn"}, "TableStore": {"tablestore", "ots"},
}

// trigger makes what calls a function.
func (x *serverless) trigger(service, function string, event *doc.Draft) {
	kind, ok := triggerTypes[typeOf(event)]
	if !ok {
		if typeOf(event) != "API" { // its gateway refers to the function by itself
			x.report(event, "serverless-type", event.Key, typeOf(event))
		}
		return
	}
	at := event.KeyAt
	config := doc.DraftMap(event.At)
	p := doc.DraftMap(event.At).
		Set("ServiceName", getAttDraft(at, service, "ServiceName")).
		Set("FunctionName", getAttDraft(at, function, "FunctionName")).
		Set("TriggerName", doc.DraftText(event.Key, at)).
		Set("TriggerType", doc.DraftText(kind.name, at))
	for _, given := range properties(event).Items {
		switch given.Key {
		case "Qualifier", "InvocationRole", "SourceArn":
			p.Set(given.Key, given)
		case "BucketName", "TopicName":
			p.Set("SourceArn", sourceArn(kind.source, given))
		case "AuthType":
			given.Text = strings.ToLower(given.Text)
			config.Set("authType", given)
		default:
			config.Set(strings.ToLower(given.Key[:min(1, len(given.Key))])+given.Key[min(1, len(given.Key)):], given)
		}
	}
	p.Set("TriggerConfig", config)
	needs(x.add(function+event.Key, "ALIYUN::FC::Trigger", event, p), function)
}

// sourceArn names a bucket or a topic.
func sourceArn(service string, name *doc.Draft) *doc.Draft {
	path := "${source}"
	if service == "mns" {
		path = "/topics/${source}"
	}
	template := "acs:" + service + ":${ALIYUN::Region}:${ALIYUN::AccountId}:" + path
	return callDraft(name.At, "Fn::Sub", doc.DraftList(name.At, doc.DraftText(template, name.At), doc.DraftMap(name.At).Set("source", name.Clone())))
}
