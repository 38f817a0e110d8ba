package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Asker asks a person. It is not for concurrent use.
type Asker struct {
	in  *bufio.Reader
	say func(string) // shows a line
	// unless tells how a question is answered without a person: "-yes approves".
	unless string
}

// NewAsker makes an asker that reads answers from in and shows questions with
// say.
func NewAsker(in io.Reader, say func(string), unless string) *Asker {
	return &Asker{in: bufio.NewReader(in), say: say, unless: unless}
}

// Yes asks until it is answered with yes or no. The end of the input leaves the
// question open, which is an error.
func (a *Asker) Yes(ctx context.Context, question string) (bool, error) {
	for {
		text, err := a.read(ctx, question+" [y/n]")
		switch strings.ToLower(text) {
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		if err != nil {
			return false, a.unanswered(question, err)
		}
	}
}

// Line asks for a text that is not empty.
func (a *Asker) Line(ctx context.Context, question string) (string, error) {
	for {
		text, err := a.read(ctx, question)
		if text != "" {
			return text, nil
		}
		if err != nil {
			return "", a.unanswered(question, err)
		}
	}
}

func (a *Asker) unanswered(question string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("no answer to %q: %w; %s", question, err, a.unless)
}

// read reads a line. There may be a text with an error: at the end of the input.
func (a *Asker) read(ctx context.Context, question string) (string, error) {
	type line struct {
		text string
		err  error
	}
	a.say(question)
	lines := make(chan line, 1)
	go func() { // a terminal cannot be told to stop reading
		text, err := a.in.ReadString('\n')
		lines <- line{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case l := <-lines:
		return strings.TrimSpace(l.text), l.err
	}
}
