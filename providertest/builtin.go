package providertest

import (
	"maps"
	"strings"

	"github.com/bianpai/bianpai/provider/signal"
)

// builtins make up the attributes of types that the stack service itself
// implements.
var builtins = map[string]func(m *maker, out map[string]any){
	waitHandleType:         handleAttributes,
	"ALIYUN::RandomString": randomString,
}

// handleAttributes tells where and how to send a signal.
func handleAttributes(m *maker, out map[string]any) {
	url := "https://ros-" + m.c.region + ".aliyuncs.com/waitcondition?stackname=" + m.o.Stack + "&resource=" + m.o.LogicalID +
		"&expire=4102444800&signature=" + m.o.Seed.with("signature").text(hexits, 40)
	maps.Copy(out, signal.Commands(url, m.c.region))
}

// classes are the sets of letters that a random string may be made of.
var classes = map[string]string{
	"lowercase":     "abcdefghijklmnopqrstuvwxyz",
	"uppercase":     "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"digits":        digits,
	"letters":       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"lettersdigits": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits,
	"hexdigits":     "0123456789abcdefABCDEF",
	"octdigits":     "01234567",
	"punctuation":   "!#$%&()*+,-./:;<=>?@[]^_{|}~",
}

// randomString makes a text that satisfies what the properties ask for: at
// least so many letters of each class, and the rest of any of them.
func randomString(m *maker, out map[string]any) {
	from := m.o.Seed.with("value")
	length := 32
	if n := numberOf(m.props["length"]); n > 0 {
		length = min(n, 512)
	}
	alphabet := classes[textOf(m.props["sequence"])]
	var head strings.Builder
	list, _ := m.props["character_classes"].([]any)
	for _, item := range list {
		class, _ := item.(map[string]any)
		letters := classes[textOf(class["class"])]
		if letters == "" {
			continue
		}
		alphabet += letters
		least := 1
		if _, ok := class["min"]; ok {
			least = numberOf(class["min"])
		}
		from.write(&head, letters, min(max(least, 0), length-head.Len()))
	}
	if alphabet == "" {
		alphabet = classes["lettersdigits"]
	}
	from.write(&head, alphabet, length-head.Len())
	out["value"] = head.String()
}

// Script sets attributes of resources with a logical id that are created or
// changed from now on, over what the cloud makes up: the outputs of a nested
// stack, the data of a custom resource.
func (c *Cloud) Script(logicalID string, attributes map[string]any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scripts[logicalID] = maps.Clone(attributes)
}
