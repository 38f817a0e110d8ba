// Package doc reads a template's text, YAML or JSON, into one compact tree in
// which every key and value knows its place.
package doc
