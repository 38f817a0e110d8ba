// Package diag holds what is found wrong in a document: a severity, a stable
// code, the exact place, words and a remedy in English and Chinese.
//
// A [Diagnostic] is plain data. A reader of documents collects them in a
// [List], which is not an error by itself; [List.Err] turns one that holds an
// [Error] into a *[ListError]:
//
//	src := diag.NewSource("web.yaml", text)
//	var found diag.List
//	found = append(found, diag.New(diag.Error, "duplicate-key", src, diag.Range{Start: 4, End: 9}, "Resources", "Web"))
//	if err := found.Err(); err != nil {
//		diag.Fprint(os.Stderr, found, &diag.PrintOptions{Snippet: true})
//		return err
//	}
//
// # Places
//
// A [Range] is two byte offsets into a [Source]. Lines and columns, counted in
// characters from 1, are worked out on demand.
//
// # Words
//
// Codes are part of the interface: they do not change their meaning. The words
// of each code come from a catalogue inside the program and may improve.
// [Diagnostic.Text] gives them in another language than English.
//
// # Concurrency
//
// A Source is safe for concurrent use. Lists and diagnostics are values: share
// them for reading.
package diag
