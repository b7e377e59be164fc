package starter

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"

	"github.com/urfave/cli/v2"
)

func identityCommand() *cli.Command {
	return &cli.Command{
		Name:      "identity",
		Usage:     "make a key with which judgments are signed",
		ArgsUsage: "FILE",
		Description: `gennaker identity ~/.gennaker/ada.pem
gennaker judge 01J9ZK 3 --continue --key ~/.gennaker/ada.pem --user ada

It writes a new private key to FILE, which nobody else may read, and prints
the public key for the worker's configuration:

  users:
    - name: ada
      key: THE PRINTED KEY
      roles: [release-managers]

If FILE holds a key already, its public key is printed and nothing is written.`,
		Action: func(c *cli.Context) error {
			if err := arguments(c, 1); err != nil {
				return err
			}
			name := c.Args().First()
			if name == "" {
				return usagef("FILE is missing: say where the private key shall be")
			}
			key, err := makeKey(name)
			if errors.Is(err, fs.ErrExist) {
				key, err = readKey(name)
			}
			if err != nil {
				return err
			}
			public := key.Public().(ed25519.PublicKey)
			return newPage(c).say(base64.StdEncoding.EncodeToString(public))
		},
	}
}

const keyBlock = "PRIVATE KEY" // PKCS #8

// makeKey writes a new private key to a file that must not be there yet.
func makeKey(name string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err != nil {
		return nil, usagef("%v: name a file in a directory you may write to", err)
	}
	if err := pem.Encode(f, &pem.Block{Type: keyBlock, Bytes: der}); err != nil {
		f.Close()
		return nil, usagef("%v: remove the file and try again", err)
	}
	return key, f.Close()
}

// readKey reads a private key that makeKey wrote.
func readKey(name string) (ed25519.PrivateKey, error) {
	data, err := readFile(name, nil)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != keyBlock {
		return nil, notAKey(name)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, notAKey(name)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, notAKey(name)
	}
	return key, nil
}

func notAKey(name string) error {
	return usagef("%s: it holds no ed25519 private key: make one with `gennaker identity FILE`", name)
}
