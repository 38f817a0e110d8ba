package template_test

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider/schema"
	"github.com/bianpai/bianpai/template"
	"github.com/bianpai/bianpai/template/rule"
)

const serverlessSource = `ROSTemplateFormatVersion: '2015-09-01'
Transform: Aliyun::Serverless-2018-04-03
Parameters: {Bucket: {Type: String, Default: b-1}}
Conditions: {Yes: {Fn::Equals: [1, 1]}}
Resources:
  Shop:
    Type: Aliyun::Serverless::Service
    Properties:
      Description: shop
      LogConfig: Auto
      Policies:
        - AliyunOSSReadOnlyAccess
        - Version: '1'
          Statement: [{Effect: Allow, Action: ['oss:*'], Resource: ['*']}]
    Cart:
      Type: Aliyun::Serverless::Function
      Condition: Yes
      Properties:
        Handler: index.handler
        Runtime: python3.10
        CodeUri: oss://code/cart.zip
        EnvironmentVariables: {Project: {Fn::GetAtt: [Logs, Name]}, Bucket: {Ref: Bucket}}
      Events:
        Web: {Type: HTTP, Properties: {AuthType: ANONYMOUS, Methods: [GET]}}
        Nightly: {Type: Timer, Properties: {CronExpression: '0 0 1 * * *', Enable: true}}
        Files: {Type: OSS, Properties: {BucketName: {Ref: Bucket}, Events: ['oss:ObjectCreated:*'], InvocationRole: r}}
        Called: {Type: API}
  Logs:
    Type: Aliyun::Serverless::Log
    Properties: {Description: logs}
    Store: {Type: 'Aliyun::Serverless::Log::Logstore', Properties: {TTL: 7, ShardCount: 1}}
  Data:
    Type: Aliyun::Serverless::TableStore
    Properties: {ClusterType: HYBRID}
    Orders: {Type: 'Aliyun::Serverless::TableStore::Table', Properties: {PrimaryKeyList: [{Name: id, Type: STRING}]}}
  News: {Type: 'Aliyun::Serverless::MNSTopic', Properties: {Region: cn-hangzhou}}
  Steps: {Type: 'Aliyun::Serverless::Flow', Properties: {Definition: {version: v1, type: flow}, Role: 'acs:ram::1:role/r'}}
  www.example.com:
    Type: Aliyun::Serverless::CustomDomain
    Properties:
      RouteConfig: {routes: {'/*': {ServiceName: Shop, FunctionName: Cart}, '/old': {ServiceName: other, FunctionName: f}}}
  Gate:
    Type: Aliyun::Serverless::Api
    Properties:
      StageName: RELEASE
      DefinitionBody:
        /cart:
          get:
            x-aliyun-apigateway-api-name: show_cart
            x-aliyun-apigateway-fc: {arn: 'acs:fc:::services/${Shop.Arn}/functions/${Cart.Arn}/', timeout: 3000}
  Plain: {Type: 'ALIYUN::ECS::VPC', DependsOn: Cart, Properties: {Description: {Fn::Sub: 'of ${Cart} ${Cart.ARN}'}}}
Outputs:
  Url: {Value: {Fn::GetAtt: [Cart, FunctionName]}}
`

