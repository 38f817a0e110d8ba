package runbook

import (
	"strings"
	"sync"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/fn"
)

// selectorExpression is the selector of an output, compiled.
type selectorExpression struct {
	program *fn.Program // if it is literal
	text    expression  // what gives the program's text else
	// isValue says that the result is the value itself, not a program: the
	// author of an Fn::Jq as a selector means that, and so does whoever
	// aggregates the outputs of an ACS::Loop by reference.
	isValue bool
	expression
}

// selector gives the compiled form of a selector.
func (t *Template) selector(n doc.Node) *selectorExpression {
	if x, ok := t.expressions[n].(*selectorExpression); ok {
		return x
	}
	return t.lateCompiler().selector(n)
}

// selector compiles the selector of an output.
func (c *compiler) selector(n doc.Node) *selectorExpression {
	x := &selectorExpression{}
	name, _, isCall := callOf(n)
	x.text = c.program(n)
	x.isValue = isCall && name == "Fn::Jq"
	if ref, ok := x.text.(*reference); ok && ref.kind == toOutput {
		x.isValue = true
	}
	x.expression = x.text
	if k, ok := x.text.(constant); ok && n.Kind() == doc.String {
		x.program = c.compileProgram(n, dotted(k.v.Text()))
	}
	if !c.mute {
		c.t.expressions[n] = x
	}
	return x
}

// dotted puts the dot in front of a selector that starts with a name, which
// authors leave out.
func dotted(selector string) string {
	trimmed := strings.TrimSpace(selector)
	if trimmed == "" {
		return "."
	}
	if c := trimmed[0]; 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' {
		return "." + trimmed
	}
	return trimmed
}

// maxPrograms bounds the programs kept whose text is made at run time.
const maxPrograms = 256

// programs keeps programs compiled by their text.
type programs struct {
	mu   sync.Mutex
	kept map[string]*fn.Program
}

func (p *programs) get(source string) (*fn.Program, error) {
	p.mu.Lock()
	program := p.kept[source]
	p.mu.Unlock()
	if program != nil {
		return program, nil
	}
	program, err := fn.NewProgram(source)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil || len(p.kept) >= maxPrograms {
		p.kept = make(map[string]*fn.Program)
	}
	p.kept[source] = program
	return program, nil
}
