package providertest

import (
	"strings"
	"testing"

	"github.com/bianpai/bianpai/internal/doc"
)

// cutCases are maps from which the members named Drop… are cut.
var cutCases = []struct{ name, src, want string }{
	{"block, in the middle", "m:\n  A: 1\n  Drop:\n    x: [1,\n      2]\n\n  # about B\n  B: 2\n", "m:\n  A: 1\n  B: 2\n"},
	{"block, first", "m:\n  Drop: 1\n  B: 2\n", "m:\n  B: 2\n"},
	{"block, last", "m:\n  A: 1\n  Drop: 2\nn: 3\n", "m:\n  A: 1\nn: 3\n"},
	{"block, last without a line end", "m:\n  A: 1\n  Drop: 2", "m:\n  A: 1\n"},
	{"block, two in a row", "m:\n  A: 1\n  Drop1: 1\n  Drop2: |\n    text\n  B: 2\n", "m:\n  A: 1\n  B: 2\n"},
	{"block, comment behind", "m:\n  A: 1\n  Drop: 2 # two\nn: 3\n", "m:\n  A: 1\nn: 3\n"},
	{"block, carriage returns", "m:\r\n  A: 1\r\n  Drop: 2\r\n  B: 3\r\n", "m:\r\n  A: 1\r\n  B: 3\r\n"},
	{"block, empty value", "m:\n  A: 1\n  Drop:\n  B: 2\n", "m:\n  A: 1\n  B: 2\n"},
	{"flow, in the middle", "m: {A: 1, Drop: {x: 1}, B: 2}\n", "m: {A: 1, B: 2}\n"},
	{"flow, last", "m: {A: 1, Drop: [1, 2]}\n", "m: {A: 1}\n"},
	{"flow, last two", "m: {A: 1, Drop1: 1, Drop2: 2}\n", "m: {A: 1}\n"},
	{"JSON", `{"m": {"A": 1, "Drop": "x", "B": {"Drop": 1}}}`, `{"m": {"A": 1, "B": {"Drop": 1}}}`},
	{"JSON, last", "{\"m\": {\n  \"A\": 1,\n  \"Drop\": \"x\"\n}}", "{\"m\": {\n  \"A\": 1\n}}"},
}

func TestDropMembers(t *testing.T) {
	for _, tt := range cutCases {
		t.Run(tt.name, func(t *testing.T) {
			tree, faults := doc.Parse("t", []byte(tt.src), nil)
			if err := faults.Err(); err != nil {
				t.Fatal(err)
			}
			cuts, err := dropMembers([]byte(tt.src), tree.Root().Get("m"), func(n doc.Node) bool { return strings.HasPrefix(n.Key(), "Drop") })
			if err != nil {
				t.Fatal(err)
			}
			if got := string(spliced([]byte(tt.src), cuts...)); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestAddMember(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"block", "m:\n  A: 1\n  B: 2\n", "m:\n  New: \"x\"\n  A: 1\n  B: 2\n"},
		{"flow", "m: {A: 1}\n", "m: {\"New\": \"x\", A: 1}\n"},
		{"JSON", `{"m": {"A": 1}}`, `{"m": {"New": "x", "A": 1}}`},
		{"in a list", "l:\n- m:\n    A: 1\n", ""},
		{"an alias", "k: &k {A: 1}\nm: *k\n", ""},
		{"merged", "k: &k {A: 1}\nm:\n  <<: *k\n", ""},
		{"no members", "m: {}\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree, faults := doc.Parse("t", []byte(tt.src), nil)
			if err := faults.Err(); err != nil {
				t.Fatal(err)
			}
			at, err := addMember([]byte(tt.src), tree.Root().Get("m"), "New", quoted("x"))
			if tt.want == "" {
				if err == nil {
					t.Errorf("edited: %s", spliced([]byte(tt.src), at))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := string(spliced([]byte(tt.src), at)); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestSetScalar(t *testing.T) {
	for _, tt := range [][2]string{
		{"m: 'it''s' # why\n", "m: \"é\\n\\\"\" # why\n"},
		{"m: plain text\nn: 1\n", "m: \"é\\n\\\"\"\nn: 1\n"},
		{"m: |\n  block\nn: 1\n", "m: \"é\\n\\\"\"\nn: 1\n"},
		{`{"m": 1}`, `{"m": "é\n\""}`},
	} {
		tree, faults := doc.Parse("t", []byte(tt[0]), nil)
		if err := faults.Err(); err != nil {
			t.Fatal(err)
		}
		at, err := setScalar(tree.Root().Get("m"), quoted("é\n\""))
		if err != nil {
			t.Fatal(err)
		}
		got := spliced([]byte(tt[0]), at)
		if string(got) != tt[1] {
			t.Errorf("%q became %q, want %q", tt[0], got, tt[1])
		}
		again, faults := doc.Parse("t", got, nil)
		if text := again.Root().Get("m").Text(); faults.Err() != nil || text != "é\n\"" {
			t.Errorf("%q reads as %q", got, text)
		}
	}
}
