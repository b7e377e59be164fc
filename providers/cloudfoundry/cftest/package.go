package cftest

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// login is a user of a registry.
type login struct{ user, password string }

type pkg struct {
	object
	app   *app
	kind  string // bits or docker
	image string
	login login // to the image's registry
	state string
	sum   string // of the bits
}

func (p *pkg) show(r *request) doc {
	data := doc{"image": p.image, "username": nil, "password": nil}
	if p.login.user != "" {
		data["username"], data["password"] = p.login.user, "[PRIVATE DATA HIDDEN]"
	}
	if p.kind == "bits" {
		data = doc{"error": nil, "checksum": doc{"type": "sha256", "value": nil}}
		if p.sum != "" {
			data["checksum"] = doc{"type": "sha256", "value": p.sum}
		}
	}
	return p.view(r, "packages", doc{"type": p.kind, "data": data, "state": p.state, "relationships": doc{"app": one(p.app.guid)}})
}

func listPackages(c *Cloud, r *request) (answer, error) {
	by := filters[*pkg]{
		"app_guids": func(p *pkg) []string { return []string{p.app.guid} },
		"states":    func(p *pkg) []string { return []string{p.state} },
		"types":     func(p *pkg) []string { return []string{p.kind} },
	}
	return list(r, c.packages, by, func(p *pkg) doc { return p.show(r) })
}

func getPackage(c *Cloud, r *request) (answer, error) {
	p := withGUID(c.packages, r.PathValue("guid"))
	if p == nil {
		return answer{}, missing("Package")
	}
	return ok(p.show(r))
}

func updatePackage(c *Cloud, r *request) (answer, error) {
	var in struct {
		Metadata *metadataChange `json:"metadata"`
	}
	p := withGUID(c.packages, r.PathValue("guid"))
	if p == nil {
		return answer{}, missing("Package")
	}
	err := r.decode(&in)
	if err == nil {
		err = in.Metadata.check()
	}
	if err != nil {
		return answer{}, err
	}
	if p.change(in.Metadata) {
		c.changed(r)
	}
	return ok(p.show(r))
}

func createPackage(c *Cloud, r *request) (answer, error) {
	if r.URL.Query().Has("source_guid") {
		return c.copyPackage(r)
	}
	var in struct {
		Type          string   `json:"type"`
		Relationships relation `json:"relationships"`
		Data          *struct {
			Image    string `json:"image"`
			Username string `json:"username"`
			Password string `json:"password"`
		} `json:"data"`
		Metadata *metadataChange `json:"metadata"`
	}
	if err := r.decode(&in); err != nil {
		return answer{}, err
	}
	a := withGUID(c.apps, in.Relationships.App.guid())
	if err := in.Metadata.check(); err != nil {
		return answer{}, err
	}
	p := &pkg{object: c.object(), app: a, kind: in.Type, state: "AWAITING_UPLOAD"}
	switch {
	case a == nil:
		return answer{}, unprocessable("App is invalid. Ensure it exists and you have access to it.")
	case in.Type == "docker" && (in.Data == nil || in.Data.Image == ""):
		return answer{}, unprocessable("Image required")
	case in.Type == "docker":
		p.image, p.state, p.login = in.Data.Image, "READY", login{in.Data.Username, in.Data.Password}
	case in.Type != "bits":
		return answer{}, unprocessable("Type must be one of 'bits, docker'")
	}
	if in.Type != "bits" != (a.lifecycle.Type == "docker") {
		return answer{}, unprocessable("Cannot create %s package for a %s app.", in.Type, a.lifecycle.Type)
	}
	p.change(in.Metadata)
	c.packages = append(c.packages, p)
	c.changed(r)
	return created(p.show(r))
}

