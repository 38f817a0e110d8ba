package providertest

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// CallScript says how calls of one API are answered. Make one with Cloud.OnCall.
type CallScript struct {
	c            *Cloud
	service, api string
	where        map[string]string
	times        int
	do           func(context.Context, *provider.Call) (json.RawMessage, error)
	done         int
}

// OnCall scripts the calls of an API, case not counted. Nothing is scripted
// before Answer, Fail or Do is called; of several scripts that fit, the newest
// counts. A scripted call may be one that no service has.
func (c *Cloud) OnCall(service, api string) *CallScript {
	return &CallScript{c: c, service: service, api: api}
}

// Where narrows to calls with a parameter that reads so as text, under the name
// that the caller gives it.
func (s *CallScript) Where(parameter, value string) *CallScript {
	if s.where == nil {
		s.where = make(map[string]string)
	}
	s.where[parameter] = value
	return s
}

// Times narrows to the first n calls that fit.
func (s *CallScript) Times(n int) *CallScript { s.times = n; return s }

// Answer answers with a JSON value, given as Go values that encoding/json
// takes, or as json.RawMessage. The request id is added.
func (s *CallScript) Answer(body any) {
	data, err := json.Marshal(body)
	s.Do(func(context.Context, *provider.Call) (json.RawMessage, error) { return data, err })
}

// Fail refuses the calls with err.
func (s *CallScript) Fail(err error) {
	s.Do(func(context.Context, *provider.Call) (json.RawMessage, error) { return nil, err })
}

// Do answers the calls with f, which is called without any lock held and may
// call the cloud.
func (s *CallScript) Do(f func(ctx context.Context, req *provider.Call) (json.RawMessage, error)) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	s.do = f
	s.c.callScripts = append(s.c.callScripts, s)
}

func (s *CallScript) fits(req *provider.Call, parameters map[string]any) bool {
	if !strings.EqualFold(s.service, req.Service) || !strings.EqualFold(s.api, req.API) || s.times > 0 && s.done >= s.times {
		return false
	}
	for name, want := range s.where {
		if textOf(valueOf(parameters, name)) != want {
			return false
		}
	}
	return true
}

// scripted finds what a script does about a call; nil if there is none.
func (c *Cloud) scripted(req *provider.Call) func(context.Context, *provider.Call) (json.RawMessage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.callScripts) == 0 {
		return nil
	}
	parameters, err := decodeObject(req.Parameters)
	if err != nil {
		return nil // the API itself refuses it
	}
	for _, s := range slices.Backward(c.callScripts) {
		if s.fits(req, parameters) {
			s.done++
			return s.do
		}
	}
	return nil
}

// Answers gives f the last word on calls that are answered by shape: it gets
// the answer that the shape gives, and may put another in its place. It serves
// callers that know what the answer is for. It is called without any lock held.
func (c *Cloud) Answers(f func(req *provider.Call, byShape json.RawMessage) (json.RawMessage, bool)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proposal = f
}

func (c *Cloud) propose(req *provider.Call, body json.RawMessage) json.RawMessage {
	c.mu.Lock()
	f := c.proposal
	c.mu.Unlock()
	if f == nil {
		return body
	}
	other, ok := f(req, body)
	if !ok {
		return body
	}
	var had struct{ RequestId string }
	if err := json.Unmarshal(body, &had); err != nil || had.RequestId == "" {
		return other
	}
	return withRequestID(other, had.RequestId)
}

// ShapeAnswered lists the APIs whose calls were answered by the shape of their
// response, with how often: "ESS.CompleteLifecycleAction 3". What such a call
// does to the account is not simulated.
func (c *Cloud) ShapeAnswered() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]string, 0, len(c.shaped))
	for _, name := range slices.Sorted(maps.Keys(c.shaped)) {
		list = append(list, name+" "+strconv.Itoa(c.shaped[name]))
	}
	return list
}
