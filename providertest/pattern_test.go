package providertest

import "testing"

func TestTextsOfPatterns(t *testing.T) {
	tests := []struct {
		pattern     string
		least, most int
	}{
		{`^[a-z][a-z0-9_]{0,30}[a-z0-9]$`, 2, 16},
		{`[0-9A-Za-z\_\-]+$`, 8, 30},
		{`^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*[@#$%^*_+-])[A-Za-z\d@#$%^*_+-]{8,30}$`, 8, 30},
		{`^(?!root$)(?!admin)[a-z][a-z0-9]{0,30}$`, 0, 128},
		{`^((25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(25[0-5]|2[0-4]\d|[01]?\d\d?)$`, 0, 128},
		{`^ecs\.[a-z6-9]+\.[1-9]?xlarge$`, 0, 64},
		{`(^ecs.*gn.*)|(^ml.*)`, 0, 64},
		{`^[a-zA-Z0-9\u4e00-\u9fa5][-a-zA-Z0-9\u4e00-\u9fa5]{0,62}$`, 1, 63},
		{`^sk-[a-z0-9]{32}$`, 0, 128},
		{`^[\u4e00-\u9fa5]+$`, 3, 5},
		{`^\d{4}-\d{2}-\d{2}$`, 0, 128},
		{`^.{20,}$`, 20, 64},
		{`a|`, 0, 1},
	}
	for _, test := range tests {
		w := &wish{pattern: test.pattern, least: &test.least, most: &test.most}
		tries, found := 0, ""
		for text := range textsOf(test.pattern, test.least, test.most) {
			tries++
			if w.fits(text) {
				found = text
				break
			}
		}
		if found == "" && test.pattern != "a|" {
			t.Errorf("%s: nothing fits after %d tries", test.pattern, tries)
		}
		t.Logf("%s: %q after %d tries", test.pattern, found, tries)
	}
	for text := range textsOf(`(`, 0, 10) {
		t.Errorf("a broken pattern gave %q", text)
	}
}

func FuzzTextsOf(f *testing.F) {
	for _, seed := range []string{`^[a-z]+$`, `(?=x)y`, `((((`, `[]-]`, `(a{0,1000}){1000}`, `(?<!`, `\`, `[^\x00-\x{10FFFF}]`} {
		f.Add(seed, 3, 20)
	}
	f.Fuzz(func(t *testing.T, pattern string, least, most int) {
		if len(pattern) > 200 || least > 1000 || most > 1000 {
			return
		}
		n := 0
		for text := range textsOf(pattern, least, most) {
			if n++; n > 20 {
				break
			}
			if len(text) > 1<<16 {
				t.Errorf("%q gave %d bytes", pattern, len(text))
			}
		}
	})
}
