package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sdkFile = `package demo

type MakeThingRequest struct {
	*requests.RpcRequest
	OwnerId     requests.Integer ` + "`position:\"Query\" name:\"OwnerId\"`" + `
	Size        requests.Integer ` + "`position:\"Body\" name:\"Disk.Size\"`" + `
	ClientToken string           ` + "`position:\"Query\" name:\"ClientToken\"`" + `
	Tag         *[]MakeThingTag  ` + "`position:\"Query\" name:\"Tag\" type:\"Repeated\"`" + `
}

type MakeThingTag struct {
	Key     string           ` + "`name:\"Key\"`" + `
	OwnerId requests.Boolean ` + "`name:\"OwnerId\"`" + `
}

type MakeThingResponse struct {
	*responses.BaseResponse
	RequestId string   ` + "`json:\"RequestId\" xml:\"RequestId\"`" + `
	Thing     []Thing  ` + "`json:\"Things\" xml:\"Things\"`" + `
	Names     []string ` + "`json:\"Names\" xml:\"Names\"`" + `
	Free      map[string]interface{} ` + "`json:\"Free\" xml:\"Free\"`" + `
}

type Thing struct {
	Ready bool    ` + "`json:\"Ready\" xml:\"Ready\"`" + `
	Price float64 ` + "`json:\"Price\" xml:\"Price\"`" + `
	Part  []Thing ` + "`json:\"Part\" xml:\"Part\"`" + `
}

func CreateMakeThingRequest() (request *MakeThingRequest) {
	request = &MakeThingRequest{RpcRequest: &requests.RpcRequest{}}
	request.InitWithApiInfo("Demo", "2020-01-01", "MakeThing", "", "")
	request.Method = requests.POST
	return
}

func CreateOldThingRequest() (request *MakeThingRequest) {
	request.InitWithApiInfo("Demo", "2010-01-01", "OldThing", "", "")
	return
}
`

func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	write("services/demo/a.go", sdkFile)
	requests, responses := filepath.Join(dir, "requests"), filepath.Join(dir, "responses")
	runOn := func(services string) (int, string) {
		var stderr bytes.Buffer
		code := run([]string{"-in", dir, "-services", write("services.txt", services), "-requests", requests, "-responses", responses}, &stderr)
		return code, stderr.String()
	}
	if code, stderr := runOn("# codes\nDEMO Demo 2020-01-01 RPC demo\nHAND Hand 2020-01-01 RPC\n"); code != 0 {
		t.Fatal(stderr)
	}
	for name, want := range map[string]string{
		requests:  "DEMO MakeThing\tTP\t\tClientToken Disk.Size!:i Tag*{Key OwnerId:b}\n",
		responses: "DEMO MakeThing\tFree:m Names* RequestId Things*{Part*:m Price:n Ready:b}\n",
	} {
		got, err := os.ReadFile(name)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v; want %q", filepath.Base(name), got, err, want)
		}
	}
	for services, want := range map[string]string{
		"DEMO Other 2020-01-01 RPC demo\n": "is of product Demo",
		"DEMO Demo 2020-01-01 ROA demo\n":  "not of style ROA",
		"DEMO Demo 2021-01-01 RPC demo\n":  "no calls of version",
		"DEMO Demo 2020-01-01 RPC none\n":  "no source",
		"DEMO Demo\n":                      "has 2 fields",
	} {
		if code, stderr := runOn(services); code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%q: code %d, %q; want %q", services, code, stderr, want)
		}
	}
	if code := run(nil, new(bytes.Buffer)); code != 2 {
		t.Errorf("without arguments: code %d", code)
	}
}
