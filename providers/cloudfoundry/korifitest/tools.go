package korifitest

import (
	"io"

	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
)

// Tools is the folder of Korifi's programs and chart, which are built if they
// are not there. What that does is said to progress.
func Tools(progress io.Writer) (string, error) { return kubetest.Built("korifi-targets.sh", progress) }
