package alicloud

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
)

func TestAnswerError(t *testing.T) {
	ecs := &Request{Product: "Ecs", Version: "2014-05-26", API: "DescribeInstances"}
	vpc := &Request{Product: "Vpc", Version: "2016-04-28", API: "CreateVpc"}
	for _, test := range []struct {
		req    *Request
		status int
		header map[string]string
		body   string
		kind   provider.Kind
		code   string
	}{
		{ecs, 404, nil, `{"Code":"InvalidInstanceId.NotFound","Message":"m","RequestId":"id"}`, provider.NotFound, "InvalidInstanceId.NotFound"},
		{ecs, 400, nil, `{"Code":"Throttling.User","RequestId":"id"}`, provider.Throttled, "Throttling.User"},
		{ecs, 429, nil, `{"Code":"Busy","RequestId":"id"}`, provider.Throttled, "Busy"},
		{ecs, 403, nil, `{"Code":"Forbidden.RAM","RequestId":"id"}`, provider.Denied, "Forbidden.RAM"},
		{ecs, 404, nil, `{"Code":"InvalidAccessKeyId.NotFound","RequestId":"id"}`, provider.Denied, "InvalidAccessKeyId.NotFound"},
		{ecs, 404, nil, `{"Code":"InvalidAction.NotFound","RequestId":"id"}`, provider.Unsupported, "InvalidAction.NotFound"},
		{ecs, 403, nil, `{"Code":"IncorrectInstanceStatus","RequestId":"id"}`, provider.Conflict, "IncorrectInstanceStatus"},
		{ecs, 403, nil, `{"Code":"QuotaExceed.ElasticQuota","RequestId":"id"}`, provider.Quota, "QuotaExceed.ElasticQuota"},
		{ecs, 403, nil, `{"Code":"OperationDenied.NoStock","RequestId":"id"}`, provider.Unavailable, "OperationDenied.NoStock"},
		{ecs, 500, nil, `{"Code":"UnknownError","RequestId":"id"}`, provider.Transient, "UnknownError"},
		{ecs, 500, nil, `{"Code":"InternalError","RequestId":"id"}`, provider.Conflict, "InternalError"},
		{ecs, 503, nil, `{"Code":"ServiceUnavailable","RequestId":"id"}`, provider.Transient, "ServiceUnavailable"},
		{vpc, 400, nil, `{"Code":"TaskConflict","RequestId":"id"}`, provider.Conflict, "TaskConflict"},
		{vpc, 400, nil, `{"Code":"IdempotentParameterMismatch","RequestId":"id"}`, provider.Invalid, "IdempotentParameterMismatch"},
		{vpc, 400, nil, `{"Code":"InvalidCidrBlock.Malformed","RequestId":"id"}`, provider.Invalid, "InvalidCidrBlock.Malformed"},
		{vpc, 400, nil, `{"Code":"DependencyViolation","RequestId":"id"}`, provider.Conflict, "DependencyViolation"},
		{vpc, 409, nil, `{"code":"ErrClusterNotFound","message":"m","requestId":"id"}`, provider.NotFound, "ErrClusterNotFound"},
		{vpc, 200, nil, `{"Success":false,"Code":"503","RequestId":"id"}`, provider.Unknown, "503"},
		{vpc, 200, nil, `{"Success":false,"RequestId":"id"}`, provider.Unknown, "Failed"},
		{vpc, 503, nil, `{"RequestId":"id"}`, provider.Transient, "HTTP503"},
		{vpc, 400, map[string]string{"X-Acs-Retry-After": "1500"}, `{"Code":"Odd","RequestId":"id"}`, provider.Throttled, "Odd"},
		{vpc, 200, map[string]string{"X-Acs-Request-Id": "id"}, `<html>blocked</html>`, provider.Transient, "NoJSON"},
		{vpc, 502, map[string]string{"x-acs-request-id": "id"}, `Bad Gateway`, provider.Transient, "NoJSON"},
		{vpc, 403, map[string]string{"X-Acs-Request-Id": "id"}, `<html>403</html>`, provider.Denied, "NoJSON"},
	} {
		e := AnswerError(test.req, &Response{Status: test.status, Header: test.header, Body: []byte(test.body)})
		if e == nil || e.Kind != test.kind || e.Code != test.code || e.RequestID != "id" {
			t.Errorf("%d %s: %+v, want %v %s", test.status, test.body, e, test.kind, test.code)
		}
		if e != nil && e.Kind == provider.Throttled && e.After <= 0 {
			t.Errorf("%s: throttled without a wait", test.code)
		}
	}
	for _, body := range []string{`{}`, `{"Code":"200","Success":true}`, `{"Code":"OK"}`, `{"Code":200}`, `{"code":{"zipFile":"x"}}`, ``, `[1]`, `{"Success":true,"Code":"thing"}`} {
		if e := AnswerError(vpc, &Response{Status: 200, Body: []byte(body)}); e != nil {
			t.Errorf("%s: %v", body, e)
		}
	}
	e := AnswerError(vpc, &Response{Status: 400, Body: []byte(`{"Code":"SignatureDoesNotMatch","Message":"string to sign is: Password=hunter2"}`)})
	if strings.Contains(e.Error(), "hunter2") {
		t.Error("a secret is in the message")
	}
	long := AnswerError(vpc, &Response{Status: 500, Header: map[string]string{"X-Acs-Retry-After": "99999999"}, Body: []byte(`{"Code":"X"}`)})
	if long.After > longestPause {
		t.Errorf("waits %v", long.After)
	}
}

