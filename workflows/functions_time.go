package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/expression"
	"github.com/gennaker/gennaker/workflows/javatime"
)

var _ javatime.Clock = (*scope)(nil)

// Types are the Java types that need a clock or a calendar.
func (sc *scope) Types() map[string]*expression.Type { return javatime.Types() }

// Now is the workflow's time, which is the same when it is replayed.
func (sc *scope) Now() time.Time { return workflow.Now(sc.r.top.ctx).UTC() }
