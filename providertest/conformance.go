package providertest

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bianpai/bianpai/provider"
)

// ConformanceConfig says what Conformance checks, and on what.
type ConformanceConfig struct {
	// Open gives the provider, over a cloud with nothing in it. It is called
	// for each check anew, in the check's testing/synctest bubble: what it
	// starts must have ended when the cleanups of t have run.
	Open func(t *testing.T) *ConformanceSubject
	// Types are the resource types to check. Nil: every type that has a
	// fixture.
	Types []string
	// Fixtures are stack templates (*.yml), as the files in
	// providertest/conformance are. Nil stands for those.
	Fixtures fs.FS
	// Tolerate names types whose failures are reported and do not fail the
	// test. Nil: none.
	Tolerate func(typ string) bool
}

// ConformanceSubject is a provider with the cloud behind it.
type ConformanceSubject struct {
	Provider provider.Provider
	Region   string // of the template's pseudo parameters; empty: cn-hangzhou
	Account  string // likewise; empty: 1234567890123456
	// Count tells how many resources are in the cloud.
	Count func() int
	// Fault makes the next call that reaches the cloud go wrong, once; of
	// FaultLost, the next one that changes something. Nil: what needs faults
	// is not checked.
	Fault func(ConformanceFault)
	// Unsimulated names calls that the cloud has answered without doing what
	// they ask for. A check that made one has shown nothing, and fails. Nil:
	// there are none.
	Unsimulated func() []string
}

// ConformanceFault is what goes wrong with a call.
type ConformanceFault uint8

// The faults.
const (
	FaultThrottled ConformanceFault = iota // refused, there are too many calls
	FaultDenied                            // refused, the identity may not make it
	FaultLost                              // takes effect, and its answer is lost
)

// ConformanceReport tells how the types fared, in the order of the config.
type ConformanceReport struct {
	Results []ConformanceResult
}

// ConformanceResult is the outcome of one check on one type.
type ConformanceResult struct {
	Type    string
	Check   string // "create", "update", ...; see Conformance
	Verdict Verdict
	Detail  string // what went wrong, why it was skipped, what was done
}

// Proven lists the types of which no check failed, and that were created.
func (r *ConformanceReport) Proven() []string {
	var out []string
	for i, one := range r.Results {
		if i == 0 || r.Results[i-1].Type != one.Type {
			out = append(out, one.Type)
		}
		if (one.Verdict == Failed || one.Check == "create" && one.Verdict != Passed) && len(out) > 0 && out[len(out)-1] == one.Type {
			out = out[:len(out)-1]
		}
	}
	return out
}

// Failures lists the checks that failed.
func (r *ConformanceReport) Failures() []ConformanceResult {
	return slices.DeleteFunc(slices.Clone(r.Results), func(one ConformanceResult) bool { return one.Verdict != Failed })
}

// String lists a line for each type, and below it one for each check that did
// not pass.
func (r *ConformanceReport) String() string {
	var b strings.Builder
	counts := map[Verdict]int{}
	flush := func(i int) {
		if i > 0 {
			fmt.Fprintf(&b, "%s: %d passed, %d skipped, %d failed\n", r.Results[i-1].Type, counts[Passed], counts[Skipped], counts[Failed])
			for _, one := range r.Results[:i] {
				if one.Type == r.Results[i-1].Type && one.Verdict != Passed && one.Detail != hopeless {
					fmt.Fprintf(&b, "\t%s %s: %s\n", one.Verdict, one.Check, strings.ReplaceAll(one.Detail, "\n", "\n\t\t"))
				}
			}
		}
		clear(counts)
	}
	for i, one := range r.Results {
		if i > 0 && r.Results[i-1].Type != one.Type {
			flush(i)
		}
		counts[one.Verdict]++
	}
	flush(len(r.Results))
	return b.String()
}

