package cloudfoundry

import (
	"strings"

	"github.com/cloudfoundry/go-cfclient/v3/resource"
)

// Registry is a user of a registry of images, known by its host, which may have
// a port. That of Docker Hub is docker.io.
type Registry struct {
	Host, Username, Password string
}

func (r Registry) incomplete() bool {
	return r.Host == "" || strings.Contains(r.Host, "/") || r.Username == "" || r.Password == ""
}

// credentials are those that an image is pulled with; nil if everyone may.
func (c *Cloud) credentials(image string) *resource.DockerCredentials {
	host := hostOf(image)
	for _, r := range c.Registries {
		if r.Host == host {
			return &resource.DockerCredentials{Username: r.Username, Password: r.Password}
		}
	}
	return nil
}

// hostOf is the registry of an image. What comes before the first slash is one
// only if it looks like a host.
func hostOf(image string) string {
	first, _, more := strings.Cut(image, "/")
	if more && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return first
	}
	return "docker.io"
}
