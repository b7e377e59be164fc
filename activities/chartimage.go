package activities

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/gennaker/gennaker"
)

const (
	ociScheme = "oci://"
	// maxTags bounds how many tags of a chart are looked through.
	maxTags = 20_000
)

// chartLayers are the types of the layer that is a packed chart.
var chartLayers = []string{"application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip"}

// chartImage reads a packed chart from an OCI registry.
func (a *Artifacts) chartImage(ctx context.Context, x gennaker.Artifact, most int) ([]byte, error) {
	account := a.accountOf(x)
	image, err := imageOf(x, account)
	if err != nil {
		return nil, err
	}
	return patiently(ctx, patience, func(ctx context.Context) ([]byte, error) {
		repository, err := remote.NewRepository(image.Registry + "/" + image.Repository)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
		}
		repository.Client = &auth.Client{Client: a.webhooks.library(most), Cache: auth.NewCache(), Credential: account.registry}
		tag, err := tagOf(ctx, repository, image.Reference, x)
		if err != nil {
			return nil, registryError(err)
		}
		data, err := layer(ctx, repository, tag, most)
		if err != nil {
			return nil, registryError(err)
		}
		return data, nil
	})
}

// imageOf is where a chart is. A helm/chart has the folder of a registry as
// its reference, as for helm, and its name in there. A helm/image has all of
// it in its reference, REGISTRY/REPOSITORY:TAG, or else the registry in its
// metadata or in its account, and the repository for a name, as in Spinnaker.
func imageOf(x gennaker.Artifact, account ArtifactAccount) (registry.Reference, error) {
	text := strings.Trim(strings.TrimPrefix(x.Reference, ociScheme), "/")
	host, _ := x.Metadata["registry"].(string)
	host = cmp.Or(host, account.Home)
	switch {
	case x.Type == helmChart:
		text += "/" + x.Name
	case text == "" && host != "":
		text = host + "/" + x.Name
	}
	image, err := registry.ParseReference(text)
	if err != nil || !strings.ContainsAny(image.Registry, ".:") && image.Registry != "localhost" {
		return image, fmt.Errorf("%w: %q is no chart in a registry, such as ghcr.io/org/charts/shop:1.2.0", gennaker.ErrInvalid, text)
	}
	return image, account.check("https://" + image.Registry)
}

// registry is what proves to a registry who asks. It, or the server that it
// sends to, gives a token for it.
func (c ArtifactAccount) registry(_ context.Context, host string) (auth.Credential, error) {
	user, password, err := c.reveal(&url.URL{Scheme: "https", Host: host})
	return auth.Credential{Username: user, Password: password}, err
}

// tagOf is the tag or the digest of a chart: the one that is named, or that of
// the newest version in a range. Tags cannot have a plus.
func tagOf(ctx context.Context, repository *remote.Repository, named string, x gennaker.Artifact) (string, error) {
	if named != "" {
		return named, nil
	}
	if _, err := semver.StrictNewVersion(x.Version); err == nil {
		return strings.ReplaceAll(x.Version, "+", "_"), nil
	}
	var versions []chartVersion
	err := repository.Tags(ctx, "", func(tags []string) error {
		for _, tag := range tags {
			versions = append(versions, chartVersion{Version: strings.ReplaceAll(tag, "_", "+")})
		}
		if len(versions) > maxTags {
			return fmt.Errorf("%w: the chart has more than %d tags: its version can name one", gennaker.ErrInvalid, maxTags)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	v, err := chartIndex{Entries: map[string][]chartVersion{x.Name: versions}}.find(x.Name, x.Version)
	return strings.ReplaceAll(v.Version, "+", "_"), err
}

// layer reads the chart of a manifest. Both are held against their digests.
func layer(ctx context.Context, repository *remote.Repository, tag string, most int) ([]byte, error) {
	descriptor, body, err := repository.Manifests().FetchReference(ctx, tag)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := content.ReadAll(body, descriptor)
	if err != nil {
		return nil, err
	}
	var manifest ocispec.Manifest
	if err := json.Unmarshal(data, &manifest); err != nil {
		return nil, fmt.Errorf("its manifest: %w: %w", gennaker.ErrInvalid, err)
	}
	i := slices.IndexFunc(manifest.Layers, func(l ocispec.Descriptor) bool { return slices.Contains(chartLayers, l.MediaType) })
	if i < 0 {
		return nil, fmt.Errorf("%w: %s is no chart of Helm's", gennaker.ErrInvalid, tag)
	}
	if size := manifest.Layers[i].Size; size > int64(most) {
		return nil, fmt.Errorf("%w: it has %d bytes, and may have %d", gennaker.ErrInvalid, size, most)
	}
	return content.FetchAll(ctx, repository.Blobs(), manifest.Layers[i])
}

// registryError says what kind of error the library's is.
func registryError(err error) error {
	var answer *errcode.ErrorResponse
	switch {
	case errors.Is(err, gennaker.ErrDenied), errors.Is(err, gennaker.ErrInvalid), errors.Is(err, gennaker.ErrNotFound):
		return plainURL(err)
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return fmt.Errorf("%w: the registry wants to know who asks", gennaker.ErrDenied)
	case errors.As(err, &answer):
		return fmt.Errorf("%w: the registry answered %d %s", statusKind(answer.StatusCode), answer.StatusCode, http.StatusText(answer.StatusCode))
	case errors.Is(err, errdef.ErrNotFound):
		return fmt.Errorf("%w: the registry has no such chart", gennaker.ErrNotFound)
	case errors.Is(err, content.ErrMismatchedDigest), errors.Is(err, content.ErrTrailingData), errors.Is(err, content.ErrInvalidDescriptorSize):
		return fmt.Errorf("%w: what the registry answers with is not what it has the digest of", gennaker.ErrInvalid)
	}
	return fmt.Errorf("%w: %w", gennaker.ErrUnavailable, plainURL(err))
}