func TestRefusalsOfCreate(t *testing.T) {
	f := network()
	p := newProvider(t, f)
	req := &provider.Request{Token: "t", Type: "ALIYUN::ECS::VPC", Desired: asJSON(t, map[string]any{"CidrBlock": "10.0.0.0/8"})}
	for _, test := range []struct {
		status int
		code   string
		want   provider.Kind
	}{
		{400, "QuotaExceeded.Vpc", provider.Quota},
		{404, "InvalidResourceGroup.NotFound", provider.Invalid}, // what it refers to, not the VPC
		{400, "Throttling", provider.Throttled},
		{400, "OperationConflict", provider.Conflict},
	} {
		f.answers["CreateVpc"] = func(*Request) (int, any) { return test.status, map[string]any{"Code": test.code} }
		_, err := p.Create(t.Context(), req)
		if e, ok := errors.AsType[*provider.Error](err); !ok || e.Kind != test.want || e.Code != test.code {
			t.Errorf("%s: %v", test.code, err)
		}
	}
}

func TestReadOfWhatIsGone(t *testing.T) {
	p := newProvider(t, network())
	_, err := p.Read(t.Context(), &provider.Request{Type: "ALIYUN::ECS::VPC", PhysicalID: "vpc-9"})
	if e, ok := errors.AsType[*provider.Error](err); !ok || e.Kind != provider.NotFound {
		t.Error(err)
	}
}

