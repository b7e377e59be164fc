package starter

import (
	"fmt"
	"time"

	"github.com/gennaker/gennaker"
)

// journal prints a line for each change of an execution.
type journal struct {
	page
	now     func() time.Time
	began   bool
	away    bool // Temporal did not answer
	last    view
	seen    map[string]gennaker.StageExecution // as last printed, by refId
	counts  map[string]string                  // instances as last printed, by server group
	back    map[string]string                  // ways back as last printed, by workflow id
	notices int
}

func newJournal(p page) *journal {
	return &journal{page: p, now: time.Now, seen: map[string]gennaker.StageExecution{}, counts: map[string]string{}, back: map[string]string{}}
}

func (j *journal) lost(err error) error {
	if j.away {
		return nil
	}
	j.away = true
	return j.note(j.now(), "Temporal does not answer; trying again ("+lastSentence(err)+")")
}

func (j *journal) show(v view) error {
	now := j.now()
	var lines []line
	if j.away {
		lines = append(lines, stamp(now, plain("Temporal answers again")))
	}
	if v.NoWorker != "" && j.last.NoWorker == "" {
		lines = append(lines, stamp(now, span{v.NoWorker + "; waiting for one", yellow}))
	}
	if v.NoWorker == "" || v.Status.Complete() {
		lines = append(lines, j.changes(v, now)...)
	}
	j.away, j.last = false, v
	return j.print(lines...)
}

func (j *journal) note(at time.Time, text string) error {
	return j.print(stamp(at, span{text, yellow}))
}

func stamp(at time.Time, spans ...span) line {
	return append(line{{clock(at) + " ", dim}}, spans...)
}

func (j *journal) changes(v view, now time.Time) []line {
	var lines []line
	if !j.began {
		lines = append(lines, stamp(v.StartTime, plain(v.ID+" started by "+v.Trigger.User)))
		j.began = true
	}
	lines = append(lines, j.queue(v)...)
	for _, s := range v.Stages {
		lines = append(lines, j.stageAndWithin(v, s, now)...)
	}
	lines = append(lines, j.pause(v, now)...)
	for _, n := range v.Notices[min(j.notices, len(v.Notices)):] {
		lines = append(lines, stamp(n.At, span{n.Text, yellow}))
	}
	j.notices = len(v.Notices)
	if v.Status.Complete() && !j.last.Status.Complete() {
		lines = append(lines, ending(v))
	}
	return lines
}

// queue tells each time that the execution's place in its queue is another.
func (j *journal) queue(v view) []line {
	before, after := j.last.Queued, v.Queued
	if after == nil || v.Status.Complete() || (before != nil && before.Reason == after.Reason) {
		return nil
	}
	return []line{stamp(after.Since, span{"queued: " + after.Reason, yellow})}
}

// stageAndWithin tells what is new about a stage and those that run within it.
func (j *journal) stageAndWithin(v view, s gennaker.StageExecution, now time.Time) []line {
	lines := j.stage(v, s, now)
	j.seen[s.RefID] = s
	for _, inner := range s.Synthetic {
		lines = append(lines, j.stageAndWithin(v, *inner, now)...)
	}
	return lines
}

func (j *journal) pause(v view, now time.Time) []line {
	before, after := j.last.Pause, v.Pause
	switch {
	case before == nil && after != nil:
		return []line{stamp(after.At, span{"paused by " + word(*after), yellow})}
	case before != nil && after == nil && !v.Status.Complete():
		return []line{stamp(now, plain("resumed"))}
	}
	return nil
}

// stage tells what is new about one stage.
func (j *journal) stage(v view, s gennaker.StageExecution, now time.Time) []line {
	before, known := j.seen[s.RefID]
	if !known {
		before = gennaker.StageExecution{Status: gennaker.NotStarted, Attempt: s.Attempt}
	}
	var lines []line
	tell := func(at time.Time, text string, st style) {
		lines = append(lines, stamp(at, plain("stage "+s.RefID+" "+s.Name+": "), span{text, st}))
	}
	if s.Judgment != nil && before.Judgment == nil {
		tell(s.Judgment.At, answered(*s.Judgment), "")
	}
	if s.Status != before.Status || s.Attempt != before.Attempt {
		tell(changed(s, now), outcome(s), looks[s.Status].style)
	}
	asking := s.Question != nil && s.Judgment == nil
	if s.Waiting != "" && s.Waiting != before.Waiting && s.Status == gennaker.Running && !asking {
		tell(now, "waits for "+s.Waiting, "")
	}
	for _, text := range j.counted(v, s) {
		tell(now, text, "")
	}
	for _, id := range s.Operations {
		if text := v.WaysBack[id]; text != "" && text != j.back[id] {
			j.back[id] = text
			tell(now, located(id)+text, dim)
		}
	}
	if asking && before.Question == nil {
		tell(now, asks(*s.Question), yellow)
		tell(now, "answer with "+howToAnswer(v.ID, s), yellow)
	}
	return lines
}

// counted are the server groups of which more or fewer instances are up.
func (j *journal) counted(v view, s gennaker.StageExecution) []string {
	var texts []string
	for _, id := range s.Operations {
		for _, p := range v.Progress[id] {
			if text := located(id) + instances(p); j.counts[id+p.ServerGroup] != text {
				j.counts[id+p.ServerGroup] = text
				texts = append(texts, text)
			}
		}
	}
	return texts
}

func changed(s gennaker.StageExecution, now time.Time) time.Time {
	switch {
	case s.Status.Complete() && !s.EndTime.IsZero():
		return s.EndTime
	case s.Status == gennaker.Running && !s.StartTime.IsZero():
		return s.StartTime
	}
	return now
}

func outcome(s gennaker.StageExecution) string {
	if s.Status == gennaker.NotStarted {
		return "is to run again"
	}
	text := string(s.Status)
	if took := elapsed(s.StartTime, s.EndTime, s.EndTime); s.Status.Complete() && took != "" {
		text += " after " + took
	}
	if s.Error != "" {
		text += ": " + s.Error
	}
	return text
}

func ending(v view) line {
	text := string(v.Status)
	if took := elapsed(v.StartTime, v.EndTime, v.EndTime); took != "" {
		text += " after " + took
	}
	if v.Cancel != nil {
		text += ": cancelled by " + word(*v.Cancel)
	}
	if v.Error != "" {
		text += ": " + v.Error
	}
	return stamp(v.EndTime, plain(v.ID+" "), span{text, looks[v.Status].style})
}

// howToAnswer is the command that answers a question. Its words come from the
// document and people copy it into a shell, so they are quoted.
func howToAnswer(id string, s gennaker.StageExecution) string {
	text := fmt.Sprintf("`gennaker judge %s %s --continue", shellWord(id), shellWord(s.RefID))
	if len(s.Question.Inputs) > 0 {
		text += " --input " + shellWord(s.Question.Inputs[0])
	}
	if len(s.Question.Roles) > 0 {
		text += " --key FILE"
	}
	return text + "` or with --stop"
}