func (c *Cloud) copyPackage(r *request) (answer, error) {
	var in struct {
		Relationships relation `json:"relationships"`
	}
	if err := r.decode(&in); err != nil {
		return answer{}, err
	}
	a, source := withGUID(c.apps, in.Relationships.App.guid()), withGUID(c.packages, r.URL.Query().Get("source_guid"))
	switch {
	case a == nil || source == nil:
		return answer{}, unprocessable("Source package and app must exist and you must have access to them.")
	case a == source.app:
		return answer{}, unprocessable("Source and destination app cannot be the same")
	}
	p := &pkg{object: c.object(), app: a, kind: source.kind, image: source.image, sum: source.sum, state: source.state}
	c.packages = append(c.packages, p)
	c.changed(r)
	return created(p.show(r))
}

func uploadPackage(c *Cloud, r *request) (answer, error) {
	p := withGUID(c.packages, r.PathValue("guid"))
	switch {
	case p == nil:
		return answer{}, missing("Package")
	case p.kind != "bits":
		return answer{}, unprocessable("Package type must be bits.")
	case p.state != "AWAITING_UPLOAD":
		return answer{}, unprocessable("Bits may be uploaded only once. Create a new package to upload different bits.")
	}
	bits, err := uploaded(r)
	if err != nil {
		return answer{}, unprocessable("Upload must have bits: %v", err)
	}
	p.state = "READY"
	if _, err := zip.NewReader(bytes.NewReader(bits), int64(len(bits))); err != nil {
		p.state = "FAILED"
	}
	sum := sha256.Sum256(bits)
	p.sum = hex.EncodeToString(sum[:])
	c.changed(r)
	return ok(p.show(r))
}

func uploaded(r *request) ([]byte, error) {
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(r.body))
	file, _, err := again.FormFile("bits")
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(file)
}

// build makes a droplet of a package.
type build struct {
	object
	pkg       *pkg
	lifecycle lifecycle
	state     string
	reason    string
	droplet   *droplet
	due       time.Time
}

func (b *build) show(r *request) doc {
	var made, failed any
	if b.droplet != nil {
		made = doc{"guid": b.droplet.guid}
	}
	if b.reason != "" {
		failed = b.reason
	}
	return b.view(r, "builds", doc{"state": b.state, "error": failed, "lifecycle": b.lifecycle.show(), "package": doc{"guid": b.pkg.guid}, "droplet": made,
		"staging_memory_in_mb": 1024, "staging_disk_in_mb": 1024, "staging_log_rate_limit_bytes_per_second": -1,
		"created_by": doc{"guid": "", "name": "admin", "email": ""}, "relationships": doc{"app": one(b.pkg.app.guid)}})
}

func listBuilds(c *Cloud, r *request) (answer, error) {
	by := filters[*build]{
		"app_guids":     func(b *build) []string { return []string{b.pkg.app.guid} },
		"package_guids": func(b *build) []string { return []string{b.pkg.guid} },
		"states":        func(b *build) []string { return []string{b.state} },
	}
	return list(r, c.builds, by, func(b *build) doc { return b.show(r) })
}

func getBuild(c *Cloud, r *request) (answer, error) {
	b := withGUID(c.builds, r.PathValue("guid"))
	if b == nil {
		return answer{}, missing("Build")
	}
	return ok(b.show(r))
}

func createBuild(c *Cloud, r *request) (answer, error) {
	var in struct {
		Package   struct{ GUID string } `json:"package"`
		Lifecycle *lifecycle            `json:"lifecycle"`
		Memory    int                   `json:"staging_memory_in_mb"`
		Disk      int                   `json:"staging_disk_in_mb"`
		Metadata  *metadataChange       `json:"metadata"`
	}
	if err := r.decode(&in); err != nil {
		return answer{}, err
	}
	p := withGUID(c.packages, in.Package.GUID)
	switch {
	case p == nil:
		return answer{}, unprocessable("Unable to use package. Ensure that the package exists and you have access to it.")
	case p.state != "READY":
		return answer{}, unprocessable("Cannot stage package whose state is not ready.")
	}
	b := &build{object: c.object(), pkg: p, lifecycle: p.app.lifecycle, state: "STAGING", due: c.now().Add(c.times.Staging)}
	if in.Lifecycle != nil {
		b.lifecycle = *in.Lifecycle
	}
	b.change(in.Metadata)
	c.builds = append(c.builds, b)
	c.changed(r)
	return created(b.show(r))
}

