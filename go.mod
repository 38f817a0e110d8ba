module github.com/bianpai/bianpai

go 1.26.0

require (
	github.com/dlclark/regexp2 v1.12.0
	github.com/google/go-cmp v0.7.0
	github.com/itchyny/gojq v0.12.20
	golang.org/x/sync v0.25.0
	gopkg.in/yaml.v3 v3.0.1
)

require github.com/itchyny/timefmt-go v0.1.9 // indirect
