package alicloud

import (
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// balancer answers as a load balancer with backends does.
func balancer(ids ...string) *table {
	type m = map[string]any
	servers := []any{}
	for _, id := range ids {
		servers = append(servers, m{"ServerId": id, "Weight": 100})
	}
	done := func(*Request) (int, any) { return 200, m{} }
	return &table{answers: map[string]func(*Request) (int, any){
		"DescribeLoadBalancerAttribute": func(*Request) (int, any) { return 200, m{"BackendServers": m{"BackendServer": servers}} },
		"AddBackendServers":             done, "SetBackendServers": done, "RemoveBackendServers": done,
	}}
}

// TestWeightIsNoOtherServer: a server whose weight changes is neither added nor
// removed.
func TestWeightIsNoOtherServer(t *testing.T) {
	type m = map[string]any
	attachment := func(servers ...any) []byte { return asJSON(t, m{"LoadBalancerId": "lb-1", "BackendServers": servers}) }
	tests := []struct {
		name          string
		before, after []any
		calls         string
	}{
		{"weight", []any{m{"ServerId": "i-1", "Weight": 100}}, []any{m{"ServerId": "i-1", "Weight": 50}}, "SetBackendServers"},
		{"one more", []any{m{"ServerId": "i-1"}}, []any{m{"ServerId": "i-1"}, m{"ServerId": "i-2"}}, "AddBackendServers SetBackendServers"},
		{"another", []any{m{"ServerId": "i-1"}}, []any{m{"ServerId": "i-2"}}, "AddBackendServers SetBackendServers RemoveBackendServers"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := balancer("i-1", "i-2")
			_, err := drive(t, newProvider(t, f).Update, &provider.Request{
				Token: "t", Type: "ALIYUN::SLB::BackendServerAttachment", PhysicalID: "lb-1:i-1", Prior: attachment(test.before...), Desired: attachment(test.after...),
			})
			if err != nil {
				t.Fatal(err)
			}
			var changing []string
			for _, name := range f.names() {
				if name != "DescribeLoadBalancerAttribute" {
					changing = append(changing, name)
				}
			}
			if got := lines2(changing); got != test.calls {
				t.Errorf("%s, want %s", got, test.calls)
			}
		})
	}
}

// TestAttachmentIsItsServers: other servers of the balancer do not make it one.
func TestAttachmentIsItsServers(t *testing.T) {
	req := &provider.Request{
		Type: "ALIYUN::SLB::BackendServerAttachment", PhysicalID: "lb-1:i-1",
		Prior: asJSON(t, map[string]any{"LoadBalancerId": "lb-1", "BackendServers": []any{map[string]any{"ServerId": "i-1"}}}),
	}
	state, err := newProvider(t, balancer("i-2", "i-1")).Read(t.Context(), req)
	if err != nil || string(state.Attributes) != `{"BackendServers":[{"ServerId":"i-2","Weight":100},{"ServerId":"i-1","Weight":100}],"LoadBalancerId":"lb-1"}` {
		t.Errorf("%+v %v", state, err)
	}
	if _, err := newProvider(t, balancer("i-2")).Read(t.Context(), req); err == nil || err.(*provider.Error).Kind != provider.NotFound {
		t.Error(err)
	}
}

func TestBracedExpressions(t *testing.T) {
	env := &scope{d: &descriptor{}, desired: map[string]any{"A": "x", "B": "y"}, region: "r"}
	for text, want := range map[string]string{
		"${p.A}_${p.B}": "x_y", "${region}s/$p.A": "rs/x", "a{b}": "a{b}",
	} {
		got, err := parseTemplate(text)
		if err != nil {
			t.Fatal(err)
		}
		if v, ok := got.text(env); !ok || v != want {
			t.Errorf("%s is %q, want %q", text, v, want)
		}
	}
	if _, err := parseTemplate("${p.A b}"); err == nil {
		t.Error("a blank is taken")
	}
}

// TestNoStepNoPromise: what the catalogue says can be changed in place, and no
// call here changes, is for PlanUpdate to answer.
func TestNoStepNoPromise(t *testing.T) {
	typ, err := newProvider(t, &table{}).Describe(t.Context(), "ALIYUN::ECS::InstanceGroup")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]provider.Mutability{
		"MaxAmount": provider.UpdateUnknown, "DiskMappings": provider.UpdateUnknown, "InstanceType": provider.UpdateInPlace, "InstanceChargeType": provider.UpdateInPlace,
	} {
		if got := typ.Properties[name].Update; got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}

// TestWordsOfPaying: a template may use the words of any service.
func TestWordsOfPaying(t *testing.T) {
	for word, want := range map[string]string{"PayAsYouGo": "PayOnDemand", "POSTPAY": "PayOnDemand", "Subscription": "PrePay", "PrePaid": "PrePay", "Serverless": "Serverless"} {
		codecs, err := parseCodecs("charge(PrePay,PayOnDemand)")
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := encode(codecs, word, &scope{}); !ok || got != want {
			t.Errorf("%s becomes %v, want %s", word, got, want)
		}
	}
}

// TestServersAsList: a balancer's servers may be a list of IDs with one of
// weights beside it.
func TestServersAsList(t *testing.T) {
	f := balancer("i-1")
	_, err := newProvider(t, f).Create(t.Context(), &provider.Request{
		Token: "t", Type: "ALIYUN::SLB::BackendServerAttachment",
		Desired: asJSON(t, map[string]any{"LoadBalancerId": "lb-1", "BackendServerList": []any{"i-1", "i-2"}, "BackendServerWeightList": []any{20}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.last("AddBackendServers").Query["BackendServers"]; got != `[{"ServerId":"i-1","Weight":20},{"ServerId":"i-2"}]` {
		t.Error(got)
	}
}

// TestCommandsAreSentAsWritten: RunCommand takes plain text unless it is told
// otherwise, CreateCommand takes Base64.
func TestCommandsAreSentAsWritten(t *testing.T) {
	for _, test := range []struct{ typ, encoding, content, sent string }{
		{"RunCommand", "", "echo", "echo"},
		{"RunCommand", "PlainText", "echo", "echo"},
		{"RunCommand", "Base64", "ZWNobw==", "ZWNobw=="},
		{"Command", "", "echo", "ZWNobw=="},
		{"Command", "PlainText", "echo", "echo"},
		{"Command", "Base64", "ZWNobw==", "ZWNobw=="},
	} {
		var sent string
		answer := func(r *Request) (int, any) {
			sent = r.Query["CommandContent"]
			return 200, map[string]any{"CommandId": "c-1", "InvokeId": "t-1"}
		}
		f := &table{answers: map[string]func(*Request) (int, any){"RunCommand": answer, "CreateCommand": answer}}
		props := map[string]any{"Type": "RunShellScript", "CommandContent": test.content, "InstanceIds": []any{"i-1"}}
		if test.encoding != "" {
			props["ContentEncoding"] = test.encoding
		}
		if _, err := newProvider(t, f).Create(t.Context(), &provider.Request{Token: "t", Type: "ALIYUN::ECS::" + test.typ, Desired: asJSON(t, props)}); err != nil {
			t.Fatal(err)
		}
		if sent != test.sent {
			t.Errorf("%s %s: %q is sent", test.typ, test.encoding, sent)
		}
	}
}
