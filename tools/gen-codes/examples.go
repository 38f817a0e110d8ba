package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bianpai/bianpai/diag"
	"github.com/bianpai/bianpai/internal/doc"
)

//go:embed examples/*.yml
var files embed.FS

// example is a text that triggers a code.
type example struct {
	text       string
	parameters map[string]any // given when it is bound
	child      string         // the template that an OOS template starts
	runbook    bool           // taken as an OOS template whatever it looks like
	about      string         // said instead of showing a text that is long
	never      string         // why no text triggers the code
}

// loadExamples reads the examples of all areas. An entry is a map with text and
// perhaps parameters; or with never, which says why there is no example.
func loadExamples() (map[diag.Code]*example, error) {
	entries, err := files.ReadDir("examples")
	if err != nil {
		return nil, err
	}
	all := map[diag.Code]*example{}
	for _, entry := range entries {
		src, err := files.ReadFile("examples/" + entry.Name())
		if err != nil {
			return nil, err
		}
		d, found := doc.Parse(entry.Name(), src, nil)
		if err := found.Err(); err != nil {
			return nil, err
		}
		for n := range d.Root().Items() {
			e := &example{text: n.Get("text").Text(), never: n.Get("never").Text(), child: n.Get("child").Text(), runbook: n.Get("runbook").Bool()}
			if p := n.Get("parameters"); !p.IsZero() {
				if err := json.Unmarshal(p.AppendJSON(nil), &e.parameters); err != nil {
					return nil, err
				}
			}
			if all[diag.Code(n.Key())] != nil {
				return nil, fmt.Errorf("%s has two examples", n.Key())
			}
			all[diag.Code(n.Key())] = e
		}
	}
	for code, e := range largeExamples() {
		all[code] = e
	}
	return all, nil
}

// largeExamples are the texts that pass a limit.
func largeExamples() map[diag.Code]*example {
	const head = "ROSTemplateFormatVersion: '2015-09-01'\n"
	const tasks = "FormatVersion: OOS-2019-06-01\nTasks:\n  - Name: wait\n    Action: ACS::Pause\n"
	var resources strings.Builder
	for i := range 301 {
		fmt.Fprintf(&resources, "  R%d: {Type: 'ALIYUN::ROS::WaitConditionHandle'}\n", i)
	}
	assertions := strings.Repeat("      - Assert: {Fn::Equals: [1, 1]}\n", 101)
	merges := "base: &b {" + strings.Repeat(" ", 1) + numbered(1000) + "}\n"
	for i := range 51 {
		merges += fmt.Sprintf("m%d: {<<: *b}\n", i)
	}
	laughs := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'i'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 10), ", "))
	}
	return map[diag.Code]*example{
		"document-too-large":      {about: "A text of more than 64 MiB.", text: strings.Repeat(" ", 64<<20+1)},
		"document-too-many-nodes": {about: "A list of more than 4,194,304 values.", text: "[" + strings.Repeat("1,", 4<<20) + "1]"},
		"too-many-aliases":        {about: "A list of more than 10,000 aliases.", text: "a: &a x\nb: [" + strings.Repeat("*a, ", 10_000) + "*a]\n"},
		"too-many-merged":         {about: "Merge keys that bring in more than 50,000 entries.", text: merges},
		"alias-growth":            {about: "Anchors whose values repeat ten aliases each, nested eight deep.", text: laughs},
		"template-too-large":      {about: "A template of more than 524,288 bytes.", text: head + "Description: " + strings.Repeat("x", 524288) + "\n"},
		"evaluation-too-large":    {about: "Five locals, each of which holds the one before sixty times.", text: head + evaluation()},
		"invalid-encoding":        {about: "A byte 0xFF in the text.", text: "a: x\xff\n"},
		"too-many-resources":      {about: "A template with 301 resources.", text: head + "Resources:\n" + resources.String()},
		"too-many-assertions":     {about: "A rule with 101 assertions.", text: head + "Rules:\n  R:\n    Assertions:\n" + assertions},
		"count-too-large":         {about: "A resource with a Count of two million.", text: head + "Resources:\n  Web: {Type: 'ALIYUN::ECS::VPC', Count: 2000000}\n"},
		"runbook-too-large":       {about: "A template of more than 65,536 bytes.", text: tasks + "Description: " + strings.Repeat("x", 65536) + "\n"},
		"too-many-items":          {about: "A loop over 1,001 items.", text: strings.Replace(tasks, "ACS::Pause", "ACS::ExecuteAPI\n    Properties: {Service: ECS, API: DescribeRegions}\n    Loop: {Items: ["+strings.Repeat("1, ", 1000)+"1]}", 1)},
	}
}

// evaluation is a template whose locals multiply.
func evaluation() string {
	var b strings.Builder
	b.WriteString("Locals:\n  L0: {Type: Macro, Value: [a, a, a, a, a, a, a, a, a, a]}\n")
	for i := 1; i < 5; i++ {
		ref := fmt.Sprintf("{Ref: L%d}, ", i-1)
		fmt.Fprintf(&b, "  L%d: {Type: Macro, Value: {Fn::Length: [%s]}}\n", i, strings.TrimSuffix(strings.Repeat(ref, 60), ", "))
	}
	b.WriteString("Resources:\n  Web:\n    Type: ALIYUN::ECS::VPC\n    Properties:\n      VpcName: {Ref: L4}\n")
	return b.String()
}

// numbered gives the members of a flow map.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1, ", i)
	}
	return strings.TrimSuffix(b.String(), ", ")
}
