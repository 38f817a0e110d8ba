package providertest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// ofCall reads a statement of a call.
func (r *behaviourParser) ofCall(word string, items []string) (err error) {
	b := r.call
	if verbs, ok := statementVerbs[word]; !ok {
		return fmt.Errorf("no such statement")
	} else if !slices.Contains(strings.Fields(verbs), b.verb) {
		return fmt.Errorf("it does not belong to a %s", b.verb)
	}
	switch word {
	case "id":
		b.id = items[0]
	case "need":
		for _, item := range items {
			b.need = append(b.need, strings.Split(item, "|"))
		}
	case "one":
		values, code, err := orElse(items[1:])
		b.values = append(b.values, valueSet{param: items[0], values: values, code: orText(code, "InvalidParameter")})
		return err
	case "refuse":
		return b.refuse(items)
	case "in", "host-in":
		statuses, code, err := orElse(items)
		a := &allowed{statuses: statuses, code: code}
		if word == "in" {
			b.in = a
		} else {
			b.hostIn = a
		}
		return err
	case "missing":
		b.missing = items[0]
	case "take":
		return b.takes(items)
	case "merge", "drop":
		return b.changes(word == "drop", items)
	case "clear":
		b.clear = append(b.clear, items...)
	case "become":
		b.become = append(b.become, items...)
	case "along":
		b.along = append(b.along, items...)
	case "host-become":
		b.hostBecome = items[0]
	case "at":
		b.at = items[0]
	case "filters":
		b.filters = items[0]
	case "also":
		b.also, err = parseExpr(strings.Join(items, " "))
	case "by", "like":
		err = matchings(&b.by, items, word == "like")
	case "where":
		b.where, err = conditions(b.where, items)
	case "tell":
		err = targets(&b.tell, items)
	case "fact":
		err = targets(&b.facts, items)
	}
	return err
}

// statementVerbs says in which calls a statement may stand.
var statementVerbs = map[string]string{
	"id": "list get modify delete", "clear": "modify put", "along": "delete", "need": "create put list get modify delete", "one": "create put list get modify delete", "refuse": "create put list get modify delete",
	"in": "get modify delete", "host-in": "create put list get modify delete", "missing": "list get modify delete", "take": "create put modify",
	"merge": "create put modify", "drop": "modify", "become": "create put modify", "host-become": "create put modify delete", "at": "list get", "also": "list", "filters": "list", "by": "list", "like": "list",
	"where": "list get modify delete", "tell": "create put list get modify delete", "fact": "list get",
}

// orElse parts what stands before the word else from the code behind it.
func orElse(items []string) (before []string, code string, err error) {
	at := slices.Index(items, "else")
	if at < 0 {
		at = len(items)
	} else if at != len(items)-2 {
		return nil, "", fmt.Errorf("one code follows else")
	} else {
		code = items[at+1]
	}
	if at == 0 {
		return nil, "", fmt.Errorf("words are missing")
	}
	return items[:at], code, nil
}

func (b *callBehaviour) refuse(items []string) (err error) {
	kinds := map[string]provider.Kind{"invalid": provider.Invalid, "conflict": provider.Conflict, "notfound": provider.NotFound}
	f := refusal{kind: provider.Conflict}
	if k, ok := kinds[items[0]]; ok {
		f.kind, items = k, items[1:]
	}
	if len(items) < 3 || items[1] != "if" {
		return fmt.Errorf("the form is: CODE if CONDITION")
	}
	f.code = items[0]
	f.when, err = conditions(nil, items[2:])
	b.refusals = append(b.refusals, f)
	return err
}

func conditions(list []condition, items []string) ([]condition, error) {
	for _, item := range items {
		c, err := parseCondition(item)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// takes reads what becomes of parameters.
func (b *callBehaviour) takes(items []string) error {
	for _, item := range items {
		if item == "*" {
			b.all = true
			continue
		}
		if name, ok := strings.CutPrefix(item, "-"); ok {
			b.not = append(b.not, name)
			continue
		}
		if strings.Contains(item, "=") && !strings.HasSuffix(item, "}") || strings.Contains(strings.SplitN(item, "{", 2)[0], "=") {
			if err := targets(&b.otherwise, []string{item}); err != nil {
				return err
			}
			continue
		}
		param, prop, renamed := strings.Cut(item, ">")
		e, err := parseExpr("$" + param)
		if err != nil {
			return err
		}
		if !renamed {
			prop = e.text
		}
		b.take = append(b.take, target{name: prop, from: e})
	}
	return nil
}

func (b *callBehaviour) changes(drop bool, items []string) error {
	var list []target
	if len(items) != 3 || items[1] != "by" {
		return fmt.Errorf("the form is: PROPERTY=EXPRESSION by MEMBERS")
	}
	if err := targets(&list, items[:1]); err != nil {
		return err
	}
	b.lists = append(b.lists, listChange{drop: drop, prop: list[0].name, from: list[0].from, by: strings.Split(items[2], ",")})
	return nil
}
