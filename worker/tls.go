package worker

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"

	"go.temporal.io/sdk/client"
)

// options are how to reach Temporal.
func (t Temporal) options() (client.Options, error) {
	o := client.Options{HostPort: t.Address, Namespace: t.Namespace, Credentials: t.credentials()}
	o.ConnectionOptions.TLSDisabled = t.TLS.Disabled
	if t.TLS != (TLS{}) && !t.TLS.Disabled {
		o.ConnectionOptions.TLS = &tls.Config{ServerName: t.TLS.ServerName, MinVersion: tls.VersionTLS12}
		if field, err := t.tls(o.ConnectionOptions.TLS); err != nil {
			return o, fmt.Errorf("temporal.tls.%s: %w", field, err)
		}
	}
	return o, nil
}

// tls loads the certificates into c, or only tries them when c is nil. With
// an error comes the field that is wrong.
func (t Temporal) tls(c *tls.Config) (field string, err error) {
	if c == nil {
		c = &tls.Config{}
	}
	if c.RootCAs, err = roots(t.TLS.CAFile, x509.NewCertPool()); err != nil {
		return "caFile", err
	}
	if c.Certificates, err = identity(t.TLS.CertFile, t.TLS.KeyFile); err != nil {
		return "certFile", err
	}
	return "", nil
}

// tls is how webhooks know servers, and are known to them: what the system
// trusts and the certificates of caFile, as the one in certFile. With an error
// comes the field that is wrong.
func (t WebhookTLS) tls() (c *tls.Config, field string, err error) {
	if t == (WebhookTLS{}) {
		return nil, "", nil
	}
	c = &tls.Config{MinVersion: tls.VersionTLS12}
	trusted, err := x509.SystemCertPool()
	if err != nil {
		trusted = x509.NewCertPool() // a machine that trusts nobody
	}
	if c.RootCAs, err = roots(t.CAFile, trusted); err != nil {
		return nil, "caFile", err
	}
	if c.Certificates, err = identity(t.CertFile, t.KeyFile); err != nil {
		return nil, "certFile", err
	}
	return c, "", nil
}

// roots adds the certificates in a file to a pool; nil, the system's, if there
// is no file.
func roots(file string, pool *x509.CertPool) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no PEM certificate", file)
	}
	return pool, nil
}

// identity is the certificate in a file, if there is one, with its key.
func identity(certFile, keyFile string) ([]tls.Certificate, error) {
	if certFile == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("does not load together with keyFile: %w", err)
	}
	return []tls.Certificate{pair}, nil
}

func (t Temporal) credentials() client.Credentials {
	switch {
	case t.APIKey != "":
		return client.NewAPIKeyStaticCredentials(string(t.APIKey))
	case t.APIKeyFile != "":
		return client.NewAPIKeyDynamicCredentials(func(context.Context) (string, error) {
			key, err := os.ReadFile(t.APIKeyFile)
			return strings.TrimSpace(string(key)), err
		})
	}
	return nil
}
