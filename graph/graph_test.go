package graph

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// eachRandom runs a check over many small graphs of all densities.
func eachRandom(t *testing.T, acyclic bool, check func(t *testing.T, w *twin, g *Graph[int])) {
	t.Helper()
	for seed := range uint64(250) {
		r := rand.New(rand.NewPCG(seed, 7))
		w := randomTwin(r, r.IntN(24), []float64{0.03, 0.1, 0.3, 0.9}[seed%4], acyclic)
		edges := w.edges()
		r.Shuffle(len(edges), func(i, j int) { edges[i], edges[j] = edges[j], edges[i] })
		check(t, w, w.build(edges))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func TestOrderAgreesWithTwin(t *testing.T) {
	for _, acyclic := range []bool{true, false} {
		eachRandom(t, acyclic, func(t *testing.T, w *twin, g *Graph[int]) {
			want := w.order()
			got, err := g.Order()
			if want == nil {
				if cycle, ok := errors.AsType[*CycleError[int]](err); !ok || len(cycle.Cycle) == 0 {
					t.Errorf("cyclic graph: error is %v", err)
				}
				return
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("order %v, %v; want %v", got, err, want)
			}
		})
	}
}

func TestCyclesAgreeWithTwin(t *testing.T) {
	eachRandom(t, false, func(t *testing.T, w *twin, g *Graph[int]) {
		starts := []int{}
		for _, cycle := range g.Cycles() {
			starts = append(starts, cycle[0])
			for n, i := range cycle {
				if next := cycle[(n+1)%len(cycle)]; !w.edge[i][next] {
					t.Errorf("cycle %v: %d does not need %d", cycle, i, next)
				}
			}
			if want := w.shortestCycle(cycle[0]); len(cycle) != want {
				t.Errorf("cycle %v is not a shortest one: %d nodes", cycle, want)
			}
		}
		if want := w.cyclic(); !slices.Equal(starts, want) {
			t.Errorf("cycles start at %v, want %v", starts, want)
		}
	})
}

func TestReachAgreesWithTwin(t *testing.T) {
	eachRandom(t, false, func(t *testing.T, w *twin, g *Graph[int]) {
		c := w.closure()
		for i := range w.n {
			var down, up []int
			for j := range w.n {
				if c[i][j] {
					down = append(down, j)
				}
				if c[j][i] {
					up = append(up, j)
				}
			}
			if got := g.Reach(TowardNeeds, i); !slices.Equal(got, down) {
				t.Errorf("%d needs %v, want %v", i, got, down)
			}
			if got := g.Reach(TowardNeededBy, i); !slices.Equal(got, up) {
				t.Errorf("%d is needed by %v, want %v", i, got, up)
			}
		}
	})
}

func TestReduceAgreesWithTwin(t *testing.T) {
	eachRandom(t, true, func(t *testing.T, w *twin, g *Graph[int]) {
		reduced, complete, err := g.Reduce(0)
		if err != nil || !complete {
			t.Fatalf("complete %v, error %v", complete, err)
		}
		var got [][2]int
		reduced.eachEdge(func(from, to int) { got = append(got, [2]int{from, to}) })
		if diff := cmp.Diff(w.reduced(), got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReduceBudgetKeepsMeaning(t *testing.T) {
	eachRandom(t, true, func(t *testing.T, w *twin, g *Graph[int]) {
		for _, budget := range []int{1, 5, 20} {
			reduced, _, err := g.Reduce(budget)
			if err != nil {
				t.Fatal(err)
			}
			for i := range w.n {
				if a, b := g.Reach(TowardNeeds, i), reduced.Reach(TowardNeeds, i); !slices.Equal(a, b) {
					t.Errorf("budget %d: %d reaches %v, want %v", budget, i, b, a)
				}
			}
		}
	})
}

func TestLevelsAndCriticalPathAgreeWithTwin(t *testing.T) {
	eachRandom(t, true, func(t *testing.T, w *twin, g *Graph[int]) {
		levels, err := g.Levels()
		if err != nil {
			t.Fatal(err)
		}
		depth := w.heaviest(func(int) int64 { return 1 })
		for d, nodes := range levels {
			for _, i := range nodes {
				if want := depth[i] - 1; int64(d) != want {
					t.Errorf("node %d at level %d, want %d", i, d, want)
				}
			}
		}
		weight := func(i int) int64 { return int64(i*7%5 + 1) }
		total, path, err := g.CriticalPath(weight)
		if err != nil {
			t.Fatal(err)
		}
		var want, sum int64
		for _, end := range w.heaviest(weight) {
			want = max(want, end)
		}
		for n, i := range path {
			sum += weight(i)
			if n > 0 && !w.edge[i][path[n-1]] {
				t.Errorf("path %v: %d does not need %d", path, i, path[n-1])
			}
		}
		if total != want || sum != want {
			t.Errorf("critical path %v of %d (sum %d), want %d", path, total, sum, want)
		}
	})
}

// everything writes all that can be asked of a graph.
func everything(t *testing.T, g *Graph[int]) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, write := range []func(io.Writer, *ExportOptions) error{g.WriteDOT, g.WriteMermaid, g.WriteJSON, g.WriteSVG} {
		if err := write(&b, &ExportOptions{Title: "shuffled"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := g.Order(); err != nil {
		b.WriteString(err.Error())
	}
	for i := range g.Len() {
		for _, j := range g.Reach(TowardNeeds, i) {
			b.WriteByte(byte(j))
		}
	}
	return b.Bytes()
}

func TestShuffledEdgesGiveEqualBytes(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 3))
		w := randomTwin(r, 30, 0.08, seed%2 == 0)
		edges := w.edges()
		want := everything(t, w.build(edges))
		r.Shuffle(len(edges), func(i, j int) { edges[i], edges[j] = edges[j], edges[i] })
		if got := everything(t, w.build(edges)); !bytes.Equal(got, want) {
			t.Fatalf("seed %d: bytes differ:\n%s", seed, cmp.Diff(string(want), string(got)))
		}
	}
}

func TestZeroValueAndSelfNeed(t *testing.T) {
	var g Graph[string]
	if order, err := g.Order(); err != nil || len(order) != 0 {
		t.Errorf("empty graph: %v, %v", order, err)
	}
	if total, path, err := g.CriticalPath(func(int) int64 { return 1 }); total != 0 || path != nil || err != nil {
		t.Errorf("empty graph: %v, %v, %v", total, path, err)
	}
	if _, ok := g.Index("a"); ok {
		t.Error("empty graph has a node")
	}
	g.AddEdge("a", "a")
	g.AddEdge("b", "c")
	g.AddEdge("c", "b")
	_, err := g.Levels()
	cycle, ok := errors.AsType[*CycleError[string]](err)
	if !ok {
		t.Fatalf("error is %v", err)
	}
	if diff := cmp.Diff([][]string{{"a"}, {"b", "c"}}, cycle.All()); diff != "" {
		t.Error(diff)
	}
	if want := "dependency cycle: a -> a; b -> c -> b"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
}

func TestWideNodeIgnoresRepeatedEdges(t *testing.T) {
	var g Graph[int]
	for range 3 {
		for i := range 1000 {
			g.AddEdge(-1, i)
		}
	}
	if hub, _ := g.Index(-1); g.Edges() != 1000 || len(g.Needs(hub)) != 1000 {
		t.Errorf("%d edges, want 1000", g.Edges())
	}
}

func TestDeepChainNeedsNoStack(t *testing.T) {
	const n = 100_000
	var g Graph[int]
	for i := range n {
		g.AddEdge(i, i+1)
	}
	if order, err := g.Order(); err != nil || g.Key(order[0]) != n {
		t.Errorf("order starts at %v, %v", order[0], err)
	}
	g.AddEdge(n, 0)
	if cycles := g.Cycles(); len(cycles) != 1 || len(cycles[0]) != n+1 {
		t.Errorf("%d cycles", len(cycles))
	}
	if err := g.WriteSVG(io.Discard, nil); err != nil {
		t.Error(err)
	}
}

func TestReadySetAgreesWithSort(t *testing.T) {
	for _, bound := range []int{0, 1, 63, 64, 65, 4096, 4097, 300_000} {
		r := rand.New(rand.NewPCG(uint64(bound), 1))
		s, want := newReadySet(bound), map[int]bool{}
		for range min(bound, 2000) {
			i := r.IntN(bound)
			s.add(i)
			want[i] = true
		}
		last := -1
		for i := s.takeMin(); i >= 0; i = s.takeMin() {
			if !want[i] || i <= last {
				t.Fatalf("bound %d: took %d after %d", bound, i, last)
			}
			delete(want, i)
			last = i
		}
		if len(want) > 0 {
			t.Errorf("bound %d: %d members were not given", bound, len(want))
		}
	}
}

func FuzzGraph(f *testing.F) {
	f.Add([]byte{0, 1, 1, 2, 2, 0})
	f.Add([]byte("chain of letters and a few loops"))
	f.Fuzz(func(t *testing.T, pairs []byte) {
		w := newTwin(16)
		for n := 0; n+1 < len(pairs); n += 2 {
			w.edge[pairs[n]%16][pairs[n+1]%16] = true
		}
		g := w.build(w.edges())
		order, err := g.Order()
		if want := w.order(); want == nil != (err != nil) || !slices.Equal(order, want) {
			t.Fatalf("order %v, %v; want %v", order, err, want)
		}
		if len(g.Cycles()) != len(w.cyclic()) {
			t.Fatalf("%d cycles, want %d", len(g.Cycles()), len(w.cyclic()))
		}
		if strings.Contains(string(everything(t, g)), "NaN") {
			t.Fatal("an export has no number where one should be")
		}
	})
}
