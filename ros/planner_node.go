package ros

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/graph"
	"github.com/bianpai/bianpai/provider"
)

// typeInfo is what the planner asks of a type.
type typeInfo struct {
	*provider.Type
	waits   bool     // does nothing but wait
	secrets []string // top-level properties that are secret or have a secret part
}

// isData reports whether a type is a data source, by its name.
func isData(typ string) bool { return strings.HasPrefix(typ, "DATASOURCE::") }

// onlyWaits reports whether a resource of a type does nothing but wait.
func onlyWaits(typ string) bool {
	return typ == "ALIYUN::ROS::WaitCondition" || typ == "ALIYUN::ROS::Sleep"
}

// info looks a type up, once.
func (p *planner) info(name string) (*typeInfo, error) {
	if info := p.types[name]; info != nil {
		return info, nil
	}
	typ, err := p.in.types(name)
	if err != nil {
		return nil, fmt.Errorf("resource type %s: %w", name, err)
	}
	info := &typeInfo{Type: typ, waits: onlyWaits(name), secrets: secretProperties(typ)}
	p.types[name] = info
	return info, nil
}

// build makes the nodes: what the template wants in its order, then what the
// stack has and the template has not in the stack's order.
func (p *planner) build() error {
	wanted := p.in.desired.Resources
	p.nodes = make([]node, len(wanted), len(wanted)+8)
	p.byID = make(map[string]int32, len(wanted))
	var faults []error
	edges := 0
	var info *typeInfo
	for i, want := range wanted {
		if info == nil || info.Name != want.Type {
			var err error
			if info, err = p.info(want.Type); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", want.LogicalID, err))
			}
		}
		n := &p.nodes[i]
		n.id, n.want, n.info = want.LogicalID, want, info
		p.byID[want.LogicalID] = int32(i)
		edges += len(want.Uses) + len(want.DependsOn)
		if want.Metadata.Len() > 0 {
			n.metadata = p.digestOf(want.Metadata)
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	p.recall()
	p.connect(edges)
	return nil
}

// recall adds what the stack has.
func (p *planner) recall() {
	if p.in.state == nil {
		return
	}
	for _, res := range p.in.state.Resources {
		i, wanted := p.byID[res.LogicalID]
		if !wanted {
			if res.Active == nil && len(res.Deposed) == 0 {
				continue
			}
			i = int32(len(p.nodes))
			p.byID[res.LogicalID] = i
			p.nodes = append(p.nodes, node{id: res.LogicalID, action: actRemove})
		}
		n := &p.nodes[i]
		n.res, n.was = res, res.Active
	}
}

// connect collects what each node needs: its references, then DependsOn.
func (p *planner) connect(edges int) {
	p.edges = make([]int32, 0, edges)
	seen := make([]int32, len(p.nodes)) // 1 + the last node that needed it
	for i := range p.nodes {
		n := &p.nodes[i]
		if n.want == nil {
			break
		}
		at := len(p.edges)
		for u := range n.want.Uses {
			p.need(int32(i), n.want.Uses[u].To, seen)
		}
		n.uses = int32(len(p.edges) - at)
		for _, id := range n.want.DependsOn {
			p.need(int32(i), id, seen)
		}
		n.needs = p.edges[at:len(p.edges):len(p.edges)]
	}
}

func (p *planner) need(i int32, id string, seen []int32) {
	j, ok := p.byID[id]
	if !ok || seen[j] == i+1 || p.nodes[j].want == nil {
		return
	}
	seen[j] = i + 1
	p.edges = append(p.edges, j)
}

// order lists the wanted nodes so that each comes after what it needs.
func (p *planner) order() ([]int32, error) {
	count := len(p.in.desired.Resources)
	missing := make([]int32, count)
	starts, users := p.reverse(count)
	order := make([]int32, 0, count)
	for i := range missing {
		if missing[i] = int32(len(p.nodes[i].needs)); missing[i] == 0 {
			order = append(order, int32(i))
		}
	}
	for head := 0; head < len(order); head++ {
		i := order[head]
		for _, user := range users[starts[i]:starts[i+1]] {
			if missing[user]--; missing[user] == 0 {
				order = append(order, user)
			}
		}
	}
	if len(order) < count {
		return nil, p.cycle()
	}
	return order, nil
}

// reverse lists the users of node i as users[starts[i]:starts[i+1]].
func (p *planner) reverse(count int) (starts, users []int32) {
	starts = make([]int32, count+1)
	for _, j := range p.edges {
		starts[j]++
	}
	total := int32(0)
	for j := range starts {
		total += starts[j]
		starts[j] = total
	}
	users = make([]int32, total)
	for i := count - 1; i >= 0; i-- {
		for _, j := range p.nodes[i].needs {
			starts[j]--
			users[starts[j]] = int32(i)
		}
	}
	return starts, users
}

// cycle names the resources that need each other.
func (p *planner) cycle() error {
	var g graph.Graph[string]
	for i := range p.nodes {
		g.AddNode(p.nodes[i].id)
	}
	for i := range p.nodes {
		for _, j := range p.nodes[i].needs {
			g.AddEdge(p.nodes[i].id, p.nodes[j].id)
		}
	}
	_, err := g.Order()
	return fmt.Errorf("plan stack %s: %w", p.in.ref.Name, err)
}

// neededNames are the logical IDs that a node needs.
func (p *planner) neededNames(n *node) []string {
	names := p.names.some(len(n.needs))
	for i, j := range n.needs {
		names[i] = p.nodes[j].id
	}
	return names
}

// sameNeeds reports whether a node needs what its instance was recorded with.
func (p *planner) sameNeeds(n *node) bool {
	if len(n.needs) != len(n.was.Needs) {
		return false
	}
	for i, j := range n.needs {
		if id := p.nodes[j].id; n.was.Needs[i] != id && !slices.Contains(n.was.Needs, id) {
			return false
		}
	}
	return true
}
