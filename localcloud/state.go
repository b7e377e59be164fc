package localcloud

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/store"
)

// The names in a state directory, beside those that package client reads.
const (
	lockFile  = "lock"
	storeFile = "cloud.db"
	logFolder = "logs"
)

// The facts in the store.
const (
	factCloud  = "cloud"  // the id of this cloud
	factListen = "listen" // where the API listened last
)

// openState takes the state directory and opens what is kept in it.
func (c *Cloud) openState(ctx context.Context) error {
	state, err := filepath.Abs(c.config.State)
	if err != nil {
		return err
	}
	c.config.State = state
	if err := os.MkdirAll(c.file(logFolder), 0o700); err != nil {
		return err
	}
	if err := c.takeLock(ctx); err != nil {
		return err
	}
	if c.store, err = store.Open(c.file(storeFile)); err != nil {
		return err
	}
	if c.token, err = keepToken(c.file(client.TokenFile)); err != nil {
		return err
	}
	if c.id, err = c.store.Fact(factCloud); err != nil || c.id != "" {
		return err
	}
	c.id = rand.Text()
	return c.store.PutFact(factCloud, c.id)
}

// takeLock waits a moment: when a daemon was killed while it started an
// instance, the lock is free only once that process has become the instance.
func (c *Cloud) takeLock(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	lock := flock.New(c.file(lockFile))
	taken, err := lock.TryLockContext(ctx, 20*time.Millisecond)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: another process has it open", gennaker.ErrBusy)
	}
	if err != nil || !taken {
		return fmt.Errorf("lock: %w", err)
	}
	c.lock = lock
	return nil
}

// keepToken reads the token, or makes one that only this user can read.
func keepToken(file string) (string, error) {
	data, err := os.ReadFile(file)
	if token := strings.TrimSpace(string(data)); token != "" {
		return token, os.Chmod(file, 0o600)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	token := rand.Text() + rand.Text()
	return token, replace(file, token+"\n")
}

// replace writes a private file so that a reader sees the old or the new one.
func replace(file, text string) error {
	fresh := file + ".new"
	if err := os.WriteFile(fresh, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}
