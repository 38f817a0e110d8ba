package overhttp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/oos"
	"github.com/bianpai/bianpai/provider/alicloud"
	"github.com/bianpai/bianpai/provider/alicloud/credential"
	"github.com/bianpai/bianpai/provider/alicloud/transport"
	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
	"github.com/bianpai/bianpai/ros"
	"github.com/bianpai/bianpai/template"
)

// The secrets that are planted.
const (
	canaryKeyID     = "LTAI5tCanaryOfTheTests"
	canaryKeySecret = "canary-access-key-secret"
	canaryPassword  = "Canary-Pass-4711"
)

const canaryTemplate = `ROSTemplateFormatVersion: '2015-09-01'
Parameters:
  Password: {Type: String, NoEcho: true}
Resources:
  Database:
    Type: ALIYUN::RDS::DBInstance
    Properties: {Engine: MySQL, EngineVersion: '8.0', DBInstanceClass: mysql.n2.medium.1, DBInstanceStorage: 20, SecurityIPList: 10.0.0.0/8}
  Account:
    Type: ALIYUN::RDS::Account
    Properties: {DBInstanceId: {Ref: Database}, AccountName: shop, AccountPassword: {Ref: Password}}
  Robot:
    Type: ALIYUN::RAM::User
    Properties: {UserName: {Fn::Sub: '${ALIYUN::StackName}-robot'}}
  Key:
    Type: ALIYUN::RAM::AccessKey
    DependsOn: Account
    Properties: {UserName: {Fn::GetAtt: [Robot, UserName]}}
  Script:
    Type: ALIYUN::ECS::Command
    Properties:
      Name: connect
      Type: RunShellScript
      CommandContent: {Fn::Base64Encode: {Fn::Sub: 'mysql -p${Password} -k ${Key.AccessKeySecret}'}}
Outputs:
  Secret: {Value: {Fn::GetAtt: [Key, AccessKeySecret]}}
  Url: {Value: {Fn::Sub: 'mysql://shop:${Password}@db'}}
`

// leaks gathers all that people and programs get to see.
type leaks struct {
	seen map[string]string
}

func (l *leaks) add(where string, v any) {
	text := fmt.Sprintf("%v %+v %#v", v, v, v)
	if data, err := json.Marshal(v); err == nil {
		text += string(data)
	}
	l.seen[where] += text
}

func (l *leaks) check(t *testing.T, secrets map[string]string) {
	t.Helper()
	for where, text := range l.seen {
		if text == "" {
			t.Errorf("nothing was seen of %s", where)
		}
		for name, secret := range secrets {
			if secret == "" {
				t.Fatalf("there is no %s to look for", name)
			}
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("the %s is in %s: …%s…", name, where, text[max(i-60, 0):min(i+len(secret)+20, len(text))])
			}
		}
	}
}

