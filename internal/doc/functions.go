package doc

import (
	"maps"
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// functionTags maps the short tag of each function to the key of the long form.
// It is read only.
var functionTags = func() map[string]string {
	tags := map[string]string{"!Ref": "Ref"}
	for name := range strings.FieldsSeq(`
		GetAtt FindInMap GetAZs GetStackOutput ResourceFacade MarketplaceImage
		Join Split Replace Base64 Base64Encode Base64Decode Str Sub Indent
		FormatTime MatchPattern Select MemberListToMap ListMerge GetJsonValue
		MergeMapToList MergeMap SelectMapList Jq Length Index Any Contains
		EachMemberIn Add Avg Calculate Min Max Cidr Equals Not And Or If
		TransformNamespace`) {
		tags["!"+name] = "Fn::" + name
	}
	return tags
}()

// splitAttribute splits the short form of Fn::GetAtt, "Resource.Attribute".
// The attribute is what follows the last dot, or from "Outputs." on.
func splitAttribute(s string) (resource, attribute string, ok bool) {
	dot := strings.LastIndexByte(s, '.')
	if dot < 0 {
		return "", "", false
	}
	if head, found := strings.CutSuffix(s[:dot], ".Outputs"); found {
		dot = len(head)
	}
	return s[:dot], s[dot+1:], true
}

// standardTag checks a tag that is no function's. It returns what is left to
// apply to a scalar, or the code of an error.
func standardTag(tag string, scalar, mapping bool) (string, diag.Code) {
	switch tag {
	case "!!null", "!!bool", "!!int", "!!float":
		if scalar {
			return tag, ""
		}
	case "!!str", "!!timestamp", "!!binary": // dates and bytes stay text
		if scalar {
			return "!!str", ""
		}
	case "!!merge":
		if scalar {
			return "!!str", ""
		}
	case "!!map":
		if mapping {
			return "", ""
		}
	case "!!seq":
		if !scalar && !mapping {
			return "", ""
		}
	default:
		return "", "unknown-tag"
	}
	return "", "tag-value-mismatch"
}

// tagFits reports whether the tag of a scalar can be applied to a text that
// would read as kind without it.
func tagFits(tag string, kind Kind) bool {
	switch tag {
	case "!!null":
		return kind == Null
	case "!!bool":
		return kind == Bool
	case "!!int":
		return kind == Int
	case "!!float":
		return kind == Int || kind == Float
	}
	return true
}

// taggedKind is the kind of a scalar with a standard tag that fits.
func taggedKind(kind Kind, tag string) Kind {
	switch tag {
	case "!!null", "!!bool", "!!int":
		return kind
	case "!!float":
		return Float
	}
	return String
}

// badTag reports a tag that cannot be applied.
func (r *yamlReader) badTag(code diag.Code, tag string, start uint32) {
	args := []string{tag}
	if near := diag.Nearest(tag, maps.Keys(functionTags)); near != "" && code == "unknown-tag" {
		code, args = "misspelt-tag", append(args, near)
	}
	at, end := tagRange(r.text, start)
	r.report(diag.Error, code, at, end, args...)
}

// attribute pushes the two strings that the scalar s, with the text value, is
// short for as the argument of Fn::GetAtt; false if it is not.
func (r *yamlReader) attribute(s node, value string) bool {
	resource, attribute, ok := splitAttribute(value)
	if !ok {
		return false
	}
	mark := len(r.stack)
	first, second := s, s
	if s.flags&textSide != 0 {
		first.a, second.a = r.sideText(resource), r.sideText(attribute)
	} else {
		first.b = s.a + uint32(len(resource))
		second.a = first.b + 1
		first.start, first.end, second.start, second.end = first.a, first.b, second.a, second.b
	}
	r.push(first)
	r.push(second)
	r.closeList(mark, s.start, s.end)
	return true
}
