package gennaker_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestChooseServerGroup(t *testing.T) {
	cluster := []gennaker.ServerGroup{{Name: "shop-v000"}, {Name: "shop-v001"}, {Name: "shop-v002"}}
	for _, c := range []struct {
		name         string
		cluster      []gennaker.ServerGroup
		group, word  string
		want         string
		kind         error
		wordsInError string
	}{
		{name: "by its name", cluster: cluster, group: "shop-v001", want: "shop-v001"},
		{name: "a name before a word", cluster: cluster, group: "shop-v001", word: gennaker.TargetCurrent, want: "shop-v001"},
		{name: "the newest", cluster: cluster, word: "current_asg_dynamic", want: "shop-v002"},
		{name: "the one before", cluster: cluster, word: "ancestor_asg_dynamic", want: "shop-v001"},
		{name: "the oldest", cluster: cluster, word: "oldest_asg_dynamic", want: "shop-v000"},
		{name: "the newest by its old word", cluster: cluster, word: "current_asg", want: "shop-v002"},
		{name: "the one before by its old word", cluster: cluster, word: "ancestor_asg", want: "shop-v001"},
		{name: "there is none before", cluster: cluster[:1], word: "ancestor_asg_dynamic", kind: gennaker.ErrNotFound, wordsInError: "the cluster has shop-v000"},
		{name: "there is none", word: "oldest_asg_dynamic", kind: gennaker.ErrNotFound, wordsInError: "the cluster has no server groups"},
		{name: "no such name", cluster: cluster, group: "shop-v009", kind: gennaker.ErrNotFound, wordsInError: "shop-v000, shop-v001, shop-v002"},
		{name: "no such word", cluster: cluster, word: "newest", kind: gennaker.ErrInvalid, wordsInError: "current_asg_dynamic"},
		{name: "neither", cluster: cluster, kind: gennaker.ErrInvalid},
	} {
		got, err := gennaker.ChooseServerGroup(c.cluster, c.group, c.word)
		if got.Name != c.want || !errors.Is(err, c.kind) || err != nil && !strings.Contains(err.Error(), c.wordsInError) {
			t.Errorf("%s: %q, %v; want %q, %v that says %q", c.name, got.Name, err, c.want, c.kind, c.wordsInError)
		}
	}
}
