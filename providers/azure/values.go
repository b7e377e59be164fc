package azure

// value is what a pointer of the SDK points to, or nothing.
func value[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}

// text is a text for the cloud, nil if there is none.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// texts are those that a list of the SDK points to.
func texts(list []*string) []string {
	var all []string
	for _, s := range list {
		all = append(all, value(s))
	}
	return all
}

// pointers are a list as the SDK takes it.
func pointers(list []string) []*string {
	var all []*string
	for _, s := range list {
		all = append(all, &s)
	}
	return all
}
