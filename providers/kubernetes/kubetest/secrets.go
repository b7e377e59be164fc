package kubetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"os"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

func newToken() string {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	return hex.EncodeToString(random)
}

// writeSecrets writes the administrator's token, and the key that signs those
// of service accounts.
func (c *Cluster) writeSecrets() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	signing := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	if err := os.WriteFile(c.file("sa.key"), signing, 0o600); err != nil {
		return err
	}
	return os.WriteFile(c.file("tokens.csv"), []byte(c.token+",admin,admin,system:masters\n"), 0o600)
}

// Kubeconfig is the path of the administrator's.
func (c *Cluster) Kubeconfig() string { return c.file("kubeconfig") }

// writeKubeconfig writes a file for who comes with a token to a server, which
// is ours or a way to it.
func (c *Cluster) writeKubeconfig(path, server, token string) error {
	authority, err := os.ReadFile(c.file("certs/apiserver.crt"))
	if err != nil {
		return err
	}
	config := api.NewConfig()
	config.Clusters["kubetest"] = &api.Cluster{Server: server, CertificateAuthorityData: authority}
	if server != c.URL {
		config.Clusters["kubetest"].CertificateAuthorityData = nil
	}
	config.AuthInfos["kubetest"] = &api.AuthInfo{Token: token}
	config.Contexts["kubetest"] = &api.Context{Cluster: "kubetest", AuthInfo: "kubetest"}
	config.CurrentContext = "kubetest"
	return clientcmd.WriteToFile(*config, path)
}
