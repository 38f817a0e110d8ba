package rule

import (
	"slices"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// Rule is one check of a template: a value that a program can list, choose from
// and add to.
type Rule struct {
	// Code names its findings. A rule of a host program takes a code that is
	// not in the catalogue of package diag, and brings Words.
	Code diag.Code
	// Severity is that of its findings. A rule may find something less bad,
	// never something worse.
	Severity diag.Severity
	// Limit says that its warnings are errors under Options.Strict.
	Limit bool
	// Doc says what it finds and why that is wrong.
	Doc string
	// Established are names of the same finding elsewhere, see Established.
	Established []string
	// Words are the texts of a code outside the catalogue, with {0}, {1}, …
	// for the arguments of a finding; English where a language is missing.
	Words map[diag.Lang]diag.Words
	// Run is called once a template, before the walk over it. It reports what
	// can be told at once, and asks the pass to be called for what it needs to
	// see of the walk.
	Run func(*Pass)
}

// Options change what Check does. The zero value, as nil, is the default:
// all built-in rules, of which those that need resource types find nothing.
type Options struct {
	// Types tells what is known of resource types; nil: nothing.
	Types template.Types
	// Rules are those that run; nil stands for Default(). A host program that
	// has rules of its own appends them to Default().
	Rules []*Rule
	// Off are codes that are not reported, of rules or of Parse.
	Off []diag.Code
	// Strict makes errors of the warnings that a limit of the service is
	// passed or a name is not of the form that it documents.
	Strict bool
	// NoWaivers reports what is waived in the template too.
	NoWaivers bool
}

// Default returns the built-in rules in the order of their groups. The slice is
// the caller's to change, the rules are not.
func Default() []*Rule {
	rules := slices.Concat(
		typeRules(),
		shapeRules(),
		callRules(),
		textRules(),
		parameterRules(),
		unusedRules(),
		duplicateRules(),
		uniqueRules(),
		networkRules(),
		portRules(),
		secretRules(),
		lossRules(),
		exposureRules(),
		zoneRules(),
		formRules(),
		limitRules(),
		nestedRules(),
		cycleRules(),
		conditionRules(),
		waiverRules(),
	)
	for _, r := range rules {
		r.Established = Established(r.Code)
	}
	return rules
}

// Certain returns the built-in rules that find errors, which is what the
// service surely refuses. An engine has no use for the others.
func Certain() []*Rule {
	return slices.DeleteFunc(Default(), func(r *Rule) bool { return r.Severity != diag.Error })
}

// Check runs rules over a template in one walk. It returns their findings
// together with those of template.Parse, in the order of the text, without what
// is off or waived in the template, and with what is wrong with the waivers.
func Check(t *template.Template, opts *Options) diag.List {
	if opts == nil {
		opts = &Options{}
	}
	rules := opts.Rules
	if rules == nil {
		rules = Default()
	}
	w := newWalk(t, opts.Types, slices.Clone(t.Diagnostics()))
	w.sought = func(code diag.Code) bool {
		return !slices.Contains(opts.Off, code) &&
			(opts.Rules == nil || slices.ContainsFunc(rules, func(r *Rule) bool { return r.Code == code }))
	}
	for _, r := range rules {
		if !slices.Contains(opts.Off, r.Code) {
			r.Run(&Pass{Template: t, Types: opts.Types, walk: w, rule: r})
		}
	}
	w.run()
	if opts.Strict {
		w.strict(rules)
	}
	w.found = slices.DeleteFunc(w.found, func(d diag.Diagnostic) bool { return slices.Contains(opts.Off, d.Code) })
	if !opts.NoWaivers {
		w.waive()
	}
	w.found = t.Root().Doc().Unforced(w.found)
	w.found.Sort()
	return w.found
}

// strict makes errors of the warnings about limits.
func (w *walk) strict(rules []*Rule) {
	codes := slices.Clone(parseLimits)
	for _, r := range rules {
		if r.Limit {
			codes = append(codes, r.Code)
		}
	}
	for i := range w.found {
		if d := &w.found[i]; d.Severity == diag.Warning && slices.Contains(codes, d.Code) {
			d.Severity = diag.Error
		}
	}
}
