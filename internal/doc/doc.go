// Package doc reads a template's text, YAML or JSON, into one compact tree in
// which every key and value knows its place.
//
//	d, found := doc.Parse("web.yaml", text, nil)
//	vpc := d.Root().Get("Resources").Get("Web").Get("Properties").Get("VpcId")
//	if vpc.Kind() != doc.String {
//		found = append(found, diag.New(diag.Error, "wrong-type", d.Source(), vpc.Range(), path))
//	}
//
// # Values
//
// YAML is read as the services read it: scalars by the rules of version 1.1
// (yes and on are booleans, 017 is octal, 1:30 is ninety, 095 and 1e3 are
// strings), dates stay strings, of equal keys the last counts, merge keys and
// aliases work. The short tag of a function, as in !Ref x, reads as the map
// {"Ref": "x"}; a scalar behind it is always a string. JSON is read by a reader
// of our own; what YAML makes of faulty JSON is taken with a warning.
//
// # Places
//
// Ranges are byte offsets into [Doc.Source], whose text is UTF-8 whatever the
// encoding of the file was. The range of a map or list reaches from its first
// bracket or key to the end of its last member.
//
// # Faults
//
// One run tells all faults as far as they are independent: JSON is read on as
// its author most likely meant it; a YAML document is cut where its entries
// start, and what is sound of it is kept. A value that could not be read is
// null.
//
// # Size
//
// The tree is a few flat arrays: 28 bytes a value, keys included, and texts are
// parts of the source where they stand there verbatim. [Limits] bound all that
// a hostile text can ask for; a YAML text is refused unread if it has more line
// breaks, brackets and commas than nodes are allowed, within block scalars too.
//
// # Concurrency
//
// A [Doc] is immutable and safe for concurrent use.
package doc
