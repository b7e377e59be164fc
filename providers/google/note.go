package google

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
)

// note is what is written into the description of an instance group, in the
// request that makes it: a group has no labels. What there is to say of it and
// Google has no field for stands there too.
type note struct {
	// Marks are ours, without the gennaker: that all begin with.
	Marks map[string]string `json:"gennaker,omitempty"`
	// Min and Max are the capacity of a group without an autoscaler.
	Min *int `json:"min,omitempty"`
	Max *int `json:"max,omitempty"`
	// Left is when it was taken out of traffic, and Drain for how many seconds
	// its instances answer what they have; no time if it was not.
	Left  time.Time `json:"left,omitzero"`
	Drain int       `json:"drain,omitempty"`
	// Mode is that of the autoscaler before it was taken out of traffic.
	Mode string `json:"mode,omitempty"`
	// Text is what somebody else had written.
	Text string `json:"text,omitempty"`
}

const markPrefix = "gennaker:"

func newNote(c gennaker.CreateServerGroup) note {
	n := note{Marks: map[string]string{}}
	for mark, value := range c.Marks {
		n.Marks[strings.TrimPrefix(mark, markPrefix)] = value
	}
	n.size(c.Capacity)
	return n
}

// size is what is noted of a capacity.
func (n *note) size(c gennaker.Capacity) { n.Min, n.Max = &c.Min, &c.Max }

// readNote reads a description.
func readNote(description string) note {
	var n note
	if err := json.Unmarshal([]byte(description), &n); err != nil {
		return note{Text: description}
	}
	return n
}

func (n note) String() string {
	text, _ := json.Marshal(n) // it holds nothing that could fail
	return string(text)
}

// marks are as the contract has them.
func (n note) marks() map[string]string {
	all := map[string]string{}
	for mark, value := range n.Marks {
		all[markPrefix+mark] = value
	}
	return all
}

func (n note) token() string { return n.Marks[strings.TrimPrefix(gennaker.MarkToken, markPrefix)] }

// drained is when the last requests of a group that was taken out of traffic
// are answered.
func (n note) drained() time.Time { return n.Left.Add(time.Duration(n.Drain) * time.Second) }
