package ros

import "github.com/bianpai/bianpai/template"

// Change is a wish: what a stack should become.
type Change struct {
	// Stack is the stack's name. A name that no stack has makes a new one.
	Stack string
	// Template and Parameters are the wanted state. Values are strings, or
	// JSON-like Go values.
	Template   *template.Template
	Parameters map[string]any
	// UsePreviousParameters takes the stack's own value for each parameter
	// that Parameters does not name.
	UsePreviousParameters bool
	// Delete asks for the stack to be removed; Template is not looked at.
	Delete bool
	// RetainResources are logical IDs that a delete leaves in the cloud;
	// RetainAll leaves them all.
	RetainResources []string
	RetainAll       bool
	// DisableReplacement refuses a plan in which a resource would have to be
	// replaced (*ReplacementError), as the service does by default.
	DisableReplacement bool
	// Settings are the options to keep with the stack; nil keeps what it has.
	Settings *Settings
	// ClientToken makes the same request name the same stack: at most 64
	// bytes.
	ClientToken string
}
