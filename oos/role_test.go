package oos

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// Calls are made under the role that the template names, those of a child under
// its own or else its parent's.
func TestRoles(t *testing.T) {
	for _, test := range []struct{ role, want string }{
		{"root-role", "child root-role, loop root-role, other own-role, root root-role"},
		{"", "child , loop , other own-role, root "},
	} {
		c := newCloud()
		var mu sync.Mutex
		var got []string
		c.on("Greet", func(req *provider.Call, p map[string]any) (any, error) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, fmt.Sprint(p["Who"], " ", req.Role))
			return map[string]any{"Text": "hello"}, nil
		})
		e := engineOn(t, c, &Options{Templates: library(t, map[string]string{"ACS::TEST::Greet": greeter, "other": "RamRole: own-role\n" + greeter})})
		x := start(t, e, &Start{Parameters: map[string]any{"OOSAssumeRole": test.role}, Template: runbookOf(t, `
- Name: One
  Action: ACS::ExecuteAPI
  Properties: {Service: ECS, API: Greet, Parameters: {Who: root}}
- Name: Two
  Action: ACS::TEST::Greet
  Properties: {who: child}
- Name: Three
  Action: ACS::Template
  Properties: {TemplateName: other, Parameters: {who: other}}
- Name: Four
  Action: ACS::Loop
  Properties:
    LoopItems: [loop]
    LoopTasks:
    - Name: F
      Action: ACS::ExecuteAPI
      Properties: {Service: ECS, API: Greet, Parameters: {Who: '{{ ACS::TaskLoopItem }}'}}
`, "RamRole: '{{ OOSAssumeRole }}'\nParameters: {OOSAssumeRole: {Type: String, Default: ''}}")})
		if _, err := x.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("role %q: %s, want %s", test.role, text, test.want)
		}
	}
}
