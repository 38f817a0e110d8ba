package main

import (
	"strings"

	"github.com/bianpai/bianpai/provider/schema"
)

// object is a JSON Schema.
type object map[string]any

// functions are those of the language, without the prefix Fn::.
var functions = strings.Fields(`GetAtt FindInMap GetAZs GetStackOutput ResourceFacade MarketplaceImage Join Split Replace
	Base64 Base64Encode Base64Decode Str Sub Indent FormatTime MatchPattern Select MemberListToMap ListMerge GetJsonValue
	MergeMapToList MergeMap SelectMapList Jq Length Index Any Contains EachMemberIn Add Avg Calculate Min Max Cidr
	Equals Not And Or If TransformNamespace`)

// customTags is the value of the setting yaml.customTags.
func customTags() []string {
	var tags []string
	for _, name := range append([]string{"Ref"}, functions...) {
		for _, kind := range []string{"scalar", "sequence", "mapping"} {
			tags = append(tags, "!"+name+" "+kind)
		}
	}
	return tags
}

// document is the whole schema. Complete says that names holds all types, so
// that another one does not exist.
func document(types *schema.Catalogue, names []string, complete bool) object {
	definitions := object{
		"text":      object{"type": []string{"string", "object"}, "description": "a text, or one for each language"},
		"call":      call(),
		"value":     object{"if": ref("isCall"), "then": ref("call"), "else": object{"items": ref("value"), "additionalProperties": ref("value")}},
		"isCall":    object{"type": "object", "minProperties": 1, "maxProperties": 1, "propertyNames": object{"pattern": "^(Ref$|Fn::)"}},
		"parameter": parameter(),
		"condition": object{"if": object{"type": "object"}, "then": ref("call"), "else": object{"type": []string{"boolean", "string"}}},
		"rule":      rule(),
		"local":     local(),
		"output":    output(),
		"string":    scalar("string"), "integer": scalar("integer"), "number": scalar("number"), "boolean": scalar("boolean"),
	}
	definitions["resource"] = resource(types, names, complete, definitions)
	return object{
		"$schema":              "http://json-schema.org/draft-07/schema#",
		"title":                "Template of Resource Orchestration Service",
		"type":                 "object",
		"required":             []string{"ROSTemplateFormatVersion"},
		"additionalProperties": false,
		"properties": object{
			"ROSTemplateFormatVersion": object{"const": "2015-09-01"},
			"Description":              ref("text"),
			"Metadata":                 object{"type": []string{"object", "null"}},
			"Parameters":               entries(ref("parameter")),
			"Mappings":                 entries(entries(object{"type": "object"})),
			"Conditions":               entries(ref("condition")),
			"Rules":                    entries(ref("rule")),
			"Locals":                   entries(ref("local")),
			"Resources":                entries(ref("resource")),
			"Outputs":                  entries(ref("output")),
			"Transform":                object{"type": []string{"string", "array"}},
			"Workspace":                entries(object{"type": "string"}),
		},
		"if":          object{"properties": object{"Transform": object{"type": "string", "pattern": "^Aliyun::(Terraform|OpenTofu)-"}}, "required": []string{"Transform"}},
		"then":        object{"required": []string{"Workspace"}},
		"else":        object{"properties": object{"Outputs": entries(object{"required": []string{"Value"}})}},
		"definitions": definitions,
	}
}

func ref(name string) object { return object{"$ref": "#/definitions/" + name} }

// entries is a section, which may be empty.
func entries(of object) object {
	return object{"type": []string{"object", "null"}, "additionalProperties": of}
}

// fixed are the functions with a fixed number of arguments, as least and most.
var fixed = map[string][2]int{
	"GetAtt": {2, 2}, "FindInMap": {3, 3}, "GetStackOutput": {2, 3}, "Join": {2, 2}, "Split": {2, 2}, "Replace": {2, 2}, "MatchPattern": {2, 2},
	"Select": {2, 4}, "MemberListToMap": {3, 3}, "GetJsonValue": {2, 2}, "MergeMap": {2, 2}, "SelectMapList": {2, 2}, "Jq": {3, 3}, "Index": {2, 2},
	"Contains": {2, 2}, "EachMemberIn": {2, 2}, "Avg": {2, 2}, "Calculate": {2, 3}, "Cidr": {3, 3}, "Equals": {2, 2}, "If": {3, 3}, "TransformNamespace": {3, 3},
}

