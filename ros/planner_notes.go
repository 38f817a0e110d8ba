package ros

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/bianpai/bianpai/internal/secret"

	"github.com/bianpai/bianpai/internal/value"
)

// The codes of notes.
const (
	// NotePrepaid: the resource is paid for in advance; the service may refuse
	// to delete it before its time is over.
	NotePrepaid = "prepaid"
	// NoteRetainedUser: a resource stays in the cloud that needs one that is
	// deleted.
	NoteRetainedUser = "retained-needs-deleted"
	// NoteDeletedFirst: a resource is deleted before its successor is made and
	// is missing meanwhile.
	NoteDeletedFirst = "deleted-before-created"
	// NoteRenamed: what is removed and what is added are alike. To rename a
	// logical ID deletes the resource and makes another, and the new one may
	// collide with the old, which is deleted last.
	NoteRenamed = "renamed"
)

// noteTexts are the notes in English, with a verb for each subject.
var noteTexts = map[string]string{
	NotePrepaid:      "%s is paid for in advance: the service may refuse to delete it before its time is over",
	NoteRetainedUser: "%s stays in the cloud and needs %s, which is to be deleted",
	NoteDeletedFirst: "%s is deleted before its successor is made, and is missing meanwhile",
	NoteRenamed:      "%s is removed and %s, which is just like it, is added: under another logical ID it is another resource",
}

func newNote(code string, subjects ...string) Note {
	return Note{Code: code, Text: fillNote(noteTexts[code], subjects), Subjects: subjects}
}

func fillNote(text string, subjects []string) string {
	args := make([]any, len(subjects))
	for i, s := range subjects {
		args[i] = s
	}
	return fmt.Sprintf(text, args...)
}

// notes remarks on what the steps lead to.
func (p *planner) notes() []Note {
	var notes []Note
	for i := range p.nodes {
		if n := &p.nodes[i]; n.drop > 0 && n.want != nil {
			notes = append(notes, newNote(NoteDeletedFirst, n.id))
		}
	}
	for i := range p.removals {
		r := &p.removals[i]
		id := p.nodes[r.node].id
		if isData(r.in.Type) {
			continue
		}
		if p.steps[r.step].Verb == ReleaseVerb {
			notes = append(notes, p.retainedNotes(id, r.in)...)
		} else if prepaid(r.in, p.in.vault) {
			notes = append(notes, newNote(NotePrepaid, id))
		}
	}
	for i := range p.nodes {
		if n := &p.nodes[i]; n.drop > 0 && prepaid(n.was, p.in.vault) {
			notes = append(notes, newNote(NotePrepaid, n.id))
		}
	}
	return append(notes, p.renamedNotes()...)
}

// renamedNotes finds what is added with the type and the properties of what is
// removed.
func (p *planner) renamedNotes() []Note {
	if p.in.desired == nil {
		return nil
	}
	removed := map[string]string{}
	for i := len(p.in.desired.Resources); i < len(p.nodes); i++ {
		if n := &p.nodes[i]; n.was != nil && len(n.was.Applied) > len("{}") && !isData(n.was.Type) {
			removed[n.was.Type+" "+string(n.was.Applied)] = n.id
		}
	}
	if len(removed) == 0 {
		return nil
	}
	var notes []Note
	for i := range p.in.desired.Resources {
		n := &p.nodes[i]
		if n.action != actAdd {
			continue
		}
		if id, ok := removed[n.want.Type+" "+string(n.desired)]; ok {
			notes = append(notes, newNote(NoteRenamed, id, n.id))
		}
	}
	return notes
}

// retainedNotes lists what is deleted although a retained instance needs it.
func (p *planner) retainedNotes(id string, in *instance) []Note {
	var notes []Note
	for _, need := range in.Needs {
		if j, ok := p.byID[need]; ok && p.deletes(&p.nodes[j]) {
			notes = append(notes, newNote(NoteRetainedUser, id, need))
		}
	}
	return notes
}

// deletes reports whether the active instance of a logical ID is deleted.
func (p *planner) deletes(n *node) bool {
	if n.drop > 0 {
		return true
	}
	for k := range int(n.left) {
		r := &p.removals[int(n.gone)-1+k]
		if r.in == n.was && p.steps[r.step].Verb == DeleteVerb {
			return true
		}
	}
	return false
}

// prepaid reports whether an instance was bought for a term. The service's
// types say so under several names.
func prepaid(in *instance, v *secret.Vault) bool {
	if lower := bytes.ToLower(in.Applied); !bytes.Contains(lower, []byte("prepa")) && !bytes.Contains(lower, []byte("subscription")) {
		return false
	}
	applied, err := v.Parse(in.Applied)
	if err != nil {
		return false
	}
	for _, name := range []string{"ChargeType", "InstanceChargeType", "PayType", "PaymentType"} {
		if choice, ok := applied.Get(name); ok && choice.Kind() == value.KindString {
			switch strings.ToLower(choice.Text()) {
			case "prepaid", "prepay", "subscription":
				return true
			}
		}
	}
	return false
}
