package providertest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/providertest"
)

func TestFaults(t *testing.T) {
	boom := &provider.Error{Kind: provider.Transient, Code: "InternalError", Message: "boom"}
	tests := []struct {
		name  string
		match providertest.Match
		fault providertest.Fault
		codes []string // of the calls, "" for success
		made  int      // resources after the first call
	}{
		{"before", providertest.On("Create", "Group"), providertest.Fail(boom), []string{"InternalError", "InternalError"}, 0},
		{"first only", providertest.On("Create", "Group").Nth(1), providertest.Fail(boom), []string{"InternalError", ""}, 0},
		{"second only", providertest.On("", "Group").Nth(2), providertest.Throttle(), []string{"", "Throttling.User", ""}, 1},
		{"twice", providertest.OnType("Create", "ALIYUN::ECS::SecurityGroup").Times(2), providertest.Throttle(), []string{"Throttling.User", "Throttling.User", ""}, 0},
		{"answer lost", providertest.On("Create", "Group").Nth(1), providertest.FailAfterEffect(boom), []string{"InternalError", ""}, 1},
		{"another", providertest.On("Create", "Vpc"), providertest.Fail(boom), []string{""}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := providertest.New(t, nil)
			c.Inject(test.match, test.fault)
			for i, code := range test.codes {
				_, err := c.Create(t.Context(), request("ECS::SecurityGroup", "Group", `{}`))
				if code != "" {
					e, ok := errors.AsType[*provider.Error](err)
					if !ok || e.Code != code || e.RequestID == "" {
						t.Errorf("call %d: %v, want %s", i, err, code)
					}
				} else if err != nil {
					t.Errorf("call %d: %v", i, err)
				}
				if n := len(c.Resources()); i == 0 && n != test.made {
					t.Errorf("%d resources after the first call, want %d", n, test.made)
				}
			}
			for i, op := range c.Calls() {
				if op.Code != test.codes[i] || op.Verb != "Create" || op.Token != "create-Group" {
					t.Errorf("call %d is noted as %v", i, op)
				}
			}
		})
	}
	if boom.RequestID != "" {
		t.Error("the injected error itself was changed")
	}
}

func TestSlowAndHanging(t *testing.T) {
	providertest.Run(t, func(t *testing.T, c *providertest.Cloud) {
		c.Inject(providertest.On("Create", "Vpc"), providertest.Slow(40*time.Minute))
		start := time.Now()
		make1(t, c, "ECS::VPC", "Vpc", `{}`)
		if d := time.Since(start); d < 40*time.Minute || d > 41*time.Minute {
			t.Errorf("a slow create took %v, want 40 minutes once", d)
		}
		c.Inject(providertest.On("Create", "Group"), providertest.Hang())
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := c.Create(ctx, request("ECS::SecurityGroup", "Group", `{}`)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a hanging call ended with %v", err)
		}
		if _, ok := c.Resource("Group"); ok {
			t.Error("a hanging call took effect")
		}
	})
}

func TestLatency(t *testing.T) {
	providertest.Run(t, func(t *testing.T, _ *providertest.Cloud) {
		c := providertest.New(t, &providertest.Options{Latency: providertest.Realistic})
		start := time.Now()
		req := request("RDS::DBInstance", "Db", `{"Engine":"MySQL","EngineVersion":"8.0","DBInstanceClass":"mysql.n2.medium.1","DBInstanceStorage":100,"SecurityIPList":"0.0.0.0/0"}`)
		p, err := c.Create(t.Context(), req)
		if err != nil || p.Done || p.PhysicalID == "" || len(p.Attributes) > 0 || p.Note == "" {
			t.Fatalf("first answer = %+v, %v", p, err)
		}
		if _, err := drive(t.Context(), c.Create, req); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d != 10*time.Minute {
			t.Errorf("it took %v, want 10 minutes sharp", d)
		}
	})
}

