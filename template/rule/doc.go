// Package rule checks templates by rules, which are values: a program lists
// them, turns some off, and adds its own.
package rule
