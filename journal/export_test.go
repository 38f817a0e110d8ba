package journal

import (
	"os"
	"path/filepath"
)

// Path is the directory of a Dir.
func Path(d *Dir) string { return d.path }

// File is the file of a journal in a directory.
func File(dir, id string) string { return filepath.Join(dir, fileName(id)+fileSuffix) }

// FailWrites puts a function in the place of the one that writes to files.
func FailWrites(d *Dir, write func(f *os.File, b []byte, off int64) (int, error)) { d.writeAt = write }
