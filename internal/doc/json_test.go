package doc

import "testing"

func TestQuick(t *testing.T) {
	for _, s := range []string{`{"a": 1, "b": [1,2.5,"x\u00e9\ud83d\ude00", null, true], "a": 2}`, `{"a" 1, // x
 'b': [1 2,], c: nul, "d": "abc
 , "e": }`, `[[1]`, `{"a": [1}, "b": 2}`} {
		d, l := ParseJSON("x.json", []byte(s), nil)
		t.Logf("%s\n", d.Root().AppendJSON(nil))
		for _, x := range l {
			t.Log(x.Position(), x.Code, x.Path, x.Args)
		}
	}
}
