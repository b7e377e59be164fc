package cloudfoundry

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// droplet makes a droplet of an artifact for an app, or goes on with one that
// an earlier try with the token has begun, and returns its guid.
func (s *space) droplet(ctx context.Context, a *resource.App, from *Artifact, token string) (string, error) {
	p, err := s.pack(ctx, a.GUID, from, token)
	if err != nil {
		return "", fmt.Errorf("package: %w", err)
	}
	b, err := s.build(ctx, p.GUID)
	if err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	err = s.await(ctx, "staging", func() (bool, error) {
		if b.State == resource.BuildStateStaging {
			if b, err = s.Builds.Get(ctx, b.GUID); err != nil {
				return false, kinded(err)
			}
		}
		return b.State != resource.BuildStateStaging, nil
	})
	switch {
	case err != nil:
		return "", err
	case b.State != resource.BuildStateStaged || b.Droplet == nil:
		return "", fmt.Errorf("staging: %w: %s%s", gennaker.ErrInvalid, reason(b), s.stagingLog(ctx, a.GUID))
	}
	return b.Droplet.GUID, nil
}

func reason(b *resource.Build) string {
	if b.Error != nil && *b.Error != "" {
		return *b.Error
	}
	return string(b.State)
}

// stagingLog is the end of what staging wrote, if that can be read.
func (s *space) stagingLog(ctx context.Context, app string) string {
	log, err := s.log(ctx, app, "STG")
	if err != nil || log == "" {
		return ""
	}
	return "; the end of what it has written:\n" + strings.TrimSpace(tail(log, 1000))
}

// pack makes a package that is ready. One that the app has with the token is
// an earlier try's, and so is one without a token: a copy carries its token a
// moment later.
func (s *space) pack(ctx context.Context, app string, from *Artifact, token string) (*resource.Package, error) {
	o := client.NewPackageListOptions()
	o.AppGUIDs = only(app)
	found, err := s.Packages.ListAll(ctx, o)
	if err != nil {
		return nil, kinded(err)
	}
	var p *resource.Package
	for _, is := range found {
		if t := tokenOf(is.Metadata); t == token || t == "" && from.Type == artifactApp {
			p = is
			break
		}
	}
	if p == nil {
		if p, err = s.makePackage(ctx, app, from, token); err != nil {
			return nil, err
		}
	}
	return s.fillPackage(ctx, p, from, token)
}

func (s *space) makePackage(ctx context.Context, app string, from *Artifact, token string) (*resource.Package, error) {
	image := from.image()
	if from.Type == artifactApp {
		source, err := s.packageOf(ctx, from)
		if err != nil {
			return nil, err
		}
		if source.Data.Docker == nil {
			p, err := s.Packages.Copy(ctx, source.GUID, app)
			return p, kinded(err)
		}
		image = source.Data.Docker.Image // a copy would be without the registry's password
	}
	in := resource.NewPackageCreate(app)
	if from.Type == artifactImage || from.Type == artifactApp {
		in.Type, in.Data = "docker", &resource.DockerPackage{Image: image, DockerCredentials: s.cloud.credentials(image)}
	}
	in.Metadata = marked(map[string]string{gennaker.MarkToken: token})
	p, err := s.Packages.Create(ctx, in)
	return p, kinded(err)
}

// fillPackage gives a package its bits, or its token, if it has none yet, and
// waits until it is ready.
func (s *space) fillPackage(ctx context.Context, p *resource.Package, from *Artifact, token string) (*resource.Package, error) {
	var err error
	if from.Type == artifactApp && tokenOf(p.Metadata) == "" {
		if p, err = s.Packages.Update(ctx, p.GUID, &resource.PackageUpdate{Metadata: marked(map[string]string{gennaker.MarkToken: token})}); err != nil {
			return nil, kinded(err)
		}
	}
	if p.State == resource.PackageStateAwaitingUpload && (from.Type == artifactBits || from.Type == artifactFile) {
		if p, err = s.upload(ctx, p, from); err != nil {
			return nil, err
		}
	}
	err = s.await(ctx, "its upload", func() (bool, error) {
		switch p.State {
		case resource.PackageStateReady:
			return true, nil
		case resource.PackageStateFailed, resource.PackageStateExpired:
			return false, fmt.Errorf("%w: it is %s: is it a zip?", gennaker.ErrInvalid, p.State)
		}
		p, err = s.Packages.Get(ctx, p.GUID)
		return false, kinded(err)
	})
	return p, err
}

// build is the newest build of a package, or a new one. One that has failed
// stays the last: another would fail too.
func (s *space) build(ctx context.Context, pkg string) (*resource.Build, error) {
	o := client.NewBuildListOptions()
	o.PackageGUIDs = only(pkg)
	found, err := s.Builds.ListAll(ctx, o)
	if err != nil {
		return nil, kinded(err)
	}
	if len(found) > 0 {
		return found[len(found)-1], nil
	}
	b, err := s.Builds.Create(ctx, resource.NewBuildCreate(pkg))
	return b, kinded(err)
}

// source is the app that an artifact of type cloudfoundry/app names.
func (s *space) source(ctx context.Context, from *Artifact) (*resource.App, error) {
	there := s
	if from.Location != "" && from.Location != s.Region {
		var err error
		if there, err = s.cloud.in(ctx, from.Location, gennaker.ErrInvalid); err != nil {
			return nil, err
		}
	}
	a, err := there.app(ctx, from.Name)
	if err != nil {
		return nil, fmt.Errorf("app %s: %w", from.Name, invalidIfGone(err))
	}
	return a, nil
}

// packageOf is the package that another app runs.
func (s *space) packageOf(ctx context.Context, from *Artifact) (*resource.Package, error) {
	a, err := s.source(ctx, from)
	if err != nil {
		return nil, err
	}
	d, err := s.Droplets.GetCurrentForApp(ctx, a.GUID)
	if err != nil {
		return nil, fmt.Errorf("app %s: %w", from.Name, invalidIfGone(kinded(err)))
	}
	link, ok := d.Links["package"]
	if !ok {
		return nil, fmt.Errorf("app %s: %w: its droplet is of no package", from.Name, gennaker.ErrInvalid)
	}
	p, err := s.Packages.Get(ctx, path.Base(link.Href))
	if err != nil {
		return nil, fmt.Errorf("app %s: its package: %w", from.Name, invalidIfGone(kinded(err)))
	}
	return p, nil
}
