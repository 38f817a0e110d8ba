package doc

import (
	"math"
	"testing"
)

func TestResolve(t *testing.T) {
	type row struct {
		text string
		kind Kind
		want any
	}
	for _, r := range []row{
		{"", Null, nil}, {"~", Null, nil}, {"null", Null, nil}, {"Null", Null, nil}, {"NULL", Null, nil},
		{"nULL", String, nil}, {"None", String, nil},
		{"true", Bool, true}, {"True", Bool, true}, {"TRUE", Bool, true}, {"tRUE", String, nil},
		{"false", Bool, false}, {"no", Bool, false}, {"No", Bool, false}, {"NO", Bool, false},
		{"yes", Bool, true}, {"YES", Bool, true}, {"on", Bool, true}, {"On", Bool, true}, {"OFF", Bool, false},
		{"y", String, nil}, {"n", String, nil}, {"Y", String, nil}, {"oN", String, nil},
		{"0", Int, 0}, {"-0", Int, 0}, {"+7", Int, 7}, {"-12", Int, -12}, {"1_000", Int, 1000}, {"1__0_", Int, 10},
		{"0b101", Int, 5}, {"-0b11", Int, -3}, {"0b1_0", Int, 2}, {"0b2", String, nil}, {"0b", String, nil}, {"0b_", String, nil},
		{"017", Int, 15}, {"-017", Int, -15}, {"0_7", Int, 7}, {"00", Int, 0}, {"0o17", String, nil}, {"08", String, nil}, {"095", String, nil},
		{"0x1F", Int, 31}, {"+0xff", Int, 255}, {"0x_f", Int, 15}, {"0xg", String, nil}, {"0X1f", String, nil},
		{"1:30", Int, 90}, {"-1:30", Int, -90}, {"1:30:15", Int, 5415}, {"1:60", String, nil}, {"0:30", String, nil}, {"1:5", Int, 65},
		{"12:30:45.5", Float, 45045.5}, {"0:1.5", Float, 1.5}, {"1:30.", Float, 90.0},
		{"9223372036854775807", Int, math.MaxInt64}, {"-9223372036854775808", Int, math.MinInt64},
		{"9223372036854775808", Float, 9223372036854775808.0}, {"0xffffffffffffffffff", Float, 4722366482869645213695.0},
		{"0777777777777777777777777", Float, 4722366482869645213695.0},
		{"1.5", Float, 1.5}, {"-1.5", Float, -1.5}, {"1.", Float, 1.0}, {".5", Float, 0.5}, {"-.5", String, nil}, {"._", String, nil},
		{".", String, nil}, {"1_0.2_5", Float, 10.25}, {"095.5", Float, 95.5},
		{"1.5e+3", Float, 1500.0}, {"1.5E-1", Float, 0.15}, {"1.5e3", String, nil}, {"1e3", String, nil}, {"1e+3", String, nil},
		{"5e223263", String, nil}, {"1.0e+", String, nil}, {".5e+1", Float, 5.0}, {"1.e+400", Float, math.Inf(1)},
		{".inf", Float, math.Inf(1)}, {"-.Inf", Float, math.Inf(-1)}, {"+.INF", Float, math.Inf(1)}, {".iNF", String, nil}, {"inf", String, nil},
		{"-.nan", String, nil}, {"nan", String, nil},
		{"2015-09-01", String, nil}, {"2001-12-14t21:59:43.10-05:00", String, nil}, {"1.2.3", String, nil}, {"10.0.0.0/8", String, nil},
		{"=", String, nil}, {"<<", String, nil}, {"-", String, nil}, {"+", String, nil}, {"--1", String, nil}, {"1-2", String, nil}, {"12:3x", String, nil}, {"1::2", String, nil},
	} {
		kind, truth := resolve(r.text)
		if kind != r.kind {
			t.Errorf("%q is %v, want %v", r.text, kind, r.kind)
			continue
		}
		switch want := r.want.(type) {
		case bool:
			if truth != want {
				t.Errorf("%q is %v", r.text, truth)
			}
		case int:
			if v, ok := intValue(r.text); !ok || v != int64(want) {
				t.Errorf("%q is %d, %v, want %d", r.text, v, ok, want)
			}
		case float64:
			if v := floatValue(r.text); math.Abs(v-want) > 1e-9*math.Abs(want) {
				t.Errorf("%q is %g, want %g", r.text, v, want)
			}
		}
	}
	if !math.IsNaN(floatValue(".NaN")) {
		t.Error(".NaN is a number")
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{"0b1", "1:2", "-0x_", "+.inf", "0_", "1.e+1", "_", "0x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		switch kind, _ := resolve(s); kind {
		case Int:
			if _, ok := intValue(s); !ok {
				t.Errorf("%q has no value", s)
			}
		case Float:
			floatValue(s)
		}
	})
}
