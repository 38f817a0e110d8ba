package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The lock file is locked as long as a Dir is open, and says the format of the
// directory and whether the last one was closed in order. Both forms have the
// same length, so that one replaces the other in one small write.
const (
	lockName    = "LOCK"
	stateOpen   = "open  "
	stateClosed = "closed"
)

type lockFile struct {
	f    *os.File
	path string
}

// lockDir opens and locks the lock file, or returns *LockedError.
func lockDir(dir string) (*lockFile, error) {
	path := filepath.Join(dir, lockName)
	f, err := openLocked(path)
	if err == errHeld {
		return nil, &LockedError{Dir: dir}
	}
	if err != nil {
		return nil, err
	}
	return &lockFile{f, path}, nil
}

// unlock gives the lock free. The file stays: to remove it would let two
// processes lock two files of the same name.
func (l *lockFile) unlock() error { return l.f.Close() }

// readState tells whether the last Dir was closed in order. A file that says
// nothing legible counts as a crash.
func (l *lockFile) readState() (clean bool, err error) {
	b := make([]byte, 64)
	n, err := l.f.ReadAt(b, 0)
	if n == 0 && err != nil {
		return false, nil
	}
	words := strings.Fields(string(b[:n]))
	if len(words) < 3 || words[0] != "bianpai-journal" {
		return false, nil
	}
	version, err := strconv.Atoi(words[1])
	if err != nil {
		return false, nil
	}
	if version > formatVersion {
		return false, &FormatError{Path: l.path, Found: version, Known: formatVersion}
	}
	return words[2] == stateClosed, nil
}

func (l *lockFile) writeState(state string, sync func(*os.File) error) error {
	text := fmt.Sprintf("bianpai-journal %d %s\n", formatVersion, state)
	if _, err := l.f.WriteAt([]byte(text), 0); err != nil {
		return err
	}
	return sync(l.f)
}
