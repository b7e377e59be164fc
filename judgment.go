package gennaker

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Question is what a manual judgment asks.
type Question struct {
	Instructions string   `json:"instructions,omitempty"`
	Inputs       []string `json:"inputs,omitempty"` // the answers allowed; none means no input is asked for
	Roles        []string `json:"roles,omitempty"`  // who may answer; none means everybody
	// Judges are the people who have one of the roles.
	Judges []Judge `json:"judges,omitempty"`
}

// User is a person whom the worker's configuration knows.
type User struct {
	Judge
	Roles []string `json:"roles"`
}

// Judge is a person who may answer a role-restricted question.
type Judge struct {
	Name string            `json:"name"`
	Key  ed25519.PublicKey `json:"key"` // base64 in JSON
}

// Judgment is a person's answer to a manual judgment.
type Judgment struct {
	Stage    string    `json:"stage"` // refId or name
	Continue bool      `json:"continue"`
	Input    string    `json:"input,omitempty"`
	Comment  string    `json:"comment,omitempty"`
	By       string    `json:"by"`
	At       time.Time `json:"at,omitzero"` // set by the execution
	// Signature proves who By is; see Sign.
	Signature []byte `json:"signature,omitempty"`
}

type plainJudgment Judgment

// UnmarshalJSON takes a judgment that says continue or stop in so many words:
// a misspelt field must not turn into a no.
func (j *Judgment) UnmarshalJSON(data []byte) error {
	var said struct {
		plainJudgment
		Continue *bool `json:"continue"`
	}
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&said); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field == "" {
			return fmt.Errorf("judgment: %w: it is a %s, and must be an object such as {\"stage\": \"3\", \"continue\": true, \"by\": \"ada\"}", ErrInvalid, wrong.Value)
		}
		return fmt.Errorf("judgment: %w: %w", ErrInvalid, err)
	}
	if said.Continue == nil {
		return fmt.Errorf("judgment: %w: \"continue\" must be true or false", ErrInvalid)
	}
	*j = Judgment(said.plainJudgment)
	j.Continue = *said.Continue
	return nil
}

// message is what is signed: the answer, bound to one attempt of one stage
// of one execution, so that it cannot be given twice.
func (j Judgment) message(execution string, attempt int) []byte {
	text, _ := json.Marshal([]any{"gennaker judgment", execution, j.Stage, attempt, j.Continue, j.Input, j.Comment, j.By})
	return text
}

// Sign proves the judgment with the judge's private key. Attempt is the
// stage's StageExecution.Attempt.
func (j Judgment) Sign(key ed25519.PrivateKey, execution string, attempt int) Judgment {
	j.Signature = ed25519.Sign(key, j.message(execution, attempt))
	return j
}

// Check says why the judgment cannot be applied to the execution, and
// otherwise which stage it answers.
func (j Judgment) Check(e *Execution) (*StageExecution, error) {
	s := e.Stage(j.Stage)
	if s == nil {
		return nil, fmt.Errorf("stage %s: %w: the stages are %s", j.Stage, ErrNotFound, e.stageNames())
	}
	if s.Question == nil {
		return nil, fmt.Errorf("stage %s: %w: it is %s and asks nobody", j.Stage, ErrInvalid, s.Status)
	}
	if s.Judgment != nil {
		return nil, fmt.Errorf("stage %s: %w: %s has answered it", j.Stage, ErrInvalid, s.Judgment.By)
	}
	if j.By == "" {
		return nil, fmt.Errorf("stage %s: %w: a judgment says who gives it in \"by\"", j.Stage, ErrInvalid)
	}
	q := s.Question
	if j.Input != "" && !slices.Contains(q.Inputs, j.Input) {
		return nil, fmt.Errorf("stage %s: %w: input %q is not one of: %s", j.Stage, ErrInvalid, j.Input, strings.Join(q.Inputs, ", "))
	}
	if len(q.Roles) > 0 && !q.allows(j, e.ID, s.Attempt) {
		return nil, fmt.Errorf("stage %s: %w: it asks for a judgment signed by somebody with role %s, and %s did not prove to be one",
			j.Stage, ErrDenied, strings.Join(q.Roles, " or "), j.By)
	}
	return s, nil
}

func (q Question) allows(j Judgment, execution string, attempt int) bool {
	for _, judge := range q.Judges {
		if judge.Name == j.By && len(judge.Key) == ed25519.PublicKeySize &&
			ed25519.Verify(judge.Key, j.message(execution, attempt), j.Signature) {
			return true
		}
	}
	return false
}
