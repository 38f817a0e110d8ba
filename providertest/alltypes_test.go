package providertest

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
)

// TestEveryType makes one resource of every type in the catalogue, with the
// properties that it must have, and takes it away again.
func TestEveryType(t *testing.T) {
	types := schema.Default()
	made, queried := 0, 0
	for _, name := range slices.Sorted(types.Names()) {
		typ := types.Type(name)
		props := make(map[string]any)
		s := new(suggester)
		for i, member := range slices.Sorted(maps.Keys(typ.Properties)) {
			if p := typ.Properties[member]; p.Required {
				props[member] = s.property(use{name, member, p}, "", i)
			}
		}
		c := New(t, nil)
		req := &provider.Request{Token: "one", Type: name, LogicalID: "It", Desired: encode(props)}
		if typ.DataSource {
			state, err := c.Read(t.Context(), req)
			if err != nil {
				t.Errorf("%s: read %s: %v", name, req.Desired, err)
				continue
			}
			checkAttributes(t, typ, state.Attributes)
			queried++
			continue
		}
		if p, err := finish(c.Create, t, req); err != nil {
			t.Errorf("%s: create %s: %v", name, req.Desired, err)
			continue
		} else {
			checkAttributes(t, typ, p.Attributes)
			made++
		}
		lookAndDelete(t, c, typ, req)
	}
	t.Logf("%d types made and deleted, %d queried", made, queried)
}

func finish(call func(context.Context, *provider.Request) (*provider.Progress, error), t *testing.T, req *provider.Request) (*provider.Progress, error) {
	for range 100 {
		p, err := call(t.Context(), req)
		if err != nil {
			return nil, err
		}
		if req.PhysicalID = p.PhysicalID; p.Done {
			return p, nil
		}
	}
	return nil, errors.New("never done")
}

func lookAndDelete(t *testing.T, c *Cloud, typ *provider.Type, req *provider.Request) {
	t.Helper()
	state, err := c.Read(t.Context(), req)
	if err != nil {
		t.Errorf("%s: read: %v", typ.Name, err)
		return
	}
	var want, have map[string]any
	_ = json.Unmarshal(req.Desired, &want)
	_ = json.Unmarshal(state.Properties, &have)
	for name, v := range want {
		if p := typ.Properties[name]; holdsSecret(p) {
			if _, told := have[name]; told && p.Sensitive {
				t.Errorf("%s: the cloud tells %s", typ.Name, name)
			}
		} else if !same(v, have[name]) {
			t.Errorf("%s: %s became %v", typ.Name, name, have[name])
		}
	}
	for _, step := range []struct {
		token string
		call  func(context.Context, *provider.Request) (*provider.Progress, error)
	}{{"two", c.Update}, {"three", c.Delete}, {"four", c.Delete}} {
		req.Token = step.token
		if _, err := finish(step.call, t, req); err != nil {
			t.Errorf("%s: %s: %v", typ.Name, step.token, err)
		}
	}
	c.AssertEmpty(t)
}

// checkAttributes checks that all attributes are there, in their shape.
func checkAttributes(t *testing.T, typ *provider.Type, data json.RawMessage) {
	t.Helper()
	var have map[string]any
	if err := json.Unmarshal(data, &have); err != nil {
		t.Errorf("%s: attributes: %v", typ.Name, err)
		return
	}
	for name, a := range typ.Attributes {
		v, ok := have[name]
		switch v.(type) {
		case string:
			ok = ok && a.Type <= provider.TypeString
		case float64:
			ok = ok && (a.Type == provider.TypeAny || a.Type == provider.TypeInteger || a.Type == provider.TypeNumber)
		case bool:
			ok = ok && (a.Type == provider.TypeAny || a.Type == provider.TypeBoolean)
		case []any:
			ok = ok && (a.Type == provider.TypeAny || a.Type == provider.TypeList)
		case map[string]any:
			ok = ok && (a.Type == provider.TypeAny || a.Type == provider.TypeMap)
		}
		if !ok {
			t.Errorf("%s: attribute %s is %v, want a value of type %d", typ.Name, name, v, a.Type)
		}
		if s, text := v.(string); text && strings.Contains(s, "%!") {
			t.Errorf("%s: attribute %s is %q", typ.Name, name, s)
		}
	}
}
