package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// INI reads the credentials file of the SDKs, and begins sessions as the
// section says: the types access_key, ecs_ram_role and ram_role_arn. An empty
// path stands for ALIBABA_CLOUD_CREDENTIALS_FILE, or .alibabacloud/credentials
// in the user's folder; an empty section for Options.Profile,
// ALIBABA_CLOUD_PROFILE, or "default".
func INI(path, section string, opts *Options) *Cache {
	return NewCache(newINISource(path, section, opts.orDefault()))
}

// iniSource reads the file each time it is asked.
type iniSource struct {
	path, section string
	o             *Options
}

func newINISource(path, section string, o *Options) *iniSource {
	return &iniSource{
		path: cmp.Or(path, o.env("ALIBABA_CLOUD_CREDENTIALS_FILE")), section: cmp.Or(section, o.Profile, o.env("ALIBABA_CLOUD_PROFILE"), "default"),
		o: o,
	}
}

func (s *iniSource) String() string { return "credentials file" }

// Credential implements [Provider].
func (s *iniSource) Credential(ctx context.Context) (*Credential, error) {
	data, path, err := s.o.read(s.path, ".alibabacloud", "credentials")
	if err != nil {
		return nil, err
	}
	sections, err := parseINI(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	keys, ok := sections[s.section]
	if !ok {
		return nil, fmt.Errorf("%s: there is no section %s", path, excerpt(s.section))
	}
	source, err := iniSourceOf(keys, s.o)
	if err != nil {
		return nil, fmt.Errorf("%s: section %s: %w", path, excerpt(s.section), err)
	}
	return ask(ctx, named{source, path + ": section " + excerpt(s.section)})
}

// iniSourceOf makes the source that a section describes.
func iniSourceOf(keys map[string]string, o *Options) (Provider, error) {
	switch typ := keys["type"]; typ {
	case "access_key":
		return AccessKey(keys["access_key_id"], keys["access_key_secret"]), nil
	case "ecs_ram_role":
		return newMetadata(keys["role_name"], o), nil
	case "ram_role_arn":
		return newRoleSource(AccessKey(keys["access_key_id"], keys["access_key_secret"]), Role{
			Name: keys["role_arn"], Session: keys["role_session_name"], Policy: keys["policy"], ExternalID: keys["external_id"],
		}, o, o.endpoint("", false)), nil
	case "":
		return nil, errors.New("it has no type")
	default:
		return nil, fmt.Errorf("type %s is not supported here; those are access_key, ecs_ram_role and ram_role_arn", excerpt(typ))
	}
}

// parseINI reads sections of keys: [name], then key = value or key: value, the
// value in quotes or not. Lines that begin with # or ; are comments, and so is
// what follows one of them after a blank. Of a key that stands there twice the
// last counts.
func parseINI(text string) (map[string]map[string]string, error) {
	sections := map[string]map[string]string{}
	text = strings.TrimPrefix(text, "\uFEFF")
	var keys map[string]string
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' {
			name, _, ok := strings.Cut(line[1:], "]")
			if !ok {
				return nil, fmt.Errorf("line %d: the section's name does not end", n)
			}
			name = strings.TrimSpace(name)
			if keys = sections[name]; keys == nil {
				keys = map[string]string{}
				sections[name] = keys
			}
			continue
		}
		at := strings.IndexAny(line, "=:")
		if at <= 0 {
			return nil, fmt.Errorf("line %d is neither a section nor a key with a value", n)
		}
		if keys != nil {
			keys[strings.TrimSpace(line[:at])] = iniValue(strings.TrimSpace(line[at+1:]))
		}
	}
	return sections, nil
}

// iniValue takes quotes and a comment off a value.
func iniValue(v string) string {
	if v != "" && strings.ContainsRune("\"'`", rune(v[0])) {
		if end := strings.IndexByte(v[1:], v[0]); end >= 0 {
			// A policy in double quotes has such quotes in it, too.
			if last := strings.LastIndexByte(v, v[0]); last == len(v)-1 {
				end = last - 1
			}
			return v[1 : end+1]
		}
	}
	for _, mark := range [...]string{" #", " ;", "\t#", "\t;"} {
		v, _, _ = strings.Cut(v, mark)
	}
	return strings.TrimSpace(v)
}
