package activities

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/gennaker/gennaker"
)

// Artifacts reads what artifacts refer to, from where webhooks may go.
type Artifacts struct {
	webhooks *Webhooks
	accounts []ArtifactAccount
}

// ReadArtifact returns the text that an artifact is, of 256 KiB at most.
func (a *Artifacts) ReadArtifact(ctx context.Context, x gennaker.Artifact) (text string, err error) {
	if x.Type == gitRepo {
		return "", translate(fmt.Errorf("artifact %s: %w: it is a folder, which bakeManifest alone takes; its files can be read by their URLs, as %s",
			x, gennaker.ErrInvalid, httpFile))
	}
	err = alive(ctx, func(ctx context.Context, _ *pulse) error {
		data, err := a.read(ctx, x, maxFetched)
		text = strings.ToValidUTF8(string(data), "\uFFFD")
		return err
	})
	return text, err
}

// The types of artifacts that can be read besides embedded ones.
const (
	httpFile  = "http/file"
	helmChart = "helm/chart"
	helmImage = "helm/image"
	gitRepo   = "git/repo"
)

// read returns an artifact's content, of so many bytes at most.
func (a *Artifacts) read(ctx context.Context, x gennaker.Artifact, most int) ([]byte, error) {
	data, ok, err := x.Content()
	if err == nil && !ok {
		data, err = a.fetch(ctx, x, most)
	}
	if err == nil && len(data) > most {
		err = fmt.Errorf("%w: it has more than %d bytes", gennaker.ErrInvalid, most)
	}
	if err != nil {
		return nil, fmt.Errorf("artifact %s: %w", x, err)
	}
	return data, nil
}

// fetch reads what an artifact refers to.
func (a *Artifacts) fetch(ctx context.Context, x gennaker.Artifact, most int) ([]byte, error) {
	switch {
	case x.Type == httpFile:
		return a.file(ctx, x, most)
	case x.Type == helmImage, x.Type == helmChart && strings.HasPrefix(x.Reference, ociScheme):
		return a.chartImage(ctx, x, most)
	case x.Type == helmChart:
		return a.chart(ctx, x, most)
	case x.Type == gitRepo:
		return a.repository(ctx, x)
	}
	return nil, fmt.Errorf("%w: content is read of the types %s, %s, %s, %s and %s; a file of a repository can be read by its URL, as %s",
		gennaker.ErrInvalid, gennaker.EmbeddedBase64, httpFile, helmChart, helmImage, gitRepo, httpFile)
}

func (a *Artifacts) file(ctx context.Context, x gennaker.Artifact, most int) ([]byte, error) {
	account := a.accountOf(x)
	if err := account.check(x.Reference); err != nil {
		return nil, err
	}
	return a.get(ctx, account, x.Reference, most)
}

func (a *Artifacts) get(ctx context.Context, account ArtifactAccount, url string, most int) ([]byte, error) {
	headers, err := account.headers(url)
	if err != nil {
		return nil, err
	}
	return a.webhooks.get(ctx, WebhookRequest{Method: http.MethodGet, URL: url, Headers: headers}, most)
}
