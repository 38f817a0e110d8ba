package providertest

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/provider"
)

// behaviourFiles hold what the calls of products do, a file a product, named by
// the service's code. behaviours/README.md tells the form.
//
//go:embed behaviours/*.txt
var behaviourFiles embed.FS

// productBehaviour is what the calls of one product do.
type productBehaviour struct {
	service string
	lacks   string // the code for a parameter that is missing
	tagging []string
	kinds   []*kindBehaviour
	calls   map[string]*callBehaviour // by API
}

// kindBehaviour is what calls know of one kind of things.
type kindBehaviour struct {
	kind
	id        string     // the parameter and member that name one
	key       []matching // or those that name one together
	host      *hosting
	incorrect string
	exists    string                       // the code for one that is already there
	onTheWay  map[string]string            // status words, by verb
	words     map[string]map[string]string // of properties: API word by word of the property
	facts     []target
	line      int
}

// matching compares a parameter with what an expression gives.
type matching struct {
	param string
	of    expr
	like  bool // the parameter is a pattern
}

// hosting says what the things of a kind live on.
type hosting struct {
	param, prop string
	types       []string
}

// callBehaviour is what one call, or several that are alike, do.
type callBehaviour struct {
	verb       string // "create", "put", "list", "get", "modify", "delete"
	kind       *kindBehaviour
	apis       []string
	id         string     // the parameter that names the things, if not the kind's
	need       [][]string // each: one of these
	values     []valueSet
	refusals   []refusal
	in, hostIn *allowed
	missing    string // another code; "-": fine
	all        bool   // takes all parameters that are properties
	not        []string
	take       []target
	otherwise  []target // where nothing else has set it
	lists      []listChange
	clear      []string
	become     []string // verb, status
	hostBecome string
	along      []string // types of which the kin goes too
	at         string
	also       expr   // one more item of a list
	filters    string // the parameter with names and values
	by         []matching
	where      []condition
	tell       []target
	facts      []target
	line       int
}

type valueSet struct {
	param  string
	values []string
	code   string
}

type refusal struct {
	kind provider.Kind
	code string
	when []condition
}

// allowed are statuses in which a call is accepted.
type allowed struct {
	statuses []string
	code     string
}

// listChange puts items into a list that a thing keeps, or takes some out.
type listChange struct {
	drop bool
	prop string
	from expr
	by   []string
}

// behavioursOf gives what the calls of a service do; nil if nothing is written
// down.
func behavioursOf(service string) *productBehaviour { return theBehaviours()(strings.ToLower(service)) }

// theBehaviours decodes each file when it is first asked for. What they say is
// the same for all clouds and never changes.
var theBehaviours = sync.OnceValue(func() func(service string) *productBehaviour {
	entries, err := behaviourFiles.ReadDir("behaviours")
	if err != nil {
		panic(err) // embedded
	}
	files := make(map[string]func() *productBehaviour, len(entries))
	for _, entry := range entries {
		service := strings.TrimSuffix(entry.Name(), ".txt")
		files[service] = sync.OnceValue(func() *productBehaviour {
			text, err := behaviourFiles.ReadFile("behaviours/" + service + ".txt")
			var p *productBehaviour
			if err == nil {
				p, err = parseBehaviours(strings.ToUpper(service), string(text))
			}
			if err != nil {
				panic(fmt.Sprintf("behaviours/%s.txt: %v", service, err)) // embedded, and read by a test
			}
			return p
		})
	}
	return func(service string) *productBehaviour {
		if f := files[service]; f != nil {
			return f()
		}
		return nil
	}
})

// behaviourParser reads one file.
type behaviourParser struct {
	p    *productBehaviour
	kind *kindBehaviour
	call *callBehaviour
	line int
}

// parseBehaviours reads a file. Errors name the line.
func parseBehaviours(service, text string) (*productBehaviour, error) {
	r := &behaviourParser{p: &productBehaviour{service: service, lacks: "MissingParameter", calls: make(map[string]*callBehaviour)}}
	for line := range strings.Lines(text) {
		r.line++
		line = strings.TrimRight(line, " \n")
		if at := strings.Index(" "+line, " #"); at >= 0 {
			line = strings.TrimRight(line[:at], " ")
		}
		body := strings.TrimLeft(line, "\t")
		if body == "" {
			continue
		}
		word, rest, _ := strings.Cut(body, " ")
		if err := r.statement(len(line)-len(body), word, splitItems(rest)); err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", r.line, word, err)
		}
	}
	return r.p, nil
}

