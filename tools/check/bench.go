package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// bench runs the benchmarks and prints what they promise. The convention:
//
//   - sub-benchmarks named "ours" and "floor" that differ in nothing else are a
//     pair: the ratio is ours by floor, of the first metric "…/…" that both
//     report themselves (such as "ns/resource"), else of ns/op;
//   - a benchmark that measures both sides itself reports the ratio as the
//     metric "x-floor";
//   - a metric "bar:UNIT" is the most that the metric UNIT may be, and
//     "bar:x-floor" the most that the ratio may be.
//
// A value above its bar fails the run.
type bench struct {
	*runner
	pattern string
	time    string
	count   int
}

func (b *bench) flags(fs *flag.FlagSet) {
	fs.StringVar(&b.pattern, "bench", ".", "run the benchmarks that match `regexp`")
	fs.StringVar(&b.time, "benchtime", "500ms", "how long, or how often as in 3x, each runs")
	fs.IntVar(&b.count, "count", 3, "how often each is measured; the least time counts")
}

func (b *bench) run() int {
	out, err := b.measure()
	rows, rest := compare(parseBench(out))
	fmt.Fprintln(b.out)
	printRows(b.out, rows)
	if len(rest) > 0 {
		fmt.Fprintln(b.out, "\nwithout a floor:")
		printRest(b.out, rest)
	}
	over := 0
	for _, row := range rows {
		if row.over() {
			over++
		}
	}
	switch {
	case err != nil:
		fmt.Fprintln(b.out, "\nbench:", err)
		return 1
	case over > 0:
		fmt.Fprintf(b.out, "\n%d above their bar\n", over)
		return 1
	}
	return 0
}

// measure runs the packages that have benchmarks, one after the other: side by
// side they would disturb each other.
func (b *bench) measure() (string, error) {
	targets, err := b.targets("Benchmark")
	if err != nil {
		return "", err
	}
	pkgs := map[string]bool{}
	for _, t := range targets {
		pkgs[t.pkg] = true
	}
	var out bytes.Buffer
	show := &runner{ctx: b.ctx, out: io.MultiWriter(b.out, &out), long: b.long}
	args := []string{"go", "test", "-p", "1", "-run", "^$", "-bench", b.pattern, "-benchtime", b.time,
		"-count", fmt.Sprint(b.count), "-timeout", "1h"}
	err = show.show(append(args, slices.Sorted(maps.Keys(pkgs))...)...)
	return out.String(), err
}

func printRows(w io.Writer, rows []row) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "benchmark\tmetric\tours\tfloor\tratio\tbar\t")
	for _, r := range rows {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.name, r.unit, number(r.ours), number(r.floor), number(r.ratio), number(r.bar), r.verdict())
	}
	_ = tw.Flush() // the output of this command: nothing to do about it
}

func printRest(w io.Writer, rest []result) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rest {
		fmt.Fprintf(tw, "%s", r.name)
		for _, unit := range r.units {
			fmt.Fprintf(tw, "\t%s %s", number(r.value(unit)), unit)
		}
		fmt.Fprintln(tw)
	}
	_ = tw.Flush()
}

// number prints three digits that count, or nothing for an absent value.
func number(v float64) string {
	switch {
	case v == 0:
		return ""
	case v >= 1000:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
