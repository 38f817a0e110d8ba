package rule

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// maxPairs bounds the pairs of blocks that are compared: where all overlap,
// there are as many as the square of their number.
const maxPairs = 2000

func runCIDROverlap(p *Pass) {
	networks := map[string][]block{}
	var order []string
	for _, r := range p.Template.Resources {
		if r.Type != vSwitchType {
			continue
		}
		all, _ := p.blocks(r, "CidrBlock")
		network := p.identity(r.Properties.Get("VpcId"))
		if len(all) == 0 || network == "" {
			continue
		}
		if networks[network] == nil {
			order = append(order, network)
		}
		networks[network] = append(networks[network], all...)
	}
	pairs := 0
	for _, network := range order {
		for i := range networks[network] {
			if !strings.Contains(network, indexName) {
				p.overlapsItself(&networks[network][i])
			}
		}
		p.overlaps(networks[network], &pairs)
	}
}

// overlaps compares the blocks of one network: in the order of where they
// begin, each with those that begin in it.
func (p *Pass) overlaps(all []block, pairs *int) {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b block) int {
		return cmp.Or(a.prefix.Masked().Addr().Compare(b.prefix.Masked().Addr()), cmp.Compare(a.prefix.Bits(), b.prefix.Bits()))
	})
	for i := range sorted {
		for k := i + 1; k < len(sorted) && sorted[i].prefix.Overlaps(sorted[k].prefix); k++ {
			if *pairs++; *pairs > maxPairs {
				return
			}
			first, second := &sorted[i], &sorted[k]
			if first.resource == second.resource {
				continue
			}
			if first.resource.Node.Range().Start > second.resource.Node.Range().Start {
				first, second = second, first
			}
			p.overlap(first, second)
		}
	}
}

// overlap reports two blocks that overlap, unless they are never both there.
func (p *Pass) overlap(first, second *block) {
	for _, b := range []*block{first, second} {
		if n, byDefault := p.copies(b.resource); n < 1 && !byDefault {
			return
		}
	}
	byDefault := first.parameter != second.parameter || !first.resource.Count.IsZero() || !second.resource.Count.IsZero()
	terms := append(first.terms[:len(first.terms):len(first.terms)], second.terms...)
	severity := p.severityOf(byDefault, terms...)
	if severity == 0 {
		return
	}
	d := p.Report(second.at(), "Resources."+second.resource.Name+".Properties.CidrBlock",
		second.resource.Name, second.prefix.String(), first.resource.Name, first.prefix.String())
	d.Severity = severity
	d.Related = append(d.Related, diag.Related{Source: p.Template.Source(), Range: first.at(), Message: first.resource.Name})
}

// overlapsItself reports a block that Count gives to several vSwitches.
func (p *Pass) overlapsItself(b *block) {
	n, byDefault := p.copies(b.resource)
	if n < 2 {
		return
	}
	severity := p.severityOf(byDefault, b.terms...)
	if severity == 0 {
		return
	}
	name := b.resource.Name
	d := p.Report(b.at(), "Resources."+name+".Properties.CidrBlock", name+"[1]", b.prefix.String(), name+"[0]", b.prefix.String())
	d.Severity = severity
}
