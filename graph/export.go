package graph

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ExportOptions shape an export. nil and the zero value mean no title, keys as
// labels, and no colour.
type ExportOptions struct {
	// Title names the drawing.
	Title string
	// Label is the text of node i. It may have several lines.
	Label func(i int) string
	// Color fills node i, as a CSS or X11 colour such as "#e8f0fe"; empty means
	// the default. JSON leaves it out.
	Color func(i int) string
}

func (g *Graph[K]) label(o *ExportOptions, i int) string {
	if o != nil && o.Label != nil {
		return o.Label(i)
	}
	return fmt.Sprint(g.keys[i])
}

func (o *ExportOptions) color(i int) string {
	if o != nil && o.Color != nil {
		return o.Color(i)
	}
	return ""
}

func (o *ExportOptions) title() string {
	if o == nil {
		return ""
	}
	return o.Title
}

// eachEdge visits the edges by ascending index, so that the order in which
// they were added does not show in an export.
func (g *Graph[K]) eachEdge(visit func(from, to int)) {
	var needs []int
	for i := range g.keys {
		needs = append(needs[:0], g.needs[i]...)
		slices.Sort(needs)
		for _, j := range needs {
			visit(i, j)
		}
	}
}

// WriteDOT writes the graph in the language of Graphviz. Arrows point from what
// comes first to what needs it. A cyclic graph is written too.
func (g *Graph[K]) WriteDOT(w io.Writer, o *ExportOptions) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "digraph %s {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fillcolor=white];\n", quoteDOT(o.title()))
	for i := range g.keys {
		fmt.Fprintf(b, "  n%d [label=%s", i, quoteDOT(g.label(o, i)))
		if c := o.color(i); c != "" {
			fmt.Fprintf(b, ", fillcolor=%s", quoteDOT(c))
		}
		b.WriteString("];\n")
	}
	g.eachEdge(func(from, to int) { fmt.Fprintf(b, "  n%d -> n%d;\n", to, from) })
	b.WriteString("}\n")
	return b.Flush()
}

// quoteDOT writes a string as Graphviz reads it: a backslash stands for itself
// only when doubled, and a line break is written as \n.
func quoteDOT(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s) + `"`
}

// WriteMermaid writes the graph as a Mermaid flowchart. Arrows point from what
// comes first to what needs it. A cyclic graph is written too.
func (g *Graph[K]) WriteMermaid(w io.Writer, o *ExportOptions) error {
	b := bufio.NewWriter(w)
	if t := o.title(); t != "" {
		title, err := json.Marshal(t) // a JSON string is a YAML string
		if err != nil {
			return fmt.Errorf("mermaid title: %w", err)
		}
		fmt.Fprintf(b, "---\ntitle: %s\n---\n", title)
	}
	b.WriteString("flowchart LR\n")
	for i := range g.keys {
		fmt.Fprintf(b, "  n%d[\"%s\"]\n", i, quoteMermaid(g.label(o, i)))
	}
	g.eachEdge(func(from, to int) { fmt.Fprintf(b, "  n%d --> n%d\n", to, from) })
	for i := range g.keys {
		if c := o.color(i); c != "" && !strings.ContainsAny(c, ",;\n") {
			fmt.Fprintf(b, "  style n%d fill:%s\n", i, c)
		}
	}
	return b.Flush()
}

// quoteMermaid writes what a quoted label would take as markup as character
// references, which Mermaid spells with # for &.
func quoteMermaid(s string) string {
	return strings.NewReplacer("&", "#amp;", "#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;",
		"\r\n", "<br>", "\n", "<br>", "\r", "<br>").Replace(s)
}

// WriteJSON writes one object: "title" if any, "nodes" as a list of "key",
// "label" if it differs, and "needs", the indexes of the nodes needed. Keys are
// written as fmt.Sprint prints them. A cyclic graph is written too.
func (g *Graph[K]) WriteJSON(w io.Writer, o *ExportOptions) error {
	type node struct {
		Key   string `json:"key"`
		Label string `json:"label,omitempty"`
		Needs []int  `json:"needs"`
	}
	out := struct {
		Title string `json:"title,omitempty"`
		Nodes []node `json:"nodes"`
	}{o.title(), make([]node, len(g.keys))}
	for i, k := range g.keys {
		out.Nodes[i] = node{Key: fmt.Sprint(k), Needs: []int{}}
		if l := g.label(o, i); l != out.Nodes[i].Key {
			out.Nodes[i].Label = l
		}
	}
	g.eachEdge(func(from, to int) { out.Nodes[from].Needs = append(out.Nodes[from].Needs, to) })
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write graph: %w", err)
	}
	return nil
}
