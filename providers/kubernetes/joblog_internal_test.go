package kubernetes

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestPropertiesAreReadAsSpinnakerReadsThem(t *testing.T) {
	for _, c := range []struct{ name, log, want string }{
		{"nothing", "", "map[]"},
		{"other lines", "begin\nversion=7\n", "map[]"},
		{"names are in lower case", "SPINNAKER_PROPERTY_Build_Number=7\n", "map[build_number:7]"},
		{"after a time, and between blanks", "12:00 SPINNAKER_PROPERTY_A = b \r\n", "map[a:b]"},
		{"a value with =", "SPINNAKER_PROPERTY_URL=http://a/?b=c\n", "map[url:http://a/?b=c]"},
		{"the last one counts", "SPINNAKER_PROPERTY_A=1\nSPINNAKER_PROPERTY_a=2", "map[a:2]"},
		{"JSON", `  SPINNAKER_CONFIG_JSON={"A": {"b": [1]}}`, "map[A:map[b:[1]]]"},
		{"JSON after something", `x SPINNAKER_CONFIG_JSON={"A": 1}`, "map[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := properties(c.log)
			if fmt.Sprint(got) != c.want || err != nil {
				t.Errorf("properties = %v, %v, want %s", got, err, c.want)
			}
		})
	}
	for _, log := range []string{"SPINNAKER_CONFIG_JSON={", "SPINNAKER_CONFIG_JSON=[1]", strings.Repeat("x", 2<<20)} {
		if _, err := properties(log); !errors.Is(err, gennaker.ErrInvalid) {
			t.Errorf("properties(%.40s) = %v, want ErrInvalid", log, err)
		}
	}
}

func TestTheEndOfALogIsKept(t *testing.T) {
	lines := strings.Repeat("a line that is one of many\n", 1000)
	got := end(lines)
	if len(got) > logBytes || !strings.HasPrefix(got, "a line") || !strings.HasSuffix(lines, got) || len(got) < logBytes-100 {
		t.Errorf("end = %d bytes, beginning with %.20q", len(got), got)
	}
	if got := end(strings.Repeat("é", logBytes)); len(got) > logBytes || strings.Trim(got, "é") != "" {
		t.Errorf("end of one line = %d bytes: %.20q", len(got), got)
	}
}
