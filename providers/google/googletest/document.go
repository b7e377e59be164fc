package googletest

import (
	"encoding/base64"
	"encoding/json"
	"hash/fnv"
	"maps"
	"slices"
	"time"
)

// document is a resource as its JSON has it.
type document map[string]any

// sub is the object in a field; empty, and not the document's, if there is
// none.
func (d document) sub(field string) document {
	switch v := d[field].(type) {
	case document:
		return v
	case map[string]any:
		return v
	}
	return document{}
}

// list is the objects in a field.
func (d document) list(field string) []document {
	var list []document
	for _, v := range d.values(field) {
		switch v := v.(type) {
		case document:
			list = append(list, v)
		case map[string]any:
			list = append(list, v)
		}
	}
	return list
}

func (d document) values(field string) []any {
	switch v := d[field].(type) {
	case []any:
		return v
	case []document:
		var list []any
		for _, d := range v {
			list = append(list, d)
		}
		return list
	case []string:
		var list []any
		for _, s := range v {
			list = append(list, s)
		}
		return list
	}
	return nil
}

func (d document) text(field string) string {
	s, _ := d[field].(string)
	return s
}

func (d document) texts(field string) []string {
	var list []string
	for _, v := range d.values(field) {
		if s, ok := v.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

// number is the number in a field, or what is usual.
func (d document) number(field string, usual int) int {
	switch v := d[field].(type) {
	case float64:
		return int(v)
	case int:
		return v
	}
	return usual
}

func (d document) seconds(field string, usual int) time.Duration {
	return time.Duration(d.number(field, usual)) * time.Second
}

// has reports whether a field says something.
func (d document) has(field string) bool {
	switch v := d[field].(type) {
	case nil:
		return false
	case string:
		return v != ""
	case bool:
		return v
	case float64:
		return v != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// set gives a field its value unless it has one.
func (d document) set(field string, usual any) {
	if d[field] == nil {
		d[field] = usual
	}
}

// clone copies a document and all in it.
func (d document) clone() document {
	c := document{}
	for key, v := range d {
		c[key] = cloneValue(v)
	}
	return c
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case document:
		return v.clone()
	case map[string]any:
		return map[string]any(document(v).clone())
	case []any:
		c := make([]any, len(v))
		for i, x := range v {
			c[i] = cloneValue(x)
		}
		return c
	case []document:
		c := make([]document, len(v))
		for i, x := range v {
			c[i] = x.clone()
		}
		return c
	}
	return v
}

// merge is a document with a JSON merge patch (RFC 7396) over it.
func merge(d, patch document) document {
	merged := d.clone()
	for key, v := range patch {
		switch v := v.(type) {
		case nil:
			delete(merged, key)
		case map[string]any:
			merged[key] = map[string]any(merge(merged.sub(key), v))
		default:
			merged[key] = cloneValue(v)
		}
	}
	return merged
}

// fingerprint is a hash as Google shows it.
func fingerprint(of any) string {
	text, _ := json.Marshal(of)
	h := fnv.New64a()
	_, _ = h.Write(text)
	return base64.URLEncoding.EncodeToString(h.Sum(nil))
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
