package diag_test

import (
	"fmt"
	"maps"
	"os"

	"github.com/bianpai/bianpai/diag"
)

func Example() {
	text := "Name: web\nSize: 2\nName: app\n"
	src := diag.NewSource("web.yaml", []byte(text))
	found := diag.List{
		diag.New(diag.Warning, "duplicate-key", src, diag.Range{Start: 18, End: 22}, "Name", "Name"),
	}
	_ = diag.Fprint(os.Stdout, found, &diag.PrintOptions{Snippet: true})
	fmt.Println("usable:", found.Err() == nil)
	// Output:
	// web.yaml:3:1: warning duplicate-key: the key Name is given twice in this map; the last one counts
	//     3 | Name: app
	//       | ^^^^
	//     Remove or rename one of them.
	// usable: true
}

func ExampleNearest() {
	sections := map[string]bool{"Parameters": true, "Resources": true, "Outputs": true}
	fmt.Println(diag.Nearest("Resuorces", maps.Keys(sections)))
	// Output: Resources
}
