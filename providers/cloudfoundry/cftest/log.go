package cftest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// line is one that an app, its staging or a task has written.
type line struct {
	at     time.Time
	source string // such as APP/TASK/migrate
	text   string
}

// write notes what was written. No two lines have the same time, or their
// order would be lost.
func (c *Cloud) write(app, source, text string) {
	at := c.now()
	if all := c.logs[app]; len(all) > 0 && !at.After(all[len(all)-1].at) {
		at = all[len(all)-1].at.Add(time.Nanosecond)
	}
	c.logs[app] = append(c.logs[app], line{at, source, text})
}

// WriteLog has an app write a line.
func (c *Cloud) WriteLog(app, source, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.write(app, source, text)
}

// readLog is the Log Cache's: it gives the newest lines.
func readLog(c *Cloud, r *request) (answer, error) {
	q := r.URL.Query()
	lines := slices.Clone(c.logs[r.PathValue("guid")])
	most := 100
	if q.Has("limit") {
		n, err := strconv.Atoi(q.Get("limit"))
		if err != nil || n < 1 || n > 1000 {
			return answer{}, badQuery("limit must be between 1 and 1000")
		}
		most = n
	}
	if q.Get("descending") == "true" {
		slices.Reverse(lines)
	}
	envelopes := []doc{}
	for _, l := range lines[:min(len(lines), most)] {
		envelopes = append(envelopes, doc{"timestamp": fmt.Sprint(l.at.UnixNano()), "source_id": r.PathValue("guid"), "instance_id": "0",
			"tags": doc{"source_type": l.source}, "log": doc{"payload": base64.StdEncoding.EncodeToString([]byte(l.text)), "type": "OUT"}})
	}
	return ok(doc{"envelopes": doc{"batch": envelopes}})
}
