package template

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

// The keys by which a definition of an API says what the gateway is to do.
const (
	apiName     = "x-aliyun-apigateway-api-name"
	apiFunction = "x-aliyun-apigateway-fc"
	apiAuth     = "x-aliyun-apigateway-auth-type"
)

// api makes a group of the API gateway with an API for each path and method of
// its definition, and deploys each to the stage.
func (x *serverless) api(r *doc.Draft) {
	given := r.Get("Properties")
	x.add(r.Key, "ALIYUN::ApiGateway::Group", r, doc.DraftMap(r.At).Set("GroupName", uniqueName(r.KeyAt, r.Key)))
	paths := given.Get("DefinitionBody")
	if inner := paths.Get("paths"); inner != nil {
		paths = inner
	}
	if paths == nil {
		return
	}
	for _, path := range paths.Items {
		for _, operation := range path.Items {
			if operation.Kind == doc.Map && !strings.HasPrefix(operation.Key, "x-") {
				x.operation(r, path, operation, given.Get("StageName"))
			}
		}
	}
}

func (x *serverless) operation(r, path, operation, stage *doc.Draft) {
	at := operation.KeyAt
	name := operation.Get(apiName)
	if name == nil {
		name = doc.DraftText(variableName(strings.Trim(operation.Key+strings.NewReplacer("/", "_", "*", "all", "{", "", "}", "").Replace(path.Key), "_")), at)
	}
	auth := "ANONYMOUS"
	if given := operation.Get(apiAuth); given != nil && given.Text != "" {
		auth = strings.ToUpper(given.Text)
	}
	p := doc.DraftMap(operation.At).
		Set("GroupId", refDraft(at, r.Key)).
		Set("ApiName", name.Clone()).
		Set("AuthType", doc.DraftText(auth, at)).
		Set("Visibility", doc.DraftText("PUBLIC", at)).
		Set("ResultType", doc.DraftText("PASSTHROUGH", at)).
		Set("ResultSample", doc.DraftText("{}", at)).
		Set("RequestConfig", doc.DraftMap(at).
			Set("RequestProtocol", doc.DraftText("HTTP", at)).
			Set("RequestHttpMethod", doc.DraftText(strings.ToUpper(operation.Key), at)).
			Set("RequestPath", doc.DraftText(path.Key, path.KeyAt)).
			Set("RequestMode", doc.DraftText("PASSTHROUGH", at))).
		Set("ServiceConfig", x.backend(operation))
	id := r.Key + variableName(strings.ReplaceAll(name.Text, "-", "_"))
	needs(x.add(id, "ALIYUN::ApiGateway::Api", r, p), r.Key)
	if stage != nil {
		x.add(id+"Deployment", "ALIYUN::ApiGateway::Deployment", r, doc.DraftMap(stage.At).
			Set("ApiId", refDraft(stage.At, id)).
			Set("GroupId", refDraft(stage.At, r.Key)).
			Set("StageName", stage.Clone()))
	}
}

// backend says that a function answers.
func (x *serverless) backend(operation *doc.Draft) *doc.Draft {
	fc, at := operation.Get(apiFunction), operation.KeyAt
	config := doc.DraftMap(at).Set("ServiceProtocol", doc.DraftText("FunctionCompute", at))
	if fc == nil {
		return doc.DraftMap(at).
			Set("ServiceProtocol", doc.DraftText("HTTP", at)).
			Set("Mock", doc.DraftText("TRUE", at)).
			Set("MockResult", doc.DraftText("{}", at))
	}
	if timeout := fc.Get("timeout"); timeout != nil {
		config.Set("ServiceTimeOut", timeout.Clone())
	}
	function := doc.DraftMap(fc.At).Set("FcRegionId", refDraft(fc.At, "ALIYUN::Region"))
	if arn := fc.Get("arn"); arn != nil {
		service, name := x.called(arn)
		function.Set("ServiceName", service).Set("FunctionName", name)
	}
	if role := fc.Get("role-arn"); role != nil {
		function.Set("RoleArn", role.Clone())
	}
	return config.Set("FunctionComputeConfig", function)
}

// called reads acs:fc:::services/S/functions/F/ where S and F may be
// ${Service.Arn} and ${Function.Arn}, which only this transform resolves.
func (x *serverless) called(arn *doc.Draft) (service, function *doc.Draft) {
	text := arn.Text
	if _, inner, ok := callOfDraft(arn); ok {
		text = inner.Text
	}
	_, rest, _ := strings.Cut(text, "services/")
	serviceText, rest, _ := strings.Cut(rest, "/functions/")
	functionText := strings.TrimSuffix(rest, "/")
	serviceID, isService := logicalName(serviceText)
	functionID, isFunction := logicalName(functionText)
	service, function = doc.DraftText(serviceText, arn.At), doc.DraftText(functionText, arn.At)
	if isService {
		service = getAttDraft(arn.At, serviceID, "ServiceName")
	}
	if isFunction {
		function = getAttDraft(arn.At, serviceID+functionID, "FunctionName")
	}
	if text == "" || serviceText == "" {
		x.t.reportAt(diag.Error, "serverless-arn", arn.At, "Resources", clip(text))
	}
	return service, function
}

// logicalName takes the name out of ${Name.Arn}.
func logicalName(text string) (string, bool) {
	inner, ok := strings.CutPrefix(text, "${")
	if !ok || !strings.HasSuffix(inner, "}") {
		return "", false
	}
	name, _, _ := strings.Cut(strings.TrimSuffix(inner, "}"), ".")
	return name, true
}
