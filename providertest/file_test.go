package providertest

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"

	"github.com/bianpai/bianpai/provider"
)

// TestFileHoldsAll does the same at random to a cloud in memory and to one
// whose process dies every few calls.
func TestFileHoldsAll(t *testing.T) {
	for run := range 20 {
		rnd := rand.New(rand.NewPCG(uint64(run), 1))
		memory := New(t, nil)
		opts := &Options{File: filepath.Join(t.TempDir(), "cloud")}
		kept := New(t, opts)
		var ids []string
		for n := range 120 {
			if rnd.IntN(10) == 0 {
				kept = New(t, opts)
			}
			req, verb := randomRequest(rnd, n, ids)
			var ends [2]string
			for i, c := range []*Cloud{memory, kept} {
				r := *req
				p, err := map[string]func(*Cloud) (*provider.Progress, error){
					"Create": func(c *Cloud) (*provider.Progress, error) { return c.Create(t.Context(), &r) },
					"Update": func(c *Cloud) (*provider.Progress, error) { return c.Update(t.Context(), &r) },
					"Delete": func(c *Cloud) (*provider.Progress, error) { return c.Delete(t.Context(), &r) },
				}[verb](c)
				if err != nil {
					ends[i] = err.(*provider.Error).Code
					continue
				}
				ends[i] = p.PhysicalID
				if verb == "Create" && i == 0 {
					ids = append(ids, p.PhysicalID)
				}
			}
			if ends[0] != ends[1] {
				t.Fatalf("run %d, call %d: %s %s ended with %s in memory and with %s from a file", run, n, verb, req.Type, ends[0], ends[1])
			}
		}
		kept = New(t, opts)
		if a, b := memory.Resources(), kept.Resources(); !reflect.DeepEqual(a, b) {
			t.Fatalf("run %d: %d resources in memory, %d from a file", run, len(a), len(b))
		}
	}
}

func randomRequest(rnd *rand.Rand, n int, ids []string) (*provider.Request, string) {
	token := "t" + strconv.Itoa(rnd.IntN(n+1)) // at times one that was used before
	pick := func() string {
		if len(ids) == 0 {
			return "vpc-none"
		}
		return ids[rnd.IntN(len(ids))]
	}
	kind := rnd.IntN(3)
	req := &provider.Request{Token: token, LogicalID: "R" + token}
	switch kind {
	case 0:
		req.Type, req.Desired = vpcType, json.RawMessage(`{"VpcName":"`+token+`"}`)
	case 1:
		req.Type, req.Desired = "ALIYUN::ECS::SecurityGroup", json.RawMessage(`{"VpcId":"`+pick()+`"}`)
	case 2:
		req.Type, req.Desired = "ALIYUN::OSS::Bucket", json.RawMessage(`{"BucketName":"bucket-`+strconv.Itoa(rnd.IntN(5))+`"}`)
	}
	if rnd.IntN(2) == 0 {
		return req, "Create"
	}
	req.PhysicalID = pick()
	return req, []string{"Update", "Delete"}[rnd.IntN(2)]
}

func FuzzParseLine(f *testing.F) {
	line, err := (&entry{Format: stateFormat, Gone: []key{{vpcType, "vpc-1"}}}).line()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add([]byte("00000000 {}\n"))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := parseLine(line)
		if (e == nil) == (err == nil) {
			t.Errorf("entry %v with error %v", e, err)
		}
	})
}
