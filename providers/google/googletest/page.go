package googletest

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const usualPage = 500

// page is the part of a list, sorted by the key, that a call asks for, and the
// token of the next. A token says after which key to go on, so it holds when
// the list changes meanwhile.
func page[T any](c *call, list []T, key func(T) string) ([]T, string, error) {
	slices.SortStableFunc(list, func(a, b T) int { return strings.Compare(key(a), key(b)) })
	if token := c.query.Get("pageToken"); token != "" {
		after, err := base64.URLEncoding.DecodeString(token)
		if err != nil {
			return nil, "", invalid("pageToken", token, "Invalid page token.")
		}
		list = slices.DeleteFunc(list, func(item T) bool { return key(item) <= string(after) })
	}
	size, err := c.pageSize()
	if err != nil || len(list) <= size {
		return list, "", err
	}
	return list[:size], base64.URLEncoding.EncodeToString([]byte(key(list[size-1]))), nil
}

func (c *call) pageSize() (int, error) {
	size := usualPage
	if text := c.query.Get("maxResults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > usualPage {
			return 0, refuse(http.StatusBadRequest, "invalid", "Invalid value for field 'maxResults': '%s'. Must be between 0 and 500, inclusive.", text)
		}
		if n > 0 {
			size = n
		}
	}
	if limit := c.cloud.config.PageSize; limit > 0 {
		size = min(size, limit)
	}
	return size, nil
}
