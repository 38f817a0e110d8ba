package overhttp_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bianpai/bianpai/providertest"
	"github.com/bianpai/bianpai/providertest/gateway"
	"github.com/bianpai/bianpai/ros"
)

// broken are the ways in which an exchange goes wrong.
func broken() map[string]gateway.Fault {
	return map[string]gateway.Fault{
		"cut in the middle":         gateway.CutBody(),
		"block page 403":            gateway.BlockPage(403),
		"block page 405":            gateway.BlockPage(405),
		"503 without body":          gateway.Status(503, ""),
		"503 with body":             gateway.Status(503, `{"Code":"ServiceUnavailable","Message":"The request has failed due to a temporary failure of the server."}`),
		"wrong content type":        gateway.ContentType("text/html"),
		"not JSON":                  gateway.NotJSON(),
		"200 with Success false":    gateway.SuccessFalse("OperationFailed", "the operation failed"),
		"slow beyond the timeout":   gateway.SlowBody(5 * time.Minute),
		"reset before the effect":   gateway.ResetBefore(),
		"reset after the effect":    gateway.ResetAfter(),
		"throttled, with a wait":    gateway.Throttle(7 * time.Second),
		"a number for code":         gateway.NumericCode(500, 50012, "internal"),
		"a number for code, at 400": gateway.NumericCode(400, 40001, "refused"),
	}
}

// failurePoint is a request that goes wrong.
type failurePoint struct {
	service, api string
	nth          int // 0: every one
	fault        string
}

func (p failurePoint) String() string {
	which := "always"
	if p.nth > 0 {
		which = fmt.Sprintf("call %d", p.nth)
	}
	return fmt.Sprintf("%s %s, %s: %s", p.service, p.api, which, p.fault)
}

// failurePoints are all faults at the requests that a life without faults makes:
// of looks that repeat, the first three and the last.
func failurePoints(requests []gateway.Request) []failurePoint {
	count := map[[2]string]int{}
	for _, r := range requests {
		count[[2]string{r.Service, r.API}]++
	}
	var out []failurePoint
	for _, call := range slices.SortedFunc(maps.Keys(count), func(a, b [2]string) int { return strings.Compare(a[0]+" "+a[1], b[0]+" "+b[1]) }) {
		for nth := range count[call] + 1 {
			if nth > 3 && nth < count[call] {
				continue
			}
			for _, fault := range slices.Sorted(maps.Keys(broken())) {
				out = append(out, failurePoint{call[0], call[1], nth, fault})
			}
		}
	}
	return out
}

// shopRun is one life of the shop over HTTP.
type shopRun struct {
	t      *testing.T
	cloud  *providertest.Cloud
	wire   *wire
	engine *ros.Engine
	point  *failurePoint // nil: nothing goes wrong
	ends   []string
	last   error // of the last operation
}

func newShopRun(t *testing.T, point *failurePoint) *shopRun {
	cloud := providertest.New(t, &providertest.Options{Latency: providertest.Realistic, AccountID: account})
	p, w := dial(t, cloud)
	return &shopRun{t: t, cloud: cloud, wire: w, engine: engineOver(t, p, nil), point: point}
}

// live makes the shop, changes it and deletes it; what failed is deleted when
// all is well again.
func (r *shopRun) live(first, second ros.Change) {
	if p := r.point; p != nil {
		r.wire.gateway.Inject(gateway.Match{Service: p.service, API: p.api, Nth: p.nth}, broken()[p.fault])
	}
	first.Stack, second.Stack = "shop", "shop"
	if status := r.operate("create", &first); status == ros.CreateComplete {
		r.operate("update", &second)
	}
	remove := &ros.Change{Stack: "shop", Delete: true}
	if status := r.operate("delete", remove); status != ros.DeleteComplete {
		r.wire.gateway.Heal()
		if status := r.operate("delete again", remove); status != ros.DeleteComplete {
			r.t.Errorf("%v: all is well again, and the stack is in %s: %v", r.point, status, r.last)
		}
	}
	if left := r.cloud.Resources(); len(left) > 0 {
		r.t.Errorf("%v: after %v, left in the cloud: %s %s", r.point, r.ends, left[0].Type, left[0].PhysicalID)
	}
}

