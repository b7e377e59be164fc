package kubernetes

import (
	"context"
	"time"

	discovery "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

var _ providers.Watching = (*Cloud)(nil)

// bell rings when something may have changed. It does not say what: who hears
// it reads. So nothing is kept from one watch to the next, and one that breaks,
// or whose place in the history is gone, is just begun again.
type bell chan struct{}

func newBell() bell { return make(bell, 1) }

// ring is heard once, however often it rings before somebody listens.
func (b bell) ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// opens begins a watch of what is so now, and of what comes then.
type opens func(context.Context, metav1.ListOptions) (watch.Interface, error)

// How long one watch lasts, and how long it takes until the next begins: longer
// each time, unless the one before has lasted.
const (
	watchLimit   = time.Minute
	watchPause   = 200 * time.Millisecond
	longestPause = 10 * time.Second
)

// follow rings for all that is watched until ctx is over, and whenever a watch
// begins or cannot begin: what happened before is not told.
func (b bell) follow(ctx context.Context, open opens) {
	for pause := watchPause; ctx.Err() == nil; pause = min(2*pause, longestPause) {
		began := time.Now()
		b.hear(ctx, open)
		if time.Since(began) > longestPause {
			pause = watchPause
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// hear rings for one watch, until it is over or breaks. An error that comes
// through it, such as that its place in the history is gone, ends it too.
func (b bell) hear(ctx context.Context, open opens) {
	ctx, cancel := context.WithTimeout(ctx, watchLimit)
	defer cancel()
	w, err := open(ctx, metav1.ListOptions{})
	b.ring()
	if err != nil {
		return
	}
	defer w.Stop()
	for {
		select {
		case event, ok := <-w.ResultChan():
			if !ok || event.Type == watch.Error {
				return
			}
			b.ring()
		case <-ctx.Done():
			return
		}
	}
}

// WatchServerGroup watches the workload, its pods, and the endpoints of its
// Services.
func (c *Cloud) WatchServerGroup(ctx context.Context, ref gennaker.ServerGroupRef) <-chan struct{} {
	b := newBell()
	go b.follow(ctx, c.workload(ref))
	go b.follow(ctx, func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
		g, err := c.find(ctx, ref)
		if err != nil {
			return nil, err
		}
		o.LabelSelector = metav1.FormatLabelSelector(g.selector)
		return c.typed.CoreV1().Pods(ref.Region).Watch(ctx, o)
	})
	go b.follow(ctx, func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
		_, balancers, err := c.behind(ctx, ref)
		if err != nil {
			return nil, err
		}
		if len(balancers) == 0 {
			return nothing(), nil
		}
		of, err := labels.NewRequirement(discovery.LabelServiceName, selection.In, balancers.names())
		if err != nil {
			return nil, err
		}
		o.LabelSelector = of.String()
		return c.typed.DiscoveryV1().EndpointSlices(ref.Region).Watch(ctx, o)
	})
	return b
}

// workload watches the one object that a server group is.
func (c *Cloud) workload(ref gennaker.ServerGroupRef) opens {
	k, name := split(ref.Name)
	apps := c.typed.AppsV1()
	switch k {
	case deployment:
		return one(name, apps.Deployments(ref.Region).Watch)
	case statefulSet:
		return one(name, apps.StatefulSets(ref.Region).Watch)
	}
	return one(name, apps.ReplicaSets(ref.Region).Watch)
}

// one watches the object of that name.
func one(name string, open opens) opens {
	return func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
		o.FieldSelector = fields.OneTermEqualSelector(metav1.ObjectNameField, name).String()
		return open(ctx, o)
	}
}

// logPause is how often the log of a job is read, which cannot be watched.
const logPause = 10 * time.Second

// WatchJob watches a job, and rings from time to time for what it writes.
func (c *Cloud) WatchJob(ctx context.Context, ref gennaker.JobRef) <-chan struct{} {
	b := newBell()
	go b.follow(ctx, one(ref.Name, c.typed.BatchV1().Jobs(jobNamespace(ref.Location)).Watch))
	go func() {
		for ctx.Err() == nil {
			select {
			case <-time.After(logPause):
				b.ring()
			case <-ctx.Done():
			}
		}
	}()
	return b
}

// WatchManifests watches the objects and, where they have any, their pods, which
// say what keeps them.
func (c *Cloud) WatchManifests(ctx context.Context, refs []gennaker.ManifestRef) <-chan struct{} {
	b := newBell()
	for _, ref := range refs {
		go b.follow(ctx, c.object(ref))
		go b.follow(ctx, c.podsOfObject(ref))
	}
	return b
}

// object watches an object.
func (c *Cloud) object(ref gennaker.ManifestRef) opens {
	return func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
		_, client, err := c.at(ref)
		if err != nil {
			return nil, err
		}
		return one(ref.Name, client.Watch)(ctx, o)
	}
}

// podsOfObject watches the pods that an object selects.
func (c *Cloud) podsOfObject(ref gennaker.ManifestRef) opens {
	return func(ctx context.Context, o metav1.ListOptions) (w watch.Interface, err error) {
		err = c.onObject(ctx, "watch the pods of", ref, func(_ resource, live *unstructured.Unstructured) (err error) {
			if o.LabelSelector = podSelector(live); o.LabelSelector == "" {
				w = nothing()
				return nil
			}
			w, err = c.typed.CoreV1().Pods(live.GetNamespace()).Watch(ctx, o)
			return err
		})
		return w, err
	}
}

// nothing is a watch that has nothing to tell.
func nothing() watch.Interface { return watch.NewFake() }
