package calls

import (
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// API is one call of a service.
type API struct {
	Service string // the code: "ECS"
	Name    string // "DescribeInstances"
	Method  string // HTTP
	Path    string // of a ROA call: "/clusters/[ClusterId]"; empty for RPC
	Token   bool   // takes a client token
	// Parameters are the known ones, ordered by name. Every call also takes
	// RegionId and the parameters that name an owner.
	Parameters []Parameter
}

// Place is where a parameter goes.
type Place uint8

// The places.
const (
	Query Place = iota
	Body
	Path
	Header
)

// Form is how a parameter is written.
type Form uint8

// The forms.
const (
	Plain    Form = iota // as text
	Repeated             // a list: Name.1, Name.2
	Struct               // a map: Name.Member
	JSON                 // as JSON text
	Map                  // a map with free keys: Name.Key
)

// Parameter is one parameter of a call, or a member of one.
type Parameter struct {
	Name    string // "SystemDisk.Size", "Tag"
	Place   Place
	Form    Form
	Type    provider.ValueType // of it, or of the elements of a repeated one
	Members []Parameter        // of a struct, or of the elements of a repeated one
}

// ReadOnly reports whether the call changes nothing.
func (a *API) ReadOnly() bool { return provider.ClassByName(a.Service, a.Name) == provider.ReadOnly }

// decode reads a line of a table. Strings of the result share its memory.
//
//	SERVICE Name <tab> ["T"] method ["r"] <tab> [path] <tab> parameters
//
// T marks a call with a client token, r a ROA call; method is one of G, P, U
// (PUT) and D. Parameters are parted by blanks:
//
//	name [ "!" | "/" | "^" ] [ "*" | "." | "~" | "%" ] [ ":" type ] [ "{" members "}" ]
//
// for body, path and header; repeated, struct, JSON and map; type one of b, i,
// n.
func decode(line string) *API {
	f := strings.SplitN(line, "\t", 4)
	for len(f) < 4 {
		f = append(f, "")
	}
	a := &API{Path: f[2]}
	a.Service, a.Name, _ = strings.Cut(f[0], " ")
	verb, token := strings.CutPrefix(f[1], "T")
	a.Token = token
	switch {
	case strings.HasPrefix(verb, "G"):
		a.Method = "GET"
	case strings.HasPrefix(verb, "U"):
		a.Method = "PUT"
	case strings.HasPrefix(verb, "D"):
		a.Method = "DELETE"
	default:
		a.Method = "POST"
	}
	a.Parameters, _ = parameters(f[3])
	return a
}

// parameters reads a list up to its end or a closing brace, and gives what is
// behind it.
func parameters(text string) (list []Parameter, rest string) {
	for text != "" && text[0] != '}' {
		end := strings.IndexAny(text, "!/^*~%:{} ")
		if end < 0 {
			end = len(text)
		}
		p := Parameter{Name: strings.TrimSuffix(text[:end], "."), Type: provider.TypeString}
		if len(p.Name) < end {
			p.Form = Struct
		}
		text = p.marks(text[end:])
		if strings.HasPrefix(text, "{") {
			p.Members, text = parameters(text[1:])
			text = strings.TrimPrefix(text, "}")
		}
		list = append(list, p)
		text = strings.TrimPrefix(text, " ")
	}
	return list, text
}

// marks reads the marks behind a name and gives what is behind them.
func (p *Parameter) marks(text string) string {
	for text != "" {
		switch text[0] {
		case '!':
			p.Place = Body
		case '/':
			p.Place = Path
		case '^':
			p.Place = Header
		case '*':
			p.Form = Repeated
		case '.':
			p.Form = Struct
		case '~':
			p.Form = JSON
		case '%':
			p.Form = Map
		case ':':
		case 'b':
			p.Type = provider.TypeBoolean
		case 'i':
			p.Type = provider.TypeInteger
		case 'n':
			p.Type = provider.TypeNumber
		default:
			return text
		}
		text = text[1:]
	}
	return text
}
