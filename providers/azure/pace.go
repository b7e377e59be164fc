package azure

import (
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/gennaker/gennaker/ratelimit"
)

// paced has each request wait for its turn, and has the limits learn from what
// Azure says to it.
type paced struct {
	limits  *ratelimit.Limits
	account string
}

func (p paced) Do(q *policy.Request) (*http.Response, error) {
	r := q.Raw()
	turn, err := p.limits.Wait(r.Context(), ratelimit.Key{Account: p.account, Family: family(r)})
	if err != nil {
		return nil, err
	}
	answer, err := q.Next()
	switch {
	case err != nil:
	case answer.StatusCode == http.StatusTooManyRequests:
		turn.Throttled(ratelimit.RetryAfter(answer.Header))
	default:
		turn.Answered()
	}
	return answer, err
}

// family is what Azure counts together, roughly: reads or changes of a resource
// provider, such as Microsoft.Compute.
func family(r *http.Request) string {
	service := "resources"
	if _, rest, ok := strings.Cut(r.URL.Path, "/providers/"); ok {
		service, _, _ = strings.Cut(rest, "/")
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return service + " reads"
	}
	return service + " changes"
}
