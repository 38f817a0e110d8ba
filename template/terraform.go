package template

import "github.com/bianpai/bianpai/diag"

// Unplannable says what to use for a template that wraps Terraform, which no
// plan can be made of here: an error with the code terraform-template. It is
// nil for any other template.
func (t *Template) Unplannable() error {
	if t.kind != Terraform {
		return nil
	}
	n := t.Root().Get(keyTransform)
	return diag.List{diag.New(diag.Error, "terraform-template", t.Source(), n.Range(), keyTransform, t.Name, n.Text())}.Err()
}
