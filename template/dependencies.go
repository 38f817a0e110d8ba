package template

import (
	"io"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/graph"
	"github.com/bianpai/bianpai/internal/value"
)

// Dependencies is the graph of the resources of an evaluation, with the reasons
// of its edges.
type Dependencies struct {
	// Graph has the logical ids; an edge goes from a resource to one that it
	// needs.
	Graph *graph.Graph[string]
	// Edges has one entry for each edge of the graph, in template order.
	Edges []Dependency

	source *diag.Source
}

// Dependency says that a resource needs another, and why.
type Dependency struct {
	From, To string
	Reasons  []Reason // at least one
}

// Reason is one place that makes a resource need another.
type Reason struct {
	// Attribute is what is read of the other resource: "Ref" for its id,
	// "DependsOn" if only the order counts.
	Attribute string
	Path      string     // the property that the reference is in; "" for DependsOn
	At        diag.Range // where the reference stands in the template's text
}

// Dependencies gives the graph of the resources that exist. References to
// resources that do not are left out.
func (ev *Evaluation) Dependencies() *Dependencies {
	d := &Dependencies{Graph: &graph.Graph[string]{}, source: ev.template.Source()}
	for _, r := range ev.Resources {
		d.Graph.AddNode(r.LogicalID)
	}
	for _, r := range ev.Resources {
		first := len(d.Edges)
		index := map[string]int{}
		note := func(to string, reason Reason) {
			if _, ok := d.Graph.Index(to); !ok {
				return
			}
			i, ok := index[to]
			if !ok {
				i = len(d.Edges)
				index[to] = i
				d.Edges = append(d.Edges, Dependency{From: r.LogicalID, To: to})
			}
			d.Edges[i].Reasons = append(d.Edges[i].Reasons, reason)
		}
		for _, use := range r.Uses {
			attribute := use.Attribute
			if attribute == "" {
				attribute = "Ref"
			}
			note(use.To, Reason{attribute, use.Path, use.At})
		}
		declared := r.Template.Node.Get("DependsOn").Range()
		for _, name := range r.DependsOn {
			note(name, Reason{Attribute: "DependsOn", At: declared})
		}
		for _, edge := range d.Edges[first:] {
			d.Graph.AddEdge(edge.From, edge.To)
		}
	}
	return d
}

// Between gives the edge between two resources, nil if one does not need the
// other.
func (d *Dependencies) Between(from, to string) *Dependency {
	i := slices.IndexFunc(d.Edges, func(e Dependency) bool { return e.From == from && e.To == to })
	if i < 0 {
		return nil
	}
	return &d.Edges[i]
}

// Position gives line and column of a reason in the template's text.
func (d *Dependencies) Position(r Reason) diag.Position { return d.source.Position(r.At.Start) }

// String says what the reason is: "VpcId reads Ref", "DependsOn".
func (r Reason) String() string {
	if r.Path == "" {
		return r.Attribute
	}
	return r.Path + " reads " + r.Attribute
}

// String gives the edge with its reasons: "Web needs Vpc: VpcId reads Ref".
func (e Dependency) String() string {
	reasons := make([]string, len(e.Reasons))
	for i, r := range e.Reasons {
		reasons[i] = r.String()
	}
	return e.From + " needs " + e.To + ": " + strings.Join(reasons, ", ")
}

// WriteDOT writes the graph in the language of Graphviz; WriteJSON is the form
// that has the reasons.
func (d *Dependencies) WriteDOT(w io.Writer, opts *graph.ExportOptions) error {
	return d.Graph.WriteDOT(w, opts)
}

// WriteMermaid writes the graph in the language of Mermaid.
func (d *Dependencies) WriteMermaid(w io.Writer, opts *graph.ExportOptions) error {
	return d.Graph.WriteMermaid(w, opts)
}

// WriteJSON writes the graph with its reasons: {"nodes": [ids], "edges":
// [{"from", "to", "reasons": [{"attribute", "path", "line", "column"}]}]}.
func (d *Dependencies) WriteJSON(w io.Writer) error {
	dst := append([]byte(nil), `{"nodes":[`...)
	for i := range d.Graph.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = value.AppendQuoted(dst, d.Graph.Key(i))
	}
	dst = append(dst, `],"edges":[`...)
	for i, e := range d.Edges {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = d.appendEdge(dst, e)
	}
	_, err := w.Write(append(dst, "]}\n"...))
	return err
}

func (d *Dependencies) appendEdge(dst []byte, e Dependency) []byte {
	dst = value.AppendQuoted(append(dst, `{"from":`...), e.From)
	dst = value.AppendQuoted(append(dst, `,"to":`...), e.To)
	dst = append(dst, `,"reasons":[`...)
	for i, r := range e.Reasons {
		if i > 0 {
			dst = append(dst, ',')
		}
		at := d.Position(r)
		dst = value.AppendQuoted(append(dst, `{"attribute":`...), r.Attribute)
		dst = value.AppendQuoted(append(dst, `,"path":`...), r.Path)
		dst = value.Int(int64(at.Line)).AppendJSON(append(dst, `,"line":`...))
		dst = value.Int(int64(at.Column)).AppendJSON(append(dst, `,"column":`...))
		dst = append(dst, '}')
	}
	return append(dst, "]}"...)
}
