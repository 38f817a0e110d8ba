package rule

import (
	"regexp"
	"strings"
	"sync"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/template"
)

// secretRules find secrets that others can read. No finding shows one.
func secretRules() []*Rule {
	return []*Rule{
		{Code: "secret-default", Severity: diag.Warning, Run: runSecretDefault,
			Doc: "A default of a parameter that is a secret: that has NoEcho, fills a property that is secret, or is named as one. Everyone who has the template has it."},
		{Code: "secret-echoed", Severity: diag.Warning, Run: runSecretEchoed,
			Doc: "A parameter that fills a secret property, or is named as a secret, without NoEcho: whoever may look at the stack sees it."},
		{Code: "secret-in-clear", Severity: diag.Warning, Run: runSecretInClear,
			Doc: "A secret written out: the value of a secret property, an access key, a private key; as advice, what a script gives as a password."},
		{Code: "secret-in-output", Severity: diag.Warning, Run: runSecretInOutput,
			Doc: "An output without NoEcho that shows a parameter with NoEcho or a secret attribute of a resource."},
	}
}

// secretNames are the ends of names that secrets have.
var secretNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(password|passwd|accesskeysecret|secretaccesskey|access_key_secret|secretkey|appsecret)$`)
})

// secretParameter reports whether a parameter says itself that it is a secret:
// by its form or its name.
func secretParameter(parameter *template.Parameter) bool {
	if parameter.Type != "String" || len(parameter.AllowedValues) > 0 {
		return false
	}
	_, form, _ := cutLast(parameter.AssociationProperty, "::")
	return strings.HasSuffix(form, "Password") || secretNames().MatchString(parameter.Name)
}

// cutLast cuts a text at the last place of a separator.
func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return "", s, false
}

// onSecrets calls, at the end of the walk, for each parameter that is a secret
// or fills a property that is one, whose name it tells.
func (p *Pass) onSecrets(f func(parameter *template.Parameter, property string)) {
	fills := map[string]string{}
	p.OnCall(func(c *Call) {
		if c.Name == "Ref" && c.Value != nil && c.Value.Property.Sensitive && fills[c.Arg.Text()] == "" {
			fills[c.Arg.Text()] = c.Value.Name
		}
	})
	p.OnEnd(func() {
		for _, parameter := range p.Template.Parameters {
			property := fills[parameter.Name]
			if strings.HasPrefix(parameter.Type, "ALIYUN::") || parameter.Type == "Boolean" || parameter.Type == "Number" {
				continue // what the service keeps, or no secret
			}
			if property != "" || parameter.NoEcho || secretParameter(parameter) {
				f(parameter, property)
			}
		}
	})
}

func runSecretDefault(p *Pass) {
	p.onSecrets(func(parameter *template.Parameter, _ string) {
		n := parameter.Node.Get("Default")
		if n.Kind() == template.NodeNull || n.Kind() >= template.NodeList || strings.Trim(n.Text(), "*xX ") == "" {
			return
		}
		p.Report(n.Range(), "Parameters."+parameter.Name+".Default", parameter.Name)
	})
}

func runSecretEchoed(p *Pass) {
	p.onSecrets(func(parameter *template.Parameter, property string) {
		if parameter.NoEcho || len(parameter.AllowedValues) > 0 {
			return
		}
		if n := parameter.Node.Get("NoEcho"); n.Kind() >= template.NodeString {
			return // computed, or reported as what it cannot be
		}
		if property == "" {
			property = parameter.Name
		}
		p.Report(parameter.Node.KeyRange(), "Parameters."+parameter.Name, parameter.Name, property)
	})
}

func runSecretInOutput(p *Pass) {
	p.OnReference(func(r *Reference) {
		_, output := p.Holder()
		if output == nil || output.NoEcho {
			return
		}
		switch r.Kind {
		case ToValue:
			if parameter := p.Template.Parameter(r.Name); parameter != nil && parameter.NoEcho {
				p.Report(r.Range, "", output.Name, r.Name)
			}
		case ToAttribute:
			if t := p.Type(r.Name); t != nil && t.Attributes[r.Attribute].Sensitive {
				p.Report(r.Range, "", output.Name, r.Name+"."+r.Attribute)
			}
		}
	})
}
