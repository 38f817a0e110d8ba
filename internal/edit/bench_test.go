package edit

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bianpai/bianpai/internal/doc"
)

// large makes a document of n resources.
func large(n int) string {
	var b strings.Builder
	b.WriteString("Resources:\n")
	for i := range n {
		fmt.Fprintf(&b, "    # number %[1]d\n    Server%[1]d:\n        Type: ALIYUN::ECS::Instance   \n        Properties:\n            Name: {Ref: Name}\n            Tags:\n            - Key: a\n              Value: 'b'\n            UserData: |\n                #!/bin/sh\n                echo %[1]d\n\n\n", i)
	}
	return b.String()
}

// BenchmarkFormat compares with reading the document, which a format does once
// more to see that nothing is lost.
func BenchmarkFormat(b *testing.B) {
	yaml := large(2000)
	d := parse(b, yaml)
	json := string(d.Root().AppendJSON(nil))
	for name, text := range map[string]string{"yaml": yaml, "json": json} {
		b.Run(name, func(b *testing.B) { againstReading(b, text, func(d *doc.Doc) { Format(d, nil) }) })
	}
}

// BenchmarkSet changes one value of a large document.
func BenchmarkSet(b *testing.B) {
	v := literal(`"x"`)
	againstReading(b, large(2000), func(d *doc.Doc) {
		if _, err := Set(d, "Resources.Server1000.Type", v); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkConvert(b *testing.B) {
	againstReading(b, large(2000), func(d *doc.Doc) {
		if _, err := Convert(d, doc.JSON, nil); err != nil {
			b.Fatal(err)
		}
	})
}

func againstReading(b *testing.B, text string, ours func(d *doc.Doc)) {
	b.SetBytes(int64(len(text)))
	var spent, least time.Duration
	for b.Loop() {
		t0 := time.Now()
		d := parse(b, text)
		t1 := time.Now()
		ours(d)
		spent += time.Since(t1)
		least += t1.Sub(t0)
	}
	b.ReportMetric(float64(spent)/float64(least), "x-floor")
}
