package oos

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/internal/doc"
	"github.com/bianpai/bianpai/internal/runbook"
)

// program is a template in the hands of an execution. The root's has the key
// ""; the key of one that is loaded is its name, @ and the version asked for.
type program struct {
	key     string
	name    string
	version string
	text    []byte // as it came; nil for what stands inside of another template
	hash    string
	tmpl    *Template
	err     *TaskError // why it cannot be used
	ready   bool
	waiters []*unit
	raws    []bool // by task: whether some reference reads its raw result
}

// loadPrefix begins the IDs of commands that load a template.
const loadPrefix = "template:"

func programKey(name, version string) string { return name + "@" + version }

// splitKey gives the name and version of a program's key.
func splitKey(key string) (name, version string) {
	i := strings.LastIndexByte(key, '@')
	return key[:i], key[i+1:]
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func newProgram(key, name, version string, tmpl *Template) *program {
	return &program{key: key, name: name, version: version, tmpl: tmpl, ready: true, raws: rawResults(tmpl)}
}

// templateCache keeps parsed templates by their content, for all executions of
// an engine.
type templateCache struct {
	mu     sync.Mutex
	byHash map[string]*Template
}

// maxCached bounds the templates kept.
const maxCached = 512

// parse reads a template, or gives one read before. A child must have no
// trigger. Of one with errors, the error comes anew each time.
func (c *templateCache) parse(name string, text []byte, child bool) (*Template, error) {
	key := hashOf(text)
	if child {
		key = "child " + key
	}
	c.mu.Lock()
	t := c.byHash[key]
	c.mu.Unlock()
	if t != nil {
		return t, nil
	}
	t, err := runbook.Parse(name, text, &runbook.ParseOptions{Child: child})
	if err != nil {
		return nil, err
	}
	c.add(key, t)
	return t, nil
}

func (c *templateCache) add(key string, t *Template) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byHash == nil || len(c.byHash) >= maxCached {
		c.byHash = map[string]*Template{}
	}
	c.byHash[key] = t
}

// rawResults tells of which tasks a template reads the raw result, by a
// reference to what is no declared output.
func rawResults(t *Template) []bool {
	raws := make([]bool, len(t.Tasks))
	var visit func(n doc.Node)
	visit = func(n doc.Node) {
		if n.Kind() == doc.String {
			noteRaw(t, n.Text(), raws)
			return
		}
		for child := range n.Items() {
			visit(child)
		}
	}
	visit(t.Root())
	return raws
}

func noteRaw(t *Template, text string, raws []bool) {
	for {
		_, rest, found := strings.Cut(text, "{{")
		if !found {
			return
		}
		ref, _, _ := strings.Cut(rest, "}}")
		text = rest
		name, path, dotted := strings.Cut(strings.TrimSpace(ref), ".")
		if !dotted {
			continue
		}
		if task := t.Task(name); task != nil && task.Output(path) == nil && task.LoopOutput(path) == nil {
			raws[task.Index] = true
		}
	}
}
