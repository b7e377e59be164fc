package aws

import "fmt"

// given is a text for the cloud, nil if there is none.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// whole is a number as the cloud takes it.
func whole(n int) *int32 {
	small := int32(n)
	return &small
}

// texts are the values of tags as text.
func texts(values map[string]any) map[string]string {
	all := make(map[string]string, len(values))
	for key, value := range values {
		all[key] = fmt.Sprint(value)
	}
	return all
}

// pieces cuts a list into pieces of at most size.
func pieces[T any](list []T, size int) [][]T {
	var all [][]T
	for len(list) > size {
		all = append(all, list[:size])
		list = list[size:]
	}
	if len(list) > 0 {
		all = append(all, list)
	}
	return all
}
