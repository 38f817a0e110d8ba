package gateway

import (
	"bytes"
	"encoding/json"
)

const jsonType = "application/json;charset=utf-8"

// encode writes a value of this package's making.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
