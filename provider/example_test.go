package provider_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/bianpai/bianpai/provider"
)

func ExampleError() {
	call := func() error {
		return fmt.Errorf("creating Web: %w", &provider.Error{
			Kind: provider.Throttled, Code: "Throttling.User", Message: "too many requests", After: 2 * time.Second,
		})
	}
	err := call()
	if refusal, ok := errors.AsType[*provider.Error](err); ok && refusal.Kind.Retry() {
		fmt.Println("again after", refusal.After)
	}
	fmt.Println(err)
	// Output:
	// again after 2s
	// creating Web: Throttling.User: too many requests
}

func ExampleOverlay() {
	listed := &provider.Type{
		Name: "ALIYUN::ECS::Disk", Coverage: provider.CoverageFull,
		Properties: map[string]*provider.Property{"Size": {Type: provider.TypeInteger}},
	}
	proven := &provider.Type{
		Grade:      provider.GradeProven,
		Properties: map[string]*provider.Property{"Size": {Update: provider.UpdateInPlace}},
	}
	t := provider.Overlay(listed, proven)
	fmt.Println(t.Properties["Size"].Type == provider.TypeInteger, t.Properties["Size"].Update == provider.UpdateInPlace)
	// Output: true true
}
