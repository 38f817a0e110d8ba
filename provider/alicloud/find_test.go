package alicloud

import (
	"errors"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// TestFind looks up what a create call may have made, by the ways there are.
func TestFind(t *testing.T) {
	vpc := map[string]any{"VpcId": "vpc-1", "RequestId": "r"}
	refuse := func(code string) func(*Request) (int, any) {
		return func(*Request) (int, any) { return 400, map[string]any{"Code": code, "RequestId": "r"} }
	}
	for _, c := range []struct {
		name, typ string
		prior     map[string]any
		answer    func(*Request) (int, any)
		certain   bool // that no call was made
		id        string
		kind      provider.Kind
		calls     int // that create
	}{
		{name: "by token", typ: "ALIYUN::ECS::VPC", answer: func(*Request) (int, any) { return 200, vpc }, id: "vpc-1", calls: 1},
		{name: "not asked for", typ: "ALIYUN::ECS::VPC", certain: true, kind: provider.InDoubt},
		{name: "refused", typ: "ALIYUN::ECS::VPC", answer: refuse("QuotaExceeded.Vpc"), kind: provider.NotFound, calls: 1},
		{name: "another call's token", typ: "ALIYUN::ECS::VPC", answer: refuse("IdempotentParameterMismatch"), kind: provider.InDoubt, calls: 1},
		{name: "not now", typ: "ALIYUN::ECS::VPC", answer: refuse("Throttling.User"), kind: provider.Throttled, calls: 1},
		{name: "not by us", typ: "ALIYUN::ECS::VPC", answer: refuse("Forbidden.RAM"), kind: provider.Denied, calls: 1},
		{name: "paid in advance", typ: "ALIYUN::ECS::Instance", prior: map[string]any{"InstanceChargeType": "PrePaid"}, kind: provider.InDoubt},
		{name: "by name, that may be another's", typ: "ALIYUN::RDS::Account", prior: map[string]any{"DBInstanceId": "rm-1", "AccountName": "app"}, certain: true, kind: provider.InDoubt},
		{name: "by name", typ: "ALIYUN::RDS::Account", prior: map[string]any{"DBInstanceId": "rm-1", "AccountName": "app"}, id: "rm-1:app"},
	} {
		f := &table{answers: map[string]func(*Request) (int, any){
			"CreateVpc": c.answer, "RunInstances": c.answer, "CreateAccount": c.answer,
			"DescribeAccounts": func(*Request) (int, any) {
				return 200, map[string]any{"Accounts": map[string]any{"DBInstanceAccount": []any{map[string]any{"AccountName": "app", "AccountStatus": "Available"}}}}
			},
		}}
		state, err := newProvider(t, f).Find(t.Context(), &provider.Request{Token: "t", Type: c.typ, Repeated: !c.certain, Prior: asJSON(t, c.prior)})
		refused, _ := errors.AsType[*provider.Error](err)
		switch {
		case c.id != "" && (err != nil || state.PhysicalID != c.id), c.id == "" && (refused == nil || refused.Kind != c.kind):
			t.Errorf("%s: %+v, %v", c.name, state, err)
		}
		made := 0
		for _, req := range f.calls {
			if provider.ClassByName(req.Product, req.API) != provider.ReadOnly {
				made++
			}
			if req.API == "CreateVpc" && req.Query["ClientToken"] != "t" {
				t.Errorf("%s: the token is %q", c.name, req.Query["ClientToken"])
			}
		}
		if made != c.calls {
			t.Errorf("%s: %d calls", c.name, made)
		}
	}
}
