package googletest

import (
	"net/http"
	"regexp"
	"unicode/utf8"
)

// What people may write into a document: how long, and with which letters.
const (
	longestDescription = 2048
	longestBaseName    = 58 // with the letters that follow it, a name
	mostLabels         = 64
	longestDelay       = 3600 // seconds that a new instance is given
)

var (
	labelKey    = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$`)
	labelValue  = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$`)
	metadataKey = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)
)

// checkWritten refuses what nobody may write into a document of any kind.
func checkWritten(doc document) error {
	if utf8.RuneCountInString(doc.text("description")) > longestDescription {
		return invalid("resource.description", doc.text("description")[:40]+"…", "Must be at most %d characters in length.", longestDescription)
	}
	return checkLabels(doc.sub("labels"))
}

func checkLabels(labels document) error {
	if len(labels) > mostLabels {
		return refuse(http.StatusBadRequest, "invalid", "Invalid value for field 'labels'. There can be at most %d labels.", mostLabels)
	}
	for _, key := range sortedKeys(labels) {
		if !labelKey.MatchString(key) {
			return invalid("labels", "", "Label key '%s' violates format constraints. The key must start with a lowercase character and can only contain lowercase letters, numeric characters, underscores and dashes.", key)
		}
		if !labelValue.MatchString(labels.text(key)) {
			return invalid("labels", "", "Label value '%s' violates format constraints. The value can only contain lowercase letters, numeric characters, underscores and dashes.", labels.text(key))
		}
	}
	return nil
}

// checkProperties refuses what an instance cannot be made with.
func checkProperties(properties document) error {
	if err := checkWritten(properties); err != nil {
		return err
	}
	for _, tag := range properties.sub("tags").texts("items") {
		if !goodName.MatchString(tag) {
			return invalid("resource.properties.tags.items", tag, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'")
		}
	}
	seen := map[string]bool{}
	for _, item := range properties.sub("metadata").list("items") {
		key := item.text("key")
		if !metadataKey.MatchString(key) || seen[key] {
			return invalid("resource.properties.metadata.items.key", key, "Must be a match of regex '[a-zA-Z0-9-_]{1,128}', and there once.")
		}
		seen[key] = true
	}
	return nil
}

// checkNames refuses a base name and a time of grace that groups cannot have.
func checkNames(group document) error {
	if base := group.text("baseInstanceName"); !goodName.MatchString(base) || len(base) > longestBaseName {
		return invalid("resource.baseInstanceName", base, "Must be a name of at most %d characters.", longestBaseName)
	}
	for _, policy := range group.list("autoHealingPolicies") {
		if delay := policy.number("initialDelaySec", 0); delay < 0 || delay > longestDelay {
			return invalid("resource.autoHealingPolicies.initialDelaySec", itoa(delay), "Must be between 0 and %d.", longestDelay)
		}
	}
	return nil
}
