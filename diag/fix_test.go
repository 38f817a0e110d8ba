package diag

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestApply(t *testing.T) {
	edit := func(start, end uint32, text string) Edit { return Edit{Range{start, end}, text} }
	for _, c := range []struct {
		fixes []Fix
		want  string
		made  int
	}{
		{nil, "0123456789", 0},
		{[]Fix{{"", []Edit{edit(8, 9, "x")}}, {"", []Edit{edit(0, 1, ""), edit(3, 3, "-")}}}, "12-34567x9", 2},
		{[]Fix{{"", []Edit{edit(2, 5, "x")}}, {"", []Edit{edit(0, 1, "y"), edit(4, 6, "z")}}}, "01x56789", 1},
		{[]Fix{{"", []Edit{edit(2, 5, "x")}}, {"", []Edit{edit(5, 6, "z")}}, {"", []Edit{edit(1, 2, "w")}}}, "0wxz6789", 3},
		{[]Fix{{"", []Edit{edit(2, 2, "x")}}, {"", []Edit{edit(2, 2, "y")}}, {"", []Edit{edit(2, 3, "w")}}}, "01xw3456789", 2},
		{[]Fix{{"", []Edit{edit(2, 5, "x")}}, {"", []Edit{edit(2, 5, "x")}}, {"", nil}}, "01x56789", 1},
		{[]Fix{{"", []Edit{edit(5, 4, "x")}}, {"", []Edit{edit(9, 11, "y")}}, {"", []Edit{edit(10, 10, "z")}}}, "0123456789z", 1},
	} {
		out, made := Apply([]byte("0123456789"), c.fixes)
		if string(out) != c.want || len(made) != c.made {
			t.Errorf("%v: %q, %d made", c.fixes, out, len(made))
		}
	}
}

func FuzzApply(f *testing.F) {
	f.Add("0123456789", []byte{1, 2, 0, 3, 3, 1, 2, 9, 0})
	f.Fuzz(func(t *testing.T, text string, plan []byte) {
		var fixes []Fix
		for i := 0; i+2 < len(plan); i += 3 {
			e := Edit{Range{uint32(plan[i]), uint32(plan[i+1])}, "x"}
			if n := len(fixes); plan[i+2]&1 == 1 && n > 0 {
				fixes[n-1].Edits = append(fixes[n-1].Edits, e)
			} else {
				fixes = append(fixes, Fix{Edits: []Edit{e}})
			}
		}
		out, made := Apply([]byte(text), fixes)
		size := len(text)
		for _, fix := range made {
			for _, e := range fix.Edits {
				size += 1 - int(e.Range.End-e.Range.Start)
			}
		}
		if len(out) != size {
			t.Errorf("%q: %d bytes, want %d", out, len(out), size)
		}
	})
}

func TestFprintSARIF(t *testing.T) {
	l := sample()
	l[1].Fixes = []Fix{{"Write it", []Edit{{Range{13, 19}, "Net"}}}}
	var b bytes.Buffer
	if err := FprintSARIF(&b, l, "lint"); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	dec := json.NewDecoder(&b)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || run.Tool.Driver.Name != "lint" || len(run.Tool.Driver.Rules) != 3 || len(run.Results) != 3 {
		t.Errorf("%+v", log)
	}
	r := run.Results[1]
	if r.Level != "error" || run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || r.Message.Text != "no such thing: 网络. look again" {
		t.Errorf("%+v", r)
	}
	at := r.Locations[0]
	if at.Physical.Artifact.URI != "web.yaml" || at.Physical.Region != (sarifRegion{2, 3, 2, 5}) || at.Logical[0].Name != "Resources.网络" {
		t.Errorf("%+v", at)
	}
	if fix := r.Fixes[0].Changes[0].Replacements[0]; fix.Deleted != at.Physical.Region || fix.Inserted.Text != "Net" || len(r.Related) != 1 {
		t.Errorf("%+v", r)
	}
	if run.Results[2].Level != "note" || run.Results[2].Locations != nil {
		t.Errorf("%+v", run.Results[2])
	}
	if err := FprintSARIF(brokenWriter{}, l, ""); err == nil {
		t.Error("a write error was lost")
	}
	for name, want := range map[string]string{"a b/中.yml": "a%20b/%E4%B8%AD.yml", "/x/y": "file:///x/y", "a:b.yml": "./a:b.yml"} {
		if got := NewSource(name, nil).sarifArtifact().URI; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestRename(t *testing.T) {
	src := NewSource("t", []byte(`Vpc "Vpc" 'Vpc' *Vpc "V`))
	for _, c := range []struct {
		at   Range
		from string
		want string // "" if there is no fix
	}{
		{Range{0, 3}, "Vpc", `Net "Vpc" 'Vpc' *Vpc "V`},
		{Range{4, 9}, "Vpc", `Vpc "Net" 'Vpc' *Vpc "V`},
		{Range{10, 15}, "Vpc", `Vpc "Vpc" 'Net' *Vpc "V`},
		{Range{16, 20}, "Vpc", ""},
		{Range{21, 23}, "V", ""},
		{Range{0, 3}, "VPC", ""},
		{Range{0, 99}, "Vpc", ""},
		{Range{3, 0}, "Vpc", ""},
		{Range{0, 0}, "Vpc", ""},
	} {
		fix, ok := Rename(src, c.at, c.from, "Net")
		if ok != (c.want != "") {
			t.Errorf("%v: %v", c, fix)
		}
		if out, _ := Apply(src.Text(), []Fix{fix}); ok && string(out) != c.want {
			t.Errorf("%v: %s", c, out)
		}
	}
}
