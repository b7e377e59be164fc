package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	batch "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gennaker/gennaker"
)

// JobSpec is what a job is made from: fields of a stage that runs one.
type JobSpec struct {
	// Manifest is a Job. It gets the name that it is asked for by.
	Manifest map[string]any `json:"manifest"`
	// PropertyFile is a container whose log has properties, if any.
	PropertyFile string `json:"propertyFile,omitempty"`
	// Artifacts take the place of what has their names in the manifest, and
	// Required must.
	Artifacts []gennaker.Artifact `json:"artifacts,omitempty"`
	Required  []gennaker.Artifact `json:"requiredArtifacts,omitempty"`
}

const (
	// notePropertyFile and noteStopped are annotations of jobs: where their
	// properties are, and that they were told to end.
	notePropertyFile = domain + "property-file"
	noteStopped      = domain + "stopped"
	// keptJobs is how long a job that has ended must be there at least, in
	// seconds.
	keptJobs = int32(time.Hour / time.Second)
)

// job does something to a job and says so in the error.
func (c *Cloud) job(what string, at gennaker.Location, name string, call func(namespace string) error) error {
	namespace := jobNamespace(at)
	if !c.has(namespace) {
		return fmt.Errorf("kubernetes: %s job %s: %w: namespace %s is none of account %s", what, name, gennaker.ErrInvalid, namespace, c.account)
	}
	if err := call(namespace); err != nil {
		return fmt.Errorf("kubernetes: %s job %s: %w", what, name, kinded(err))
	}
	return nil
}

func jobNamespace(at gennaker.Location) string { return first(at.Region, metav1.NamespaceDefault) }

// RunJob makes the Job of the spec's manifest, which carries the marks.
func (c *Cloud) RunJob(ctx context.Context, r gennaker.RunJob) error {
	return c.job("run", r.Location, r.Name, func(namespace string) error {
		j, err := planJob(r)
		if err != nil {
			return err
		}
		jobs := c.typed.BatchV1().Jobs(namespace)
		_, err = jobs.Create(ctx, j, metav1.CreateOptions{FieldManager: "gennaker"})
		if !apierrors.IsAlreadyExists(err) {
			return err
		}
		there, lookErr := jobs.Get(ctx, r.Name, metav1.GetOptions{})
		switch {
		case lookErr != nil:
			return errors.Join(err, lookErr)
		case marks(there)[gennaker.MarkToken] == r.Marks[gennaker.MarkToken]:
			return nil // an earlier try made it
		}
		return err
	})
}

// planJob is the Job to be made. It must stay for an hour when it has ended.
func planJob(r gennaker.RunJob) (*batch.Job, error) {
	spec, err := decodeJob(r.Spec)
	if err != nil {
		return nil, err
	}
	bound := bind(spec.Manifest, r.Region, slices.Concat(spec.Required, spec.Artifacts))
	if err := unbound(spec.Required, bound, "the manifest"); err != nil {
		return nil, err
	}
	var j batch.Job
	if err := strictly(spec.Manifest, &j); err != nil {
		return nil, fmt.Errorf("manifest: %w: %w", gennaker.ErrInvalid, err)
	}
	if j.Kind != "Job" || j.APIVersion != batch.SchemeGroupVersion.String() {
		return nil, fmt.Errorf("manifest: %w: a Job of %s is wanted, and it is %s of %s", gennaker.ErrInvalid, batch.SchemeGroupVersion, j.Kind, j.APIVersion)
	}
	j.Name, j.GenerateName, j.Namespace = r.Name, "", ""
	if j.Annotations == nil {
		j.Annotations = map[string]string{}
	}
	maps.Copy(j.Annotations, annotations(r.Marks))
	if spec.PropertyFile != "" {
		j.Annotations[notePropertyFile] = spec.PropertyFile
	}
	if ttl := j.Spec.TTLSecondsAfterFinished; ttl != nil && *ttl < keptJobs {
		kept := keptJobs
		j.Spec.TTLSecondsAfterFinished = &kept
	}
	return &j, nil
}

// decodeJob reads the fields of a stage that are ours.
func decodeJob(fields map[string]any) (JobSpec, error) {
	var spec JobSpec
	data, err := json.Marshal(fields)
	if err == nil {
		err = json.Unmarshal(data, &spec)
	}
	switch {
	case err != nil:
		return spec, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	case len(spec.Manifest) == 0:
		return spec, fmt.Errorf("manifest: %w: it is missing: a job on Kubernetes is a manifest of kind Job", gennaker.ErrInvalid)
	}
	return spec, nil
}

// StopJob has a job be over its time at once: its controller then ends its
// pods, and the job has failed.
func (c *Cloud) StopJob(ctx context.Context, ref gennaker.JobRef) error {
	return c.job("stop", ref.Location, ref.Name, func(namespace string) error {
		jobs := c.typed.BatchV1().Jobs(namespace)
		j, err := jobs.Get(ctx, ref.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) || err == nil && (over(j) != nil || j.Annotations[noteStopped] != "") {
			return nil
		}
		if err != nil {
			return err
		}
		patch := fmt.Sprintf(`{"metadata":{"uid":%q,"annotations":{%q:"true"}},"spec":{"activeDeadlineSeconds":0,"suspend":false}}`, j.UID, noteStopped)
		_, err = jobs.Patch(ctx, ref.Name, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: "gennaker"})
		return gone(err)
	})
}
