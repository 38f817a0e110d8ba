package providertest

import (
	"maps"

	"github.com/bianpai/bianpai/provider"
)

// holdsSecret reports whether a property is a secret or has one inside.
func holdsSecret(p *provider.Property) bool {
	if p == nil {
		return false
	}
	if p.Sensitive || holdsSecret(p.Items) {
		return true
	}
	for _, member := range p.Properties {
		if holdsSecret(member) {
			return true
		}
	}
	return false
}

// withoutSecrets gives properties as the services tell them: secrets are not
// among them. It does not change its argument.
func (s *shape) withoutSecrets(props map[string]any) map[string]any {
	if len(s.secrets) == 0 {
		return props
	}
	told := maps.Clone(props)
	for name := range s.secrets {
		if v, ok := told[name]; ok {
			strip(told, name, v, s.typ.Properties[name])
		}
	}
	return told
}

// strip takes the secrets out of one member of m.
func strip(m map[string]any, name string, v any, p *provider.Property) {
	switch {
	case p == nil:
	case p.Sensitive:
		delete(m, name)
	default:
		m[name] = stripped(v, p)
	}
}

func stripped(v any, p *provider.Property) any {
	switch v := v.(type) {
	case map[string]any:
		told := maps.Clone(v)
		for name, member := range v {
			strip(told, name, member, p.Properties[name])
		}
		return told
	case []any:
		if p.Items == nil {
			return v
		}
		told := make([]any, 0, len(v))
		for _, item := range v {
			if !p.Items.Sensitive {
				told = append(told, stripped(item, p.Items))
			}
		}
		return told
	}
	return v
}
