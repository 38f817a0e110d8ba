package journal_test

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/bianpai/bianpai/journal"
)

// benchBatch is an append of n records of the usual size.
func benchBatch(n int) *journal.Append {
	a := &journal.Append{ID: "a"}
	for range n {
		a.Recs = append(a.Recs, journal.Record{At: time.Unix(1700000000, 0), Kind: "step-done", Data: bytes.Repeat([]byte("d"), 150)})
	}
	return a
}

func BenchmarkMemoryAppend(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("batch=%d", n), func(b *testing.B) {
			s := new(journal.Memory)
			a := benchBatch(n)
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Append(context.Background(), a); err != nil {
					b.Fatal(err)
				}
				a.After += int64(n)
				if a.After > 20_000 { // else it measures how the system hands out memory
					if err := s.Trim(context.Background(), a.ID, a.After+1); err != nil {
						b.Fatal(err)
					}
					a.After = 0
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/record")
		})
	}
}

// BenchmarkDirAppend does each append next to a plain write and fsync of as
// many bytes, and reports the ratio of the two medians as x/floor: means say
// more about what else the disk does.
func BenchmarkDirAppend(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("batch=%d", n), func(b *testing.B) {
			dir := b.TempDir()
			d, err := journal.OpenDir(dir, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			raw, err := os.Create(filepath.Join(dir, "floor"))
			if err != nil {
				b.Fatal(err)
			}
			defer raw.Close()
			a := benchBatch(n)
			plain := make([]byte, n*180)
			add := func() error { return d.Append(context.Background(), a) }
			write := func() error {
				if _, err := raw.Write(plain); err != nil {
					return err
				}
				return raw.Sync()
			}
			took := func(f func() error) time.Duration {
				start := time.Now()
				if err := f(); err != nil {
					b.Fatal(err)
				}
				return time.Since(start)
			}
			var ours, floor []time.Duration
			for turn := false; b.Loop(); turn = !turn {
				if turn { // the second of two syncs is often the cheaper one
					floor = append(floor, took(write))
				}
				ours = append(ours, took(add))
				if !turn {
					floor = append(floor, took(write))
				}
				a.After += int64(n)
			}
			slices.Sort(ours)
			slices.Sort(floor)
			b.ReportMetric(float64(ours[len(ours)/2]), "append-ns")
			b.ReportMetric(float64(ours[len(ours)/2])/float64(floor[len(floor)/2]), "x/floor")
		})
	}
}

// BenchmarkDirAppendNoSync is the cost of an append without that of the disk.
func BenchmarkDirAppendNoSync(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("batch=%d", n), func(b *testing.B) {
			d, err := journal.OpenDir(b.TempDir(), &journal.DirOptions{Sync: noSync})
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			a := benchBatch(n)
			b.ReportAllocs()
			for b.Loop() {
				if err := d.Append(context.Background(), a); err != nil {
					b.Fatal(err)
				}
				a.After += int64(n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/record")
		})
	}
}

// benchFill appends records until there are n.
func benchFill(b *testing.B, s journal.Store, n int) {
	a := benchBatch(20)
	for ; a.After < int64(n); a.After += 20 {
		if err := s.Append(context.Background(), a); err != nil {
			b.Fatal(err)
		}
	}
}

func benchRead(b *testing.B, s journal.Store, n int) {
	b.ReportAllocs()
	for b.Loop() {
		size := 0
		for r, err := range s.Read(context.Background(), "a", 0) {
			if err != nil {
				b.Fatal(err)
			}
			size += len(r.Data)
		}
		b.SetBytes(int64(size))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/record")
}

// BenchmarkRead reads a whole journal, as a fold does.
func BenchmarkRead(b *testing.B) {
	const n = 100_000
	b.Run("Memory", func(b *testing.B) {
		s := new(journal.Memory)
		benchFill(b, s, n)
		benchRead(b, s, n)
	})
	dir := b.TempDir()
	d, err := journal.OpenDir(dir, &journal.DirOptions{Sync: noSync})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	benchFill(b, d, n)
	b.Run("Dir", func(b *testing.B) { benchRead(b, d, n) })
	b.Run("floor", func(b *testing.B) { // to read the file and check it, no more
		for b.Loop() {
			file, err := os.ReadFile(journal.File(dir, "a"))
			if err != nil {
				b.Fatal(err)
			}
			_ = crc32.Checksum(file, crc32.MakeTable(crc32.Castagnoli))
			b.SetBytes(int64(len(file)))
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/record")
	})
}

// BenchmarkFollow reads the newest append of a long journal, as those do who
// follow it.
func BenchmarkFollow(b *testing.B) {
	d, err := journal.OpenDir(b.TempDir(), &journal.DirOptions{Sync: noSync})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	benchFill(b, d, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range d.Read(context.Background(), "a", 99_990) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkOpen opens a directory of many journals and looks at one.
func BenchmarkOpen(b *testing.B) {
	const n = 1000
	dir := b.TempDir()
	d, err := journal.OpenDir(dir, &journal.DirOptions{Sync: noSync})
	if err != nil {
		b.Fatal(err)
	}
	a := benchBatch(20)
	for i := range n {
		a.ID = fmt.Sprint("stack/", i)
		if err := d.Append(context.Background(), a); err != nil {
			b.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	for _, list := range []bool{false, true} {
		b.Run(fmt.Sprintf("list=%t", list), func(b *testing.B) {
			for b.Loop() {
				d, err := journal.OpenDir(dir, &journal.DirOptions{Sync: noSync})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := d.Head(context.Background(), "stack/7"); err != nil {
					b.Fatal(err)
				}
				if list {
					for _, err := range d.List(context.Background(), nil) {
						if err != nil {
							b.Fatal(err)
						}
					}
				}
				if err := d.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
