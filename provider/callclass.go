package provider

import (
	"fmt"
	"strings"
)

// CallClass says what may be done about a raw API call whose answer was lost.
type CallClass uint8

// The classes. Once is the cautious one, and the one of every call that nothing
// is known of.
const (
	Once       CallClass = iota // making it again may do it twice: in doubt until settled
	ReadOnly                    // changes nothing: repeat
	Token                       // the service knows it by its client token: repeat with the same token
	Idempotent                  // ends in the state that its parameters name: repeat
)

var callClassNames = [...]string{"once", "read-only", "token", "idempotent"}

// String returns the class's name: "read-only".
func (c CallClass) String() string {
	if int(c) < len(callClassNames) {
		return callClassNames[c]
	}
	return fmt.Sprintf("call-class(%d)", uint8(c))
}

// Repeat reports whether a call may be made again when its answer was lost. The
// repetition of a deletion may be answered by an error of kind NotFound, which
// then means success.
func (c CallClass) Repeat() bool { return c != Once }

// readers are the first words of calls that change nothing.
var readers = []string{
	"BatchDescribe", "BatchGet", "BatchQuery", "Check", "Count", "Describe", "Estimate", "Get", "Inquire", "Inquiry", "List",
	"Lookup", "Preview", "Query", "Search", "Validate",
}

// setters are the first words of calls that set, mark or remove what they name.
// Start, Stop and Reboot are not among them: done twice they may undo what
// somebody did in between.
var setters = []string{
	"AddTags", "Delete", "Disable", "Enable", "Modify", "PutBucket", "RemoveTags", "Set", "Tag", "UnTag", "Untag",
}

// costly are words in the names of calls that a setter's first word does not
// tell enough of: they order something, or count from where things are.
var costly = []string{"Charge", "Capacity", "Order", "Renew", "Reserved", "Spec", "Upgrade", "Purchase", "Version"}

// classes are those of calls whose names mislead, by service in upper case and
// API.
var classes = map[string]CallClass{
	"ECS AssociateEipAddress":                   Idempotent,
	"ECS AttachDisk":                            Idempotent,
	"ECS AttachKeyPair":                         Idempotent,
	"ECS DetachDisk":                            Idempotent,
	"ECS DetachKeyPair":                         Idempotent,
	"ECS JoinSecurityGroup":                     Idempotent,
	"ECS LeaveSecurityGroup":                    Idempotent,
	"ECS ModifyLaunchTemplateDefaultVersion":    Idempotent,
	"ECS ReleaseEipAddress":                     Idempotent,
	"ESS ResumeProcesses":                       Idempotent,
	"ESS SuspendProcesses":                      Idempotent,
	"KMS UpdateRotationPolicy":                  Idempotent,
	"OSS GenerateUrl":                           ReadOnly,
	"RAM UpdateLoginProfile":                    Idempotent,
	"RDS ModifyParameter":                       Once, // restarts the instance
	"RESOURCECENTER ExecuteSQLQuery":            ReadOnly,
	"SLB RemoveBackendServers":                  Idempotent,
	"R-KVSTORE ModifyInstanceConfig":            Once, // may restart the instance
	"SAE BindSlb":                               Idempotent,
	"VPC DeletionProtection":                    Idempotent,
	"SLB RemoveAccessControlListEntry":          Idempotent,
	"RESOURCESHARING AssociateResourceShare":    Idempotent,
	"RESOURCESHARING DisassociateResourceShare": Idempotent,
}

// ClassByName tells the class of a call as far as names do: ReadOnly,
// Idempotent or Once. The case of the API's name counts. Package calls, which
// knows the calls, tells Token too.
func ClassByName(service, api string) CallClass {
	if c, ok := classes[strings.ToUpper(service)+" "+api]; ok {
		return c
	}
	if startsWithWord(api, readers) {
		return ReadOnly
	}
	if !startsWithWord(api, setters) {
		return Once
	}
	for _, word := range costly {
		if strings.Contains(api, word) && !strings.HasPrefix(api, "Delete") {
			return Once
		}
	}
	return Idempotent
}

func startsWithWord(name string, words []string) bool {
	for _, w := range words {
		if rest, ok := strings.CutPrefix(name, w); ok && (rest == "" || rest[0] < 'a' || rest[0] > 'z') {
			return true
		}
	}
	return false
}
