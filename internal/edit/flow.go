package edit

import (
	"math"

	"github.com/bianpai/bianpai/internal/doc"
)

// flowWriter is how brackets, keys and scalars look in a flow.
type flowWriter struct {
	comma, colon string
	text         func(dst []byte, s string, key bool) []byte
	scalar       func(dst []byte, n doc.Node) []byte
}

// jsonWriter writes JSON without spaces.
var jsonWriter = &flowWriter{
	comma: ",",
	colon: ":",
	text:  func(dst []byte, s string, _ bool) []byte { return doc.AppendString(dst, s) },
	scalar: func(dst []byte, n doc.Node) []byte {
		if n.Kind() != doc.Float {
			return n.AppendJSON(dst)
		}
		// The services read these words, though JSON has none for them.
		switch f := n.Float(); {
		case math.IsNaN(f):
			return append(dst, "NaN"...)
		case doc.JSONNumber(n.Literal()):
			return append(dst, n.Literal()...)
		case math.IsInf(f, 1):
			return append(dst, "Infinity"...)
		case math.IsInf(f, -1):
			return append(dst, "-Infinity"...)
		}
		return n.AppendJSON(dst)
	},
}

// flowYAML writes the flow style of YAML.
var flowYAML = &flowWriter{
	comma: ", ",
	colon: ": ",
	text: func(dst []byte, s string, key bool) []byte {
		text := yamlString(s, true)
		if key && len(text) >= longKey {
			dst = append(dst, "? "...)
		}
		return append(dst, text...)
	},
	scalar: func(dst []byte, n doc.Node) []byte { return append(dst, yamlScalar(n, true)...) },
}

// appendFlow writes a value with brackets, on one line.
func appendFlow(dst []byte, n doc.Node, w *flowWriter) []byte {
	switch n.Kind() {
	case doc.List:
		dst = append(dst, '[')
		for i := range n.Len() {
			if i > 0 {
				dst = append(dst, w.comma...)
			}
			dst = appendFlow(dst, n.At(i), w)
		}
		return append(dst, ']')
	case doc.Map:
		dst = append(dst, '{')
		for i := range n.Len() {
			if i > 0 {
				dst = append(dst, w.comma...)
			}
			dst = append(w.text(dst, n.At(i).Key(), true), w.colon...)
			dst = appendFlow(dst, n.At(i), w)
		}
		return append(dst, '}')
	case doc.String:
		return w.text(dst, n.Text(), false)
	}
	return w.scalar(dst, n)
}