func (l *leaks) addFiles(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		l.seen["the journal"] += string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// canaryCage is a cloud behind HTTP, called under a session, with everything
// logged that can be.
type canaryCage struct {
	cloud  *providertest.Cloud
	g      *gateway.Gateway
	log    *bytes.Buffer
	logger *slog.Logger
	tr     *transport.Transport
	token  string // of the session, as its secret
	secret string
	dir    string
	store  *journal.Dir
}

func newCanaryCage(t *testing.T) *canaryCage {
	t.Helper()
	c := &canaryCage{cloud: providertest.New(t, nil), log: new(bytes.Buffer), dir: t.TempDir()}
	c.logger = slog.New(slog.NewJSONHandler(c.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c.g = gateway.New(c.cloud, &gateway.Options{Keys: map[string]string{canaryKeyID: canaryKeySecret}})
	role := credential.AssumeRole(credential.AccessKey(canaryKeyID, canaryKeySecret), credential.Role{Name: "ops"},
		&credential.Options{Transport: c.g.Transport(), Getenv: func(string) string { return "" }})
	session, err := role.Credential(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.token, c.secret = session.Token, session.Secret
	if c.tr, err = transport.New(role, &transport.Options{HTTP: c.g.Transport(), Logger: c.logger}); err != nil {
		t.Fatal(err)
	}
	if c.store, err = journal.OpenDir(c.dir, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, end := range []func() error{c.store.Close, role.Close, c.g.Close} {
			if err := end(); err != nil {
				t.Error(err)
			}
		}
	})
	return c
}

// TestNoSecretIsSeen plants secrets and lets a stack succeed, then fail on a
// refusal that repeats them: none may be in any log, error, event, plan or
// journal.
func TestNoSecretIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := newCanaryCage(t), &leaks{seen: map[string]string{}}
		cloud, err := alicloud.New(c.tr, &alicloud.Options{Region: c.cloud.Region()})
		if err != nil {
			t.Fatal(err)
		}
		sealer, err := ros.NewSealer(bytes.Repeat([]byte{7}, 32))
		if err != nil {
			t.Fatal(err)
		}
		engine, err := ros.New(cloud, &ros.Options{Journal: c.store, Sealer: sealer, Logger: c.logger})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = engine.Shutdown(t.Context()) }()
		tmpl, err := template.Parse("canary.yaml", []byte(canaryTemplate), nil)
		if err != nil {
			t.Fatal(err)
		}
		run := func(stack string) error {
			plan, err := engine.Plan(t.Context(), &ros.Change{Stack: stack, Template: tmpl, Parameters: map[string]any{"Password": canaryPassword}})
			if err != nil {
				return err
			}
			var printed bytes.Buffer
			if err := plan.Print(&printed, &ros.PrintOptions{Width: -1, Rollback: true}); err != nil {
				return err
			}
			l.add("the plan", plan)
			l.add("the printed plan", printed.String())
			op, err := engine.Apply(t.Context(), plan)
			if err != nil {
				return err
			}
			for ev, err := range op.Events(t.Context(), 0) {
				if err != nil {
					return err
				}
				l.add("the events", ev)
			}
			result, err := op.Wait(t.Context())
			l.add("the result", result)
			return err
		}
		if err := run("good"); err != nil {
			t.Fatal(err)
		}
		made := ""
		for _, item := range c.cloud.Resources() {
			if item.Type == "ALIYUN::RAM::AccessKey" {
				made, _ = item.Attribute("AccessKeySecret").(string)
			}
		}
		c.g.Inject(gateway.Match{Service: "RDS", API: "CreateAccount"}, gateway.Status(400,
			`{"RequestId":"R-1","Code":"InvalidAccountPassword.Malformed","Message":"the password `+canaryPassword+` signed with `+c.secret+` under `+c.token+` is weak"}`))
		err = run("bad")
		if err == nil {
			t.Fatal("a refused account is no failure")
		}
		l.add("the error", err)
		if !strings.Contains(fmt.Sprint(err), "R-1") {
			t.Errorf("the error does not tell the request id: %v", err)
		}
		for _, name := range []string{"good", "bad"} {
			stack, err := engine.Stack(t.Context(), name)
			l.add("the stack", stack)
			if err != nil {
				t.Error(err)
			}
		}
		l.add("the transport", c.tr)
		l.add("the requests' list", c.g.Requests())
		l.seen["the log"] = c.log.String()
		l.addFiles(t, c.dir)
		l.check(t, map[string]string{
			"access key secret": canaryKeySecret, "session secret": c.secret, "session token": c.token, "password": canaryPassword, "secret that the cloud made": made,
		})
	})
}

// TestNoSecretOfRunbooksIsSeen does the same for a runbook and its calls.
func TestNoSecretOfRunbooksIsSeen(t *testing.T) {
	const book = `FormatVersion: OOS-2019-06-01
Parameters:
  password: {Type: String, NoEcho: true}
Tasks:
- Name: change
  Action: ACS::ExecuteAPI
  Properties:
    Service: RDS
    API: ResetAccountPassword
    Parameters: {DBInstanceId: rm-1, AccountName: shop, AccountPassword: '{{ password }}'}
`
	synctest.Test(t, func(t *testing.T) {
		c, l := newCanaryCage(t), &leaks{seen: map[string]string{}}
		caller, err := alicloud.NewCaller(c.tr, &alicloud.CallerOptions{Region: c.cloud.Region()})
		if err != nil {
			t.Fatal(err)
		}
		sealer, err := oos.NewSealer(bytes.Repeat([]byte{7}, 32))
		if err != nil {
			t.Fatal(err)
		}
		engine, err := oos.New(caller, &oos.Options{Journal: c.store, Sealer: sealer, Logger: c.logger})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = engine.Shutdown(t.Context()) }()
		tmpl, err := oos.Parse("canary.yaml", []byte(book))
		if err != nil {
			t.Fatal(err)
		}
		c.g.Inject(gateway.Match{Service: "RDS", API: "ResetAccountPassword"}, gateway.Status(400,
			`{"RequestId":"R-1","Code":"InvalidAccountPassword.Malformed","Message":"the password `+canaryPassword+` signed with `+c.secret+` is weak"}`))
		x, err := engine.StartExecution(t.Context(), &oos.Start{Template: tmpl, Parameters: map[string]any{"password": canaryPassword}})
		if err != nil {
			t.Fatal(err)
		}
		for ev, err := range x.Events(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			l.add("the events", ev)
		}
		_, err = x.Wait(t.Context())
		if err == nil {
			t.Fatal("a refused call is no failure")
		}
		l.add("the error", err)
		info, err := engine.GetExecution(t.Context(), x.ID())
		if err != nil {
			t.Error(err)
		}
		l.add("the execution", info)
		l.add("the caller", caller)
		l.add("the requests' list", c.g.Requests())
		l.seen["the log"] = c.log.String()
		l.addFiles(t, c.dir)
		l.check(t, map[string]string{"access key secret": canaryKeySecret, "session secret": c.secret, "session token": c.token, "password": canaryPassword})
	})
}