// conformanceChecks are the checks in the order in which they run.
var conformanceChecks = [...]struct {
	name string
	do   func(*conformanceRun) (string, error)
}{
	{"describe", (*conformanceRun).describes},
	{"create", (*conformanceRun).creates},
	{"attributes", (*conformanceRun).completes},
	{"read", (*conformanceRun).reads},
	{"update", (*conformanceRun).updates},
	{"replace", (*conformanceRun).replaces},
	{"delete", (*conformanceRun).deletes},
	{"same token", (*conformanceRun).repeats},
	{"create answer lost", (*conformanceRun).losesCreate},
	{"update answer lost", (*conformanceRun).losesUpdate},
	{"delete answer lost", (*conformanceRun).losesDelete},
	{"cancelled", (*conformanceRun).isCancelled},
	{"throttled", (*conformanceRun).isThrottled},
	{"denied", (*conformanceRun).isDenied},
}

// hopeless is why the other checks of a type are skipped.
const hopeless = "it cannot be created"

// Conformance checks whether a provider keeps the contract of package provider,
// on real resources: for each type, a resource of a fixture is made, with what
// it needs, read, changed and deleted as an engine does it, answers get lost,
// calls are refused and contexts end. The checks of a type are independent of
// each other; each has a cloud of its own, in a testing/synctest bubble in which
// waiting costs no time, so Conformance must not be called in one.
//
//   - describe: the type is known, a type that nobody has is not
//   - create: it ends, the ID is told and stays, there is something in the cloud
//   - attributes: all that the type lists are there, in their shape, but those
//     that the fixture says it lacks
//   - read: it is found, with the attributes that Create told and without drift
//   - update: each property of the fixture that can be changed in place can be
//   - replace: a change of a property that forces a replacement is refused so
//   - delete: it ends, the resource is gone, deleting what is gone is done
//   - same token: a creation asked for twice makes one resource
//   - create, update, delete answer lost: the call is repeated, and has one
//     effect; a creation may also be looked up or left in doubt
//   - cancelled, throttled, denied: nothing happens, and the error says so
func Conformance(t *testing.T, cfg *ConformanceConfig) *ConformanceReport {
	t.Helper()
	fixtures, err := readFixtures(cfg.Fixtures)
	if err != nil {
		t.Fatal(err)
	}
	report := new(ConformanceReport)
	names := cfg.Types
	if names == nil {
		names = fixtures.types()
	}
	for _, typ := range names {
		fixture := fixtures.of[typ]
		tolerated := cfg.Tolerate != nil && cfg.Tolerate(typ)
		if fixture == nil {
			report.Results = append(report.Results, ConformanceResult{typ, "create", Failed, "there is no fixture for it"})
			if !tolerated {
				t.Errorf("%s: there is no fixture for it", typ)
			}
			continue
		}
		t.Run(strings.ReplaceAll(strings.TrimPrefix(typ, "ALIYUN::"), "::", "."), func(t *testing.T) {
			created := Passed
			for _, check := range conformanceChecks {
				t.Run(check.name, func(t *testing.T) {
					one := ConformanceResult{Type: typ, Check: check.name, Verdict: Failed, Detail: "the check did not end"}
					defer func() { report.Results = append(report.Results, one) }()
					if created == Failed {
						one.Verdict, one.Detail = Skipped, hopeless
						return
					}
					synctest.Test(t, func(t *testing.T) {
						one = (&conformanceRun{t: t, cfg: cfg, fixture: fixture}).result(check.name, check.do)
					})
					if check.name == "create" {
						created = one.Verdict
					}
					switch {
					case one.Verdict == Failed && !tolerated:
						t.Error(one.Detail)
					case one.Detail != "":
						t.Log(one.Verdict, one.Detail)
					}
				})
			}
		})
	}
	return report
}

// result runs one check.
func (r *conformanceRun) result(name string, do func(*conformanceRun) (string, error)) ConformanceResult {
	r.subject = r.cfg.Open(r.t)
	detail, err := do(r)
	one := ConformanceResult{Type: r.fixture.typ, Check: name, Verdict: Passed, Detail: detail}
	if na, ok := errors.AsType[*notApplicable](err); ok {
		one.Verdict, one.Detail = Skipped, na.why
	} else if err != nil {
		one.Verdict, one.Detail = Failed, err.Error()
	}
	if r.subject.Unsimulated != nil && one.Verdict != Skipped {
		if list := r.subject.Unsimulated(); len(list) > 0 {
			one.Verdict, one.Detail = Failed, strings.TrimSuffix("the cloud only seems to answer "+strings.Join(list, " ")+"; "+one.Detail, "; ")
		}
	}
	return one
}
