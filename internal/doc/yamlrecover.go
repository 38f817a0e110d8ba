package doc

import (
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// A document with a fault is cut where its entries start, first at the
// sections, and the pieces are read one by one: sound ones give their part of
// the tree, faulty ones are cut again. So one run shows independent faults and
// the tree lacks only what is broken.

const (
	maxCuts   = 12 // how deep pieces are cut again
	maxFaults = 50 // how many faults are looked for
)

// recoverYAML reads a document that has faults.
func (r *yamlReader) recoverYAML(start int, message string) {
	if strings.Contains(message, "exceeded max depth") {
		r.exhaust(uint32(start), "document-too-deep", r.lim.Depth)
		return
	}
	body := start
	if i := int(skipBlankLines(r.text, start)); strings.HasPrefix(r.text[i:], "---") {
		body = nextLine(r.text, i)
	}
	mark := len(r.stack)
	list, ok := r.block(body, len(r.text), 0)
	if !ok || !r.hasErrors() {
		r.fault(start, len(r.text))
	}
	if !r.hasErrors() { // never say that a faulty document is sound
		_, words := splitMessage(message)
		r.report(diag.Error, "yaml-syntax", uint32(start), uint32(start), words)
	}
	if len(r.stack) == mark {
		return
	}
	end := r.stack[len(r.stack)-1].end
	if list {
		r.closeList(mark, r.stack[mark].start, end)
	} else {
		r.closeMap(mark, 0, r.stack[mark].keyStart, end)
	}
}

// block reads the entries of one map or list, whole lines from start to end,
// and pushes them. It is not ok if the fault of the block is in none of its
// entries, or it is not made of entries.
func (r *yamlReader) block(start, end, depth int) (list, ok bool) {
	cuts, list := r.cuts(start, end)
	if len(cuts) == 0 || depth > maxCuts {
		return list, false
	}
	before := r.found.Count(diag.Error)
	for i, from := range cuts {
		to := end
		if i+1 < len(cuts) {
			to = cuts[i+1]
		}
		if r.full || r.found.Count(diag.Error) >= maxFaults {
			break
		}
		r.entry(from, to, depth, list, i)
	}
	return list, r.found.Count(diag.Error) > before
}

// entry reads one entry of a block.
func (r *yamlReader) entry(start, end, depth int, list bool, index int) {
	mark, weight := len(r.stack), r.weight
	message, done := r.piece(start, end)
	if done {
		return
	}
	r.stack, r.weight = r.stack[:mark], weight
	if _, quoted, ok := strings.Cut(message, "unknown anchor '"); ok {
		if name, _, _ := strings.Cut(quoted, "'"); strings.Contains(r.text, "&"+name) {
			message = "" // it is in another piece
		}
	}
	if list {
		r.enter("", index)
		if message != "" {
			r.fault(start, end)
		}
		r.leave()
		from, to := trimRange(r.text, start, int(lineEnd(r.text, uint32(start))))
		r.push(node{start: uint32(from), end: uint32(to), a: uint32(from), b: uint32(from)})
		return
	}
	k, colon := r.entryKey(start)
	r.enter(k.text, -1)
	r.entryValue(colon, start, end, depth, message)
	r.setKey(k)
	r.leave()
}

// entryValue saves what it can of a value behind a colon and pushes it.
func (r *yamlReader) entryValue(colon, start, end, depth int, message string) {
	mark := len(r.stack)
	first := int(lineEnd(r.text, uint32(colon)))
	ok, list := false, false
	if rest := strings.TrimLeft(r.text[colon+1:first], " \t"); rest == "" || rest[0] == '#' {
		list, ok = r.block(nextLine(r.text, first), end, depth+1)
	}
	if !ok && message != "" {
		r.fault(start, end)
	}
	at := uint32(colon + 1)
	switch {
	case len(r.stack) == mark:
		r.push(node{start: at, end: at, a: at, b: at})
	case list:
		r.closeList(mark, r.stack[mark].start, r.stack[len(r.stack)-1].end)
	default:
		r.closeMap(mark, 0, r.stack[mark].keyStart, r.stack[len(r.stack)-1].end)
	}
}

// entryKey reads the key at the start of an entry of a map, and where the colon
// behind it stands.
func (r *yamlReader) entryKey(start int) (k key, colon int) {
	line := r.text[start:lineEnd(r.text, uint32(start))]
	n := keyLen(line)
	from := countSpaces(line)
	k = key{start: uint32(start + from), end: uint32(start + n), kind: String, text: line[from:n]}
	if c := line[from]; c == '"' || c == '\'' {
		k.flags, k.text = keyQuoted, line[from+1:n-1]
	}
	return k, start + n + strings.IndexByte(line[n:], ':')
}

// cuts returns where the entries of a block start: the lines with its least
// indentation, if they look like entries. Lines before the first belong to
// none and make the block unfit.
func (r *yamlReader) cuts(start, end int) (cuts []int, list bool) {
	indent := -1
	for i := start; i < end; i = nextLine(r.text, i) {
		if n, blank := r.indentAt(i, end); !blank && (indent < 0 || n < indent) {
			indent = n
		}
	}
	for i := start; i < end; i = nextLine(r.text, i) {
		n, blank := r.indentAt(i, end)
		if blank || n != indent {
			if !blank && len(cuts) == 0 {
				return nil, false
			}
			continue
		}
		line := r.text[i:lineEnd(r.text, uint32(i))]
		dash := isDash(line[n:])
		if len(cuts) == 0 {
			list = dash
		}
		if dash == list && (dash || keyLen(line) >= 0) {
			cuts = append(cuts, i)
		} else if len(cuts) == 0 {
			return nil, false
		}
	}
	return cuts, list
}

// indentAt returns the indentation of the line at i; blank if it is empty or a
// comment.
func (r *yamlReader) indentAt(i, end int) (n int, blank bool) {
	line := r.text[i:min(int(lineEnd(r.text, uint32(i))), end)]
	n = countSpaces(line)
	rest := strings.TrimLeft(line, " \t")
	return n, rest == "" || rest[0] == '#'
}

func isDash(s string) bool {
	return s == "-" || strings.HasPrefix(s, "- ")
}

// keyLen returns where the key with which a line starts ends, -1 if it does
// not start with a key and a colon.
func keyLen(line string) int {
	from := countSpaces(line)
	if from == len(line) {
		return -1
	}
	end := -1
	switch c := line[from]; c {
	case '"', '\'':
		if n := int(quotedEnd(line, uint32(from), c)); n < len(line) {
			end = n
		}
	case '\t', '#', '[', '{', ']', '}', '|', '>', '@', '`', '%', '&', '*', '!', '?':
	default:
		if i := strings.Index(line+" ", ": "); i > from {
			end = len(strings.TrimRight(line[:i], " \t"))
		}
	}
	if end < 0 || !strings.HasPrefix(strings.TrimLeft(line[end:], " \t"), ":") {
		return -1
	}
	return end
}

// nextLine returns where the line behind the one at i starts.
func nextLine(text string, i int) int {
	end := int(lineEnd(text, uint32(i)))
	if end == len(text) {
		return end
	}
	return end + breakLen(text, end)
}

// skipBlankLines returns where the first line starts that is neither empty nor
// a comment.
func skipBlankLines(text string, i int) int {
	for i < len(text) {
		line := strings.TrimLeft(text[i:lineEnd(text, uint32(i))], " \t")
		if line != "" && line[0] != '#' {
			break
		}
		i = nextLine(text, i)
	}
	return i
}
