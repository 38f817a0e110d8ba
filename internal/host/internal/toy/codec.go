package toy

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/bianpai/bianpai/internal/core"
)

// Codec is the codec of both machines.
type Codec struct{}

// Encode implements core.Codec.
func (Codec) Encode(ev core.Event) (core.Record, error) {
	if ev, ok := ev.(Item); ok {
		data := make([]byte, 0, 8)
		data = append(data, byte(ev.Phase))
		data = binary.AppendUvarint(data, uint64(ev.Index))
		if ev.Phase == itemDelayed {
			data = binary.AppendUvarint(data, uint64(ev.Tries))
			data = binary.AppendVarint(data, ev.Until)
		}
		return core.Record{Kind: "i", Data: data}, nil
	}
	data, err := json.Marshal(ev)
	return core.Record{Kind: fmt.Sprintf("%T", ev)[len("toy."):], Data: data}, err
}

// Decode implements core.Codec.
func (Codec) Decode(rec core.Record) (core.Event, error) {
	if decode := decoders[rec.Kind]; decode != nil {
		return decode(rec.Data)
	}
	return nil, fmt.Errorf("unknown kind %q", rec.Kind)
}

var decoders = map[string]func([]byte) (core.Event, error){
	"i":         decodeItem,
	"Started":   decode[Started],
	"Held":      decode[Held],
	"Intended":  decode[Intended],
	"Noted":     decode[Noted],
	"Delayed":   decode[Delayed],
	"Made":      decode[Made],
	"Failed":    decode[Failed],
	"Cancelled": decode[Cancelled],
	"Undoing":   decode[Undoing],
	"Undone":    decode[Undone],
	"Ended":     decode[Ended],
	"Stepped":   decode[Stepped],
	"Looped":    decode[Looped],
	"Approved":  decode[Approved],
	"Stopped":   decode[Stopped],
	"Counted":   decode[Counted],
}

func decode[T any](data []byte) (core.Event, error) {
	var ev T
	err := json.Unmarshal(data, &ev)
	return ev, err
}

func decodeItem(data []byte) (core.Event, error) {
	if len(data) < 2 {
		return nil, fmt.Errorf("short item")
	}
	ev := Item{Phase: itemPhase(data[0])}
	index, n := binary.Uvarint(data[1:])
	ev.Index = int32(index)
	if data = data[1+n:]; ev.Phase == itemDelayed {
		tries, n := binary.Uvarint(data)
		ev.Tries = uint8(tries)
		ev.Until, _ = binary.Varint(data[n:])
	}
	return ev, nil
}
