package awstest

import (
	"os"
	"sync"
)

// Alone has Amazon's SDK in this process find credentials for tests, and
// nothing of this machine: once and for all, so that tests can run at the same
// time.
func Alone() { alone() }

var alone = sync.OnceFunc(func() {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		_ = os.Setenv(name, value) // it is refused for names that cannot be
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_SESSION_TOKEN"} {
		_ = os.Unsetenv(name)
	}
})
