// Command schema writes a JSON Schema for ROS templates, with which an editor
// completes and checks them while they are written.
//
//	go run ./examples/schema [-type NAMES] [-product NAMES] [-o FILE]
//	go run ./examples/schema -tags
//
// The schema is of draft-07, which the JSON and YAML servers of editors read. It
// knows all sections, the attributes of parameters, resources and outputs, and
// the properties of all resource types of the catalogue; -type and -product keep
// the types named, with commas between, and leave all others unchecked.
//
// In VS Code with the YAML extension:
//
//	"yaml.schemas": {"./ros.schema.json": "*.ros.yml"},
//	"yaml.customTags": [ … ]  // what -tags prints
//
// An editor that is told of the short tags takes what follows !Ref or !Sub as a
// plain value, which is the text that it looks like: where a number is wanted,
// write the long form, {Ref: Name}.
//
// # What it reports
//
// A function may stand wherever a value may, and scalars may be written as the
// service converts them: "300" for 300, "true" for true, 22 for "22". Only what
// the catalogue is sure of is an error: of a type that is known in part, any
// property is taken; listed values are offered and others taken, as lists lag
// behind the service. Names and references are not checked, no schema can do
// that: use examples/lint.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider/schema"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole command.
func run(args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("schema", flag.ContinueOnError)
	fs.SetOutput(stderr)
	types := fs.String("type", "", "resource types, with commas between; all if empty")
	products := fs.String("product", "", "products such as ECS, with commas between; all if empty")
	file := fs.String("o", "", "file to write; standard output if empty")
	tags := fs.Bool("tags", false, "print the value of the setting yaml.customTags instead")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	var out any = customTags()
	if !*tags {
		names := chosen(split(*types), split(*products))
		if len(names) == 0 {
			fmt.Fprintln(stderr, "schema: the catalogue has no such type")
			return 2
		}
		out = document(schema.Default(), names, *types == "" && *products == "")
	}
	if err := write(*file, stdout, out); err != nil {
		fmt.Fprintln(stderr, "schema:", err)
		return 1
	}
	return 0
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// chosen gives the names of the types to describe.
func chosen(types, products []string) []string {
	var names []string
	for name := range schema.Default().Names() {
		if len(types)+len(products) == 0 || slices.Contains(types, name) || slices.Contains(products, productOf(name)) {
			names = append(names, name)
		}
	}
	return names
}

// productOf gives the second part of a type's name.
func productOf(typ string) string {
	_, rest, _ := strings.Cut(typ, "::")
	product, _, _ := strings.Cut(rest, "::")
	return product
}

func write(file string, stdout io.Writer, v any) error {
	if file == "" {
		return encode(stdout, v)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := encode(f, v); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
