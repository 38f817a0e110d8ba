package oos

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// cron is a schedule of six fields, seconds to day of week, and perhaps a year,
// in the manner of Quartz: Sunday is day 1, and ? says nothing.
type cron struct {
	zone                           *time.Location
	second, minute, hour           uint64
	day, month, weekday            uint64
	years                          []int // nil: all
	anyDay, anyWeekday             bool
	lastDay                        bool // L as the day of the month
	lastWeekday, nthWeekday, nthOf int  // 5L and 5#2; 0: not given
}

type cronField struct {
	name     string
	min, max int
	names    []string
}

var cronFields = [...]cronField{
	{"seconds", 0, 59, nil},
	{"minutes", 0, 59, nil},
	{"hours", 0, 23, nil},
	{"day of month", 1, 31, nil},
	{"month", 1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}},
	{"day of week", 1, 7, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}},
	{"year", 1970, 2199, nil},
}

// parseCron reads an expression.
func parseCron(expression string, zone *time.Location) (*cron, error) {
	parts := strings.Fields(expression)
	if len(parts) != 6 && len(parts) != 7 {
		return nil, fmt.Errorf("cron expression %q has %d fields, it must have six: seconds minutes hours day month weekday", expression, len(parts))
	}
	c := &cron{zone: zone}
	sets := [...]*uint64{&c.second, &c.minute, &c.hour, &c.day, &c.month, &c.weekday}
	for i, set := range sets {
		part := strings.ToUpper(parts[i])
		if special, err := c.special(i, part); special || err != nil {
			if err != nil {
				return nil, err
			}
			continue
		}
		numbers, err := cronFields[i].read(part)
		if err != nil {
			return nil, err
		}
		for _, n := range numbers {
			*set |= 1 << n
		}
	}
	c.anyDay, c.anyWeekday = parts[3] == "?" || parts[3] == "*", parts[5] == "?" || parts[5] == "*"
	if len(parts) == 7 && parts[6] != "*" && parts[6] != "?" {
		years, err := cronFields[6].read(parts[6])
		if err != nil {
			return nil, err
		}
		c.years = years
	}
	return c, nil
}

// special reads what is no set of numbers: L in both fields of days, 6L and
// 6#2 in that of the week.
func (c *cron) special(i int, part string) (bool, error) {
	switch {
	case i == 3 && part == "L":
		c.lastDay = true
		return true, nil
	case i != 5:
		return false, nil
	}
	day, nth, found := strings.Cut(part, "#")
	last := strings.HasSuffix(part, "L") && len(part) > 1
	if last {
		day = part[:len(part)-1]
	}
	if part == "L" {
		c.weekday = 1 << 7
		return true, nil
	}
	if !found && !last {
		return false, nil
	}
	n, err := cronFields[5].number(day)
	if err != nil {
		return true, err
	}
	if last {
		c.lastWeekday = n
		return true, nil
	}
	c.nthWeekday = n
	if c.nthOf, err = strconv.Atoi(nth); err != nil || c.nthOf < 1 || c.nthOf > 5 {
		return true, fmt.Errorf("cron field day of week is %q", part)
	}
	return true, nil
}

// read reads lists, ranges and steps.
func (f *cronField) read(part string) ([]int, error) {
	var all []int
	for item := range strings.SplitSeq(part, ",") {
		span, step, stepped := strings.Cut(item, "/")
		by := 1
		if stepped {
			n, err := strconv.Atoi(step)
			if err != nil || n < 1 || n > f.max {
				return nil, fmt.Errorf("cron field %s is %q: the step must be a number from 1", f.name, part)
			}
			by = n
		}
		low, high := f.min, f.max
		if span != "*" && span != "?" {
			from, to, ranged := strings.Cut(span, "-")
			var err error
			if low, err = f.number(from); err != nil {
				return nil, err
			}
			if high = low; ranged {
				if high, err = f.number(to); err != nil {
					return nil, err
				}
			} else if stepped {
				high = f.max
			}
		}
		if high < low { // round the end: FRI-MON, 22-2
			high += f.max - f.min + 1
		}
		for n := low; n <= high; n += by {
			all = append(all, f.min+(n-f.min)%(f.max-f.min+1))
		}
	}
	return all, nil
}

func (f *cronField) number(t string) (int, error) {
	for i, name := range f.names {
		if t == name {
			return f.min + i, nil
		}
	}
	n, err := strconv.Atoi(t)
	if err != nil || n < f.min || n > f.max {
		return 0, fmt.Errorf("cron field %s has %q, it must be from %d to %d", f.name, t, f.min, f.max)
	}
	return n, nil
}

// cronYears bounds how far ahead a firing is looked for.
const cronYears = 40

// next is the first time after another that fits; zero if none comes in forty
// years. A wall clock time that a zone leaves out fires at the one that stands
// for it, and one that comes twice fires once.
func (c *cron) next(after time.Time) time.Time {
	local := after.In(c.zone)
	for day := dayOf(local); day.year <= local.Year()+cronYears; day = day.following() {
		if !c.fits(day) {
			continue
		}
		for h := c.hour; h != 0; h &= h - 1 {
			for mi := c.minute; mi != 0; mi &= mi - 1 {
				for s := c.second; s != 0; s &= s - 1 {
					t := time.Date(day.year, day.month, day.day, bits.TrailingZeros64(h), bits.TrailingZeros64(mi), bits.TrailingZeros64(s), 0, c.zone)
					if t.After(after) {
						return t.UTC()
					}
					if t.Add(time.Minute).Before(after) {
						break
					}
				}
			}
		}
	}
	return time.Time{}
}

type day struct {
	year  int
	month time.Month
	day   int
}

func dayOf(t time.Time) day { return day{t.Year(), t.Month(), t.Day()} }

func (d day) noon() time.Time { return time.Date(d.year, d.month, d.day, 12, 0, 0, 0, time.UTC) }

func (d day) following() day { return dayOf(d.noon().AddDate(0, 0, 1)) }

func (c *cron) fits(d day) bool {
	if c.month&(1<<d.month) == 0 {
		return false
	}
	if c.years != nil {
		found := false
		for _, y := range c.years {
			found = found || y == d.year
		}
		if !found {
			return false
		}
	}
	last := time.Date(d.year, d.month+1, 0, 12, 0, 0, 0, time.UTC).Day()
	weekday := int(d.noon().Weekday()) + 1
	if c.lastDay && d.day != last || !c.lastDay && !c.anyDay && c.day&(1<<d.day) == 0 {
		return false
	}
	switch {
	case c.lastWeekday > 0:
		return weekday == c.lastWeekday && d.day+7 > last
	case c.nthWeekday > 0:
		return weekday == c.nthWeekday && (d.day-1)/7+1 == c.nthOf
	}
	return c.anyWeekday || c.weekday&(1<<weekday) != 0
}
