package rule

import (
	"bytes"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// waiverMark begins a waiver in a comment: # bianpai:ignore CODE reason.
const waiverMark = "bianpai:ignore"

// metadataKey is the entry of Metadata that holds waivers, as codes with their
// reasons: Metadata: {bianpai: {Ignore: {CODE: reason}}}.
const metadataKey = "bianpai"

// waiver says that findings of a code are no faults in a part of the template.
type waiver struct {
	code   diag.Code
	reason string
	place  diag.Range // of the waiver itself
	path   string     // "" in a comment
	scope  diag.Range // of what it is about
	used   bool
}

func waiverRules() []*Rule {
	return []*Rule{
		{Code: "waiver-without-reason", Severity: diag.Warning, Run: runWaiverWithoutReason,
			Doc: "A waiver that does not say why; it has no effect."},
		{Code: "waiver-unused", Severity: diag.Warning, Run: runWaiverUnused,
			Doc: "A waiver of a code that is not found where it stands: what was wrong is mended, or the code is misspelt."},
	}
}

func runWaiverWithoutReason(p *Pass) {
	p.walk.judges = append(p.walk.judges, func(waivers []*waiver) {
		for _, w := range waivers {
			if w.reason == "" {
				p.Report(w.place, w.path, string(w.code))
			}
		}
	})
}

func runWaiverUnused(p *Pass) {
	if p.Types == nil {
		return // much is not looked for
	}
	p.walk.judges = append(p.walk.judges, func(waivers []*waiver) {
		for _, w := range waivers {
			if w.reason != "" && !w.used && p.walk.sought(w.code) {
				p.Report(w.place, w.path, string(w.code))
			}
		}
	})
}

// waive takes out the findings that the template waives and has the rules judge
// its waivers.
func (w *walk) waive() {
	waivers := append(commentWaivers(w.t), metadataWaivers(w.t)...)
	if len(waivers) == 0 {
		return
	}
	w.found = slices.DeleteFunc(w.found, func(d diag.Diagnostic) bool {
		waived := false
		for _, by := range waivers {
			if by.covers(&d, w.t.Source()) {
				by.used, waived = true, true
			}
		}
		return waived
	})
	for _, judge := range w.judges {
		judge(waivers)
	}
}

func (w *waiver) covers(d *diag.Diagnostic, src *diag.Source) bool {
	return w.reason != "" && d.Code == w.code && d.Source == src &&
		d.Range.Start >= w.scope.Start && d.Range.End <= w.scope.End
}

func metadataWaivers(t *template.Template) []*waiver {
	whole := diag.Range{End: uint32(len(t.Source().Text()))}
	waivers := readWaivers(t.Metadata, "Metadata", whole)
	for _, r := range t.Resources {
		if r.Metadata.Kind() == template.NodeMap {
			scope := diag.Range{Start: r.Node.KeyRange().Start, End: r.Node.Range().End}
			waivers = append(waivers, readWaivers(r.Metadata, "Resources."+r.Name+".Metadata", scope)...)
		}
	}
	return waivers
}

func readWaivers(metadata template.Node, path string, scope diag.Range) []*waiver {
	var waivers []*waiver
	for n := range metadata.Get(metadataKey).Get("Ignore").Items() {
		if n.Key() == "" {
			continue // an item of a list
		}
		waivers = append(waivers, &waiver{
			code: diag.Code(n.Key()), reason: strings.TrimSpace(n.Text()), scope: scope,
			place: n.KeyRange(), path: path + "." + metadataKey + ".Ignore." + n.Key(),
		})
	}
	return waivers
}

// maxCommentWaivers is how many waivers in comments a template may have: each is
// looked for in all of the document.
const maxCommentWaivers = 1000

// commentWaivers finds the waivers in comments. One behind something on its
// line is about that, one on a line of its own about what comes next: the
// member or item that begins there, with all that is in it.
func commentWaivers(t *template.Template) []*waiver {
	text := t.Source().Text()
	var waivers []*waiver
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(waiverMark))
		if i < 0 || len(waivers) == maxCommentWaivers {
			return waivers
		}
		mark := from + i
		from = mark + len(waiverMark)
		line := bytes.LastIndexByte(text[:mark], '\n') + 1
		hash := line + bytes.LastIndexByte(text[line:mark], '#')
		if hash < line || len(bytes.TrimSpace(text[hash+1:mark])) > 0 || inScalar(t.Root(), uint32(hash)) {
			continue
		}
		end := lineEnd(text, from)
		code, reason, _ := strings.Cut(strings.TrimSpace(string(text[from:end])), " ")
		at := line
		if len(bytes.TrimSpace(text[line:hash])) == 0 {
			at = nextLine(text, end)
		}
		scope, _ := beginning(t.Root(), diag.Range{Start: uint32(at), End: uint32(lineEnd(text, at))})
		waivers = append(waivers, &waiver{
			code: diag.Code(code), reason: strings.TrimSpace(reason), scope: scope,
			place: diag.Range{Start: uint32(hash), End: uint32(end)},
		})
	}
}

func lineEnd(text []byte, from int) int {
	if i := bytes.IndexAny(text[from:], "\r\n"); i >= 0 {
		return from + i
	}
	return len(text)
}

// nextLine finds the next line that holds more than a comment.
func nextLine(text []byte, end int) int {
	for end < len(text) {
		start := end + 1
		end = lineEnd(text, start)
		if line := bytes.TrimSpace(text[start:end]); len(line) > 0 && line[0] != '#' {
			return start
		}
	}
	return len(text)
}

// inScalar reports whether a place is in a text, where nothing is a comment.
func inScalar(n template.Node, at uint32) bool {
	for member := range n.Items() {
		if r := member.Range(); at >= r.Start && at < r.End {
			return member.Kind() < template.NodeList || inScalar(member, at)
		}
		if r := member.KeyRange(); at >= r.Start && at < r.End {
			return true
		}
	}
	return false
}

// beginning gives the range of the outermost member or item that begins on a
// line, its key included.
func beginning(n template.Node, line diag.Range) (diag.Range, bool) {
	for member := range n.Items() {
		whole := member.Range()
		if key := member.KeyRange(); key != (diag.Range{}) {
			whole.Start = key.Start
		}
		if whole.Start >= line.Start && whole.Start < line.End {
			return whole, true
		}
		if whole.Start < line.Start && whole.End >= line.Start {
			if inner, ok := beginning(member, line); ok {
				return inner, true
			}
		}
	}
	return diag.Range{}, false
}
