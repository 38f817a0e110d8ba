module github.com/bianpai/bianpai/examples/schema/validate

go 1.26.0

require (
	github.com/bianpai/bianpai v0.0.0
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3
)

require (
	github.com/dlclark/regexp2 v1.12.0 // indirect
	github.com/itchyny/gojq v0.12.20 // indirect
	github.com/itchyny/timefmt-go v0.1.9 // indirect
	golang.org/x/text v0.14.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace github.com/bianpai/bianpai => ../../..
