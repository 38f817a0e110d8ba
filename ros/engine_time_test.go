package ros

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/bianpai/bianpai/graph"
	"github.com/bianpai/bianpai/provider"
)

// steady is a cloud in which each call takes a tenth of a second.
type steady struct{ *fakeCloud }

const callTime = 100 * time.Millisecond

func (c *steady) Create(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	pass(callTime)
	return c.fakeCloud.Create(ctx, req)
}

func (c *steady) Delete(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	pass(callTime)
	return c.fakeCloud.Delete(ctx, req)
}

// TestCriticalPath compares the time of a create, and of a delete, with the
// least time that the dependencies allow.
func TestCriticalPath(t *testing.T) {
	for name, needs := range map[string]func(i int) []int{
		"one row": func(i int) []int {
			if i > 40 || i == 0 {
				return nil
			}
			return []int{i - 1}
		},
		"all at once": func(int) []int { return nil },
		"tree":        func(i int) []int { return []int{(i - 1) / 2} },
		"layers of ten": func(i int) []int {
			if i < 10 {
				return nil
			}
			return []int{i - 10, i/10*10 - 1, i/10*10 - 5}
		},
		"two rows with rungs": func(i int) []int { return []int{i - 2, i - 3} },
		"fan out and in": func(i int) []int {
			if i == 79 {
				return []int{1, 20, 40, 78}
			}
			return []int{0}
		},
	} {
		t.Run(name, func(t *testing.T) {
			const count = 80
			var g graph.Graph[string]
			resources := map[string]any{}
			for i := range count {
				id := fmt.Sprintf("R%02d", i)
				g.AddNode(id)
				r := map[string]any{"Type": "Custom::Thing"}
				var after []string
				for _, j := range needs(i) {
					if j >= 0 && j < i {
						other := fmt.Sprintf("R%02d", j)
						g.AddEdge(id, other)
						after = append(after, other)
					}
				}
				if len(after) > 0 {
					r["DependsOn"] = after
				}
				resources[id] = r
			}
			src, err := json.Marshal(map[string]any{"ROSTemplateFormatVersion": "2015-09-01", "Resources": resources})
			if err != nil {
				t.Fatal(err)
			}
			total, _, err := g.CriticalPath(func(int) int64 { return int64(callTime) })
			if err != nil {
				t.Fatal(err)
			}
			path := time.Duration(total).Seconds()
			onBench(t, func(c *fakeCloud, _ *Options) provider.Provider { return &steady{c} }, func(t *testing.T, b *bench) {
				for _, c := range []struct {
					what string
					do   func() Status
				}{{"create", func() Status { return b.create(string(src), nil) }}, {"delete", b.delete}} {
					start := time.Now()
					c.do()
					if took := time.Since(start).Seconds(); took > 1.1*path || took < 0.99*path {
						t.Errorf("the %s took %.1f s, the critical path takes %.1f s", c.what, took, path)
					}
				}
				b.leaves()
			})
		})
	}
}
