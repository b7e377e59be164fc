package run

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

// Spec is what a cluster block says about a server group on Cloud Run, beside
// the fields that all clouds share.
type Spec struct {
	// Image is that of the first container, or of the only one.
	Image string `json:"image"`
	// Template is a RevisionTemplate in the words of Cloud Run's API v2.
	Template map[string]any `json:"template"`
	// ConfigFiles is a service of Knative in YAML instead, see knative.
	ConfigFiles     []string `json:"configFiles"`
	ConfigArtifacts []any    `json:"configArtifacts"`
	// Ingress and Public are of the service: they count when it is made.
	Ingress string `json:"ingress"`
	Public  *bool  `json:"invokerIamDisabled"` // anybody may call it

	template *api.GoogleCloudRunV2RevisionTemplate
}

// decode reads our fields of a cluster block, and checks them.
func decode(block map[string]any) (Spec, error) {
	var s Spec
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{TagName: "json", WeaklyTypedInput: true, Result: &s})
	if err != nil {
		return s, err
	}
	if err := decoder.Decode(block); err != nil {
		return s, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	if err := s.read(); err != nil {
		return s, err
	}
	if len(s.template.Containers) == 0 {
		s.template.Containers = []*api.GoogleCloudRunV2Container{{}}
	}
	if s.Image != "" {
		s.template.Containers[0].Image = s.Image
	}
	return s, s.check()
}

// read makes the template of what the block says in either way.
func (s *Spec) read() (err error) {
	switch {
	case len(s.ConfigArtifacts) > 0:
		return fmt.Errorf("configArtifacts: %w: they are not read here: write the service into configFiles, or take a stage that deploys its manifest", gennaker.ErrInvalid)
	case len(s.ConfigFiles) > 1:
		return fmt.Errorf("configFiles: %w: a server group is of one service, and there are %d", gennaker.ErrInvalid, len(s.ConfigFiles))
	case len(s.ConfigFiles) == 1 && s.Template != nil:
		return fmt.Errorf("configFiles and template: %w: both say what runs: use one of them", gennaker.ErrInvalid)
	case len(s.ConfigFiles) == 1:
		var ingress string
		if s.template, ingress, err = readKnative(s.ConfigFiles[0]); err != nil {
			return fmt.Errorf("configFiles[0]: %w: %w", gennaker.ErrInvalid, err)
		}
		s.Ingress = cmp.Or(s.Ingress, ingress)
		return nil
	}
	s.template = &api.GoogleCloudRunV2RevisionTemplate{}
	if err := strictly(s.Template, s.template); err != nil {
		return fmt.Errorf("template: %w: %w", gennaker.ErrInvalid, err)
	}
	return nil
}

// strictly makes of a JSON value what it describes, and takes no field that is
// not known.
func strictly(from, to any) error {
	data, err := json.Marshal(from)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(to); err != nil {
		return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

func (s Spec) check() error {
	for _, c := range []struct {
		wrong bool
		what  string
	}{
		{s.template.Containers[0].Image == "", "image: it is missing: give an image, or a template with one"},
		{s.template.Revision != "", "template.revision: the deployment names the revision itself"},
		{s.template.Scaling != nil, "template.scaling: capacity says how many instances there are"},
	} {
		if c.wrong {
			return fmt.Errorf("%w: %s", gennaker.ErrInvalid, c.what)
		}
	}
	for i, c := range s.template.Containers {
		if c.Image == "" {
			return fmt.Errorf("%w: template.containers[%d].image: it is missing", gennaker.ErrInvalid, i)
		}
	}
	return nil
}

// Spec returns the fields from which an equal revision is made.
func (c *Cloud) Spec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	s, r, err := c.look(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("cloudrun: spec of %s: %w", ref.Name, err)
	}
	t := s.Template
	if r != nil {
		if t, err = templateOf(r); err != nil {
			return nil, fmt.Errorf("cloudrun: spec of %s: %w", ref.Name, err)
		}
	}
	t.Revision, t.Scaling = "", nil
	t.Annotations = maps.Clone(t.Annotations)
	maps.DeleteFunc(t.Annotations, func(key, _ string) bool { return strings.HasPrefix(key, ours) })
	spec := map[string]any{"image": t.Containers[0].Image, "invokerIamDisabled": s.InvokerIamDisabled}
	if s.Ingress != "" {
		spec["ingress"] = s.Ingress
	}
	fields := map[string]any{}
	data, err := json.Marshal(t)
	if err == nil {
		err = json.Unmarshal(data, &fields)
	}
	spec["template"] = fields
	return spec, err
}

// templateOf is the template that a revision was made of: what both have.
func templateOf(r *api.GoogleCloudRunV2Revision) (*api.GoogleCloudRunV2RevisionTemplate, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	t := &api.GoogleCloudRunV2RevisionTemplate{}
	return t, json.Unmarshal(data, t)
}
