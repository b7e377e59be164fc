package gennaker

import "strings"

// Nearest returns the name that a person who wrote word most likely meant, the
// first of several, or "" if none is close. Case does not count.
func Nearest(word string, names []string) string {
	word = strings.ToLower(word)
	nearest, least := "", len(word)/3+1
	if len(word) > 3 {
		least++ // so that two swapped letters still count as close
	}
	for _, name := range names {
		if d := distance(word, strings.ToLower(name), least); d < least {
			nearest, least = name, d
		}
	}
	return nearest
}

// distance counts the letters to insert, delete or replace to turn a into b,
// or returns enough as soon as it is that many (Levenshtein's distance).
func distance(a, b string, enough int) int {
	if max(len(a)-len(b), len(b)-len(a)) >= enough {
		return enough
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal, least := row[0], i+1
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, diagonal+1, row[j]+1)
			least = min(least, row[j+1])
		}
		if least >= enough {
			return enough
		}
	}
	return row[len(b)]
}
