package doc

func readYAML(b *builder) {}