// settleBuilds ends the builds that are due.
func (c *Cloud) settleBuilds() {
	for _, b := range c.builds {
		if b.state != "STAGING" || c.now().Before(b.due) {
			continue
		}
		from := b.source()
		if host, _, _ := strings.Cut(b.pkg.image, "/"); c.registries[host] != b.pkg.login && c.registries[host] != (login{}) {
			b.state, b.reason = "FAILED", "StagingError - Staging error: staging failed"
			c.write(b.pkg.app.guid, "STG/0", "pull access denied: "+from+": unauthorized\n")
			continue
		}
		if broken(from) {
			b.state, b.reason = "FAILED", "StagingError - Staging error: cannot make a droplet of "+from
			c.write(b.pkg.app.guid, "STG/0", "cannot stage "+from+"\n")
			continue
		}
		b.state = "STAGED"
		b.droplet = &droplet{object: c.object(), app: b.pkg.app, build: b}
		c.droplets = append(c.droplets, b.droplet)
		c.write(b.pkg.app.guid, "STG/0", "staged "+from+"\n")
	}
}

// source is what the droplet is of, in a word.
func (b *build) source() string {
	switch {
	case b.pkg.image != "":
		return b.pkg.image
	case len(b.lifecycle.Data.Buildpacks) > 0:
		return b.lifecycle.Data.Buildpacks[len(b.lifecycle.Data.Buildpacks)-1]
	}
	return "bits"
}

func broken(name string) bool { return strings.HasSuffix(name, "-broken") }

// startsWith is the command that staging finds in all that it makes a droplet of.
const startsWith = "start"

// droplet is what runs.
type droplet struct {
	object
	app   *app
	build *build
}

func (d *droplet) show(r *request) doc {
	own := doc{"state": "STAGED", "error": nil, "lifecycle": d.build.lifecycle.show(), "execution_metadata": "", "image": nil,
		"process_types": doc{"web": startsWith}, "checksum": nil, "stack": nil, "buildpacks": nil, "relationships": doc{"app": one(d.app.guid)}}
	if d.build.pkg.image != "" {
		own["image"] = d.build.pkg.image
	} else {
		own["checksum"], own["stack"] = doc{"type": "sha256", "value": d.build.pkg.sum}, "cflinuxfs4"
		own["buildpacks"] = []doc{{"name": d.build.source(), "detect_output": "", "version": "1.0", "buildpack_name": d.build.source()}}
	}
	own = d.view(r, "droplets", own)
	own["links"].(doc)["package"] = doc{"href": fmt.Sprintf("%s/v3/packages/%s", r.url, d.build.pkg.guid)}
	return own
}

// sick reports whether what runs it crashes.
func (d *droplet) sick() bool { return strings.HasSuffix(d.build.source(), "-sick") }

func getDroplet(c *Cloud, r *request) (answer, error) {
	d := withGUID(c.droplets, r.PathValue("guid"))
	if d == nil {
		return answer{}, missing("Droplet")
	}
	return ok(d.show(r))
}

func currentDroplet(c *Cloud, r *request) (answer, error) {
	a, err := c.app(r)
	if err != nil {
		return answer{}, err
	}
	if a.droplet == nil {
		return answer{}, missing("Droplet")
	}
	return ok(a.droplet.show(r))
}

func setDroplet(c *Cloud, r *request) (answer, error) {
	var in toOne
	a, err := c.app(r)
	if err == nil {
		err = r.decode(&in)
	}
	if err != nil {
		return answer{}, err
	}
	d := withGUID(c.droplets, in.guid())
	if d == nil || d.app != a {
		return answer{}, unprocessable("Unable to assign current droplet. Ensure the droplet exists and belongs to this app.")
	}
	if a.droplet != d {
		a.droplet = d
		c.restart(a)
		c.changed(r)
	}
	return ok(doc{"data": doc{"guid": d.guid}, "links": doc{}})
}