func TestWaitCondition(t *testing.T) {
	properties := func(c *providertest.Cloud, t *testing.T) string {
		handle := make1(t, c, "ROS::WaitConditionHandle", "Handle", `{}`)
		item, _ := c.Resource("Handle")
		if cli, _ := item.Attribute("CurlCli").(string); !strings.HasPrefix(cli, "curl ") {
			t.Errorf("CurlCli = %q", cli)
		}
		return `{"Handle":"` + handle + `","Count":2,"Timeout":"600"}`
	}
	wait := func(c *providertest.Cloud, t *testing.T) (string, error) {
		p, err := drive(t.Context(), c.Create, request("ROS::WaitCondition", "Wait", properties(c, t)))
		if err != nil {
			return "", err
		}
		item, _ := c.Resource("Wait")
		data, _ := item.Attribute("Data").(string)
		if !strings.Contains(string(p.Attributes), "Data") {
			t.Errorf("attributes = %s", p.Attributes)
		}
		return data, nil
	}
	t.Run("by default", func(t *testing.T) {
		providertest.Run(t, func(t *testing.T, c *providertest.Cloud) {
			if data, err := wait(c, t); err != nil || data != `{"1":"done","2":"done"}` {
				t.Errorf("data = %s, %v", data, err)
			}
		})
	})
	t.Run("with data", func(t *testing.T) {
		providertest.Run(t, func(t *testing.T, c *providertest.Cloud) {
			c.Signals("Wait", providertest.Signals{Data: map[string]any{"Key": "v"}, After: time.Minute})
			start := time.Now()
			if data, err := wait(c, t); err != nil || data != `{"1":{"Key":"v"},"2":{"Key":"v"}}` || time.Since(start) < time.Minute {
				t.Errorf("data = %s, %v, after %v", data, err, time.Since(start))
			}
		})
	})
	t.Run("withheld", func(t *testing.T) {
		providertest.Run(t, func(t *testing.T, c *providertest.Cloud) {
			c.Signals("Handle", providertest.Signals{Withhold: true})
			c.Signal("Handle", providertest.Signal{ID: "a"})
			start := time.Now()
			_, err := wait(c, t)
			refused(t, err, provider.Unknown, "WaitConditionTimeout")
			if !strings.Contains(err.Error(), "1 of 2") || time.Since(start) != 10*time.Minute {
				t.Errorf("after %v: %v", time.Since(start), err)
			}
		})
	})
	t.Run("sent late", func(t *testing.T) {
		providertest.Run(t, func(t *testing.T, c *providertest.Cloud) {
			c.Signals("", providertest.Signals{Withhold: true})
			time.AfterFunc(time.Minute, func() {
				c.Signal("Wait", providertest.Signal{Status: "success", Data: 1})
				c.Signal("Wait", providertest.Signal{Status: "WARNING", Data: 2})
			})
			if data, err := wait(c, t); err != nil || data != `{"1":1,"2":2}` {
				t.Errorf("data = %s, %v", data, err)
			}
		})
	})
	t.Run("failing", func(t *testing.T) {
		providertest.Run(t, func(t *testing.T, c *providertest.Cloud) {
			c.Signals("Wait", providertest.Signals{Status: "FAILURE", Reason: "no disk"})
			_, err := wait(c, t)
			refused(t, err, provider.Unknown, "WaitConditionFailed")
			if !strings.Contains(err.Error(), "no disk") {
				t.Error(err)
			}
		})
	})
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "cloud")
	open := func() *providertest.Cloud {
		c, err := providertest.NewCloud(&providertest.Options{File: name})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := open()
	vpc, vswitch, group := network(t, c)
	// A create that was begun and whose process died goes on with its token.
	begun, err := c.Create(t.Context(), request("ECS::Instance", "Web", `{"VSwitchId":"`+vswitch+`","SecurityGroupId":"`+group+`","InstanceType":"t"}`))
	if err != nil || begun.Done {
		t.Fatalf("%+v, %v", begun, err)
	}
	c = open()
	if n := len(c.Resources()); n != 4 {
		t.Fatalf("%d resources after the restart, want 4", n)
	}
	p, err := drive(t.Context(), c.Create, request("ECS::Instance", "Web", `{"VSwitchId":"`+vswitch+`","SecurityGroupId":"`+group+`","InstanceType":"t"}`))
	if err != nil || p.PhysicalID != begun.PhysicalID || len(p.Attributes) == 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	refused(t, erase(t.Context(), c, "ECS::VPC", "Vpc", vpc), provider.Conflict, "DependencyViolation.VSwitch")
	if err := erase(t.Context(), c, "ECS::Instance", "Web", p.PhysicalID); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(open().Resources()); n != 3 {
		t.Errorf("%d resources after the delete, want 3", n)
	}
	// Whatever was cut off the last line, the state before it is there.
	last := strings.LastIndex(strings.TrimSuffix(string(whole), "\n"), "\n") + 1
	for n := last; n < len(whole); n += 7 {
		if err := os.WriteFile(name, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		c := open()
		if n := len(c.Resources()); n < 3 || n > 4 {
			t.Errorf("%d resources with a torn line", n)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	whole[last/2] ^= 1
	if err := os.WriteFile(name, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := providertest.NewCloud(&providertest.Options{File: name}); err == nil {
		t.Error("a broken line in the middle is no error")
	}
}
