package providertest

import (
	"strings"
	"sync"
	"time"
)

// behaviourTypes says which product's file has a type's kind.
var behaviourTypes = sync.OnceValue(func() map[string]string {
	types := make(map[string]string)
	entries, err := behaviourFiles.ReadDir("behaviours")
	if err != nil {
		panic(err) // embedded
	}
	for _, entry := range entries {
		text, err := behaviourFiles.ReadFile("behaviours/" + entry.Name())
		if err != nil {
			panic(err) // embedded
		}
		for line := range strings.Lines(string(text)) {
			after, ok := strings.CutPrefix(line, "kind ")
			if !ok {
				continue
			}
			line, _, _ := strings.Cut(after, "#")
			for _, typ := range strings.Fields(line) {
				if types[typ] == "" {
					types[typ] = strings.TrimSuffix(entry.Name(), ".txt")
				}
			}
		}
	}
	return types
})

// behaviourOf gives the kind of a type's things, as its product's file has it;
// nil if none has.
func behaviourOf(typ string) *kindBehaviour {
	p := behavioursOf(behaviourTypes()[typ])
	if p == nil {
		return nil
	}
	for _, k := range p.kinds {
		if k.has(typ) {
			return k
		}
	}
	return nil
}

// kindFor gives the kind of a type's things.
func kindFor(typ string) *kind {
	for _, of := range taggable {
		if of.kind.has(typ) {
			return of.kind
		}
	}
	if k := behaviourOf(typ); k != nil {
		return &k.kind
	}
	return &kind{typ: typ, missing: orText(theFacts().Gone[typ], "InvalidResource.NotFound"), status: "Available"}
}

// incorrectOf gives the code for a thing of a type in a wrong status.
func incorrectOf(typ string) string {
	if k := behaviourOf(typ); k != nil {
		return k.incorrect
	}
	return ""
}

// goneStatus is the status to which a thing goes that is being deleted.
const goneStatus = "(gone)"

// reap takes out what has been deleted by now.
func (c *Cloud) reap() {
	if c.latency == nil {
		return
	}
	now := time.Now()
	for _, o := range c.objects {
		for id, l := range o.Live {
			if l.Next == goneStatus && !now.Before(l.Due) && !l.Gone {
				(&thing{c: c, kind: kindFor(o.Type), o: o, id: id}).vanish()
			}
		}
	}
}