func (r *behaviourParser) statement(depth int, word string, items []string) error {
	if len(items) == 0 {
		return fmt.Errorf("nothing follows")
	}
	switch {
	case depth == 0:
		return r.product(word, items)
	case depth == 1 && r.kind != nil && slices.Contains([]string{"create", "put", "list", "get", "modify", "delete"}, word):
		return r.begin(word, items)
	case depth == 1 && r.kind != nil:
		r.call = nil
		return r.ofKind(word, items)
	case depth == 2 && r.call != nil:
		return r.ofCall(word, items)
	}
	return fmt.Errorf("it stands at a wrong depth")
}

func (r *behaviourParser) product(word string, items []string) error {
	r.kind, r.call = nil, nil
	switch word {
	case "lacks":
		r.p.lacks = items[0]
	case "tagging":
		r.p.tagging = append(r.p.tagging, items...)
	case "kind":
		r.kind = &kindBehaviour{
			kind:      kind{typ: items[0], types: items[1:], missing: orText(theFacts().Gone[items[0]], "InvalidResource.NotFound"), status: "Available"},
			incorrect: "IncorrectStatus", onTheWay: make(map[string]string), words: make(map[string]map[string]string), line: r.line,
		}
		r.p.kinds = append(r.p.kinds, r.kind)
	default:
		return fmt.Errorf("no such statement")
	}
	return nil
}

// begin begins the statements of a call.
func (r *behaviourParser) begin(verb string, items []string) error {
	if len(items) != 1 {
		return fmt.Errorf("APIs are parted by commas")
	}
	r.call = &callBehaviour{verb: verb, kind: r.kind, apis: strings.Split(items[0], ","), line: r.line}
	for _, api := range r.call.apis {
		if r.p.calls[api] != nil {
			return fmt.Errorf("%s stands there twice", api)
		}
		r.p.calls[api] = r.call
	}
	return nil
}

func (r *behaviourParser) ofKind(word string, items []string) (err error) {
	k := r.kind
	switch word {
	case "id":
		k.id = items[0]
	case "key":
		err = matchings(&k.key, items, false)
	case "host":
		name, prop, renamed := strings.Cut(items[0], "=")
		if !renamed {
			prop = name
		}
		if k.host = (&hosting{param: name, prop: prop, types: items[1:]}); len(k.host.types) == 0 {
			return fmt.Errorf("a type is missing")
		}
	case "missing":
		k.missing = items[0]
	case "incorrect":
		k.incorrect = items[0]
	case "exists":
		k.exists = items[0]
	case "status":
		k.status = items[0]
		return pairs(k.onTheWay, items[1:])
	case "words":
		words := make(map[string]string)
		if err := pairs(words, items[1:]); err != nil {
			return err
		}
		k.words[items[0]] = words
	case "fact":
		err = targets(&k.facts, items)
	default:
		return fmt.Errorf("no such statement")
	}
	return err
}

func pairs(into map[string]string, items []string) error {
	for _, item := range items {
		name, value, ok := strings.Cut(item, "=")
		if !ok {
			return fmt.Errorf("%q is no pair", item)
		}
		into[name] = value
	}
	return nil
}

// targets reads items of the form Name or Name=Expression.
func targets(into *[]target, items []string) error {
	for _, item := range items {
		r := &exprReader{rest: item}
		t, err := r.target()
		if err == nil && r.rest != "" {
			err = fmt.Errorf("%q: %q is too much", item, r.rest)
		}
		if err != nil {
			return err
		}
		*into = append(*into, t)
	}
	return nil
}

func matchings(into *[]matching, items []string, like bool) error {
	var list []target
	if err := targets(&list, items); err != nil {
		return err
	}
	for _, t := range list {
		*into = append(*into, matching{param: t.name, of: t.from, like: like})
	}
	return nil
}
