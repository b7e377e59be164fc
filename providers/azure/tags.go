package azure

import (
	"fmt"
	"maps"
	"strings"

	"github.com/gennaker/gennaker"
)

// The tags of a scale set that are ours, beside the marks.
const (
	tagPools     = "gennaker:pools"     // ids of the backend pools that it is in, or was in before it was disabled
	tagTraffic   = "gennaker:traffic"   // in or out
	tagMin       = "gennaker:min"       // fewest instances: Azure knows only how many are wanted
	tagMax       = "gennaker:max"       // most instances
	tagReplacing = "gennaker:replacing" // the instances that others were last launched for
)

const (
	inTraffic    = "in"
	outOfTraffic = "out"
)

// ours begins the name of each of them.
const ours = "gennaker:"

// longestTag is how long the value of a tag can be.
const longestTag = 256

// setTag sets one. What is too long for one tag goes on in others, named ~1,
// ~2 and so on.
func setTag(tags map[string]*string, key, text string) {
	for n := 0; n == 0 || text != ""; n++ {
		piece := text[:min(len(text), longestTag)]
		tags[nth(key, n)] = &piece
		text = text[len(piece):]
	}
}

func nth(key string, n int) string {
	if n == 0 {
		return key
	}
	return fmt.Sprintf("%s~%d", key, n)
}

// getTag reads one, which may go on in others.
func getTag(tags map[string]*string, key string) string {
	all := value(tags[key])
	for n := 1; len(all) == n*longestTag; n++ {
		all += value(tags[nth(key, n)])
	}
	return all
}

// marksIn are the tags that the workflow has put on.
func marksIn(tags map[string]*string) map[string]string {
	all := map[string]string{}
	for key := range tags {
		switch key {
		case tagPools, tagTraffic, tagMin, tagMax, tagReplacing:
			continue
		}
		if strings.HasPrefix(key, ours) && !strings.Contains(key, "~") {
			all[key] = getTag(tags, key)
		}
	}
	return all
}

// othersIn are the tags that a document has put on.
func othersIn(tags map[string]*string) map[string]any {
	all := map[string]any{}
	for key, text := range tags {
		if !strings.HasPrefix(key, ours) {
			all[key] = value(text)
		}
	}
	return all
}

// tags are those of a server group to be: the document's, the marks, and ours.
func (p plan) tags() map[string]*string {
	all := map[string]*string{}
	for key, v := range p.spec.tags() {
		text := fmt.Sprint(v)
		all[key] = &text
	}
	for _, key := range gennaker.SortedKeys(p.Marks) {
		setTag(all, key, p.Marks[key])
	}
	setTag(all, tagPools, strings.Join(p.pools, ","))
	setTag(all, tagTraffic, inTraffic)
	if p.Disabled {
		setTag(all, tagTraffic, outOfTraffic)
	}
	size(all, p.Capacity)
	return all
}

// size keeps what Azure does not: the bounds of a capacity.
func size(tags map[string]*string, c gennaker.Capacity) {
	setTag(tags, tagMin, fmt.Sprint(c.Min))
	setTag(tags, tagMax, fmt.Sprint(c.Max))
}

// with are the tags of a scale set after some are set. All are sent with every
// change: what is left out goes.
func (s scaleSet) with(set func(map[string]*string)) map[string]*string {
	all := maps.Clone(s.Tags)
	if all == nil {
		all = map[string]*string{}
	}
	set(all)
	return all
}