func TestServerless(t *testing.T) {
	tmpl, err := template.Parse("shop.yml", []byte(serverlessSource), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := rule.Check(tmpl, &rule.Options{Types: schema.Default()}).Err(); err != nil {
		t.Error(err)
	}
	ev, err := tmpl.Evaluate(nil, &template.EvaluateOptions{Pseudo: &template.Pseudo{StackID: "a-b-0123456789ab", Region: "cn-x", AccountID: "7"}, Known: everything{}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range ev.Resources {
		got = append(got, r.LogicalID+" "+strings.TrimPrefix(r.Type, "ALIYUN::")+" "+strings.Join(r.DependsOn, ","))
	}
	want := []string{
		"ShopRole RAM::Role ",
		"ShopRoleAttachment0 RAM::AttachPolicyToRole ",
		"Shop FC::Service ShopRoleAttachment0",
		"ShopCart FC::Function Shop",
		"ShopCartWeb FC::Trigger ShopCart",
		"ShopCartNightly FC::Trigger ShopCart",
		"ShopCartFiles FC::Trigger ShopCart",
		"Logs SLS::Project ",
		"LogsStore SLS::Logstore Logs",
		"Data OTS::Instance ",
		"DataOrders OTS::Table Data",
		"News MNS::Topic ",
		"Steps FNF::Flow ",
		"www.example.com FC::CustomDomain ",
		"Gate ApiGateway::Group ",
		"Gateshow_cart ApiGateway::Api Gate",
		"Gateshow_cartDeployment ApiGateway::Deployment ",
		"Plain ECS::VPC ShopCart",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("resources:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for id, want := range map[string]string{
		"Shop":     `{"Description":"shop","Role":"[\"ShopRole\",\"Arn\"]","ServiceName":"Shop-0123456789ab"}`,
		"ShopCart": `{"Handler":"index.handler","Runtime":"python3.10","EnvironmentVariables":{"Project":"[\"Logs\",\"Name\"]","Bucket":"b-1"},"ServiceName":"[\"Shop\",\"ServiceName\"]","FunctionName":"Cart","Code":{"OssBucketName":"code","OssObjectName":"cart.zip"}}`,
		"ShopCartFiles": `{"ServiceName":"[\"Shop\",\"ServiceName\"]","FunctionName":"[\"ShopCart\",\"FunctionName\"]","TriggerName":"Files","TriggerType":"oss",` +
			`"SourceArn":"acs:oss:cn-x:7:b-1","InvocationRole":"r","TriggerConfig":{"events":["oss:ObjectCreated:*"]}}`,
		"ShopCartWeb":     `{"ServiceName":"[\"Shop\",\"ServiceName\"]","FunctionName":"[\"ShopCart\",\"FunctionName\"]","TriggerName":"Web","TriggerType":"http","TriggerConfig":{"authType":"anonymous","methods":["GET"]}}`,
		"Data":            `{"ClusterType":"HYBRID","InstanceName":"Dat-0123456789ab"}`,
		"DataOrders":      `{"InstanceName":"[\"Data\",\"InstanceName\"]","TableName":"Orders","PrimaryKey":[{"Name":"id","Type":"STRING"}]}`,
		"Steps":           `{"Definition":"{\"version\": \"v1\", \"type\": \"flow\"}","Name":"Steps-0123456789ab","RoleArn":"acs:ram::1:role/r"}`,
		"www.example.com": `{"RouteConfig":{"Routes":[{"Path":"/*","ServiceName":"[\"Shop\",\"ServiceName\"]","FunctionName":"[\"ShopCart\",\"FunctionName\"]"},{"Path":"/old","ServiceName":"other","FunctionName":"f"}]},"DomainName":"www.example.com","Protocol":"HTTP"}`,
		"Plain":           `{"Description":"of id-of-ShopCart [\"ShopCart\",\"ARN\"]"}`,
	} {
		if got := string(ev.Resource(id).Properties.AppendJSON(nil)); got != want {
			t.Errorf("%s: %s\nwant %s", id, got, want)
		}
	}
	if v := ev.Outputs[0].Value; v.Text() != `["ShopCart","FunctionName"]` {
		t.Errorf("output %v", v)
	}
	if tmpl.NeedsTransform() || tmpl.Resource("ShopCart") == nil {
		t.Error("the template is not expanded")
	}
	if !strings.Contains(string(tmpl.Root().AppendJSON(nil)), "Aliyun::Serverless::Service") {
		t.Error("the root is not what was written")
	}
}

func TestServerlessFaults(t *testing.T) {
	const head = "ROSTemplateFormatVersion: '2015-09-01'\nTransform: Aliyun::Serverless-2018-04-03\nResources:\n"
	for src, want := range map[string]string{
		"  A: {Type: 'Aliyun::Serverless::Nope'}":                                                                                                        "4:3 serverless-type",
		"  A: {Type: 'Aliyun::Serverless::Function'}":                                                                                                    "4:3 serverless-outside",
		"  A: {Type: 'Aliyun::Serverless::Service', B: {Type: 'Aliyun::Serverless::Log'}}":                                                               "4:44 serverless-child",
		"  A: {Type: 'Aliyun::Serverless::Service', B: {Type: 'Aliyun::Serverless::Function', Properties: {CodeUri: ./src}}}":                            "4:108 serverless-code",
		"  A: {Type: 'Aliyun::Serverless::Service', B: {Type: 'Aliyun::Serverless::Function', Events: {E: {Type: Odd}}}}":                                "4:95 serverless-type",
		"  A: {Type: 'Aliyun::Serverless::Service', Properties: {Description: {Ref: Nope}}}":                                                             "4:70 unknown-reference",
		"  A: {Type: 'Aliyun::Serverless::Api', Properties: {DefinitionBody: {/x: {get: {x-aliyun-apigateway-fc: {arn: odd}}}}}}":                        "4:111 serverless-arn",
		"  A: {Type: 'Aliyun::Serverless::Service', B: {Type: 'Aliyun::Serverless::Function', Events: {E: {Type: API}}, Properties: {CodeUri: {a: b}}}}": "4:134 serverless-code",
	} {
		_, err := template.Parse("t.yml", []byte(head+src+"\n"), nil)
		got := ""
		if err != nil {
			got = err.Error()
		}
		at, code, _ := strings.Cut(want, " ")
		if !strings.Contains(got, "t.yml:"+at+": error "+code) {
			t.Errorf("%s\ngives %s\nwant %s", src, got, want)
		}
	}
	if _, err := template.Parse("t.yml", []byte("ROSTemplateFormatVersion: '2015-09-01'\nTransform: Aliyun::Serverless-2099-01-01\nResources: {}\n"), nil); err == nil || codeOf(t, err) != "unknown-transform" {
		t.Errorf("an unknown version gives %v", err)
	}
}
