package cloudfoundry

import "testing"

func TestTheRegistryOfAnImage(t *testing.T) {
	for image, want := range map[string]string{
		"nginx": "docker.io", "nginx:1.29": "docker.io", "ada/shop:7": "docker.io", "docker.io/ada/shop": "docker.io",
		"localhost/shop": "localhost", "ghcr.io/ada/shop@sha256:abc": "ghcr.io", "registry:5000/shop": "registry:5000",
	} {
		if got := hostOf(image); got != want {
			t.Errorf("hostOf(%s) = %s, want %s", image, got, want)
		}
	}
}
