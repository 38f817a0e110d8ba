package console

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestYes(t *testing.T) {
	for in, want := range map[string]bool{"y\n": true, "YES\n": true, " no \n": false, "perhaps\n\nn\n": false, "y": true} {
		var said []string
		got, err := NewAsker(strings.NewReader(in), func(s string) { said = append(said, s) }, "").Yes(t.Context(), "Go on?")
		if err != nil || got != want || said[0] != "Go on? [y/n]" {
			t.Errorf("%q: %v %v %q", in, got, err, said)
		}
	}
	if _, err := NewAsker(strings.NewReader("maybe"), func(string) {}, "-yes approves").Yes(t.Context(), "Go on?"); !errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "-yes approves") {
		t.Errorf("the input ended: %v", err)
	}
	if got, err := NewAsker(strings.NewReader("\n i-1 \n"), func(string) {}, "").Line(t.Context(), "Its ID:"); got != "i-1" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, w := io.Pipe()
	defer w.Close()
	if _, err := NewAsker(r, func(string) {}, "").Yes(ctx, "Go on?"); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
