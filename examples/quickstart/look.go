package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bianpai/bianpai/ros"
)

// ids gives the physical ID of each resource in the cloud, by logical ID.
func (w *world) ids() map[string]string {
	ids := map[string]string{}
	for _, item := range w.cloud.Resources() {
		ids[item.LogicalID] = item.PhysicalID
	}
	return ids
}

// contents gives the properties of each resource, by logical and physical ID.
func (w *world) contents() map[string]string {
	all := map[string]string{}
	for _, item := range w.cloud.Resources() {
		all[item.LogicalID+" "+item.PhysicalID] = string(item.Properties)
	}
	return all
}

func (w *world) property(logicalID, name string) any {
	item, _ := w.cloud.Resource(logicalID)
	return item.Property(name)
}

// checkSame checks that cloud and stack hold the same resources, each once.
func (s *story) checkSame(w *world, stack *ros.Stack) {
	ids, count, same := w.ids(), 0, true
	for _, r := range stack.Resources {
		if r.Status == ros.DeleteComplete {
			continue // remembered, no longer there
		}
		count++
		same = same && r.PhysicalID != "" && ids[r.LogicalID] == r.PhysicalID
	}
	same = same && len(w.cloud.Resources()) == count
	s.check(same, "the cloud has each of the %d resources once, none besides", count)
}

func (s *story) printOutputs(stack *ros.Stack) {
	s.out.Printf("\n")
	for _, o := range stack.Outputs {
		s.say("%-12s %s", o.Key, o.Value)
	}
}

// mentions gives the files of the place in which a text stands.
func (p *place) mentions(text string) (found []string, err error) {
	err = filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			found = append(found, path)
		}
		return err
	})
	return found, err
}
