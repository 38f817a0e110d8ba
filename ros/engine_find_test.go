package ros

import (
	"context"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// seeking is a cloud that notes what it is told when something is looked up.
type seeking struct {
	*fakeCloud
	asked *[]provider.Request
}

func (s seeking) Find(ctx context.Context, req *provider.Request) (*provider.State, error) {
	*s.asked = append(*s.asked, *req)
	return s.fakeCloud.Find(ctx, req)
}

const derived = single + `
  B:
    Type: Custom::Thing
    Properties: {From: {Fn::GetAtt: [A, Id]}, Password: {Ref: Password}}
Parameters:
  Password: {Type: String, NoEcho: true}
`

// What a create call may have made is looked up by the properties that the call
// had, with the values of what they depend on and of secrets; and it is told
// whether there is a doubt at all.
func TestLookUpTellsTheProperties(t *testing.T) {
	for _, c := range []struct {
		kind    provider.Kind
		lost    bool
		outcome Status
	}{{provider.Unknown, true, CreateRollbackComplete}, {provider.Invalid, false, CreateRollbackComplete}} {
		var asked []provider.Request
		look := func(f *fakeCloud, o *Options) provider.Provider {
			sealer, err := NewSealer([]byte("a key of thirty-two bytes, yes. "))
			if err != nil {
				t.Fatal(err)
			}
			o.Sealer = sealer
			return seeking{f, &asked}
		}
		onBench(t, look, func(t *testing.T, b *bench) {
			if c.lost {
				b.cloud.lose = on("create", "B", refusal(c.kind))
			} else {
				b.cloud.refuse = on("create", "B", refusal(c.kind))
			}
			b.expect(b.create(derived, map[string]any{"Password": "hunter2-hunter2"}), c.outcome)
			b.leaves()
		})
		if len(asked) != 1 || asked[0].Repeated != c.lost {
			t.Fatalf("%v: %+v", c.kind, asked)
		}
		if want := `{"From":"A-1","Password":"hunter2-hunter2"}`; c.lost && string(asked[0].Prior) != want {
			t.Errorf("%v: looked up by %s, want %s", c.kind, asked[0].Prior, want)
		}
	}
}

// What was made, and then failed, is deleted by the properties that it was made
// with.
func TestDeleteTellsTheProperties(t *testing.T) {
	var told []provider.Request
	watch := func(f *fakeCloud, o *Options) provider.Provider {
		sealer, err := NewSealer([]byte("a key of thirty-two bytes, yes. "))
		if err != nil {
			t.Fatal(err)
		}
		o.Sealer = sealer
		return comingToNothing{f, &told}
	}
	onBench(t, watch, func(t *testing.T, b *bench) {
		b.expect(b.create(derived, map[string]any{"Password": "hunter2-hunter2"}), CreateRollbackComplete)
		b.leaves()
	})
	if want := `{"From":"A-1","Password":"hunter2-hunter2"}`; len(told) != 1 || string(told[0].Prior) != want {
		t.Errorf("%+v, want %s", told, want)
	}
}

// comingToNothing is a cloud where B is made, and comes to nothing afterwards.
type comingToNothing struct {
	*fakeCloud
	told *[]provider.Request
}

func (f comingToNothing) Create(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	if req.LogicalID != "B" {
		return f.fakeCloud.Create(ctx, req)
	}
	if len(req.Resume) > 0 {
		return nil, refusal(provider.Invalid)
	}
	p, err := f.fakeCloud.Create(ctx, req)
	if err == nil {
		p.Done, p.Resume = false, []byte("made")
	}
	return p, err
}

func (f comingToNothing) Delete(ctx context.Context, req *provider.Request) (*provider.Progress, error) {
	if req.LogicalID == "B" {
		*f.told = append(*f.told, *req)
	}
	return f.fakeCloud.Delete(ctx, req)
}
