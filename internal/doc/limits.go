package doc

// Limits bounds what a reader accepts; past a limit it stops with an error and
// what it has read so far. A zero field, as nil, means the default.
type Limits struct {
	// Bytes is the greatest length of the text; 64 MiB by default.
	Bytes int
	// Depth is the deepest nesting of lists and maps; 100 by default.
	Depth int
	// Nodes is the greatest number of values, those that aliases repeat
	// counted each time; 4,194,304 by default.
	Nodes int
	// Aliases is the greatest number of YAML alias references; 10,000 by
	// default.
	Aliases int
}

// maxMerged is the greatest number of entries that merge keys may bring.
const maxMerged = 50_000

// maxText keeps offsets within 32 bits whatever the limit says.
const maxText = 1<<31 - 1

func (l *Limits) withDefaults() Limits {
	out := Limits{Bytes: 64 << 20, Depth: 100, Nodes: 4 << 20, Aliases: 10_000}
	if l == nil {
		return out
	}
	for _, f := range [...]struct {
		to   *int
		from int
	}{{&out.Bytes, l.Bytes}, {&out.Depth, l.Depth}, {&out.Nodes, l.Nodes}, {&out.Aliases, l.Aliases}} {
		if f.from > 0 {
			*f.to = f.from
		}
	}
	out.Bytes = min(out.Bytes, maxText)
	return out
}
