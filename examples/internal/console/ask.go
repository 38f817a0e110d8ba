package console

import (
	"bufio"
	"context"
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
	type line struct {
		text string
		err  error
	}
	for {
		a.say(question + " [y/n]")
		lines := make(chan line, 1)
		go func() { // a terminal cannot be told to stop reading
			text, err := a.in.ReadString('\n')
			lines <- line{text, err}
		}()
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case l := <-lines:
			switch strings.ToLower(strings.TrimSpace(l.text)) {
			case "y", "yes":
				return true, nil
			case "n", "no":
				return false, nil
			}
			if l.err != nil {
				return false, fmt.Errorf("no answer to %q: %w; %s", question, l.err, a.unless)
			}
		}
	}
}
