package oos

import (
	"encoding/base64"
	"strconv"

	"github.com/bianpai/bianpai/internal/value"
)

// AppendRecord writes the fact as encoding/json would: a loop has one for each
// item.
func (f *unitStarted) AppendRecord(dst []byte) []byte {
	dst = appendPlace(dst, f.X, f.K, f.I)
	dst = appendInt(dst, "t", int64(f.T))
	if f.Until != 0 {
		dst = appendInt(dst, "u", int64(f.Until))
	}
	if f.Wait != "" {
		dst = appendText(dst, "w", string(f.Wait))
	}
	if f.Need != 0 {
		dst = appendInt(dst, "n", int64(f.Need))
	}
	if f.Load != "" {
		dst = appendText(dst, "l", f.Load)
	}
	return append(dst, '}')
}

// AppendRecord writes the fact as encoding/json would: a loop has one for each
// item.
func (f *unitDone) AppendRecord(dst []byte) []byte {
	dst = appendPlace(dst, f.X, f.K, f.I)
	dst = appendInt(dst, "t", int64(f.T))
	if len(f.D) > 0 {
		dst = append(append(dst, `,"d":`...), f.D...)
	}
	if len(f.Sealed) > 0 {
		dst = append(dst, `,"sec":"`...)
		dst = base64.StdEncoding.AppendEncode(dst, f.Sealed)
		dst = append(dst, '"')
	}
	return append(dst, '}')
}

// appendPlace begins an object with the place of a fact.
func appendPlace(dst []byte, path string, task, item int32) []byte {
	dst = append(dst, '{')
	if path != "" {
		dst = append(dst, `"x":`...)
		dst = value.AppendQuoted(dst, path)
		dst = append(dst, ',')
	}
	dst = append(dst, `"k":`...)
	dst = strconv.AppendInt(dst, int64(task), 10)
	if item != 0 {
		dst = appendInt(dst, "i", int64(item))
	}
	return dst
}

func appendInt(dst []byte, key string, n int64) []byte {
	dst = append(append(append(dst, ',', '"'), key...), '"', ':')
	return strconv.AppendInt(dst, n, 10)
}

func appendText(dst []byte, key, text string) []byte {
	dst = append(append(append(dst, ',', '"'), key...), '"', ':')
	return value.AppendQuoted(dst, text)
}
