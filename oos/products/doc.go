// Package products holds cloud product actions as data: OOS templates of this
// module that do what the service's actions of the same names do, with the same
// parameters and outputs. They are not the service's own templates.
//
//	for name := range products.Names() {
//		text, _ := products.Lookup(name)
//		tmpl, err := oos.Parse(name, text)
//		if err != nil {
//			return err
//		}
//		fmt.Println(name, len(tmpl.Tasks))
//	}
//
// The engine of package oos runs them as the children of tasks that name them,
// after oos.Options.Templates: a host program that answers there for a name
// replaces the one built in.
//
// # Concurrency and errors
//
// All functions may be called concurrently. An action that is not here is no
// error: Lookup says false.
//
// # Stability
//
// Actions are added. The parameters and outputs of one follow the service's.
package products