// call is a function with its argument.
func call() object {
	members := object{"Ref": object{"type": []string{"string", "object", "null"}}}
	for _, name := range functions {
		argument := ref("value")
		if n, ok := fixed[name]; ok {
			// An object is a local that stands for the whole list.
			argument = object{"allOf": []object{{"type": []string{"array", "object"}, "minItems": n[0], "maxItems": n[1]}, ref("value")}}
		}
		members["Fn::"+name] = argument
	}
	members["Fn::Sub"] = object{"type": []string{"string", "array"}, "minItems": 2, "maxItems": 2, "items": ref("value")}
	return object{"type": "object", "minProperties": 1, "maxProperties": 1, "properties": members, "additionalProperties": false}
}

func parameter() object {
	flag, whole, number := ref("boolean"), ref("integer"), ref("number")
	return object{
		"type": "object", "required": []string{"Type"}, "additionalProperties": false,
		"properties": object{
			"Type": object{"enum": []string{"String", "Number", "Boolean", "CommaDelimitedList", "Json",
				"ALIYUN::OOS::Parameter::Value", "ALIYUN::OOS::SecretParameter::Value"}},
			"Default": object{"not": ref("isCall")}, "AllowedValues": object{"type": "array"}, "AllowedPattern": object{"type": "string"},
			"MinLength": whole, "MaxLength": whole, "MinValue": number, "MaxValue": number,
			"NoEcho": flag, "Confirm": flag, "TextArea": flag, "Required": flag, "ReadOnly": flag,
			"Description": ref("text"), "ConstraintDescription": ref("text"), "Label": ref("text"), "Placeholder": ref("text"),
			"AssociationProperty": object{"type": "string"}, "AssociationPropertyMetadata": object{"type": []string{"object", "null"}},
		},
	}
}

func rule() object {
	assertion := object{"type": "object", "required": []string{"Assert"}, "additionalProperties": false,
		"properties": object{"Assert": ref("condition"), "AssertDescription": ref("text")}}
	return object{
		"type": "object", "required": []string{"Assertions"}, "additionalProperties": false,
		"properties": object{
			"RuleCondition": ref("condition"),
			"Assertions":    object{"if": object{"type": "array"}, "then": object{"items": assertion, "maxItems": 100}, "else": assertion},
		},
	}
}

func local() object {
	return object{
		"type": "object", "additionalProperties": false,
		"properties": object{
			"Type":       object{"anyOf": []object{{"enum": []string{"Macro", "Eval"}}, {"pattern": "^DATASOURCE::"}}},
			"Value":      ref("value"),
			"Properties": object{"type": []string{"object", "null"}},
		},
	}
}

func output() object {
	return object{
		"type": "object", "additionalProperties": false,
		"properties": object{
			"Value": ref("value"), "Description": ref("text"), "Label": ref("text"), "Condition": object{"type": []string{"string", "boolean"}},
			"NoEcho": ref("boolean"), "Export": object{"type": "object"},
		},
	}
}

// scalar is a value that is written as what it is or as a text that the service
// converts, or comes of a function.
func scalar(typ string) object {
	written := map[string]object{
		"string":  {"type": []string{"string", "number", "boolean", "null"}},
		"integer": {"type": []string{"integer", "string", "boolean", "null"}, "pattern": `^\s*[-+]?[0-9]+(\.0*)?\s*$`},
		"number":  {"type": []string{"number", "string", "boolean", "null"}, "pattern": `^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$`},
		"boolean": {"type": []string{"boolean", "integer", "string", "null"}, "pattern": "^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|1|0|t|f|on|off|y|n|yes|no)$"},
	}[typ]
	return object{"if": object{"type": "object"}, "then": ref("call"), "else": written}
}
