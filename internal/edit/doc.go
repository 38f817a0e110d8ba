// Package edit changes the text of a document without writing it anew: every
// operation gives byte ranges of the source and what stands there instead, so
// comments, quotes and layout outside of them stay as they are. Only [Print],
// for new values and for the other syntax, writes a value from its tree.
//
// [Format] normalises the layout; [Set], [Insert], [Remove] and [Rewrite]
// change one value each. [Convert] goes from YAML to JSON and back.
//
// # Safety
//
// The layout of a YAML text is found by a scanner of our own, beside the tree,
// as the tree holds neither comments nor what a later equal key hides. So that
// a misjudged line costs nothing but the formatting, [Format] reads its result
// again and keeps only what has equal values and comments; the other operations
// fail with an [*Error] if their result is not what was asked for.
//
// All functions are pure and safe for concurrent use.
package edit
