package providertest

import (
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/signal"
)

const (
	waitConditionType = "ALIYUN::ROS::WaitCondition"
	waitHandleType    = "ALIYUN::ROS::WaitConditionHandle"
)

// Signals say how the instances behind a wait condition answer.
type Signals struct {
	Withhold bool          // they never do, unless Signal is called
	Count    int           // how many answer; 0: as many as the condition counts
	Status   string        // of each: "SUCCESS" (also if empty), "FAILURE", "WARNING"
	Reason   string        // of each
	Data     any           // of each, JSON-like; nil: the text "done"
	After    time.Duration // from the start of the condition
}

// Signal is one message to a wait condition. All fields may be left empty.
type Signal struct {
	ID     string // empty: the next number
	Status string // "SUCCESS" (also if empty), "FAILURE", "WARNING"; in any case
	Reason string
	Data   any // JSON-like
}

// signalBoard keeps what was said to wait conditions.
type signalBoard struct {
	fallback Signals
	rules    map[string]Signals
	sent     map[string]signal.Set
}

// Signals sets how the instances behind a wait condition answer. logicalID is
// that of the condition or of its handle; empty stands for all that have no
// setting of their own.
func (c *Cloud) Signals(logicalID string, s Signals) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if logicalID == "" {
		c.signals.fallback = s
		return
	}
	if c.signals.rules == nil {
		c.signals.rules = make(map[string]Signals)
	}
	c.signals.rules[logicalID] = s
}

// Signal sends one message to a wait condition, named by its own logical id or
// its handle's. A message that comes before the condition waits counts too; one
// with an id that was used before takes the place of that one.
func (c *Cloud) Signal(logicalID string, s Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.signals.sent == nil {
		c.signals.sent = make(map[string]signal.Set)
	}
	c.signals.sent[logicalID] = c.signals.sent[logicalID].Add(s.wire())
}

// wire gives the message as the service gets it. A status that there is none of
// counts as a success.
func (s Signal) wire() signal.Signal {
	status, err := signal.ParseStatus(s.Status)
	if err != nil {
		status = signal.Success
	}
	return signal.Signal{ID: s.ID, Status: status, Reason: s.Reason, Data: encode(s.Data)}
}

// lookAgain is how often a condition that lacks signals looks for them.
const lookAgain = 5 * time.Second

// waitForSignals gives how long to wait before the next look; 0: the condition
// is met, or has failed.
func (c *Cloud) waitForSignals(op *operation) (time.Duration, string) {
	o := c.objects[op.Key]
	if o == nil {
		op.fail("ResourceNotFound", "The wait condition is gone.")
		return 0, ""
	}
	props, _ := decodeObject(o.Properties)
	want := max(numberOf(props["Count"]), 0)
	if _, ok := props["Count"]; !ok {
		want = 1
	}
	timeout := time.Duration(max(numberOf(props["Timeout"]), 1)) * time.Second
	waited := time.Since(op.Started)
	signals, next := c.received(op, o, textOf(props["Handle"]), want, waited)
	state, words := signals.Outcome(want)
	switch {
	case state == signal.Failed:
		op.fail("WaitConditionFailed", "The wait condition failed: "+words)
		return 0, ""
	case state == signal.Complete:
		c.conclude(o, signals)
		return 0, ""
	case waited >= timeout:
		op.fail("WaitConditionTimeout", "The wait condition timed out: "+words+".")
		return 0, ""
	}
	return min(max(next, briefly), timeout-waited), words
}

// received gives the signals that a condition has, and how long until the next
// look makes sense.
func (c *Cloud) received(op *operation, o *object, handle string, want int, waited time.Duration) (signal.Set, time.Duration) {
	names := []string{o.LogicalID}
	for _, h := range c.byID[handle] {
		if h.Type == waitHandleType {
			names = append(names, h.LogicalID)
		}
	}
	rule := c.signals.fallback
	var list signal.Set
	for _, name := range names {
		if r, ok := c.signals.rules[name]; ok {
			rule = r
		}
		for _, s := range c.signals.sent[name] {
			list = list.Add(s)
		}
	}
	if rule.Withhold {
		return list, lookAgain
	}
	if op.Left > 0 {
		op.Left--
		return list, briefly
	}
	due := rule.After
	if !op.Due.IsZero() {
		due += op.Due.Sub(op.Started)
	}
	if waited < due {
		return list, min(due-waited, lookAgain)
	}
	data := rule.Data
	if data == nil {
		data = "done"
	}
	n := rule.Count
	if n == 0 {
		n = max(want, 1)
	}
	for range n {
		list = list.Add(Signal{Status: rule.Status, Reason: rule.Reason, Data: data}.wire())
	}
	return list, lookAgain
}

func (op *operation) fail(code, message string) {
	op.Failure = &failure{Kind: provider.Unknown, Code: code, Message: message}
}

// conclude writes the signals into the condition's attributes.
func (c *Cloud) conclude(o *object, signals signal.Set) {
	attributes, err := decodeObject(o.Attributes)
	if err != nil {
		return
	}
	tellSignals(attributes, signals)
	done := *o
	done.Attributes = encode(attributes)
	c.put(&done)
}

func tellSignals(attributes map[string]any, signals signal.Set) {
	for name, text := range signal.Attributes(signals, nil) {
		attributes[name] = text
	}
}
