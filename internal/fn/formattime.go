package fn

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bianpai/bianpai/internal/value"
)

// FormatTime writes a time in Python's strftime notation in a zone: an IANA
// name, or UTC or GMT with hours east of Greenwich such as GMT+8. null stands
// for UTC.
func FormatTime(now time.Time, format, zone value.Value) (value.Value, error) {
	if !hasText(format) {
		return value.Value{}, wrongType("format", "string", format)
	}
	location := time.UTC
	if !empty(zone) {
		if !hasText(zone) {
			return value.Value{}, wrongType("time zone", "string", zone)
		}
		var err error
		if location, err = timeZone(zone.Text()); err != nil {
			return value.Value{}, err
		}
	}
	now = now.In(location)
	var dst []byte
	s := format.Text()
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+1 == len(s) {
			dst = append(dst, s[i])
			continue
		}
		i++
		var ok bool
		if dst, ok = appendDirective(dst, now, s[i]); !ok {
			return value.Value{}, &Error{CodeTime, []string{"%" + string(rune(s[i]))}}
		}
	}
	return text(dst)
}

var offsetZone = regexp.MustCompile(`^(?:UTC|GMT)([+-])(\d{1,2})(?::?(\d{2}))?$`)

func timeZone(name string) (*time.Location, error) {
	if m := offsetZone.FindStringSubmatch(name); m != nil {
		hours, _ := strconv.Atoi(m[2])
		minutes, _ := strconv.Atoi(m[3])
		seconds := hours*3600 + minutes*60
		if m[1] == "-" {
			seconds = -seconds
		}
		if hours <= 24 {
			return time.FixedZone(name, seconds), nil
		}
	}
	if name != "" && name != "Local" {
		if location, err := time.LoadLocation(name); err == nil {
			return location, nil
		}
	}
	return nil, &Error{CodeZone, []string{name}}
}

// layouts are the directives that Go's formatting has.
var layouts = map[byte]string{
	'y': "06", 'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'I': "03", 'M': "04", 'S': "05",
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'j': "002", 'p': "PM", 'f': "000000",
	'c': "Mon Jan _2 15:04:05 2006", 'x': "01/02/06", 'X': "15:04:05", 'Z': "MST", 'z': "-0700",
}

func appendDirective(dst []byte, t time.Time, directive byte) ([]byte, bool) {
	if directive == 'f' {
		return fmt.Appendf(dst, "%06d", t.Nanosecond()/1000), true
	}
	if layout, ok := layouts[directive]; ok {
		return t.AppendFormat(dst, layout), true
	}
	weekday := int(t.Weekday())
	switch directive {
	case '%':
		return append(dst, '%'), true
	case 'w':
		return strconv.AppendInt(dst, int64(weekday), 10), true
	case 'U': // weeks that start on Sunday
		return fmt.Appendf(dst, "%02d", (t.YearDay()+6-weekday)/7), true
	case 'W': // weeks that start on Monday
		return fmt.Appendf(dst, "%02d", (t.YearDay()+6-(weekday+6)%7)/7), true
	case 'n', 't':
		return append(dst, strings.NewReplacer("n", "\n", "t", "\t").Replace(string(rune(directive)))...), true
	}
	return dst, false
}
