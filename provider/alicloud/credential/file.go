package credential

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// readFile reads a small file. An error names it, and quotes nothing of it.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no %s: %w", path, fs.ErrNotExist)
		}
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe might never end
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, answerLimit+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > answerLimit:
		return nil, fmt.Errorf("%s is larger than %d bytes", path, answerLimit)
	}
	return data, nil
}

// named puts the name of a source before its errors.
type named struct {
	Provider
	name string
}

func (n named) String() string { return n.name }

// Credential implements [Provider].
func (n named) Credential(ctx context.Context) (*Credential, error) {
	c, err := n.Provider.Credential(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.name, err)
	}
	return c, nil
}