func TestLostAnswers(t *testing.T) {
	f := &table{answers: map[string]func(*Request) (int, any){}}
	p := newProvider(t, f)
	there := false
	f.answers["GetRole"] = func(*Request) (int, any) {
		if there {
			return 200, map[string]any{"Role": map[string]any{"RoleName": "ops", "Arn": "acs:ram::1:role/ops"}}
		}
		return 404, map[string]any{"Code": "EntityNotExist.Role"}
	}
	f.answers["CreateRole"] = func(*Request) (int, any) { return 200, map[string]any{"Role": map[string]any{"RoleName": "ops"}} }
	f.answers["CreateAccessKey"] = f.answers["CreateRole"]

	// Nothing names what the call made: it is in doubt.
	_, err := p.Create(t.Context(), &provider.Request{Token: "t", Type: "ALIYUN::RAM::AccessKey", Repeated: true, Desired: asJSON(t, map[string]any{"UserName": "u"})})
	if e, ok := errors.AsType[*provider.Error](err); !ok || e.Kind != provider.InDoubt {
		t.Errorf("access key: %v", err)
	}
	// Nor does the record's name: two records may have it.
	_, err = p.Create(t.Context(), &provider.Request{Token: "t", Type: "ALIYUN::DNS::DomainRecord", Repeated: true, Desired: asJSON(t, map[string]any{"DomainName": "a.example", "RR": "www", "Type": "A", "Value": "192.0.2.7"})})
	if e, ok := errors.AsType[*provider.Error](err); !ok || e.Kind != provider.InDoubt {
		t.Errorf("domain record: %v", err)
	}
	if len(f.calls) != 0 {
		t.Errorf("called %v", f.names())
	}

	// The name is the ID: there, or not there yet.
	role := &provider.Request{Token: "t", Type: "ALIYUN::RAM::Role", Repeated: true, Desired: asJSON(t, map[string]any{"RoleName": "ops"})}
	for _, there = range []bool{true, false} {
		f.calls = nil
		f.answers["CreateRole"] = func(*Request) (int, any) {
			there = true
			return 200, map[string]any{"Role": map[string]any{"RoleName": "ops"}}
		}
		want := 0
		if !there {
			want = 1
		}
		if got, err := drive(t, p.Create, role); err != nil || got.PhysicalID != "ops" {
			t.Errorf("role: %+v, %v", got, err)
		}
		if n := strings.Count(lines2(f.names()), "CreateRole"); n != want {
			t.Errorf("role made %d times, want %d", n, want)
		}
	}

	// With a client token, it is made again.
	g := network()
	q := newProvider(t, g)
	made, err := drive(t, q.Create, &provider.Request{Token: "t", Type: "ALIYUN::ECS::VPC", Repeated: true, Desired: asJSON(t, map[string]any{"CidrBlock": "10.0.0.0/8"})})
	if err != nil || made.PhysicalID != "vpc-1" {
		t.Errorf("VPC: %+v, %v", made, err)
	}

	// Where the properties are the ID, it is looked up.
	account := &provider.Request{Token: "t", Type: "ALIYUN::RDS::Account", Repeated: true, Desired: asJSON(t, map[string]any{"DBInstanceId": "rm-1", "AccountName": "app", "AccountPassword": "x"})}
	f.calls = nil
	f.answers["DescribeAccounts"] = func(*Request) (int, any) {
		return 200, map[string]any{"Accounts": map[string]any{"DBInstanceAccount": []any{map[string]any{"AccountName": "app", "AccountStatus": "Available"}}}}
	}
	found, err := drive(t, p.Create, account)
	if err != nil || found.PhysicalID != "rm-1:app" {
		t.Errorf("account: %+v, %v", found, err)
	}
	if strings.Contains(lines2(f.names()), "CreateAccount") {
		t.Errorf("made again: %v", f.names())
	}
	if st, err := p.Find(t.Context(), account); err != nil || st.PhysicalID != "rm-1:app" {
		t.Errorf("find: %+v, %v", st, err)
	}
}

func TestBuiltins(t *testing.T) {
	p := newProvider(t, &table{})
	got, err := p.Create(t.Context(), &provider.Request{Token: "t", Type: "ALIYUN::ROS::Sleep", Desired: asJSON(t, map[string]any{"CreateDuration": "90"})})
	if err != nil || got.Done || got.After != 90*time.Second {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = p.Create(t.Context(), &provider.Request{Token: "t", Type: "ALIYUN::ROS::Sleep", Resume: got.Resume, Desired: asJSON(t, map[string]any{"CreateDuration": 90})})
	if err != nil || !got.Done {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = p.Create(t.Context(), &provider.Request{Token: "t", Type: "ALIYUN::RandomString", Desired: asJSON(t, map[string]any{
		"length": 12, "character_classes": []any{map[string]any{"class": "digits", "min": 3}, map[string]any{"class": "lowercase", "min": 2}},
	})})
	if err != nil || !got.Done {
		t.Fatalf("%+v, %v", got, err)
	}
	m, err := decodeObject(got.Attributes)
	if err != nil {
		t.Fatal(err)
	}
	text := textOf(m["value"])
	digits := 0
	for _, c := range text {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	if len(text) != 12 || digits < 3 {
		t.Errorf("%q", text)
	}
}
