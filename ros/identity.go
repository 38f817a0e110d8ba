package ros

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/bianpai/bianpai/journal"
)

// claim is a record of the journal of a name: the stack that holds it. The
// last claim holds, until its stack is deleted.
type claim struct {
	Stack string `json:"stack"`
}

// stackName is what CreateStack takes: a letter, then letters, digits, hyphens
// and underscores, 255 in all.
var stackName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,254}$`)

var stackID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func (e *Engine) nameJournal(name string) string {
	return namePrefix + e.account + "/" + e.region + "/" + name
}

// holder is the stack that a name belongs to.
type holder struct {
	id     string // "" if no stack ever had the name
	tail   int64  // of the name's journal
	status Status // "" while nothing was started
}

// free reports whether a new stack may take the name.
func (h holder) free() bool { return h.id == "" || h.status == DeleteComplete || h.status == "" }

// holderOf looks up who holds a name.
func (e *Engine) holderOf(ctx context.Context, name string) (holder, error) {
	var h holder
	for rec, err := range e.store.Read(ctx, e.nameJournal(name), 0) {
		if err != nil {
			return h, err
		}
		var c claim
		if err := json.Unmarshal(rec.Data, &c); err != nil {
			return h, fmt.Errorf("the claim on stack name %s is not readable: %w", name, err)
		}
		h.id, h.tail = c.Stack, rec.Seq
	}
	if h.id == "" {
		return h, nil
	}
	head, err := e.stacks.Head(ctx, h.id)
	if err != nil {
		return h, err
	}
	s, err := parseSummary(head)
	h.status = s.Status
	return h, err
}

// newID makes the ID of a stack: a function of account, region, name and the
// client token, or of how many stacks had the name before.
func (e *Engine) newID(name, token string, before int64) string {
	if token == "" {
		token = "#" + strconv.FormatInt(before, 10)
	} else {
		token = "token:" + token
	}
	sum := sha256.Sum256([]byte(e.account + "\x00" + e.region + "\x00" + name + "\x00" + token))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// take claims a name for a new stack. The same stack may claim it again.
func (e *Engine) take(ctx context.Context, ref StackRef) error {
	h, err := e.holderOf(ctx, ref.Name)
	if err != nil {
		return err
	}
	if h.id == ref.ID {
		return nil
	}
	if !h.free() {
		return &ExistsError{Stack: ref.Name, Status: h.status}
	}
	data, err := json.Marshal(claim{Stack: ref.ID})
	if err != nil {
		return err
	}
	err = e.store.Append(ctx, &journal.Append{ID: e.nameJournal(ref.Name), After: h.tail, Recs: []journal.Record{{Kind: "claim", Data: data}}})
	if _, lost := errors.AsType[*journal.ConflictError](err); lost {
		return &ExistsError{Stack: ref.Name, Status: CreateInProgress}
	}
	return err
}

// find gives the ID of a stack that is named by name or by ID.
func (e *Engine) find(ctx context.Context, stack string) (string, error) {
	if stackID.MatchString(stack) {
		head, err := e.stacks.Head(ctx, stack)
		if err == nil && head.Tail == 0 {
			err = &NotFoundError{Stack: stack}
		}
		return stack, err
	}
	h, err := e.holderOf(ctx, stack)
	if err == nil && h.free() {
		err = &NotFoundError{Stack: stack}
	}
	return h.id, err
}
