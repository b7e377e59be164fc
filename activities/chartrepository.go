package activities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/Masterminds/semver/v3"
	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker"
)

// maxIndex bounds the index of a chart repository, in bytes.
const maxIndex = 16 << 20

// chartIndex is the index.yaml of a chart repository, as far as it is needed.
type chartIndex struct {
	Entries map[string][]chartVersion `yaml:"entries"`
}

type chartVersion struct {
	Version string   `yaml:"version"`
	URLs    []string `yaml:"urls"`
	Digest  string   `yaml:"digest"` // SHA-256 in hexadecimal; may be missing
}

// chart reads a packed chart from a repository: by its name, and by its version
// or a range of versions.
func (a *Artifacts) chart(ctx context.Context, x gennaker.Artifact, most int) ([]byte, error) {
	account := a.accountOf(x)
	repository, err := repositoryOf(x, account)
	if err != nil {
		return nil, err
	}
	data, err := a.get(ctx, account, repository.JoinPath("index.yaml").String(), maxIndex)
	if err != nil {
		return nil, err
	}
	var index chartIndex
	if err := yaml.Unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("index.yaml of %s: %w: %w", repository.Redacted(), gennaker.ErrInvalid, err)
	}
	v, err := index.find(x.Name, x.Version)
	if err != nil {
		return nil, fmt.Errorf("index.yaml of %s: %w", repository.Redacted(), err)
	}
	return a.packedChart(ctx, account, repository, v, most)
}

// repositoryOf is the URL that an artifact has as its reference, or that of its
// account: in Spinnaker the reference is the account's name.
func repositoryOf(x gennaker.Artifact, account ArtifactAccount) (*url.URL, error) {
	address := x.Reference
	if account.Home != "" && !strings.Contains(address, "://") {
		address = account.Home
	}
	repository, err := url.Parse(strings.TrimSuffix(address, "/") + "/")
	if err != nil || repository.Host == "" {
		return nil, fmt.Errorf("%w: its reference must be the URL of a chart repository", gennaker.ErrInvalid)
	}
	return repository, account.check(address)
}

// find is the newest version in a range. Without a range it is the newest that
// is no pre-release.
func (x chartIndex) find(name, versions string) (chartVersion, error) {
	within, err := semver.NewConstraint(strings.TrimSpace(versions))
	if strings.TrimSpace(versions) == "" {
		within, err = semver.NewConstraint("*")
	}
	var found chartVersion
	var newest *semver.Version
	for _, v := range x.Entries[name] {
		if v.Version == versions {
			return v, nil
		}
		number, unreadable := semver.NewVersion(v.Version)
		if err == nil && unreadable == nil && within.Check(number) && (newest == nil || number.GreaterThan(newest)) {
			found, newest = v, number
		}
	}
	if newest == nil {
		return found, fmt.Errorf("%w: it has no chart %q of version %q", gennaker.ErrNotFound, name, versions)
	}
	return found, nil
}

// packedChart reads a version of a chart, and holds it against its digest.
func (a *Artifacts) packedChart(ctx context.Context, account ArtifactAccount, repository *url.URL, v chartVersion, most int) ([]byte, error) {
	if len(v.URLs) == 0 {
		return nil, fmt.Errorf("%w: version %s has no URL", gennaker.ErrInvalid, v.Version)
	}
	at, err := repository.Parse(v.URLs[0])
	if err != nil {
		return nil, fmt.Errorf("%w: version %s: %w", gennaker.ErrInvalid, v.Version, err)
	}
	data, err := a.get(ctx, account, at.String(), most)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	if want := strings.TrimPrefix(v.Digest, "sha256:"); want != "" && !strings.EqualFold(want, hex.EncodeToString(sum[:])) {
		return nil, fmt.Errorf("%w: what %s answers with is not what the index has the digest of", gennaker.ErrInvalid, at.Redacted())
	}
	return data, nil
}
