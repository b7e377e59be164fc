package aws_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
)

func TestAnAccountHasTheRegionsThatItIsGiven(t *testing.T) {
	t.Parallel()
	regions := aws.OpenRegions(aws.Config{Account: "prod", Regions: []string{"us-east-1", "eu-west-1"}}, strings.ToUpper)
	for scope, want := range map[string][]string{"": {"EU-WEST-1", "US-EAST-1"}, "us-east-1": {"US-EAST-1"}, "eu-west-3": nil} {
		if got := regions.Within(scope); !slices.Equal(got, want) {
			t.Errorf("within %q are %q, want %q", scope, got, want)
		}
	}
	if got, err := regions.In("eu-west-1", gennaker.ErrInvalid); got != "EU-WEST-1" || err != nil {
		t.Errorf("eu-west-1 is %q, %v", got, err)
	}
	const want = "region none: invalid: account prod has eu-west-1, us-east-1"
	if _, err := regions.In("", gennaker.ErrInvalid); !errors.Is(err, gennaker.ErrInvalid) || err.Error() != want {
		t.Errorf("no region is %v, want %s", err, want)
	}
}
