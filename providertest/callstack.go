package providertest

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/url"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/template"
)

var stacks = &kind{typ: "ALIYUN::ROS::Stack", missing: "StackNotFound", status: "CREATE_COMPLETE"}

// createStack makes a stack of which only the status and the outputs are
// simulated, not the resources.
func createStack(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("StackName"); err != nil {
		return nil, err
	}
	t, err := f.make(stacks, f.only("StackName", "TimeoutInMinutes", "DisableRollback"), "")
	if err != nil {
		return nil, err
	}
	t.become("Create", "CREATE_IN_PROGRESS", "CREATE_COMPLETE")
	t.set("Outputs", f.stackOutputs(f.args.text("TemplateBody")))
	return map[string]any{"StackId": t.id}, nil
}

// stackOutputs makes up the outputs of a template: ids where it asks for
// attributes that are ids.
func (f *frame) stackOutputs(body string) []any {
	list := make([]any, 0)
	if body == "" {
		return list
	}
	t, _ := template.Parse("template", []byte(body), nil)
	if t == nil {
		return list // not a template at all; faults in one do not matter here
	}
	for _, out := range t.Outputs {
		var v any = out.Name + "-" + f.seed.with(out.Name).text(base36, 8)
		get := out.Value.Get("Fn::GetAtt")
		if r := t.Resource(get.At(0).Text()); r != nil {
			attribute := get.At(1).Text()
			id := existingID(styleOf(r.Type), f.seed.with(r.Name), f.region)
			if _, ok := cutID(attribute); ok {
				v = id
			}
			if strings.HasSuffix(attribute, "Ids") {
				v = []any{id}
			}
		}
		list = append(list, map[string]any{"OutputKey": out.Name, "OutputValue": v, "Description": ""})
	}
	return list
}

func getStack(f *frame) (map[string]any, *provider.Error) {
	id := f.args.text("StackId")
	known := map[string]any{"StackId": id, "StatusReason": "", "RegionId": f.region}
	if gone := f.c.remembered["ROS "+id]; gone[statusKey] == "Deleted" {
		known["Status"] = "DELETE_COMPLETE"
	} else {
		t, err := f.find(stacks, id, "StackId")
		if err != nil {
			return nil, err
		}
		known["Status"], known["StackName"] = t.status(), orText(t.text("StackName"), "stack-"+id)
		if outputs, ok := t.value("Outputs").([]any); ok {
			known["Outputs"] = outputs
		}
	}
	x := f.filler(id, nil)
	x.known, x.inner = known, 0
	return x.object(f.c.membersOf(f.api.Service, f.api.Name), 0), nil
}

func deleteStack(f *frame) (map[string]any, *provider.Error) {
	id := f.args.text("StackId")
	if f.c.remembered["ROS "+id][statusKey] == "Deleted" {
		return map[string]any{}, nil
	}
	t, err := f.find(stacks, id, "StackId")
	if err != nil {
		return nil, err
	}
	t.vanish()
	f.c.remember("ROS "+id, map[string]any{statusKey: "Deleted"})
	return map[string]any{}, nil
}

// bucketAspect gives under what an OSS call keeps an aspect of a bucket, such
// as its policy.
func (f *frame) bucketAspect() string {
	aspect := strings.TrimPrefix(strings.TrimPrefix(f.api.Name, "Put"), "Get")
	return "OSS " + f.args.text("BucketName") + " " + aspect
}

const bodyKey = "(body)"

// putBucket keeps what a call says of a bucket.
func putBucket(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("BucketName"); err != nil {
		return nil, err
	}
	f.c.remember(f.bucketAspect(), map[string]any{bodyKey: readBody(f.req.Body)})
	return map[string]any{}, nil
}

// getBucket tells what was kept; a bucket of which nothing was said answers by
// shape.
func getBucket(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("BucketName"); err != nil {
		return nil, err
	}
	if body, ok := f.c.remembered[f.bucketAspect()][bodyKey].(map[string]any); ok {
		return maps.Clone(body), nil
	}
	return byShape(f)
}

// readBody reads a body, which is JSON, or a text that holds JSON or XML.
func readBody(body json.RawMessage) any {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return nil
	}
	text, ok := v.(string)
	if !ok {
		return v
	}
	if err := json.Unmarshal([]byte(text), &v); err == nil {
		return v
	}
	if v, err := readXML(text); err == nil {
		return v
	}
	return nil
}

// readXML gives XML as the services' answers have it in JSON: elements are
// members, repeated ones lists.
func readXML(text string) (map[string]any, error) {
	dec := xml.NewDecoder(strings.NewReader(text))
	root, err := elementsOf(dec, 0)
	m, ok := root.(map[string]any)
	if err == nil && !ok {
		err = errors.New("no element")
	}
	return m, err
}

func elementsOf(dec *xml.Decoder, depth int) (any, error) {
	if depth > 64 {
		return nil, errors.New("too deep")
	}
	var text strings.Builder
	var m map[string]any
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && depth == 0 {
			return m, nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			if m == nil {
				return strings.TrimSpace(text.String()), nil
			}
			return m, nil
		case xml.StartElement:
			v, err := elementsOf(dec, depth+1)
			if err != nil {
				return nil, err
			}
			if m == nil {
				m = make(map[string]any)
			}
			m[token.Name.Local] = join(m[token.Name.Local], v)
		}
	}
}

func join(have, v any) any {
	switch have := have.(type) {
	case nil:
		return v
	case []any:
		return append(have, v)
	}
	return []any{have, v}
}

// generateURL signs nothing: the address is made up.
func generateURL(f *frame) (map[string]any, *provider.Error) {
	if err := f.args.missing("BucketName"); err != nil {
		return nil, err
	}
	host := f.args.text("BucketName") + ".oss-" + f.region
	if f.args.flag("Internal") {
		host += "-internal"
	}
	u := url.URL{Scheme: "https", Host: host + ".aliyuncs.com", Path: "/" + strings.TrimPrefix(f.req.URI, "/")}
	u.RawQuery = url.Values{"Expires": {f.args.text("Expires")}, "Signature": {f.seed.text(mixed, 28)}}.Encode()
	return map[string]any{"Url": u.String()}, nil
}
