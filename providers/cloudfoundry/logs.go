package cloudfoundry

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
)

// mostLines is how many lines the Log Cache tells at once.
const mostLines = 1000

// log is the end of what an app has written that has the source: APP/TASK/NAME
// of a task, STG of staging. The Log Cache forgets what is old.
func (s *space) log(ctx context.Context, app, source string) (string, error) {
	root, err := s.Root.Get(ctx)
	if err != nil {
		return "", kinded(err)
	}
	url := strings.TrimSuffix(root.Links.LogCache.Href, "/")
	if url == "" {
		return "", fmt.Errorf("log: %w: this Cloud Foundry has no Log Cache", gennaker.ErrInvalid)
	}
	query := fmt.Sprintf("%s/api/v1/read/%s?envelope_types=LOG&descending=true&limit=%d", url, app, mostLines)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, query, nil)
	if err != nil {
		return "", err
	}
	answer, err := s.ExecuteAuthRequest(r)
	if err != nil {
		return "", kinded(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var said envelopes
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil {
		return "", fmt.Errorf("log: %w: %w", gennaker.ErrUnavailable, err)
	}
	return said.text(source), nil
}

// envelopes are what the Log Cache answers.
type envelopes struct {
	Envelopes struct {
		Batch []envelope `json:"batch"`
	} `json:"envelopes"`
}

type envelope struct {
	Timestamp string            `json:"timestamp"` // nanoseconds
	Tags      map[string]string `json:"tags"`
	Log       struct {
		Payload string `json:"payload"` // base64
	} `json:"log"`
}

// text are the lines of a source, oldest first.
func (e envelopes) text(source string) string {
	batch := e.Envelopes.Batch
	at := func(e envelope) int64 { n, _ := strconv.ParseInt(e.Timestamp, 10, 64); return n }
	slices.SortStableFunc(batch, func(a, b envelope) int { return int(at(a) - at(b)) })
	var all strings.Builder
	for _, one := range batch {
		if from := one.Tags["source_type"]; from != source && !strings.HasPrefix(from, source+"/") {
			continue
		}
		line, err := base64.StdEncoding.DecodeString(one.Log.Payload)
		if err == nil {
			all.WriteString(strings.TrimSuffix(string(line), "\n") + "\n")
		}
	}
	return all.String()
}

// tail is the end of a text, no more than so many bytes, in whole lines if it
// has some.
func tail(text string, most int) string {
	if len(text) <= most {
		return text
	}
	text = text[len(text)-most:]
	if _, rest, ok := strings.Cut(text, "\n"); ok {
		return rest
	}
	return strings.ToValidUTF8(text, "")
}
