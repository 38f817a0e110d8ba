package providertest

import (
	_ "embed"
	"sort"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// answersText holds the members of the services' responses, a line an API, in
// the order of service and API without case. parseMembers tells the form.
//
//go:embed answers.txt
var answersText string

// moreAnswersText holds those of the calls that the SDK does not know.
//
//go:embed moreanswers.txt
var moreAnswersText string

// answerMember is a member of a response or of an object in one.
type answerMember struct {
	name    string
	list    bool
	typ     provider.ValueType // of it, or of a list's elements
	members []answerMember
}

// membersOf gives the members of an API's response.
func (c *Cloud) membersOf(service, api string) []answerMember {
	name := service + " " + api
	if m, ok := c.answers[name]; ok {
		return m
	}
	var list []answerMember
	for _, table := range [...]string{moreAnswersText, answersText} {
		if line, ok := lineOf(table, name); ok {
			list, _ = parseMembers(line)
			break
		}
	}
	c.answers[name] = list
	return list
}

// lineOf finds the line of a key in a table that is ordered by keys without
// case, and gives what is behind the key.
func lineOf(table, name string) (string, bool) {
	low := strings.ToLower(name)
	at := sort.Search(len(table), func(i int) bool {
		start := strings.LastIndexByte(table[:i], '\n') + 1
		have, _, _ := strings.Cut(table[start:], "\t")
		return strings.ToLower(have) >= low
	})
	if at == len(table) {
		return "", false
	}
	start := strings.LastIndexByte(table[:at], '\n') + 1
	line, _, _ := strings.Cut(table[start:], "\n")
	have, rest, _ := strings.Cut(line, "\t")
	return rest, strings.EqualFold(have, name)
}

// parseMembers reads members, parted by blanks, up to the end or a closing
// brace, and gives what is behind them:
//
//	name [ "*" ] [ ":" type ] [ "{" members "}" ]
//
// * marks a list; type is one of b, i, n and m, which stands for a map of
// unknown members; without one it is a text, or an object if members follow.
func parseMembers(text string) (list []answerMember, rest string) {
	for text != "" && text[0] != '}' {
		end := strings.IndexAny(text, "*:{} ")
		if end < 0 {
			end = len(text)
		}
		m := answerMember{name: text[:end], typ: provider.TypeString}
		text = text[end:]
		if text, m.list = strings.CutPrefix(text, "*"); strings.HasPrefix(text, ":") && len(text) > 1 {
			switch text[1] {
			case 'b':
				m.typ = provider.TypeBoolean
			case 'i':
				m.typ = provider.TypeInteger
			case 'n':
				m.typ = provider.TypeNumber
			default:
				m.typ = provider.TypeMap
			}
			text = text[2:]
		}
		if strings.HasPrefix(text, "{") {
			m.typ = provider.TypeMap
			m.members, text = parseMembers(text[1:])
			text = strings.TrimPrefix(text, "}")
		}
		list = append(list, m)
		text = strings.TrimPrefix(text, " ")
	}
	return list, text
}
