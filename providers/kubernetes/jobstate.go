package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker"
)

// GetJob reads a job, its pods, and what the newest of them has written.
func (c *Cloud) GetJob(ctx context.Context, ref gennaker.JobRef) (gennaker.Job, error) {
	var seen gennaker.Job
	err := c.job("get", ref.Location, ref.Name, func(namespace string) error {
		j, err := c.typed.BatchV1().Jobs(namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		pods, err := c.podsOf(ctx, j)
		if err != nil {
			return err
		}
		seen = seeJob(c.account, j, pods)
		return c.readLog(ctx, &seen, j.Annotations[notePropertyFile], pods)
	})
	return seen, err
}

// podsOf are a job's pods, the newest first.
func (c *Cloud) podsOf(ctx context.Context, j *batch.Job) ([]core.Pod, error) {
	list, err := c.typed.CoreV1().Pods(j.Namespace).List(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(j.Spec.Selector)})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list.Items, func(a, b core.Pod) int { return b.CreationTimestamp.Compare(a.CreationTimestamp.Time) })
	return list.Items, nil
}

// over is the condition that a job has ended with; nil if it has not.
func over(j *batch.Job) *batch.JobCondition {
	for i, c := range j.Status.Conditions {
		if c.Status == core.ConditionTrue && (c.Type == batch.JobComplete || c.Type == batch.JobFailed) {
			return &j.Status.Conditions[i]
		}
	}
	return nil
}

func seeJob(account string, j *batch.Job, pods []core.Pod) gennaker.Job {
	seen := gennaker.Job{Location: gennaker.In(account, j.Namespace), Name: j.Name, State: gennaker.JobRunning,
		Created: j.CreationTimestamp.UTC(), Marks: marks(j)}
	end := over(j)
	if end == nil {
		return seen
	}
	seen.Ended = end.LastTransitionTime.UTC()
	if end.Type == batch.JobComplete {
		zero := 0
		seen.State, seen.ExitCode = gennaker.JobSucceeded, &zero
		return seen
	}
	seen.State, seen.Reason = gennaker.JobFailed, strings.TrimSpace(end.Reason+": "+end.Message)
	if p, s := failed(pods); s != nil {
		code := int(s.State.Terminated.ExitCode)
		seen.ExitCode = &code
		seen.Reason = fmt.Sprintf("container %s of pod %s exited with status %d (%s)", s.Name, p.Name, code, seen.Reason)
	}
	if j.Annotations[noteStopped] != "" && end.Reason == batch.JobReasonDeadlineExceeded {
		seen.Reason = "stopped"
	}
	return seen
}

// failed is the container of the newest pod that has one which failed.
func failed(pods []core.Pod) (core.Pod, *core.ContainerStatus) {
	for _, p := range pods {
		for _, s := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
			if s.State.Terminated != nil && s.State.Terminated.ExitCode != 0 {
				return p, &s
			}
		}
	}
	return core.Pod{}, nil
}
