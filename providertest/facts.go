package providertest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed facts.json
var factsJSON []byte

// facts is what the cloud knows of the services beyond the catalogue of types.
type facts struct {
	IDs     map[string]string   `json:"ids"`     // how the ids of a type are written
	Seconds map[string]int      `json:"seconds"` // how long making one takes, about
	Self    map[string]string   `json:"self"`    // the attribute that repeats the id
	Many    map[string][]string `json:"many"`    // the properties that say how many things one resource stands for
	Gone    map[string]string   `json:"gone"`    // the code for one that is not there

	// References says which names of properties name other resources, in lower
	// case and singular; Own overrides it by type.
	References map[string]*reference            `json:"references"`
	Own        map[string]map[string]*reference `json:"own"`
	Unique     map[string]*uniqueName           `json:"unique"`
	// Members are the items of attributes that are lists, by "type.attribute".
	// A text "@Name" stands for a value made up as the attribute Name would
	// be.
	Members map[string]any `json:"members"`

	styles map[string]*idStyle
}

// uniqueName says that a type's name must be the only one of its kind.
type uniqueName struct {
	By     string `json:"by"`     // the property
	Within string `json:"within"` // the property that names the scope; empty: the account
	Code   string `json:"code"`
}

// theFacts decodes the facts on first use. They are the same for all clouds
// and never change.
var theFacts = sync.OnceValue(func() *facts {
	f := new(facts)
	if err := json.Unmarshal(factsJSON, f); err != nil {
		panic(fmt.Sprintf("facts.json: %v", err)) // embedded, and read by a test
	}
	f.styles = make(map[string]*idStyle, len(f.IDs))
	for typ, pattern := range f.IDs {
		s := parseIDStyle(pattern)
		f.styles[typ] = &s
	}
	return f
})

// styleOf gives the style of a type's ids; a type without one of its own gets
// its short name and letters.
func styleOf(typ string) *idStyle {
	if s := theFacts().styles[typ]; s != nil {
		return s
	}
	s := parseIDStyle(strings.ToLower(lastPart(typ)) + "-{~18}")
	return &s
}

// lastPart gives the part of a type's name behind the last colon.
func lastPart(typ string) string {
	return typ[strings.LastIndexByte(typ, ':')+1:]
}

// productOf gives the second part of the name of a type of the services' own:
// "ECS".
func productOf(typ string) string {
	family, rest, _ := strings.Cut(typ, "::")
	if family != "ALIYUN" && family != "DATASOURCE" {
		return ""
	}
	product, _, _ := strings.Cut(rest, "::")
	return product
}
