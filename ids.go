package gennaker

import (
	"crypto/sha1"
	"fmt"
	"strings"
	"unicode"
)

// IDPart makes a text fit to be one part of a workflow's id, which people
// type: letters, digits and ._- stay, everything else becomes a "-".
func IDPart(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, strings.TrimSpace(text))
}

// derivedID is a UUID that is always the same for a text (version 5 of
// RFC 9562).
func derivedID(text string) string {
	const namespace = "gennaker: a namespace of its own: "
	id := sha1.Sum([]byte(namespace + text))
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:16])
}
