package alicloud

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"math/big"
	"strings"
	"time"

	"github.com/bianpai/bianpai/provider"
)

// builtin is a type that needs no service.
type builtin struct {
	create, update, remove func(ctx context.Context, p *Provider, req *provider.Request) (*provider.Progress, error)
	// lacks says what keeps a provider from handling the type; nil or an empty
	// text: nothing.
	lacks func(p *Provider) string
}

// builtins are the types that the stack service itself implements, as far as
// that can be done without one.
var builtins = map[string]*builtin{
	"ALIYUN::ROS::Sleep":               {create: sleepFor("CreateDuration"), update: sleepFor("UpdateDuration"), remove: nothingToDo},
	"ALIYUN::RandomString":             {create: randomString, update: nothingToDo, remove: nothingToDo},
	"ALIYUN::ROS::WaitConditionHandle": {create: makeHandle, update: renewHandle, remove: dropHandle, lacks: lacksSignals},
	"ALIYUN::ROS::WaitCondition":       {create: awaitSignals, update: awaitSignals, remove: nothingToDo, lacks: lacksSignals},
}

// builtin finds how a type is handled without a service; nil: not so.
func (p *Provider) builtin(typ string) *builtin {
	b := builtins[typ]
	if b == nil || b.lacks != nil && b.lacks(p) != "" {
		return nil
	}
	return b
}

func nothingToDo(_ context.Context, _ *Provider, req *provider.Request) (*provider.Progress, error) {
	return &provider.Progress{PhysicalID: req.PhysicalID, Done: true}, nil
}

// sleepFor waits by saying when to ask again. What it has waited for is in
// Resume: the second request finds it done.
func sleepFor(property string) func(context.Context, *Provider, *provider.Request) (*provider.Progress, error) {
	return func(_ context.Context, _ *Provider, req *provider.Request) (*provider.Progress, error) {
		props, err := properties(req.Desired, nil)
		if err != nil {
			return nil, err
		}
		id := req.PhysicalID
		if id == "" {
			id = localID("sleep", req)
		}
		seconds, _ := json.Number(textOf(props[property])).Int64()
		if seconds <= 0 || len(req.Resume) > 0 {
			return &provider.Progress{PhysicalID: id, Attributes: json.RawMessage("{}"), Done: true}, nil
		}
		const longest = 24 * 60 * 60
		return &provider.Progress{PhysicalID: id, After: time.Duration(min(seconds, longest)) * time.Second, Resume: []byte("{}")}, nil
	}
}

// localID names what no service knows.
func localID(kind string, req *provider.Request) string {
	return kind + "-" + token(req.Token+req.Stack+req.LogicalID, 1)[:16]
}

// classes are the sets of letters that a random string may be made of.
var classes = map[string]string{
	"lowercase":     "abcdefghijklmnopqrstuvwxyz",
	"uppercase":     "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"digits":        "0123456789",
	"letters":       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"lettersdigits": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
	"hexdigits":     "0123456789abcdefABCDEF",
	"octdigits":     "01234567",
}

const longestString = 512

// randomString makes a text of at least so many letters of each class and
// sequence, in random order. A request that is repeated makes another text:
// nothing has seen the first.
func randomString(_ context.Context, _ *Provider, req *provider.Request) (*provider.Progress, error) {
	props, err := properties(req.Desired, nil)
	if err != nil {
		return nil, err
	}
	length := 32
	if n, err := json.Number(textOf(props["length"])).Int64(); err == nil && n > 0 {
		length = int(min(n, longestString))
	}
	alphabet := classes[textOf(props["sequence"])]
	var letters []byte
	add := func(list any, set func(map[string]any) string) {
		for _, item := range itemsOf(list) {
			m, _ := item.(map[string]any)
			from := set(m)
			if from == "" {
				continue
			}
			alphabet += from
			least, err := json.Number(textOf(m["min"])).Int64()
			if err != nil {
				least = 1
			}
			for range min(max(int(least), 0), length-len(letters)) {
				letters = append(letters, from[under(len(from))])
			}
		}
	}
	add(props["character_classes"], func(m map[string]any) string { return classes[textOf(m["class"])] })
	add(props["character_sequences"], func(m map[string]any) string { return textOf(m["sequence"]) })
	if alphabet == "" {
		alphabet = classes["lettersdigits"]
	}
	for len(letters) < length {
		letters = append(letters, alphabet[under(len(alphabet))])
	}
	for i := len(letters) - 1; i > 0; i-- {
		j := under(i + 1)
		letters[i], letters[j] = letters[j], letters[i]
	}
	data, err := json.Marshal(map[string]string{"value": strings.ToValidUTF8(string(letters), "")})
	if err != nil {
		return nil, &provider.Error{Kind: provider.Unknown, Err: err}
	}
	return &provider.Progress{PhysicalID: localID("random", req), Attributes: data, Done: true}, nil
}

// under is a random number from 0 to n-1 that nobody can guess.
func under(n int) int {
	x, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0 // the reader does not fail; it ends the program first
	}
	return int(x.Int64())
}
