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
	if t.TLS.CAFile != "" {
		pem, err := os.ReadFile(t.TLS.CAFile)
		if err != nil {
			return "caFile", fmt.Errorf("cannot be read: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return "caFile", fmt.Errorf("%s holds no PEM certificate", t.TLS.CAFile)
		}
	}
	if t.TLS.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.TLS.CertFile, t.TLS.KeyFile)
		if err != nil {
			return "certFile", fmt.Errorf("does not load together with keyFile: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return "", nil
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
