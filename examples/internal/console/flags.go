package console

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

// NewFlags makes the flags of a command that works on files: its usage line is
// "usage: NAME [flags] PATH...".
func NewFlags(name string, errs io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(errs)
	fs.Usage = func() {
		fmt.Fprintf(errs, "usage: %s [flags] PATH...\n", name)
		fs.PrintDefaults()
	}
	return fs
}

// Paths parses the flags and gives the paths behind them, of which there must be
// one.
func Paths(fs *flag.FlagSet, args []string) ([]string, error) {
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() == 0 {
		fs.Usage()
		return nil, errors.New("no path")
	}
	return fs.Args(), nil
}
