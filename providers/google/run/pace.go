package run

import (
	"net/http"
	"strings"

	"github.com/gennaker/gennaker/ratelimit"
)

// key is what Google counts a request with: reads and changes of a region each.
func key(account string, r *http.Request) ratelimit.Key {
	_, region, _ := strings.Cut(r.URL.Path, "/locations/")
	region, _, _ = strings.Cut(region, "/")
	family := "changes"
	if r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, ":wait") {
		family = "reads"
	}
	return ratelimit.Key{Account: account, Region: region, Family: "run " + family}
}
