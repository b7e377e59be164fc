package awstest

import (
	"encoding/base64"
	"slices"
	"strings"
)

// paging is what a listing is asked for about its pages.
type paging struct {
	token string
	size  int // as asked for; zero is as many as usual
	usual int // as many as there are, if zero
	most  int
}

// page is the part of a list, sorted by the key, that a token asks for, and
// the token of the next. A token says after which key to go on, so it holds
// when the list changes meanwhile.
func page[T any](p *Place, list []T, key func(T) string, ask paging) ([]T, string, error) {
	slices.SortStableFunc(list, func(a, b T) int { return strings.Compare(key(a), key(b)) })
	after, ok := readToken(ask.token)
	if !ok {
		return nil, "", refuse("InvalidNextToken", "Invalid token: '%s'", ask.token)
	}
	if ask.token != "" {
		list = slices.DeleteFunc(list, func(item T) bool { return key(item) <= after })
	}
	size := ask.length(p.cloud.config.PageSize)
	if size == 0 || len(list) <= size {
		return list, "", nil
	}
	return list[:size], writeToken(key(list[size-1])), nil
}

func (a paging) length(limit int) int {
	size := a.usual
	if a.size > 0 {
		size = a.size
	}
	if a.most > 0 {
		size = min(size, a.most)
	}
	if limit > 0 && (size == 0 || limit < size) {
		return limit
	}
	return size
}

const tokenMark = "after:"

func writeToken(key string) string {
	return base64.URLEncoding.EncodeToString([]byte(tokenMark + key))
}

func readToken(token string) (string, bool) {
	if token == "" {
		return "", true
	}
	plain, err := base64.URLEncoding.DecodeString(token)
	key, ok := strings.CutPrefix(string(plain), tokenMark)
	return key, err == nil && ok
}

// values lists a map's, by key.
func values[T any](m map[string]T) []T {
	list := make([]T, 0, len(m))
	for _, key := range sortedKeys(m) {
		list = append(list, m[key])
	}
	return list
}
