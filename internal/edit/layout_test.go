package edit

import "testing"

func TestFormatYAML(t *testing.T) {
	for i, c := range []struct{ before, after string }{
		{"a: 1", "a: 1\n"},
		{"\ufeffa: 1\r\nb: 2\r", "a: 1\nb: 2\n"},
		{"\n\na: 1   \n\n\n\nb: 2 # x  \n\n\n", "a: 1\n\nb: 2 # x\n"},
		{"a:\n- 1\n- 2\nb: 3\n", "a:\n  - 1\n  - 2\nb: 3\n"},
		{"a:\n    -   b: 1\n        c: 2\n    -   - x\n        - y\n", "a:\n  - b: 1\n    c: 2\n  - - x\n    - y\n"},
		{"a:\n    b: |\n          text\n            more\n\n    c: |2\n          deep\n", "a:\n  b: |\n    text\n      more\n\n  c: |2\n        deep\n"},
		{"a: |\n  x", "a: |-\n  x\n"},
		{"a: |+\n  x\n\n\n", "a: |+\n  x\n\n\n"},
		{"a: |+\n  x", "a: |-\n  x\n"},
		{"a: | # note   \n     x\n", "a: | # note\n  x\n"},
		{"a:\n    b: one\n      two\n    c: 'one\n\n      two'\n", "a:\n  b: one\n    two\n  c: 'one\n\n    two'\n"},
		{"a:\n      b: {x: 1,\n          y: 2}\n", "a:\n  b: {x: 1,\n      y: 2}\n"},
		{"a:\n# of b\n      b:\n        c: 1\n      # in a\n# of d\nd: 1\n", "a:\n  # of b\n  b:\n    c: 1\n  # in a\n# of d\nd: 1\n"},
		{"a:\n    !Sub\n    b\n", "a:\n  !Sub\n  b\n"},
		{"a: &x\n    b: 1\nc: *x\nd:\n    <<: *x\n", "a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n"},
		{"? a\n: b\n", "? a\n: b\n"},
		{"# only\n---\na: 1\n", "# only\n---\na: 1\n"},
		// What an equal key hides is laid out too, and not lost.
		{"a:\n    x: 1\na:\n    y: |\n        t\n", "a:\n  x: 1\na:\n  y: |\n    t\n"},
	} {
		if out := string(Format(parse(t, c.before), nil)); out != c.after {
			t.Errorf("%d: %q became\n%q, want\n%q", i, c.before, out, c.after)
		}
	}
}

func TestFormatJSON(t *testing.T) {
	for i, c := range []struct{ before, after string }{
		{"{}", "{}\n"},
		{`{"a":{"b":[1,2,{"Ref":"x"}],"c":{"Fn::Join":["",["a",{"Ref":"b"}]]}}}`, "{\n  \"a\": {\n    \"b\": [\n      1,\n      2,\n      {\"Ref\": \"x\"}\n    ],\n    \"c\": {\"Fn::Join\": [\"\", [\"a\", {\"Ref\": \"b\"}]]}\n  }\n}\n"},
		{"{\"a\": [\n1]}", "{\n  \"a\": [\n    1\n  ]\n}\n"},
		{`{"a": "\/\u00e9", "a": 1e5}`, "{\n  \"a\": \"\\/\\u00e9\",\n  \"a\": 1e5\n}\n"},
	} {
		if out := string(Format(parse(t, c.before), nil)); out != c.after {
			t.Errorf("%d: %q became\n%s, want\n%s", i, c.before, out, c.after)
		}
	}
}

func TestSections(t *testing.T) {
	order := &Options{Sections: []string{"v", "p", "r"}}
	for i, c := range []struct{ before, after string }{
		{"# file\n\n# of r\nr: 1\n\n\"p\":\n  x: |\n    y\n# of v\nv: 2\n", "# file\n\n# of v\nv: 2\n\n\"p\":\n  x: |\n    y\n# of r\nr: 1\n"},
		{"odd: 1\nr: 2\n# end\n", "r: 2\n# end\nodd: 1\n"},
		{"r: &a 1\np: *a\n", "r: &a 1\np: *a\n"},
		{`{"r": [1], "x": 0, "v": {"r": 2}}`, "{\n  \"v\": {\"r\": 2},\n  \"r\": [1],\n  \"x\": 0\n}\n"},
	} {
		out := Format(parse(t, c.before), order)
		if string(out) != c.after {
			t.Errorf("%d: %q became\n%s, want\n%s", i, c.before, out, c.after)
		}
		if again := Format(parse(t, string(out)), order); string(again) != string(out) {
			t.Errorf("%d: not idempotent: %s", i, again)
		}
	}
}
