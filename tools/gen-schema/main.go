// Command gen-schema makes provider/schema/types.txt, the embedded catalogue,
// from a JSON listing of resource types: one object, type name to facts.
//
//	go run ./tools/gen-schema -in ros-resource-types.json
//
// The output depends on the input only. Keys that the catalogue does not know
// are an error, so that new facts are not dropped unseen.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

func run(args []string, stderr io.Writer) int {
	fs := flag.NewFlagSet("gen-schema", flag.ContinueOnError)
	fs.SetOutput(stderr)
	in := fs.String("in", "", "the JSON `file` to read")
	out := fs.String("out", "provider/schema/types.txt", "the `file` to write")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	if *in == "" || fs.NArg() > 0 {
		fs.Usage()
		return 2
	}
	if err := generate(*in, *out); err != nil {
		fmt.Fprintln(stderr, "gen-schema:", err)
		return 1
	}
	return 0
}

func generate(in, out string) error {
	data, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	types, err := readFacts(data)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	text, err := encode(types)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	return os.WriteFile(out, text, 0o644)
}

// typeFacts is the input's object of one type.
type typeFacts struct {
	Properties        map[string]*propertyFacts `json:"properties"`
	Attributes        []string                  `json:"attributes"`
	AttributeTypes    map[string]string         `json:"attributeTypes"`
	Ref               string                    `json:"ref"`
	DynamicAttributes []string                  `json:"dynamicAttributes"`
	DataSource        bool                      `json:"dataSource"`
	Coverage          string                    `json:"coverage"`
	Source            []string                  `json:"source"`
}

// propertyFacts is the input's object of one property.
type propertyFacts struct {
	Type       string                    `json:"type"`
	Required   bool                      `json:"required"`
	Update     string                    `json:"update"`
	UpdateHint string                    `json:"updateHint"`
	Enum       []any                     `json:"enum"`
	Min        json.Number               `json:"min"`
	Max        json.Number               `json:"max"`
	MinLength  json.Number               `json:"minLength"`
	MaxLength  json.Number               `json:"maxLength"`
	Pattern    string                    `json:"pattern"`
	Items      *propertyFacts            `json:"items"`
	Properties map[string]*propertyFacts `json:"properties"`
	FreeKeys   bool                      `json:"freeKeys"`
	Deprecated bool                      `json:"deprecated"`
	Untyped    bool                      `json:"untyped"` // its type is "any" then, which says the same
}

func readFacts(data []byte) (map[string]*typeFacts, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	var types map[string]*typeFacts
	if err := dec.Decode(&types); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return types, nil
}
