package credential_test

import (
	"context"
	"fmt"

	"github.com/bianpai/bianpai/provider/alicloud/credential"
)

// The key is found where the SDKs find theirs. Here only the environment has
// one.
func Example() {
	variables := map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI1", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "do-not-tell"}
	source := credential.Default(&credential.Options{Getenv: func(name string) string { return variables[name] }})
	defer func() { _ = source.Close() }() // always nil
	c, err := source.Credential(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c)
	// Output: key LTAI1, secret ******
}
