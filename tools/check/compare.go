package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// result is what one benchmark reported, over all its runs.
type result struct {
	name   string
	units  []string // in the order of the report
	values map[string][]float64
}

// value is the least of what was reported in a unit, 0 if nothing was: other
// work on the machine only ever adds. Of ratios, where it may add on either
// side, it is the median.
func (r *result) value(unit string) float64 {
	v := slices.Sorted(slices.Values(r.values[unit]))
	switch {
	case len(v) == 0:
		return 0
	case unit == "x-floor":
		return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
	}
	return v[0]
}

// row is one line of the table. A value of 0 means that there is none.
type row struct {
	name, unit              string
	ours, floor, ratio, bar float64
}

// held is what the bar limits.
func (r row) held() float64 {
	if r.ratio != 0 {
		return r.ratio
	}
	return r.ours
}

func (r row) over() bool { return r.bar != 0 && r.held() > r.bar }

func (r row) verdict() string {
	switch {
	case r.bar == 0:
		return ""
	case r.over():
		return "OVER"
	}
	return "ok"
}

var cpus = regexp.MustCompile(`-\d+$`)

// parseBench reads the output of `go test -bench`; results keep their order,
// and those of one name are put together.
func parseBench(out string) []result {
	var results []result
	index := map[string]int{}
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		if _, err := strconv.Atoi(fields[1]); err != nil {
			continue
		}
		name := strings.TrimPrefix(cpus.ReplaceAllString(fields[0], ""), "Benchmark")
		i, ok := index[name]
		if !ok {
			i = len(results)
			index[name] = i
			results = append(results, result{name: name, values: map[string][]float64{}})
		}
		r := &results[i]
		for n := 2; n+1 < len(fields); n += 2 {
			v, err := strconv.ParseFloat(fields[n], 64)
			if err != nil {
				break
			}
			unit := fields[n+1]
			if !slices.Contains(r.units, unit) {
				r.units = append(r.units, unit)
			}
			r.values[unit] = append(r.values[unit], v)
		}
	}
	return results
}

// compare makes the rows of the table, and gives what has no place in it.
func compare(results []result) (rows []row, rest []result) {
	floors := map[string]*result{}
	for i := range results {
		if name, ok := without(results[i].name, "floor"); ok {
			floors[name] = &results[i]
		}
	}
	used := map[string]bool{}
	for i := range results {
		if name, ok := without(results[i].name, "ours"); ok && floors[name] != nil {
			used[floors[name].name] = true
		}
	}
	for i := range results {
		r := &results[i]
		n := len(rows)
		if name, ok := without(r.name, "ours"); ok && floors[name] != nil {
			rows = append(rows, pair(name, r, floors[name]))
		} else if ratio := r.value("x-floor"); ratio != 0 {
			rows = append(rows, row{name: r.name, ratio: ratio, bar: r.value("bar:x-floor")})
		}
		for _, unit := range r.units {
			if of, ok := strings.CutPrefix(unit, "bar:"); ok && of != "x-floor" {
				rows = append(rows, row{name: r.name, unit: of, ours: r.value(of), bar: r.value(unit)})
			}
		}
		if len(rows) == n && !used[r.name] {
			rest = append(rest, *r)
		}
	}
	return rows, rest
}

// without takes one element out of a benchmark's name.
func without(name, element string) (string, bool) {
	parts := strings.Split(name, "/")
	i := slices.Index(parts, element)
	if i < 0 {
		return name, false
	}
	return strings.Join(slices.Delete(parts, i, i+1), "/"), true
}

func pair(name string, ours, floor *result) row {
	unit := "ns/op"
	for _, u := range ours.units {
		own := strings.Contains(u, "/") && !strings.HasPrefix(u, "bar:") &&
			!slices.Contains([]string{"ns/op", "B/op", "allocs/op", "MB/s"}, u)
		if own && slices.Contains(floor.units, u) {
			unit = u
			break
		}
	}
	r := row{name: name, unit: unit, ours: ours.value(unit), floor: floor.value(unit), bar: ours.value("bar:x-floor")}
	if r.floor != 0 {
		r.ratio = r.ours / r.floor
	}
	return r
}