// operate carries out a change, and looks at how it ends.
func (r *shopRun) operate(name string, change *ros.Change) ros.Status {
	ctx := r.t.Context()
	plan, err := r.engine.Plan(ctx, change)
	if err != nil {
		r.t.Errorf("%v: %s: plan: %v", r.point, name, err)
		return ""
	}
	run, err := r.engine.Apply(ctx, plan)
	if err != nil {
		r.t.Errorf("%v: %s: %v", r.point, name, err)
		return ""
	}
	res, err := run.Wait(ctx)
	for tries := 0; tries < 20; tries++ {
		doubt, ok := errors.AsType[*ros.InDoubtError](err)
		if !ok {
			break
		}
		r.ends = append(r.ends, "in doubt")
		for _, step := range doubt.Steps {
			r.t.Errorf("%v: %s: a person is asked about %s: %v", r.point, name, step.LogicalID, step.Err)
			if err := run.Settle(ctx, step.LogicalID, ""); err != nil {
				r.t.Error(err)
			}
		}
		res, err = run.Wait(ctx)
	}
	failed, ok := errors.AsType[*ros.FailedError](err)
	r.last = err
	switch {
	case ok:
		r.explained(failed)
		r.ends = append(r.ends, string(failed.Status))
		r.agree(failed.Status)
		return failed.Status
	case err != nil:
		r.t.Errorf("%v: %s: %v", r.point, name, err)
		return ""
	}
	r.ends = append(r.ends, string(res.Status))
	r.agree(res.Status)
	return res.Status
}

// explained looks whether a failure says which request failed, where an answer
// told its id.
func (r *shopRun) explained(failed *ros.FailedError) {
	if r.point == nil || len(failed.Steps) == 0 {
		r.t.Errorf("%v: an unexplained failure: %v", r.point, failed)
		return
	}
	if strings.HasPrefix(r.point.fault, "reset") {
		return
	}
	for _, step := range failed.Steps {
		if step.Err.RequestID == "" && step.Err.Kind != "cancelled" {
			r.t.Errorf("%v: no request id: %v", r.point, step.Err)
		}
		if step.Err.RequestID != "" && !strings.Contains(failed.Error(), "request id") {
			r.t.Errorf("%v: the request id is not in the words: %v", r.point, failed)
		}
	}
}

// agree compares the cloud with the stack when an operation has come to a good
// end, be it that of a rollback.
func (r *shopRun) agree(status ros.Status) {
	if !strings.HasSuffix(string(status), "_COMPLETE") {
		return
	}
	s, err := r.engine.Stack(r.t.Context(), "shop")
	if status == ros.DeleteComplete || status == ros.CreateRollbackComplete {
		s, err = &ros.Stack{}, nil
	}
	if err != nil {
		r.t.Errorf("%v: %v", r.point, err)
		return
	}
	known, there := map[string]bool{}, map[string]bool{}
	for _, res := range s.Resources {
		known[res.PhysicalID] = true
		for _, id := range res.Deposed {
			known[id] = true
		}
	}
	for _, item := range r.cloud.Resources() {
		there[item.PhysicalID] = true
		if !known[item.PhysicalID] {
			r.t.Errorf("%v: %s: the cloud has %s %s, which the stack does not know", r.point, status, item.Type, item.PhysicalID)
		}
	}
	for _, res := range s.Resources {
		if parent, _, _ := strings.Cut(res.PhysicalID, ":"); parent != "" && !there[parent] {
			r.t.Errorf("%v: %s: the stack has %s as %s, which the cloud does not know", r.point, status, res.LogicalID, res.PhysicalID)
		}
	}
}

// TestFailureOverHTTP lets each request of the shop's life go wrong in every way,
// once and always. The stack comes to an end that it explains, nothing is leaked
// or made twice, and when all is well again the cloud can be emptied.
// BIANPAI_LONG=1 takes all of them, otherwise some are.
func TestFailureOverHTTP(t *testing.T) {
	first, second := shopChanges(t)
	var points []failurePoint
	synctest.Test(t, func(t *testing.T) {
		r := newShopRun(t, nil)
		r.live(first, second)
		points = failurePoints(r.wire.gateway.Requests())
	})
	if all := len(points); os.Getenv("BIANPAI_LONG") != "1" {
		points = slices.DeleteFunc(points, func(p failurePoint) bool { return p.nth > 1 })
		step := len(points)/60 | 1 // odd, so that all faults have their turn
		for len(broken())%step == 0 {
			step += 2
		}
		some := points[:0]
		for i := 0; i < len(points); i += step {
			some = append(some, points[i])
		}
		points = some
		t.Logf("%d of %d points", len(points), all)
	}
	ends := map[string]int{}
	for _, point := range points {
		ok := t.Run(strings.ReplaceAll(point.String(), " ", "_"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newShopRun(t, &point)
				r.live(first, second)
				ends[strings.Join(r.ends, ", ")]++
			})
		})
		if !ok && t.Context().Err() != nil {
			break
		}
	}
	t.Logf("%d runs", len(points))
	for _, end := range slices.Sorted(maps.Keys(ends)) {
		t.Logf("%4d %s", ends[end], end)
	}
}
