package cloudfoundry_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/gennaker/gennaker/providers/providertest"
)

// asked is a request of the client in our code.
var asked = regexp.MustCompile(`\b(?:s|asks)\.([A-Z]\w+)\.([A-Z]\w+)\(`)

const page = "../../docs/providers/cloudfoundry.md"

// What the documentation says is asked of Cloud Foundry is what the code asks:
// whoever gives us a role can see what it is for.
func TestTheDocumentationHasTheRequestsThatAreMadeAndNoOthers(t *testing.T) {
	var made []string
	for _, found := range providertest.InCode(t, asked) {
		made = append(made, found[1]+"."+found[2])
	}
	providertest.CheckPage(t, page, documented(t), made)
}

// documented are the requests of the documentation: of each kind of thing, what
// is done to it.
func documented(t *testing.T) []string {
	t.Helper()
	text := providertest.InPage(t, page, "<!-- requests -->", "<!-- end -->")
	var all []string
	for _, kind := range regexp.MustCompile("`(\\w+)`: ([\\w ]+)").FindAllStringSubmatch(text, -1) {
		for _, call := range strings.Fields(kind[2]) {
			all = append(all, kind[1]+"."+call)
		}
	}
	return all
}
