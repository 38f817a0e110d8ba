package ros

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// PrintOptions change how a plan is printed. The zero value is plain English
// text of up to 100 columns.
type PrintOptions struct {
	Color    bool // ANSI colours, for terminals
	Width    int  // where values are cut; 0: 100 columns, negative: nowhere
	Lang     diag.Lang
	Rollback bool // list the steps of the rollback as well
}

// Print writes the plan for people: its steps by phase with the differences,
// before and after, and the reasons; then notes and totals. Secrets are shown
// as asterisks. The symbols are + create, ~ update, -/+ replace, ? perhaps
// replace, - delete, < release, <= read, = store.
func (p *Plan) Print(w io.Writer, opts *PrintOptions) error {
	if opts == nil {
		opts = &PrintOptions{}
	}
	pr := &planPrinter{Writer: bufio.NewWriter(w), plan: p, opts: opts, words: wordsOf(opts.Lang), width: opts.Width}
	if pr.width == 0 {
		pr.width = 100
	}
	fmt.Fprintf(pr, pr.words.title+"\n", pr.words.verbs[string(p.Operation)], p.Stack.Name, p.Stack.Region)
	pr.phase(ApplyPhase)
	pr.phase(CleanupPhase)
	pr.rollback()
	if len(p.Notes) > 0 {
		fmt.Fprintf(pr, "\n%s\n", pr.words.notesTitle)
		for i := range p.Notes {
			fmt.Fprintf(pr, "  ! %s\n", printable(pr.words.note(&p.Notes[i])))
		}
	}
	fmt.Fprintf(pr, "\n%s\n", p.Counts().text(pr.words))
	return pr.Flush()
}

type planPrinter struct {
	*bufio.Writer // remembers the first error until Flush
	plan          *Plan
	opts          *PrintOptions
	words         *planWords
	width         int
}

func (pr *planPrinter) phase(phase Phase) {
	name, verb := 0, 0
	for i := range pr.plan.Steps {
		if s := &pr.plan.Steps[i]; s.Phase == phase {
			_, _, word := pr.look(s)
			name, verb = max(name, textWidth(s.LogicalID)), max(verb, textWidth(word))
		}
	}
	if name == 0 {
		return
	}
	fmt.Fprintf(pr, "\n%s\n", pr.words.phases[phase])
	for i := range pr.plan.Steps {
		if s := &pr.plan.Steps[i]; s.Phase == phase {
			pr.step(s, min(name, 40), verb)
		}
	}
}

func (pr *planPrinter) rollback() {
	count := 0
	for i := range pr.plan.Steps {
		if pr.plan.Steps[i].Phase == RollbackPhase {
			count++
		}
	}
	switch {
	case count == 0:
	case pr.opts.Rollback:
		pr.phase(RollbackPhase)
	default:
		fmt.Fprintf(pr, "\n"+pr.words.undoes+"\n", count)
	}
}

func (pr *planPrinter) step(s *Step, name, verb int) {
	symbol, color, word := pr.look(s)
	line := fmt.Sprintf("  %s %s  %s  %s", padded(symbol, 3), padded(word, verb), padded(printable(s.LogicalID), name), printable(s.Type))
	pr.colored(color, line)
	pr.WriteByte('\n')
	for i := range s.Diffs {
		pr.diff(&s.Diffs[i])
	}
	var reasons []string
	for _, r := range s.Reasons {
		if r.Code == PropertyChanged && len(s.Diffs) > 0 || r.Code == Added || r.Code == Undo || r.Code == StackDeleted {
			continue // seen already
		}
		reasons = append(reasons, printable(pr.words.reason(r)))
	}
	if len(reasons) > 0 {
		fmt.Fprintf(pr, "        (%s)\n", strings.Join(reasons, pr.words.comma))
	}
}

func (pr *planPrinter) colored(color, text string) {
	if pr.opts.Color && text != "" {
		text = color + text + "\x1b[0m"
	}
	pr.WriteString(text)
}

const (
	ansiRed     = "\x1b[31m"
	ansiGreen   = "\x1b[32m"
	ansiYellow  = "\x1b[33m"
	ansiMagenta = "\x1b[35m"
	ansiCyan    = "\x1b[36m"
	ansiFaint   = "\x1b[2m"
)

// look gives the symbol, the colour and the word of a step.
func (pr *planPrinter) look(s *Step) (symbol, color, word string) {
	verbs := pr.words.verbs
	switch {
	case s.Verb == CreateVerb && s.Phase == RollbackPhase:
		return "+", ansiGreen, verbs["recreate"]
	case s.Verb == UpdateVerb && s.Phase == RollbackPhase:
		return "~", ansiYellow, verbs["restore"]
	case s.Verb == CreateVerb && s.Replaces > 0:
		return "-/+", ansiMagenta, verbs["replace"]
	case s.Verb == CreateVerb:
		return "+", ansiGreen, verbs["create"]
	case s.Verb == DeleteVerb:
		return "-", ansiRed, verbs["delete"]
	case s.Verb == ReleaseVerb && isData(s.Type):
		return "<", ansiFaint, verbs["forget"]
	case s.Verb == ReleaseVerb:
		return "<", ansiFaint, verbs["release"]
	case s.Verb == ReadVerb:
		return "<=", ansiCyan, verbs["read"]
	case s.storesOnly():
		return "=", ansiFaint, verbs["store"]
	case slices.Contains(s.Outcomes, ReplaceOutcome):
		return "?", ansiMagenta, verbs["maybe"]
	}
	return "~", ansiYellow, verbs["update"]
}

func (pr *planPrinter) diff(d *Diff) {
	head := fmt.Sprintf("        %s: ", printable(d.Path))
	var remarks []string
	if d.Possible {
		remarks = append(remarks, pr.words.possible)
	}
	switch d.Effect {
	case ReplaceOutcome:
		remarks = append(remarks, pr.words.replaces)
	case "":
		remarks = append(remarks, pr.words.maybe)
	}
	tail := ""
	if len(remarks) > 0 {
		tail = "  # " + strings.Join(remarks, pr.words.comma)
	}
	before, after := pr.shown(d.Before), pr.shown(d.After)
	if pr.width > 0 {
		room := max(pr.width-textWidth(head)-textWidth(tail)-len(" -> "), 24)
		before = shortened(before, max(room/2, room-textWidth(after)))
		after = shortened(after, room-textWidth(before))
	}
	pr.WriteString(head + before + " -> " + after)
	pr.colored(ansiFaint, tail)
	pr.WriteByte('\n')
}
