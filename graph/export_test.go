package graph

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sample() *Graph[string] {
	g := &Graph[string]{}
	g.AddNode("网络")
	g.AddEdge("switch", "网络")
	g.AddEdge(`say "hi" <b> \n & #1`, "switch")
	g.AddEdge(`say "hi" <b> \n & #1`, "网络")
	return g
}

func options() *ExportOptions {
	return &ExportOptions{Title: `a "title" & more`, Color: func(i int) string {
		return []string{"", "#ffeecc", "red"}[i]
	}}
}

func TestTextExports(t *testing.T) {
	for name, test := range map[string]struct {
		write func(*Graph[string], io.Writer, *ExportOptions) error
		want  string
	}{
		"dot": {(*Graph[string]).WriteDOT, `digraph "a \"title\" & more" {
  rankdir=LR;
  node [shape=box, style="rounded,filled", fillcolor=white];
  n0 [label="网络"];
  n1 [label="switch", fillcolor="#ffeecc"];
  n2 [label="say \"hi\" <b> \\n & #1", fillcolor="red"];
  n0 -> n1;
  n0 -> n2;
  n1 -> n2;
}
`},
		"mermaid": {(*Graph[string]).WriteMermaid, `---
title: "a \"title\" \u0026 more"
---
flowchart LR
  n0["网络"]
  n1["switch"]
  n2["say #quot;hi#quot; #lt;b#gt; \n #amp; #35;1"]
  n0 --> n1
  n0 --> n2
  n1 --> n2
  style n1 fill:#ffeecc
  style n2 fill:red
`},
		"json": {(*Graph[string]).WriteJSON, `{"title":"a \"title\" & more","nodes":[{"key":"网络","needs":[]},{"key":"switch","needs":[0]},{"key":"say \"hi\" <b> \\n & #1","needs":[0,1]}]}
`},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := test.write(sample(), &b, options()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(test.want, "\n"), strings.Split(b.String(), "\n")); diff != "" {
				t.Error(diff)
			}
			if name == "json" && !json.Valid(b.Bytes()) {
				t.Error("not JSON")
			}
		})
	}
}

// parseXML reads the image to its end and gives the text outside of titles.
func parseXML(t *testing.T, data []byte) (texts []string) {
	t.Helper()
	dec, inText := xml.NewDecoder(bytes.NewReader(data)), false
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return texts
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				texts = append(texts, string(token))
			}
		}
	}
}

func TestSVGIsXMLWithAllLabels(t *testing.T) {
	g := sample()
	g.AddEdge("网络", "bad \x00 \xff bytes\nand a second line that is much too long to be drawn in one box")
	g.AddEdge("bad \x00 \xff bytes\nand a second line that is much too long to be drawn in one box", "网络")
	var b bytes.Buffer
	if err := g.WriteSVG(&b, &ExportOptions{Title: "t<1>"}); err != nil {
		t.Fatal(err)
	}
	want := []string{"t<1>", "网络", "switch", `say "hi" <b> \n & #1`, "bad � � bytes", "and a second line that is much too long to be d…"}
	got := parseXML(t, b.Bytes())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(b.String(), `stroke="#d93025"`) {
		t.Error("the cycle does not stand out")
	}
}

func TestSVGBoxesDoNotOverlap(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 9))
		w := randomTwin(r, 25, 0.1, true)
		g := w.build(w.edges())
		l := g.layout()
		labels := make([][]string, g.Len())
		for i := range labels {
			labels[i] = svgLines(strings.Repeat("x", r.IntN(60)) + strings.Repeat("\ny", r.IntN(3)))
		}
		boxes, width, height := place(l.columns, labels, svgMargin)
		for i, a := range boxes {
			if a.x < 0 || a.y < 0 || a.x+a.w > width || a.y+a.h > height {
				t.Fatalf("seed %d: box %d %+v leaves the image of %v x %v", seed, i, a, width, height)
			}
			for j, b := range boxes[:i] {
				if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
					t.Fatalf("seed %d: boxes %d and %d overlap", seed, i, j)
				}
			}
			for _, j := range g.Needs(i) {
				if boxes[j].x+boxes[j].w > a.x {
					t.Fatalf("seed %d: %d does not stand right of %d, which it needs", seed, i, j)
				}
			}
		}
	}
}

type brokenWriter struct{}

var errBroken = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestExportsReportWriteErrors(t *testing.T) {
	g := sample()
	for name, write := range map[string]func(io.Writer, *ExportOptions) error{
		"dot": g.WriteDOT, "mermaid": g.WriteMermaid, "json": g.WriteJSON, "svg": g.WriteSVG,
	} {
		if err := write(brokenWriter{}, nil); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
