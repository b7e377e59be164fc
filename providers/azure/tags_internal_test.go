package azure

import (
	"strings"
	"testing"
)

func TestATagThatIsTooLongGoesOnInOthers(t *testing.T) {
	t.Parallel()
	for _, length := range []int{0, 1, 255, 256, 257, 512, 700} {
		tags := map[string]*string{}
		text := strings.Repeat("x", length)
		setTag(tags, "gennaker:previousImage", text)
		for key, part := range tags {
			if len(*part) > longestTag {
				t.Errorf("of %d bytes, tag %s has %d", length, key, len(*part))
			}
		}
		if got := getTag(tags, "gennaker:previousImage"); got != text {
			t.Errorf("of %d bytes, %d come back", length, len(got))
		}
		if got := marksIn(tags); len(got) != 1 || got["gennaker:previousImage"] != text {
			t.Errorf("of %d bytes, the marks are %v", length, got)
		}
	}
}
