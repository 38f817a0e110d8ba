package rule

import (
	"testing"

	"github.com/bianpai/bianpai/provider/schema"
)

func TestMistakenTypes(t *testing.T) {
	types := schema.Default()
	for wrong, right := range mistakenTypes {
		if types.Type(wrong) != nil {
			t.Errorf("%s is a type", wrong)
		}
		if types.Type(right) == nil {
			t.Errorf("%s is no type", right)
		}
	}
}
