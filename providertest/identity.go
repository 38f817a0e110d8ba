package providertest

import (
	"strings"
)

// idStyle is how a service writes the ids of a type, compiled from the
// patterns in facts.json: text with placeholders in braces. {~18} stands for
// the region's code and letters up to that length, {^5} for letters and digits,
// {%5} for hexadecimal ones, {#5} for digits, {@} for a UUID, {region} for the
// region, and {A|B} for the first of these properties that is given.
type idStyle struct {
	parts []idPart
	prop  string // the whole id is this property's value, if it is one
}

type idPart struct {
	text  string
	kind  byte // 0: text; 'P': properties; else the placeholder's sign
	n     int
	props []string
}

func parseIDStyle(pattern string) idStyle {
	var s idStyle
	for pattern != "" {
		text, rest, found := strings.Cut(pattern, "{")
		if text != "" {
			s.parts = append(s.parts, idPart{text: text})
		}
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		s.parts = append(s.parts, parsePlaceholder(name))
		pattern = after
	}
	if len(s.parts) == 1 && s.parts[0].kind == 'P' {
		s.prop = s.parts[0].props[0]
	}
	return s
}

func parsePlaceholder(name string) idPart {
	switch {
	case name == "@":
		return idPart{kind: '@'}
	case name == "region":
		return idPart{kind: 'R'}
	case strings.ContainsRune("~^%#", rune(name[0])):
		n := 0
		for _, d := range name[1:] {
			n = n*10 + int(d-'0')
		}
		return idPart{kind: name[0], n: n}
	}
	return idPart{kind: 'P', props: strings.Split(name, "|")}
}

// composite reports whether ids of the style consist of other things' names.
func (s *idStyle) composite() bool {
	for _, p := range s.parts {
		if p.kind == 'P' {
			return true
		}
	}
	return false
}

// prefix gives the text with which every id of the style begins.
func (s *idStyle) prefix() string {
	if len(s.parts) > 0 && s.parts[0].kind == 0 {
		return s.parts[0].text
	}
	return ""
}

// write makes an id. props gives a property's value as text, "" if there is
// none.
func (s *idStyle) write(from seed, region string, props func(name string) string) string {
	var b strings.Builder
	for i, p := range s.parts {
		from := from.at(i)
		switch p.kind {
		case 0:
			b.WriteString(p.text)
		case '~':
			code := regionCode(region)
			b.WriteString(code)
			from.write(&b, base36, p.n)
		case '^':
			from.write(&b, base36, p.n)
		case '%':
			from.write(&b, hexits, p.n)
		case '#':
			b.WriteByte(digits[1+from.next()%9])
			from.write(&b, digits, p.n-1)
		case '@':
			b.WriteString(from.uuid())
		case 'R':
			b.WriteString(region)
		case 'P':
			b.WriteString(p.value(from, props))
		}
	}
	return b.String()
}

func (p *idPart) value(from seed, props func(name string) string) string {
	for _, name := range p.props {
		if name == "default" || name == "standard" {
			return name
		}
		if v := props(name); v != "" {
			return v
		}
	}
	return from.text(base36, 12)
}

// regionCode gives the letters that mark a region inside ids.
func regionCode(region string) string {
	switch region {
	case "cn-hangzhou":
		return "bp1"
	case "cn-beijing":
		return "2ze"
	case "cn-shanghai":
		return "uf6"
	case "cn-shenzhen":
		return "wz9"
	case "cn-hongkong":
		return "j6c"
	}
	code := newSeed(region)
	return code.text(base36, 3)
}

// checkLetters is the length of the check at the end of the ids of things that
// are there from the start.
const checkLetters = 6

// existingID makes the id of a thing that is there from the start: a plausible
// id that ends with a check of itself, so that every cloud knows it for one
// without having been told.
func existingID(style *idStyle, from seed, region string) string {
	id := style.write(from, region, func(name string) string {
		return "existing-" + strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(name, "Name"), "Id")) + "-" + from.text(base36, checkLetters)
	})
	if len(id) <= checkLetters {
		return id
	}
	body := id[:len(id)-checkLetters]
	return body + checkOf(body, hexStyle(style))
}

func hexStyle(s *idStyle) string {
	switch last := s.parts[len(s.parts)-1]; last.kind {
	case '%', '@':
		return hexits
	case '#':
		return digits
	}
	return base36
}

func checkOf(body, alphabet string) string {
	from := newSeed("existing", body)
	return from.text(alphabet, checkLetters)
}

// isExisting reports whether an id was made by existingID.
func isExisting(id string) bool {
	if len(id) <= checkLetters {
		return false
	}
	body, check := id[:len(id)-checkLetters], id[len(id)-checkLetters:]
	return check == checkOf(body, base36) || check == checkOf(body, hexits) || check == checkOf(body, digits)
}

// Existing gives the id of a resource of a type that is there from the start
// and that no stack owns, such as the VPC that a user chooses for a parameter.
// Every cloud knows such an id, also one of SampleParameters; it is not among
// Resources.
func (c *Cloud) Existing(typ string) string {
	return existingID(styleOf(typ), newSeed("existing", typ), c.region)
}
