package doc

import "testing"

func TestValue(t *testing.T) {
	const text = `{"a": [1, 2.5, true, null, "x"], "big": 12345678901234567890, "m": {"Ref": "a"}}`
	d, found := Parse("t.json", []byte(text), nil)
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	if got, want := string(d.Root().Value().AppendJSON(nil)), `{"a":[1,2.5,true,null,"x"],"big":1.2345678901234567e+19,"m":{"Ref":"a"}}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := string(Node{}.Value().AppendJSON(nil)); got != "null" {
		t.Errorf("an absent node is %s", got)
	}
	if got := string(d.Root().Scalar().AppendJSON(nil)); got != "null" {
		t.Errorf("a map as a scalar is %s", got)
	}
}
