package template

import "github.com/bianpai/bianpai/internal/doc"

// log makes a project of the log service with its log stores.
func (x *serverless) log(r *doc.Draft) {
	x.add(r.Key, "ALIYUN::SLS::Project", r, properties(r).Set("Name", uniqueName(r.KeyAt, lowered(r.Key))))
	x.children(r, "Log::Logstore", func(child *doc.Draft, id string) {
		p := properties(child).
			Set("ProjectName", getAttDraft(child.KeyAt, r.Key, "Name")).
			Set("LogstoreName", doc.DraftText(lowered(child.Key), child.KeyAt))
		needs(x.add(id, "ALIYUN::SLS::Logstore", child, p), r.Key)
	})
}

// lowered makes a name that services take which know no capitals.
func lowered(name string) string {
	b := []byte(name)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// tableStore makes an instance of the table store with its tables. Its name
// has room for three letters before the stack's part.
func (x *serverless) tableStore(r *doc.Draft) {
	x.add(r.Key, "ALIYUN::OTS::Instance", r, properties(r).Set("InstanceName", uniqueName(r.KeyAt, r.Key[:min(3, len(r.Key))])))
	x.children(r, "TableStore::Table", func(child *doc.Draft, id string) {
		p := properties(child, "PrimaryKeyList").
			Set("InstanceName", getAttDraft(child.KeyAt, r.Key, "InstanceName")).
			Set("TableName", doc.DraftText(child.Key, child.KeyAt))
		if keys := child.Get("Properties").Get("PrimaryKeyList"); keys != nil {
			p.Set("PrimaryKey", keys.Clone())
		}
		needs(x.add(id, "ALIYUN::OTS::Table", child, p), r.Key)
	})
}

func (x *serverless) topic(r *doc.Draft) {
	x.add(r.Key, "ALIYUN::MNS::Topic", r, properties(r, "Region").Set("TopicName", uniqueName(r.KeyAt, r.Key)))
}

func (x *serverless) flow(r *doc.Draft) {
	p := properties(r, "Role", "Policies", "DefinitionUri", "Type").Set("Name", uniqueName(r.KeyAt, r.Key))
	if role := r.Get("Properties").Get("Role"); role != nil {
		p.Set("RoleArn", role.Clone())
	}
	if d := p.Get("Definition"); d != nil && d.Kind == doc.Map {
		if _, _, call := callOfDraft(d); !call {
			p.Set("Definition", callDraft(d.At, "Fn::Str", d.Clone()))
		}
	}
	x.add(r.Key, "ALIYUN::FNF::Flow", r, p)
}

// domain makes a domain whose routes lead to functions: of this template, by
// the names that they have in it, or of others, by their own.
func (x *serverless) domain(r *doc.Draft) {
	p := properties(r)
	if p.Get("DomainName") == nil {
		p.Set("DomainName", doc.DraftText(r.Key, r.KeyAt))
	}
	if p.Get("Protocol") == nil {
		p.Set("Protocol", doc.DraftText("HTTP", r.KeyAt))
	}
	config := p.Get("RouteConfig")
	routes := config.Get("Routes")
	if routes == nil {
		routes = config.Get("routes")
	}
	if routes != nil && routes.Kind == doc.Map {
		list := doc.DraftList(routes.At)
		for _, route := range routes.Items {
			entry := doc.DraftMap(route.At).Set("Path", doc.DraftText(route.Key, route.KeyAt))
			for _, member := range route.Items {
				entry.Set(member.Key, member.Clone())
			}
			list.Items = append(list.Items, entry)
		}
		config.Remove("routes")
		config.Set("Routes", list)
	}
	if routes := config.Get("Routes"); routes != nil {
		for _, route := range routes.Items {
			x.routeTo(route)
		}
	}
	x.add(r.Key, "ALIYUN::FC::CustomDomain", r, p)
}

// routeTo puts the names of a service and a function of this template where
// their logical ids stand.
func (x *serverless) routeTo(route *doc.Draft) {
	service, function := route.Get("ServiceName"), route.Get("FunctionName")
	if service == nil || x.t.serviceOf(service) == "" {
		return
	}
	if function != nil && function.Kind == doc.String {
		route.Set("FunctionName", getAttDraft(function.At, service.Text+function.Text, "FunctionName"))
	}
	route.Set("ServiceName", getAttDraft(service.At, service.Text, "ServiceName"))
}

// serviceOf gives the logical id of a service that a text names, "" if it names
// none.
func (t *Template) serviceOf(name *doc.Draft) string {
	r := t.Root().Get("Resources").Get(name.Text)
	if name.Kind == doc.String && r.Get("Type").Text() == serverlessPrefix+"Service" {
		return name.Text
	}
	return ""
}
