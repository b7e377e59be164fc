package gennaker

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Moniker is what a server group's name says: app[-stack[-detail]]-vNNN. A
// detail without a stack keeps the stack's place: app--detail.
type Moniker struct {
	App      string `json:"app"`
	Stack    string `json:"stack,omitempty"`
	Detail   string `json:"detail,omitempty"`
	Sequence int    `json:"sequence"` // -1 when the name has none
}

const sequences = 1000 // v000 to v999, then v000 again

var sequencePattern = regexp.MustCompile(`-v(\d{3,6})$`)

// ParseMoniker reads a server group's or a cluster's name.
func ParseMoniker(name string) Moniker {
	m := Moniker{Sequence: -1}
	if at := sequencePattern.FindStringSubmatchIndex(name); at != nil {
		m.Sequence, _ = strconv.Atoi(name[at[2]:at[3]])
		name = name[:at[0]]
	}
	parts := strings.SplitN(name, "-", 3)
	m.App = parts[0]
	if len(parts) > 1 {
		m.Stack = parts[1]
	}
	if len(parts) > 2 {
		m.Detail = parts[2]
	}
	return m
}

// Cluster is the name without the sequence.
func (m Moniker) Cluster() string {
	switch {
	case m.Detail != "":
		return m.App + "-" + m.Stack + "-" + m.Detail
	case m.Stack != "":
		return m.App + "-" + m.Stack
	}
	return m.App
}

// Name is the server group's name.
func (m Moniker) Name() string {
	if m.Sequence < 0 {
		return m.Cluster()
	}
	return fmt.Sprintf("%s-v%03d", m.Cluster(), m.Sequence)
}

var (
	plainPart  = regexp.MustCompile(`^[A-Za-z0-9._]+$`)
	detailPart = regexp.MustCompile(`^[A-Za-z0-9._~^-]+$`)
)

// Check says what is wrong with the parts, as ErrInvalid.
func (m Moniker) Check() error {
	for _, p := range []struct {
		part, value string
		allowed     *regexp.Regexp
		required    bool
	}{
		{"application", m.App, plainPart, true},
		{"stack", m.Stack, plainPart, false},
		{"freeFormDetails", m.Detail, detailPart, false},
	} {
		if p.value == "" && !p.required {
			continue
		}
		if !p.allowed.MatchString(p.value) {
			return fmt.Errorf("%s %q: %w: it must match %s", p.part, p.value, ErrInvalid, p.allowed)
		}
	}
	return nil
}

// Next is the moniker of the server group that follows those that exist: one
// more than the newest by creation time, wrapped after v999, skipping names
// that are taken (Spinnaker's rule). It is ErrExists when all are taken.
func (m Moniker) Next(existing []ServerGroup) (Moniker, error) {
	taken := map[int]bool{}
	var newest ServerGroup
	for _, g := range existing {
		sequence := ParseMoniker(g.Name).Sequence
		taken[sequence] = true
		if newest.Name == "" || byCreation(newest, g) < 0 {
			newest = g
		}
	}
	m.Sequence = 0
	if newest.Name != "" {
		m.Sequence = (ParseMoniker(newest.Name).Sequence + 1) % sequences
	}
	for range sequences {
		if !taken[m.Sequence] {
			return m, nil
		}
		m.Sequence = (m.Sequence + 1) % sequences
	}
	return m, fmt.Errorf("cluster %s: %w: every name from v000 to v999", m.Cluster(), ErrExists)
}

// SortServerGroups puts the oldest first.
func SortServerGroups(groups []ServerGroup) {
	slices.SortStableFunc(groups, byCreation)
}

func byCreation(a, b ServerGroup) int {
	return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.Name, b.Name))
}
