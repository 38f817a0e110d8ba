package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// Instances say how the cloud's instances run what they are given, their user
// data and commands: of the whole script one thing is done, which is to signal
// wait conditions. A command in it such as
//
//	curl -i -X POST ... 'http://ops.example.com/waitcondition?...' -d '{"status": "SUCCESS"}'
//
// is carried out, once for each instance. Where a script can signal success and
// failure, it signals success.
type Instances struct {
	// Client sends the signals. Nil: they are not sent.
	Client *http.Client
	// Boot is how long after the call the script gets there.
	Boot time.Duration
}

// run carries out the script of a call that went well.
func (g *Gateway) run(api string, call *provider.Call) {
	if g.options.Instances.Client == nil {
		return
	}
	script, count := g.script(api, call)
	signals := signalsOf(script)
	if len(signals) == 0 {
		return
	}
	g.scripts.Go(func() {
		select {
		case <-time.After(g.options.Instances.Boot):
		case <-g.closing.Done():
			return
		}
		for range count {
			for _, s := range signals {
				s.send(g.closing, g.options.Instances.Client)
			}
		}
	})
}

// maxInstances bounds how many instances of one call signal.
const maxInstances = 100

// script gives the text that a call hands to instances, and to how many.
func (g *Gateway) script(api string, call *provider.Call) (string, int) {
	var p struct {
		UserData, CommandContent, ContentEncoding, CommandID string
		Amount                                               json.RawMessage
		InstanceID                                           json.RawMessage
	}
	if json.Unmarshal(call.Parameters, &p) != nil { // the case of names does not count
		return "", 0
	}
	switch api {
	case "RunInstances", "CreateInstance":
		n, err := strconv.Atoi(strings.Trim(string(p.Amount), `"`))
		if err != nil || n < 1 {
			n = 1
		}
		return decoded(p.UserData), min(n, maxInstances)
	case "RunCommand":
		if strings.EqualFold(p.ContentEncoding, "Base64") {
			p.CommandContent = decoded(p.CommandContent)
		}
		return p.CommandContent, listed(p.InstanceID)
	case "InvokeCommand":
		return g.command(call.Region, p.CommandID), listed(p.InstanceID)
	}
	return "", 0
}

// command looks up what a command that was made before does.
func (g *Gateway) command(region, id string) string {
	parameters, err := json.Marshal(map[string]string{"CommandId": id})
	if err != nil {
		return ""
	}
	res, err := g.cloud.Call(g.closing, &provider.Call{Service: "ECS", API: "DescribeCommands", Region: region, Parameters: parameters})
	if err != nil {
		return ""
	}
	var out struct {
		Commands struct {
			Command []struct{ CommandContent string }
		}
	}
	if json.Unmarshal(res.Body, &out) != nil || len(out.Commands.Command) == 0 {
		return ""
	}
	return decoded(out.Commands.Command[0].CommandContent)
}

func listed(ids json.RawMessage) int {
	var list []json.RawMessage
	if json.Unmarshal(ids, &list) != nil {
		return 1
	}
	return min(len(list), maxInstances)
}

// decoded undoes Base64; what is not encoded stays.
func decoded(text string) string {
	if data, err := base64.StdEncoding.DecodeString(text); err == nil {
		return string(data)
	}
	return text
}

// sending is a signal in a script.
type sending struct{ address, body string }

// curl finds the commands that signal; the second group is the rest of a line,
// with the body.
var (
	curl = regexp.MustCompile(`(https?://[^\s'"\\]+/waitcondition\?[^\s'"\\]+)['"\\]*([^\n]*)`)
	data = regexp.MustCompile(`(?:-d|--data(?:-binary|-raw)?|-Body)[ =]+(?:'([^']*)'|"((?:[^"\\]|\\.)*)")`)
)

// signalsOf finds what a script signals when all goes well: one signal an
// address and body, of an address those alone that report no failure.
func signalsOf(script string) []sending {
	const most = 20
	var list []sending
	known := map[sending]bool{}
	for _, m := range curl.FindAllStringSubmatch(script, most) {
		s := sending{address: m[1]}
		if d := data.FindStringSubmatch(m[2]); d != nil {
			s.body = d[1] + strings.ReplaceAll(d[2], `\"`, `"`)
		}
		if strings.Contains(strings.ToUpper(s.body), "FAIL") {
			continue
		}
		if !json.Valid([]byte(s.body)) {
			s.body = "" // the shell would have filled it in
		}
		if !known[s] {
			known[s] = true
			list = append(list, s)
		}
	}
	return list
}

// send signals once; a script would not try again either.
func (s sending) send(ctx context.Context, client *http.Client) {
	if _, err := url.Parse(s.address); err != nil {
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address, strings.NewReader(s.body))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	_ = resp.Body.Close()
}
