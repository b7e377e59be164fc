package cloudfoundry

import (
	"encoding/base64"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/go-viper/mapstructure/v2"

	"github.com/gennaker/gennaker"
)

// Spec is what a cluster block says about a server group on Cloud Foundry,
// beside the fields that all clouds share.
type Spec struct {
	Artifact   *Artifact `json:"applicationArtifact"`
	ArtifactID string    `json:"applicationArtifactId"`
	Manifest   any       `json:"manifest"`         // see attributes
	Start      *bool     `json:"startApplication"` // true when absent
}

// Artifact is what runs, or what says how.
type Artifact struct {
	Type      string `json:"type"`
	Name      string `json:"name"`
	Reference string `json:"reference"`
	Version   string `json:"version"`
	Location  string `json:"location"` // of an app: its space
	Account   string `json:"artifactAccount"`
	ID        string `json:"id"`
	UUID      string `json:"uuid"`
	// What Spinnaker writes beside it.
	Kind       any `json:"kind"`
	Custom     any `json:"customKind"`
	Metadata   any `json:"metadata"`
	Provenance any `json:"provenance"`
}

// The types of artifact that can be deployed: an image, a zip in base64 within
// the document or by its URL, or what another app runs.
const (
	artifactImage = "docker/image"
	artifactBits  = "embedded/base64"
	artifactFile  = "http/file"
	artifactApp   = "cloudfoundry/app"
)

// decode reads our fields of a cluster block, and checks them.
func decode(block map[string]any) (Spec, Attributes, error) {
	var s Spec
	if err := decodeBlock(unwrapped(block), &s); err != nil {
		return s, Attributes{}, err
	}
	a, err := attributes(s.Manifest)
	if err != nil {
		return s, a, fmt.Errorf("manifest: %w", err)
	}
	return s, a, s.check()
}

// unwrapped is a block whose applicationArtifact is the artifact, also if it is
// written as Spinnaker does, {artifact: …}.
func unwrapped(block map[string]any) map[string]any {
	around, _ := block["applicationArtifact"].(map[string]any)
	artifact, ok := around["artifact"].(map[string]any)
	if !ok {
		return block
	}
	block = maps.Clone(block)
	block["applicationArtifact"] = artifact
	return block
}

// decodeBlock reads fields with Spinnaker's leniency: numbers may be written as
// text and the other way round. Fields of the block that are not the struct's
// may be another's; inside its own they are a mistake.
func decodeBlock(block map[string]any, into any) error {
	var met mapstructure.Metadata
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{TagName: "json", WeaklyTypedInput: true, Result: into, Metadata: &met})
	if err != nil {
		return err
	}
	if err := d.Decode(block); err != nil {
		return fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	for _, field := range met.Unused {
		if strings.ContainsAny(field, ".[") {
			return fmt.Errorf("%s: %w: there is no such field", field, gennaker.ErrInvalid)
		}
	}
	return nil
}

func (s Spec) check() error {
	if s.Artifact == nil {
		if s.ArtifactID != "" {
			return fmt.Errorf("applicationArtifactId: %w: write the artifact itself into applicationArtifact", gennaker.ErrInvalid)
		}
		return nil
	}
	a := s.Artifact
	for _, x := range []struct {
		wrong bool
		what  string
	}{
		{!slices.Contains([]string{artifactImage, artifactBits, artifactFile, artifactApp}, a.Type), fmt.Sprintf("type %q cannot be deployed: it can be %s, %s (a zip), %s (the URL of one, wherever it is kept) or %s",
			a.Type, artifactImage, artifactBits, artifactFile, artifactApp)},
		{a.Type == artifactImage && a.image() == "", "it has no reference"},
		{a.Type == artifactBits && !isBase64(a.Reference), "its reference must be a zip in base64"},
		{a.Type == artifactFile && !strings.HasPrefix(a.Reference, "http://") && !strings.HasPrefix(a.Reference, "https://"), "its reference must be the URL of a zip"},
		{a.Type == artifactApp && a.Name == "", "it has no name of an app"},
	} {
		if x.wrong {
			return fmt.Errorf("applicationArtifact: %w: %s", gennaker.ErrInvalid, x.what)
		}
	}
	return nil
}

// image is the artifact as an image's address.
func (a *Artifact) image() string {
	switch {
	case a.Reference != "":
		return a.Reference
	case a.Version != "" && a.Name != "":
		return a.Name + ":" + a.Version
	}
	return a.Name
}

// label is how the artifact is called where people read what runs.
func (a *Artifact) label() string {
	switch {
	case a.Type == artifactImage:
		return a.image()
	case a.Version != "" && a.Name != "":
		return a.Name + ":" + a.Version
	case a.Type == artifactFile && a.Name == "":
		at, _, _ := strings.Cut(a.Reference, "?")
		return path.Base(at)
	}
	return a.Name
}

func isBase64(text string) bool {
	bits, err := base64.StdEncoding.DecodeString(text)
	return err == nil && len(bits) > 0
}

// megabytes reads a size as manifests write it: 512M, 1G, 1024MB, or a plain
// number of megabytes.
func megabytes(text string) (int, error) {
	upper := strings.ToUpper(strings.TrimSpace(text))
	for _, unit := range []struct {
		suffix string
		times  int
	}{{"MB", 1}, {"M", 1}, {"GB", 1024}, {"G", 1024}, {"", 1}} {
		number, ok := strings.CutSuffix(upper, unit.suffix)
		if !ok {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if err != nil || n < 1 {
			return 0, fmt.Errorf("%q: %w: write a size as 512M or 1G", text, gennaker.ErrInvalid)
		}
		return n * unit.times, nil
	}
	return 0, fmt.Errorf("%q: %w: write a size as 512M or 1G", text, gennaker.ErrInvalid)
}
