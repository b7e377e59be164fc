package kubernetes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gennaker/gennaker"
)

// applyVersion applies an object of whom another content gets another name. A
// version is made by a call that fails if its name is taken, so that two at the
// same time do not become one.
func (d *delivery) applyVersion(ctx context.Context, m *manifest, t traffic) error {
	for {
		versions, err := d.cloud.versions(ctx, m)
		if err != nil {
			return err
		}
		if asks(m.Unstructured, askCapacity) && len(versions) > 0 {
			sameReplicas(m, &versions[len(versions)-1])
		}
		m.SetName(m.base)
		hash := content(m.Unstructured)
		d.outdate(m, versions, hash)
		if at := slices.IndexFunc(versions, func(v unstructured.Unstructured) bool { return v.GetAnnotations()[noteContent] == hash }); at >= 0 {
			return d.reuse(ctx, m, &versions[at], t)
		}
		name, err := nextVersion(m.base, versions)
		if err != nil {
			return err
		}
		version := *m
		version.Unstructured = m.DeepCopy()
		version.SetName(name)
		d.finish(&version)
		note(version.Unstructured, noteContent, hash)
		note(version.Unstructured, noteCreated, time.Now().UTC().Format(time.RFC3339Nano))
		t.note(&version, true)
		if err = d.cloud.post(ctx, &version); !errors.Is(err, gennaker.ErrExists) {
			m.live = version.live
			return err
		}
	}
}

// versions are those that there are, oldest first.
func (c *Cloud) versions(ctx context.Context, m *manifest) ([]unstructured.Unstructured, error) {
	list, err := all(ctx, "", m.resource.in(m.GetNamespace()).List, func(l *unstructured.UnstructuredList) []unstructured.Unstructured { return l.Items })
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(o unstructured.Unstructured) bool {
		base, version := splitVersion(o.GetName())
		return version == "" || base != m.base || o.GetDeletionTimestamp() != nil
	})
	oldestFirst(list)
	return list, nil
}

// nextVersion is the name after that of the newest version; v999 is followed
// by v000.
func nextVersion(base string, versions []unstructured.Unstructured) (string, error) {
	taken := map[int]bool{}
	next := 0
	for _, v := range versions {
		sequence := gennaker.ParseMoniker(v.GetName()).Sequence
		taken[sequence], next = true, sequence+1
	}
	for range 1000 {
		if next %= 1000; !taken[next] {
			return fmt.Sprintf("%s-v%03d", base, next), nil
		}
		next++
	}
	return "", fmt.Errorf("%w: every version from v000 to v999; the annotation %s keeps fewer", gennaker.ErrExists, askHistory)
}

// reuse applies a version again that has the content: what it was changed to by
// hand, such as its size, is changed back.
func (d *delivery) reuse(ctx context.Context, m *manifest, version *unstructured.Unstructured, t traffic) error {
	m.SetName(version.GetName())
	if madeBy(version, d.asked.Marks) {
		m.live = version
		return t.direct(ctx, m, true)
	}
	hash := version.GetAnnotations()[noteContent]
	d.finish(m)
	note(m.Unstructured, noteContent, hash)
	t.note(m, false)
	if err := d.cloud.serverSide(ctx, m); err != nil {
		return err
	}
	return t.direct(ctx, m, true)
}

func note(o *unstructured.Unstructured, name, value string) {
	o.SetAnnotations(merged(o.GetAnnotations(), map[string]string{name: value}))
}

// outdate notes which versions are more than are to be kept, with the one that
// is applied.
func (d *delivery) outdate(m *manifest, versions []unstructured.Unstructured, hash string) {
	keep, err := strconv.Atoi(m.GetAnnotations()[askHistory])
	if err != nil || keep < 1 {
		return
	}
	older := slices.DeleteFunc(slices.Clone(versions), func(v unstructured.Unstructured) bool { return v.GetAnnotations()[noteContent] == hash })
	for _, v := range older[:max(len(older)-(keep-1), 0)] {
		ref := d.cloud.refTo(&v)
		if !slices.Contains(d.done.Outdated, ref) {
			d.done.Outdated = append(d.done.Outdated, ref)
		}
	}
}

// oldestFirst sorts by creation, and then by version.
func oldestFirst(list []unstructured.Unstructured) {
	slices.SortStableFunc(list, func(a, b unstructured.Unstructured) int {
		return cmp.Or(created(&a).Compare(created(&b)), gennaker.ParseMoniker(a.GetName()).Sequence-gennaker.ParseMoniker(b.GetName()).Sequence)
	})
}
