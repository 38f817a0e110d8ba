package signal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Signal is one message to a wait condition handle. All fields may be empty.
type Signal struct {
	ID     string          `json:"id,omitempty"`     // empty: the next number
	Status Status          `json:"status,omitempty"` // empty: Success
	Reason string          `json:"reason,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"` // a JSON value
}

// Status is what a signal reports.
type Status string

// The statuses.
const (
	Success Status = "SUCCESS"
	Failure Status = "FAILURE"
	Warning Status = "WARNING"
)

// ParseStatus reads a status in any case; the empty text is Success.
func ParseStatus(text string) (Status, error) {
	switch s := Status(strings.ToUpper(text)); s {
	case "":
		return Success, nil
	case "FAILED":
		return Failure, nil
	case Success, Failure, Warning:
		return s, nil
	}
	return "", fmt.Errorf("status %q is none of SUCCESS, FAILURE, WARNING", excerpt(text))
}

// MaxBody bounds the body of a signal, in bytes.
const MaxBody = 32 << 10

const maxID = 255

// Decode reads the body of a signal: nothing, or a JSON object with status,
// data, reason and id, whose names are taken in any case.
func Decode(body []byte) (Signal, error) {
	s := Signal{Status: Success}
	if len(body) > MaxBody {
		return s, fmt.Errorf("a signal of %d bytes is longer than %d", len(body), MaxBody)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return s, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return s, errors.New(`a signal is a JSON object such as {"status": "SUCCESS", "data": "ready"}, or nothing`)
	}
	for name, v := range members {
		if err := s.set(strings.ToLower(name), v); err != nil {
			return s, err
		}
	}
	return s, nil
}

// set takes one member of a body; what a signal has no use for is ignored.
func (s *Signal) set(name string, v json.RawMessage) (err error) {
	switch name {
	case "status":
		s.Status, err = ParseStatus(textOf(v))
	case "reason":
		s.Reason = textOf(v)
	case "data":
		s.Data = v
	case "id":
		if s.ID = textOf(v); len(s.ID) > maxID {
			err = fmt.Errorf("an id of %d bytes is longer than %d", len(s.ID), maxID)
		}
	}
	return err
}

// textOf gives a scalar as text: an id may be a number.
func textOf(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		return s
	}
	if text := string(bytes.TrimSpace(v)); text != "null" {
		return text
	}
	return ""
}

func excerpt(text string) string {
	const most = 40
	if len(text) > most {
		text = text[:most] + "..."
	}
	return strings.ToValidUTF8(text, "?")
}

// Set are the signals of one handle, in the order in which their IDs came first.
type Set []Signal

// Add puts a signal into the set. One with an ID that is there already takes the
// place of that; one without an ID gets the next number.
func (s Set) Add(one Signal) Set {
	if one.Status == "" {
		one.Status = Success
	}
	if one.ID == "" {
		one.ID = strconv.Itoa(len(s) + 1)
	}
	for i := range s {
		if s[i].ID == one.ID {
			s[i] = one
			return s
		}
	}
	return append(s, one)
}
